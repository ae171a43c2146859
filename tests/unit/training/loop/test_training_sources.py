"""Several snapshots in one run: what each adds, what is left out and why, and what does not go together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.snapshot import snapshot
from annotation.snapshot.snapshot import Snapshot
from tests.builders import conflict
from tests.ontologies import without_event
from tests.run.small import documents
from training.analysis.leakage import leakage
from training.config.schema import DataConfig
from training.loop.data_selection import DataSelection
from training.loop.training_sources import TrainingSources

RATIOS = (0.6, 0.2, 0.2)
OURS = documents(20)
THEIRS = [replace(document, id=f"new-{document.id}") for document in documents(10, seed=2)]

Make = Callable[[str, Sequence[Document]], Snapshot]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a snapshot all of whose documents are training documents, but for `main`."""

    def write(name: str, given: Sequence[Document], ontology: Ontology | None = None) -> Snapshot:
        ratios = RATIOS if name == "main" else (1.0, 0.0, 0.0)
        return snapshot.build(given, tmp_path / name, ontology=ontology or conflict(), ratios=ratios)

    return write


def opened(main: Snapshot, *also: Snapshot) -> TrainingSources:
    return TrainingSources.open(str(main.path), [str(each.path) for each in also])


def ids(given: Sequence[Document]) -> list[str]:
    return [document.id for document in given]


def test_training_documents_are_added_and_dev_and_test_stay(make: Make) -> None:
    main, other = make("main", OURS), make("other", THEIRS)
    sources = opened(main, other)
    assert sources.train == [*main.train, *other.train]
    assert DataSelection.of(sources, DataConfig()) == DataSelection([*main.train, *other.train], main.dev)
    assert str(sources.additions[0]) == "10 documents"


def test_without_further_snapshots_nothing_is_another(make: Make) -> None:
    main = make("main", OURS)
    for also in (None, ()):
        assert TrainingSources.open(str(main.path), also).train == main.train


def test_languages_limit_and_share_are_of_all_of_them(make: Make) -> None:
    sources = opened(make("main", OURS), make("other", THEIRS))

    def chosen(**settings: object) -> list[Document]:
        return list(DataSelection.of(sources, DataConfig(**settings), seed=1).train)  # type: ignore[arg-type]

    assert chosen(limit=14) == sources.train[:14]
    assert chosen(limit=7, languages=("he",)) == [d for d in sources.train if d.language == "he"][:7]
    whole = Counter(document.language for document in sources.train)
    half = Counter(document.language for document in chosen(share=0.5))
    assert half == {language: round(count / 2) for language, count in whole.items()}
    few, more = (chosen(share=share) for share in (0.25, 0.5))
    assert set(ids(few)) < set(ids(more))
    assert any(id.startswith("new-") for id in ids(few + more))


def test_copies_of_dev_and_test_are_left_out_and_counted(make: Make) -> None:
    main = make("main", OURS)
    copies = [replace(each, id=f"copy-{each.id}", text=each.text + " ...") for each in (*main.dev[:2], main.test[0])]
    sources = opened(main, make("other", [*THEIRS, *copies, main.dev[3], main.test[2]]))
    assert ids(sources.train) == [*ids(main.train), *ids(THEIRS)]
    assert str(sources.additions[0]) == "10 documents (5 near-duplicates of dev or test left out)"
    assert not leakage([*main.dev, *main.test], sources.train)


def test_what_is_there_already_is_taken_once_as_the_run_s_own_snapshot_has_it(make: Make) -> None:
    main = make("main", OURS)
    unmarked = [replace(document, entities=(), events=(), links=()) for document in main.train[:4]]
    first, second = make("first", [*THEIRS[:6], *unmarked]), make("second", THEIRS)
    sources = opened(main, first, second)
    assert sources.train == [*main.train, *THEIRS]
    assert [str(each) for each in sources.additions] == [
        "6 documents (4 there already)",
        "4 documents (6 there already)",
    ]


def test_another_text_under_a_known_id_gets_an_id_of_its_own(make: Make) -> None:
    main, other = make("main", OURS), make("other", documents(20, seed=3))
    third = make("third", [*documents(20, seed=3), *documents(22, seed=4)[20:]])
    sources = opened(main, other, third)
    suffix = other.manifest.content[:8]
    assert ids(sources.train) == [*ids(main.train), *(f"{id}@{suffix}" for id in ids(other.train)), "d020", "d021"]
    assert [document.text for document in sources.additions[0].documents] == [d.text for d in other.train]
    assert not leakage(main.test, sources.train)


def test_what_does_not_go_together_is_named(make: Make, tmp_path: Path) -> None:
    main, other = make("main", OURS), make("other", THEIRS)
    again = snapshot.build(THEIRS, tmp_path / "again", ontology=conflict(), ratios=(1.0, 0.0, 0.0))
    narrow = without_event(conflict(), "Strike")
    strange = snapshot.build(THEIRS, tmp_path / "strange", ontology=narrow, ratios=(1.0, 0.0, 0.0))
    for also, said in (
        ((main,), f"data.also: {main.path} is the snapshot {main.path} once more; name each of them once"),
        ((other, other), f"{other.path} is the snapshot {other.path} once more"),
        ((other, again), f"{again.path} is the snapshot {other.path} once more"),
        ((other, strange), f"data.also: {strange.path} has ontology {narrow.name} {narrow.version} ({narrow.hash})"),
    ):
        with pytest.raises(UsageError) as told:
            opened(main, *also)
        assert said in str(told.value)
        assert "\n" not in str(told.value)
    assert str(main.path) in str(told.value)
    assert "naba migrate" in str(told.value)
    with pytest.raises(UsageError, match=r"^data\.also: .*nowhere"):
        TrainingSources.open(str(main.path), [str(tmp_path / "nowhere")])
