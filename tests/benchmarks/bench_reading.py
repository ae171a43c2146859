"""Real articles in number: how fast they are read, what is cut and why, how many give their day; and some to look at.

    python -m tests.benchmarks.bench_reading FOLDER --articles 300 --seed 14 --show 40

FOLDER holds he.jsonl.gz and ar.jsonl.gz, rows with `text` and `source`. As many articles are drawn of each source.
Without it the bundled articles are read.
"""

from __future__ import annotations

import argparse
import gzip
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from annotation import sample, terminal
from annotation.articles.article_files import read_row
from annotation.articles.cuts import Cut
from annotation.articles.reader import readable
from annotation.core import json_text
from annotation.core.document import Document
from annotation.core.text import lines

ROUNDS = 5
LIMIT = 50_000_000
Row = dict[str, object]


def drawn(folder: Path, articles: int, seed: int) -> Iterator[tuple[str, Row]]:
    """The language and row of each article drawn, half of them of each language, and so many of each source."""
    chance = random.Random(seed)
    for language in ("he", "ar"):
        by_source: dict[str, list[Row]] = defaultdict(list)
        with gzip.open(folder / f"{language}.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                row = json_text.loads_object(line)
                by_source[str(row["source"])].append(row)
        for source in sorted(by_source):
            rows = chance.sample(by_source[source], articles // (2 * len(by_source)))
            yield from ((language, row) for row in rows)


def bundled() -> Iterator[tuple[str, Row]]:
    """The bundled articles, as they were scraped."""
    for path in sample.raw():
        text = readable(path.read_bytes(), path.name)
        yield path.name[:2], {"source": "bundled", "id": path.stem, "text": text}


def main() -> None:
    """Read, count, and show."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--articles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--show", type=int, default=0, help="print so many articles, a minus before each cut line")
    options = parser.parse_args()
    rows = list(drawn(options.folder, options.articles, options.seed) if options.folder else bundled())
    read_row(rows[0][1], Path("rows"), "first", 0, LIMIT)  # loads the language detector
    counts: Counter[tuple[str, str, str]] = Counter()
    for number, (language, row) in enumerate(rows):
        source, cuts = str(row["source"]), list[Cut]()
        found = read_row(row, Path("rows"), "row", number, LIMIT, cuts.extend)
        counts.update((language, source, cut.reason) for cut in cuts)
        counts[language, source, "read"] += isinstance(found, Document)
        counts[language, source, "dated"] += isinstance(found, Document) and bool(
            found.source and found.source.published
        )
        if number % max(1, len(rows) // max(1, options.show)) == 0 and options.show:
            _show(row, found, {(cut.start, cut.end): cut.reason for cut in cuts})
    terminal.table("lines", ("", "source", "", "count"), [(*key, count) for key, count in sorted(counts.items())])
    terminal.say(f"{median(_seconds(rows) for _ in range(ROUNDS)) * 1000 / len(rows):.2f} ms an article")


def _seconds(rows: list[tuple[str, Row]]) -> float:
    began = time.process_time()
    for number, (_, row) in enumerate(rows):
        read_row(row, Path("rows"), "row", number, LIMIT)
    return time.process_time() - began


def _show(row: Row, found: object, cut: dict[tuple[int, int], str]) -> None:
    text = str(row["text"])
    published = found.source.published if isinstance(found, Document) and found.source else None
    terminal.say(f"##### {row['source']}, {row['id']}, published {published}")
    for place in lines(text):
        if text[slice(*place)].strip():
            terminal.say(f"{'- [' + cut[place] + '] ' if place in cut else '  '}{text[slice(*place)]}")


if __name__ == "__main__":
    main()
