"""Snapshots: built whole or not at all, never changed, opened by anyone, compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import datasets
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.core.document import Argument, Document, Event, Provenance, Source, Span
from annotation.core.errors import SnapshotError
from annotation.core.ontology import Ontology
from annotation.snapshot import snapshot as snapshots
from annotation.snapshot.manifest import Manifest
from annotation.snapshot.snapshot import Snapshot, build, compare_snapshots
from annotation.snapshot.splits import split_documents
from annotation.storage import parquet
from annotation.storage.documents_file import line
from annotation.storage.sealed_record import file_hash
from tests.builders import build as mark
from tests.builders import conflict
from tests.generated import articles
from tests.strategies import documents

ONTOLOGY = conflict()


def gold(count: int, *, prefix: str = "made") -> list[Document]:
    """Marked articles, Hebrew and Arabic in turn, none near another."""
    marked = []
    for bare in articles(count, characters=300, prefix=prefix):
        entity, trigger = Span(0, 4, "Person"), Span(5, 9, "Arrest")
        event = Event(trigger, (Argument("Person", entity),), (("certainty", "reported"),))
        by = Provenance(task=3, annotation=9, annotator="noa@x", lead_time=1.5, regions=((entity, "r1"),))
        marked.append(replace(bare, entities=(entity,), events=(event,), provenance=by))
    return marked


def everything(snapshot: Snapshot) -> dict[str, Document]:
    return {d.id: d for name in ("train", "dev", "test") for d in snapshot.split(name)}


def test_documents_come_back_exactly(tmp_path: Path) -> None:
    documents = gold(20)
    documents[0] = replace(documents[0], source=None, provenance=None, entities=(), events=())
    found = everything(build(documents, tmp_path / "one", ontology=ONTOLOGY))
    assert found == {document.id: document for document in documents}
    assert [found[d.id].provenance for d in documents] == [d.provenance for d in documents]


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(documents(ONTOLOGY), st.floats(allow_nan=False) | st.none(), st.none() | st.just(Provenance(task=1)))
def test_any_document_survives_a_row_of_parquet(
    tmp_path: Path, document: Document, score: float | None, by: Provenance | None
) -> None:
    scored = tuple(Span(s.start, s.end, s.label, score) for s in document.entities)
    document = replace(document, entities=scored, provenance=by)
    parquet.write_parquet(tmp_path / "x.parquet", [document])
    (found,) = parquet.read_parquet(tmp_path / "x.parquet")
    assert found == document
    assert line(found) == line(document)
    assert found.provenance == document.provenance
    assert [span.score for span in found.entities] == [span.score for span in document.entities]


def test_it_opens_with_datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = build(gold(30), tmp_path / "one", ontology=ONTOLOGY)
    found = datasets.load_dataset(str(snapshot.path), cache_dir=str(tmp_path / "cache"))
    assert {name: len(found[name]) for name in found} == {
        name: counts.documents for name, counts in snapshot.manifest.counts.items()
    }
    row = found["train"][0]
    assert parquet.from_row(row) == snapshot.train[0]
    assert row["links"] == []


def test_a_split_without_documents_is_not_offered_to_datasets(tmp_path: Path) -> None:
    snapshot = build(gold(2), tmp_path / "one", ontology=ONTOLOGY)
    found = datasets.load_dataset(str(snapshot.path), cache_dir=str(tmp_path / "cache"))
    assert list(found) == ["train"]
    assert snapshot.dev == snapshot.test == []


def test_the_same_input_in_any_order_makes_the_same_bytes(tmp_path: Path) -> None:
    one = build(gold(20), tmp_path / "a" / "snap", ontology=ONTOLOGY)
    two = build(reversed(gold(20)), tmp_path / "b" / "snap", ontology=ONTOLOGY)
    for file in sorted(one.path.iterdir()):
        assert file.read_bytes() == (two.path / file.name).read_bytes(), file.name


def test_a_second_build_of_the_same_touches_nothing(tmp_path: Path) -> None:
    first = build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    before = {file: file.stat().st_mtime_ns for file in first.path.iterdir()}
    second = build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    assert second.manifest == first.manifest
    assert {file: file.stat().st_mtime_ns for file in first.path.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["snap"]


def test_other_content_is_refused(tmp_path: Path) -> None:
    build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    with pytest.raises(SnapshotError, match="holds another snapshot already"):
        build(gold(8), tmp_path / "snap", ontology=ONTOLOGY)
    changed = Ontology.parse(ONTOLOGY.source.replace("name: conflict", "name: other", 1))
    with pytest.raises(SnapshotError, match="holds another snapshot already"):
        build(gold(9), tmp_path / "snap", ontology=changed)


def test_a_folder_that_is_no_snapshot_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for out in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(SnapshotError, match="exists and is no snapshot"):
            build(gold(3), out, ontology=ONTOLOGY)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    assert len(build(gold(3), tmp_path, ontology=ONTOLOGY).train) == 3


@pytest.mark.parametrize("name", ["train.parquet", "ontology.yaml", "README.md", "manifest.json"])
def test_a_changed_or_missing_file_is_named(tmp_path: Path, name: str) -> None:
    snapshot = build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    path = snapshot.path / name
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"conflict", b"confIict").replace(b'"quarantined": 0', b'"quarantined": 7') + b" ")
    with pytest.raises(SnapshotError, match=f"{name}: changed since it was built"):
        Snapshot.open(snapshot.path)
    path.unlink()
    with pytest.raises(SnapshotError, match=f"{name}: (missing|No such file)"):
        Snapshot.open(snapshot.path)


def sealed_again(folder: Path, **changed: object) -> None:
    """The manifest with these values, sealed as naba seals, and the hashes of the files as they are."""
    manifest = Manifest.open(folder)
    files = {
        name: file_hash(folder / name) if (folder / name).is_file() else hash for name, hash in manifest.files.items()
    }
    (folder / "manifest.json").write_text(
        manifest.model_copy(update=changed).sealed(changed.get("files", files)).to_json()
    )  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["train.parquet", "dev.parquet", "test.parquet", "ontology.yaml"])
def test_what_every_snapshot_has_is_required(tmp_path: Path, name: str) -> None:
    snapshot = build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    (snapshot.path / name).unlink()
    sealed_again(snapshot.path, files={k: v for k, v in snapshot.manifest.files.items() if k != name})
    with pytest.raises(SnapshotError, match=rf"manifest\.json: does not list {name}"):
        Snapshot.open(snapshot.path)


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname", "a/../../secret.txt", "..", "", "a//b", "\0"])
def test_paths_stay_inside(tmp_path: Path, name: str) -> None:
    snapshot = build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    (tmp_path / "secret.txt").write_text("x")
    sealed_again(snapshot.path, files={**snapshot.manifest.files, name: file_hash(tmp_path / "secret.txt")})
    with pytest.raises(SnapshotError, match="leads out of the snapshot") as caught:
        Snapshot.open(snapshot.path)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("name", ["notes.txt", "train-00001.parquet", "more/of/it.txt"])
def test_an_extra_file_is_named(tmp_path: Path, name: str) -> None:
    snapshot = build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    (snapshot.path / name).parent.mkdir(parents=True, exist_ok=True)
    (snapshot.path / name).write_text("x")
    with pytest.raises(SnapshotError, match=f"{name}: is no part of the snapshot"):
        Snapshot.open(snapshot.path)
    with pytest.raises(SnapshotError, match=f"{name}: is no part of the snapshot"):
        build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)


def test_hidden_files_and_links_to_files_elsewhere_are_no_fault(tmp_path: Path) -> None:
    snapshot = build(gold(9), tmp_path / "snap", ontology=ONTOLOGY)
    for name in (".gitattributes", ".cache/x.json", ".DS_Store"):
        (snapshot.path / name).parent.mkdir(exist_ok=True)
        (snapshot.path / name).write_text("x")
    (snapshot.path / "dev.parquet").rename(tmp_path / "blob")
    (snapshot.path / "dev.parquet").symlink_to(tmp_path / "blob")
    assert Snapshot.open(snapshot.path).dev == snapshot.dev


def test_a_sealed_manifest_that_says_otherwise_is_refused(tmp_path: Path) -> None:
    """Every hash and checksum fits, yet the documents, their counts or the ontology are others."""
    snapshot = build(gold(20), tmp_path / "snap", ontology=ONTOLOGY)

    def refused(match: str) -> None:
        with pytest.raises(SnapshotError, match=match) as caught:
            Snapshot.open(snapshot.path)
        assert "\n" not in str(caught.value)

    counts = dict(snapshot.manifest.counts)
    sealed_again(snapshot.path, counts={**counts, "dev": counts["train"]})
    refused(r"manifest\.json: its counts are not those of dev\.parquet")
    sealed_again(snapshot.path, counts={k: v for k, v in counts.items() if k != "dev"})
    refused("has no counts of dev")
    sealed_again(snapshot.path, counts=counts, ontology="0" * 16)
    refused(r"ontology\.yaml: is not the ontology of the manifest")
    sealed_again(snapshot.path, ontology=ONTOLOGY.hash)
    parquet.write_parquet(snapshot.path / "dev.parquet", [replace(d, events=()) for d in snapshot.dev])
    sealed_again(snapshot.path)
    refused("its documents are not those its manifest was made of")
    parquet.write_parquet(snapshot.path / "dev.parquet", [*snapshot.dev, snapshot.train[0]])
    sealed_again(snapshot.path)
    refused(f"document {snapshot.train[0].id} is there 2 times")
    parquet.write_parquet(
        snapshot.path / "dev.parquet", [replace(snapshot.dev[0], events=(), entities=(Span(0, 4, "Wizard"),))]
    )
    sealed_again(snapshot.path)
    refused("Wizard is no label of ontology")


@pytest.mark.parametrize("other", [9, 8])
def test_two_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: int) -> None:
    """Another command puts its snapshot in place just before this one does: the same one, or one of other documents."""
    out = tmp_path / "snap"
    started: list[bool] = []

    def meanwhile(building: Path, path: Path) -> None:
        if not started:
            started.append(True)
            build(gold(other), out, ontology=ONTOLOGY)
        publish(building, path)

    publish = snapshots._publish
    monkeypatch.setattr(snapshots, "_publish", meanwhile)
    if other == 9:
        assert everything(build(gold(9), out, ontology=ONTOLOGY)).keys() == {d.id for d in gold(9)}
    else:
        with pytest.raises(SnapshotError, match="holds another snapshot already"):
            build(gold(9), out, ontology=ONTOLOGY)
    assert [path.name for path in tmp_path.iterdir()] == ["snap"]


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"schema": 1, "name": 5}', "\xff"])
def test_a_manifest_that_is_none_is_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(SnapshotError, match=r"manifest\.json: cannot be read") as caught:
        Snapshot.open(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_folder_or_path_that_is_no_snapshot_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(SnapshotError, match="name a folder made by `naba snapshot`"):
            Snapshot.open(path)


def test_a_split_it_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no split 'validation'; it has train, dev, test"):
        build(gold(3), tmp_path / "snap", ontology=ONTOLOGY).split("validation")


@pytest.mark.parametrize(
    ("documents", "ratios", "message"),
    [
        ([], (0.8, 0.1, 0.1), "no documents"),
        ([*gold(3), gold(1)[0]], (0.8, 0.1, 0.1), "made-0 is there 2 times"),
        (gold(3), (0.8, 0.1, 0.2), "must be three shares"),
        (gold(3), (1.2, -0.1, -0.1), "must be three shares"),
        ([mark("[Wizard מרלין]", id="d")], (0.8, 0.1, 0.1), "document d: Wizard is no label of ontology conflict"),
        ([Document("d", "\ud800")], (0.8, 0.1, 0.1), "half a surrogate pair"),
    ],
)
def test_what_cannot_be_a_snapshot(
    tmp_path: Path, documents: list[Document], ratios: tuple[float, float, float], message: str
) -> None:
    with pytest.raises(SnapshotError, match=message):
        build(documents, tmp_path / "snap", ontology=ONTOLOGY, ratios=ratios)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_says_what_and_whence(tmp_path: Path) -> None:
    build(
        gold(20),
        tmp_path / "snap",
        ontology=ONTOLOGY,
        agreement={"Arg-C+": {"f1": 0.7}},
        quarantined=4,
        project="news",
        watermark="2024-01-02T03:04:05Z",
        name="first",
    )
    told = json.loads((tmp_path / "snap" / "manifest.json").read_text(encoding="utf-8"))
    assert told["schema"] == 1
    assert (told["name"], told["project"], told["watermark"]) == ("first", "news", "2024-01-02T03:04:05Z")
    assert (told["agreement"], told["quarantined"]) == ({"Arg-C+": {"f1": 0.7}}, 4)
    assert told["annotators"] == ["noa@x"]
    assert told["ontology"] == ONTOLOGY.hash
    assert told["policy"] == {"ratios": [0.8, 0.1, 0.1], "seed": 13, "threshold": 0.7}
    assert sum(counts["documents"] for counts in told["counts"].values()) == 20
    assert told["counts"]["train"]["events"] == {"Arrest": 16}
    assert set(told["files"]) == {"train.parquet", "dev.parquet", "test.parquet", "ontology.yaml", "README.md"}


def test_the_card_begins_with_the_block_the_hub_reads(tmp_path: Path) -> None:
    snapshot = build(gold(20), tmp_path / "snap", ontology=ONTOLOGY)
    text = (snapshot.path / "README.md").read_text(encoding="utf-8")
    block = yaml.safe_load(text.split("---\n")[1])
    assert (block["language"], block["license"]) == (["ar", "he"], "other")
    assert block["task_categories"] == ["token-classification"]
    assert [file["split"] for file in block["configs"][0]["data_files"]] == ["train", "dev", "test"]
    assert "| Arrest | 16 | 2 | 2 |" in text
    assert "noa@x" not in text


def test_the_ontology_inside_is_the_one_it_was_built_with(tmp_path: Path) -> None:
    snapshot = build(gold(3), tmp_path / "snap", ontology=ONTOLOGY)
    assert snapshot.ontology == ONTOLOGY
    assert snapshot.ontology.hash == snapshot.manifest.ontology


def test_a_difference_names_documents_and_counts_labels(tmp_path: Path) -> None:
    before = gold(20)
    after = [replace(before[0], events=()), *before[2:], *gold(1, prefix="new")]
    a, b = (build(d, tmp_path / n, ontology=ONTOLOGY) for n, d in (("a", before), ("b", after)))
    difference = compare_snapshots(a, b)
    assert (difference.added, difference.removed, difference.changed) == (("new-0",), ("made-1",), ("made-0",))
    assert not difference.ontology_changed
    arrests = [difference.labels[name].get("Arrest", (0, 0)) for name in ("train", "dev", "test")]
    assert sum(new - old for old, new in arrests) == -1
    assert json.dumps(difference.as_dict())


def test_equal_snapshots_have_no_difference(tmp_path: Path) -> None:
    a, b = (build(gold(9), tmp_path / name, ontology=ONTOLOGY) for name in "ab")
    assert not compare_snapshots(a, b)
    assert compare_snapshots(a, b).labels == {"train": {}, "dev": {}, "test": {}}


def parts(clusters: list[int], languages: list[str], seed: int = 1) -> dict[str, list[Document]]:
    made = [Document(str(number), "x", language) for number, language in enumerate(languages)]
    return split_documents(made, clusters, ratios=(0.8, 0.1, 0.1), seed=seed)


@given(st.data(), st.integers(1, 80), st.integers(0, 5))
def test_clusters_stay_together_and_nothing_is_lost(data: st.DataObject, count: int, seed: int) -> None:
    clusters = data.draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    languages = data.draw(st.lists(st.sampled_from(["ar", "he"]), min_size=count, max_size=count))
    found = parts(clusters, languages, seed)
    where = {document.id: name for name, documents in found.items() for document in documents}
    assert sorted(where, key=int) == [str(number) for number in range(count)]
    for cluster in set(clusters):
        assert len({where[str(number)] for number in range(count) if clusters[number] == cluster}) == 1


@given(st.integers(3, 60), st.integers(3, 200), st.integers(0, 5))
def test_each_language_is_near_the_ratios_and_everywhere(arabic: int, hebrew: int, seed: int) -> None:
    found = parts(list(range(arabic + hebrew)), ["ar"] * arabic + ["he"] * hebrew, seed)
    for language, total in (("ar", arabic), ("he", hebrew)):
        for name, ratio in (("train", 0.8), ("dev", 0.1), ("test", 0.1)):
            count = sum(document.language == language for document in found[name])
            assert count >= 1
            assert abs(count - ratio * total) <= 1.5


def test_near_duplicates_are_in_one_split(tmp_path: Path) -> None:
    documents = gold(30)
    copies = [replace(d, id=f"copy-{d.id}", text=d.text + " סוף") for d in documents]
    snapshot = build([*documents, *copies], tmp_path / "snap", ontology=ONTOLOGY)
    where = {d.id: name for name in ("train", "dev", "test") for d in snapshot.split(name)}
    assert all(where[d.id] == where[f"copy-{d.id}"] for d in documents)
    assert set(where.values()) == {"train", "dev", "test"}


@given(st.integers(5, 150), st.integers(0, 5))
def test_a_new_document_moves_hardly_any_other_and_none_between_dev_and_test(count: int, seed: int) -> None:
    before, after = (parts(list(range(n)), ["he"] * n, seed) for n in (count, count + 1))
    was = {document.id: name for name, documents in before.items() for document in documents}
    now = {document.id: name for name, documents in after.items() for document in documents}
    moved = [(was[id], now[id]) for id in was if was[id] != now[id]]
    assert len(moved) <= 2
    assert not {("dev", "test"), ("test", "dev")} & set(moved)


def test_another_seed_is_another_split() -> None:
    assert parts(list(range(50)), ["he"] * 50, 1)["test"] != parts(list(range(50)), ["he"] * 50, 2)["test"]


def test_sources_keep_their_body(tmp_path: Path) -> None:
    source = Source("a.txt", title="כותרת", body=((0, 4), (6, 6), (8, 12)))
    snapshot = build([Document("d", "x" * 10, "he", source=source)], tmp_path / "snap", ontology=ONTOLOGY)
    assert snapshot.train[0].source == source
