"""Files of every kind become Documents, or one clear error each."""

from __future__ import annotations

import gzip
import json
import os
import tracemalloc
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.articles.body import BodyMap
from annotation.articles.reader import read, readable
from annotation.core.document import Document, Span, sha256, text_id
from annotation.core.document_json import to_json
from annotation.core.errors import ArticleError
from annotation.core.language import language
from tests.strategies import texts

ARABIC = (
    "هدوء حذر في بلدة السنابل\nعاد الهدوء صباح الأحد إلى البلدة بعد ليلة من القصف.\nوأكد رئيس المجلس أن أحدا لم يصب."
)
HEBREW = "שקט מתוח בגבעת אלה\nתושבי העיירה שבו הבוקר אל בתיהם אחרי ליל ההפגזות.\nראש המועצה אמר שאיש לא נפגע."


def one(path: Path) -> Document:
    """The only thing read from the path, which must be a Document."""
    (found,) = read([path])
    assert isinstance(found, Document), str(found)
    return found


def error(path: Path, limit: int = 10_000) -> str:
    """The only thing read from the path, which must be an error, as the user sees it."""
    (found,) = read([path], limit=limit)
    assert isinstance(found, ArticleError)
    return str(found)


def jsonl(path: Path, *rows: object) -> Path:
    path.write_text("\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), encoding="utf-8")
    return path


def told(found: Sequence[Document | ArticleError]) -> list[str]:
    """Ids of Documents, messages of errors without the folder."""
    return [d.id if isinstance(d, Document) else str(d)[str(d).rindex("/") + 1 :] for d in found]


@pytest.mark.parametrize(("text", "code", "codec"), [(ARABIC, "ar", "cp1256"), (HEBREW, "he", "cp1255")])
def test_a_text_file_in_every_encoding(tmp_path: Path, text: str, code: str, codec: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", codec):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
        document = one(path)
        assert (document.text, document.language, document.id) == (text, code, text_id(text))
        assert document.source is not None
        assert document.source.encoding == encoding
        assert document.source.title == text.split("\n")[0]
        assert document.source.name == path.name


def test_the_body_is_found_in_the_raw_file_character_for_character(tmp_path: Path) -> None:
    raw = f"\ufeffأخبار\r\n{ARABIC.replace(chr(10), chr(13) + chr(10))}\r\n\r\n----\r\nتابعنا : تويتر - تلغرام".encode()
    (tmp_path / "a.txt").write_bytes(raw)
    document = one(tmp_path / "a.txt")
    assert document.source is not None
    assert document.text == ARABIC
    text = raw.decode(document.source.encoding)
    assert text == readable(raw, "a.txt")
    assert "\n".join(text[start:end] for start, end in document.source.body) == document.text
    at = document.text.index("رئيس")
    assert text[BodyMap(document.source.body).to_raw(at) :].startswith("رئيس")


def test_the_body_of_a_page_is_found_in_its_visible_text(tmp_path: Path) -> None:
    paragraphs = "".join(f"<p>{line}</p>" for line in HEBREW.split("\n"))
    raw = f'<meta charset="windows-1255"><nav>ראשי</nav><article>{paragraphs}</article>'.encode("cp1255")
    (tmp_path / "a.HTML").write_bytes(raw)
    document = one(tmp_path / "a.HTML")
    assert document.source is not None
    visible = readable(raw, "a.HTML")
    assert "\n".join(visible[start:end] for start, end in document.source.body) == document.text == HEBREW
    assert document.source.encoding == "cp1255"


def test_folders_are_walked_in_order_and_hidden_and_other_files_passed_over(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.txt", "a/1.html", ".git/x.txt", "a/.hidden.txt", "a/picture.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(HEBREW + f"\nמספר האירוע הוא {name}.", encoding="utf-8")
    found = [
        document.source.name for document in read([tmp_path]) if isinstance(document, Document) and document.source
    ]
    assert found == ["b.txt", "a/1.html", "a/2.txt"]


def test_rows_bring_what_is_known_of_them(tmp_path: Path) -> None:
    row = {"id": 7, "text": HEBREW, "title": "כותרת", "url": "https://x", "published": "2024-01-02", "source": "גבעה"}
    document = one(jsonl(tmp_path / "a.jsonl", row))
    assert document.id == "7"
    assert document.source is not None
    got = document.source
    assert (got.name, got.title, got.url, got.published) == ("גבעה", "כותרת", "https://x", "2024-01-02")
    assert got.raw_sha256 == sha256(HEBREW)


def test_a_row_without_anything_but_text_is_named_by_its_place(tmp_path: Path) -> None:
    document = one(jsonl(tmp_path / "a.jsonl", "", {"text": ARABIC}))
    assert document.id == text_id(ARABIC)
    assert document.source is not None
    assert document.source.name == "a.jsonl, row 2"
    assert document.source.title == ARABIC.split("\n")[0]


def test_a_row_that_says_it_is_all_body_is_taken_whole(tmp_path: Path) -> None:
    text = f"\nicon\r\n{HEBREW}\nשתפו בפייסבוק\n"
    cut, kept = read([jsonl(tmp_path / "a.jsonl", {"text": text, "id": "1"}, {"text": text, "id": "2", "body": True})])
    assert isinstance(cut, Document)
    assert isinstance(kept, Document)
    assert cut.text == HEBREW
    assert kept.text == text.replace("\r\n", "\n")


def test_a_row_that_is_a_document_keeps_its_text_and_loses_its_marks(tmp_path: Path) -> None:
    marked = Document("d", "icon\n" + HEBREW, "he", entities=(Span(0, 4, "Person"),))
    assert one(jsonl(tmp_path / "a.jsonl", to_json(marked))) == marked.bare()


def test_jsonl_may_be_compressed(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "a.jsonl.gz", "wt", encoding="utf-8-sig") as file:
        file.write(json.dumps({"text": ARABIC, "id": "x"}, ensure_ascii=False) + "\n")
    assert one(tmp_path / "a.jsonl.gz").text == ARABIC


def test_parquet_rows_say_the_same_as_jsonl(tmp_path: Path) -> None:
    when = datetime(2024, 1, 2, tzinfo=UTC)
    rows = {"id": [1, 2], "text": [ARABIC, None], "published": [when, when], "other": [b"x", b"y"]}
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")
    first, second = read([tmp_path / "a.parquet"])
    assert isinstance(first, Document)
    assert first.source is not None
    assert (first.id, first.text, first.source.published) == ("1", ARABIC, "2024-01-02 00:00:00+00:00")
    assert told([second]) == ["a.parquet, row 2: has no `text`: None; mend or remove the row"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("{broken", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ([1], "is a list, not an object"),
        ({"id": "x"}, "has no `text`"),
        ({"text": 5}, "has no `text`: 5"),
        ({"text": ""}, "holds no article"),
        ({"text": HEBREW, "id": {"a": 1}}, "`id` is {'a': 1}, not a string"),
        ({"text": "\ud800" + HEBREW}, "half a surrogate pair"),
        ({"text": HEBREW, "title": "\udfff"}, "half a surrogate pair"),
        ({"text": HEBREW + "\0"}, "NUL"),
        ({"text": "This is an English article about nothing at all, and it goes on."}, "neither Hebrew nor Arabic"),
        ({"schema": 9, "id": "d", "text": HEBREW}, "schema is 9"),
    ],
)
def test_a_row_at_fault_is_named_and_the_others_go_on(tmp_path: Path, row: object, message: str) -> None:
    good = {"text": HEBREW, "id": "good"}
    before, fault, after = told(list(read([jsonl(tmp_path / "a.jsonl", good, row, good)])))
    assert before == after == "good"
    assert fault.startswith("a.jsonl, row 2: ")
    assert message in fault
    assert "; " in fault


def test_bytes_that_are_not_utf8_are_one_row_s_fault(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"text": "\xff"}\n' + json.dumps({"text": HEBREW, "id": "good"}).encode())
    assert told(list(read([path]))) == ["a.jsonl, row 1: byte 10 is not UTF-8; save the file as UTF-8", "good"]


def test_a_row_over_the_limit_is_one_error(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "a.jsonl", {"text": "א" * 5000}, {"text": HEBREW, "id": "good"})
    found = told(list(read([path], limit=2000)))
    assert found == ["a.jsonl, row 1: is over 2,000 bytes; split it or raise the limit", "good"]


def test_one_id_for_two_texts_is_an_error_and_for_one_text_is_none(tmp_path: Path) -> None:
    rows = [{"text": HEBREW, "id": "a"}, {"text": ARABIC, "id": "a"}, {"text": HEBREW, "id": "a"}]
    found = told(list(read([jsonl(tmp_path / "a.jsonl", *rows), jsonl(tmp_path / "b.jsonl", rows[1])])))
    again = "the id 'a' came before with another text; give each article its own id"
    assert found == ["a", f"a.jsonl, row 2: {again}", "a", f"b.jsonl, row 1: {again}"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "is empty"),
        ("a.txt", b" \r\n\t", "is empty"),
        ("a.txt", b"\x89PNG\0\0\0", "binary"),
        ("a.html", b"%PDF-1.4 ...", "is a PDF, not text"),
        ("a.txt", b"PK\x03\x04 ...", "zip archive"),
        ("a.txt", "א".encode() * 6000, "is over 10,000 bytes"),
        ("a.txt", b"Rain fell on the town for the third day in a row.", "neither Hebrew nor Arabic"),
        ("a.txt", "Дождь шёл над городом третий день подряд, и дороги размыло.".encode(), "neither Hebrew nor Arabic"),
        (
            "a.txt",
            "امروز در شهر باران شدیدی بارید و چند خیابان بسته شد و مردم در خانه‌ها ماندند.".encode(),
            "is in Persian",
        ),
        ("a.txt", "شہر میں آج تیز بارش ہوئی اور کئی سڑکیں بند ہو گئیں، لوگ گھروں میں رہے۔".encode(), "is in Urdu"),
        ("a.txt", "אין דער שטאט האט עס געשטארק גערעגנט און די וועגן זענען געווען פארמאכט.".encode(), "is in Yiddish"),
        ("a.txt", b"12:30\n----\nicon\n", "no article"),
        ("a.parquet", b"PAR1 not really", "cannot be read as parquet"),
        ("a.jsonl.gz", b"\x1f\x8b broken", "cannot be read"),
        ("a.docx", b"PK", "is of no kind read here"),
    ],
)
def test_a_file_at_fault_is_one_line_with_its_name_and_a_remedy(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    found = error(tmp_path / name)
    assert found.startswith(str(tmp_path / name))
    assert message in found
    assert "; " in found
    assert "\n" not in found


def test_a_parquet_file_without_text_says_what_it_has(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    for column in (pa.table({"content": ["x"], "id": [1]}), pa.table({"text": [1]})):
        pq.write_table(column, path)
        assert f"no column `text` of strings (its columns: {', '.join(column.column_names)})" in error(path)


def test_a_truncated_parquet_file_and_gzip_are_errors(tmp_path: Path) -> None:
    pq.write_table(pa.table({"text": [ARABIC] * 50}), tmp_path / "a.parquet")
    raw = gzip.compress(b"".join(json.dumps({"text": HEBREW, "n": n}).encode() + b"\n" for n in range(50)))
    for name, content in (("a.parquet", (tmp_path / "a.parquet").read_bytes()), ("a.jsonl.gz", raw)):
        (tmp_path / name).write_bytes(content[: len(content) // 2])
        assert isinstance(list(read([tmp_path / name]))[-1], ArticleError)


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "empty").mkdir()
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    assert "is not a file" in error(tmp_path / "pipe.txt")
    assert "holds no .txt" in error(tmp_path / "empty")
    assert "does not exist" in error(tmp_path / "dangling.txt")
    assert "does not exist" in error(tmp_path / "missing")


def test_reading_goes_on_after_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\0")
    (tmp_path / "b.txt").write_text(HEBREW, encoding="utf-8")
    first, second = read([tmp_path])
    assert isinstance(first, ArticleError)
    assert isinstance(second, Document)


def test_nothing_is_read_before_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(HEBREW, encoding="utf-8")
    found = read([tmp_path / "a.txt", tmp_path / "later.txt"])
    next(found)
    (tmp_path / "later.txt").write_text(ARABIC, encoding="utf-8")
    assert isinstance(next(found), Document)


def test_a_file_of_many_rows_is_read_in_the_memory_of_a_few(tmp_path: Path) -> None:
    body = " ".join(["עוד משפט אחד נאמר בעיירה."] * 800)
    jsonl(tmp_path / "a.jsonl", *({"text": f"{HEBREW}\n{number} {body}"} for number in range(30)))
    tracemalloc.start()
    try:
        assert all(isinstance(found, Document) for found in read([tmp_path / "a.jsonl"]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < (tmp_path / "a.jsonl").stat().st_size / 4


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.binary(max_size=200) | texts().map(lambda text: (ARABIC + text).encode("utf-8", "surrogatepass")),
    name=st.sampled_from(["a.txt", "a.html", "a.jsonl", "a.jsonl.gz", "a.parquet"]),
)
def test_whatever_is_in_a_file_nothing_is_raised(tmp_path: Path, raw: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(raw)
    for found in read([tmp_path / name]):
        if isinstance(found, Document) and name == "a.txt":
            assert found.source is not None
            text = raw.decode(found.source.encoding)
            assert "\n".join(text[start:end] for start, end in found.source.body) == found.text


@settings(deadline=None)  # the first call loads the detector's models
@given(texts(min_size=0))
def test_a_language_is_one_of_two_or_an_error(text: str) -> None:
    try:
        found = language(text)
    except ValueError:
        return
    assert found in ("ar", "he")


def test_a_mixed_article_has_the_language_of_most_of_its_letters() -> None:
    assert language(f"{HEBREW} {HEBREW} {ARABIC}") == "he"
    assert language(f"{ARABIC} {ARABIC} {HEBREW}") == "ar"


def test_documents_of_one_text_share_their_id(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(ARABIC, encoding="utf-8")
    first, second = (d for d in read([tmp_path]) if isinstance(d, Document))
    assert replace(first, source=None) == replace(second, source=None)
