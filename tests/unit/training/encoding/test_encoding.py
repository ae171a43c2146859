"""Gold -> targets -> perfect scores -> the same Document, for every family of tokenizers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation import sample
from annotation.core.document import Document, Link
from annotation.core.errors import NabaError, UsageError
from annotation.core.words import LEADING, TRAILING
from tests.builders import build, conflict
from tests.strategies import documents
from tests.unit.training.conftest import FAMILIES, reader
from training.encoding.decoding import Outputs
from training.encoding.encoding import Encoding, Example
from training.model.batches import collate

ONTOLOGY = conflict()


def perfect(example: Example, encoding: Encoding, rng: np.random.Generator, *, most: int = 1000) -> Outputs:
    """What a model says that makes no mistake: sure of every target, against wrong spans and cuts, `most` of them."""
    targets, labels = example.targets, encoding.labels
    assert targets is not None
    count, wrong = len(targets.spans), min(len(example.words), most)
    first = rng.permutation(len(example.words))[:wrong]
    spans = np.concatenate([targets.spans, np.stack([first, first, rng.integers(len(labels.spans), size=wrong)], 1)])
    noise = lambda *shape: rng.normal(0, 1, shape).astype(np.float32)  # noqa: E731
    leading, trailing = noise(len(spans), LEADING), noise(len(spans), TRAILING)
    leading[range(count), targets.leading] += 9
    trailing[range(count), targets.trailing] += 9
    roles = noise(len(spans), len(spans), len(labels.roles)) - 9
    roles[tuple(targets.roles.T)] += 18
    attributes = tuple(noise(len(spans), len(values)) for _, values in labels.attributes)
    for column, logits in enumerate(attributes):
        logits[range(len(targets.attributes)), np.maximum(targets.attributes[:, column], 0)] += 9
    logits = np.where(np.arange(len(spans)) < count, 9, -9).astype(np.float32)
    links = noise(len(spans), len(spans), len(labels.links)) - 9
    for a, b, link in targets.links:
        links[a, b, link] = links[b, a, link] = 9
    return Outputs(spans, logits, leading, trailing, roles, attributes, links)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=60)
@given(document=documents(ONTOLOGY), window=st.integers(8, 64), seed=st.integers(0, 9))
def test_what_can_be_said_survives_encoding_and_decoding(
    family: str, document: Document, window: int, seed: int
) -> None:
    encoding = Encoding(ONTOLOGY, reader(family), window=window, max_width=6)
    sayable, lost = encoding.representable(document)
    example = encoding.encode(sayable, targets=True)
    decoded = encoding.decode(example, perfect(example, encoding, np.random.default_rng(seed)))
    assert decoded == sayable
    assert encoding.representable(sayable) == (sayable, ())
    assert len(document.entities) - len(sayable.entities) + len(document.events) - len(sayable.events) <= len(lost)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_mark_of_the_sample_comes_back_character_for_character(family: str) -> None:
    """All of it with our own tokenizer; with each of the hub's, every third document from another one on."""
    encoding, rng = Encoding(ONTOLOGY, reader(family), window=64), np.random.default_rng(0)
    number = FAMILIES.index(family)
    for document in list(sample.gold())[number % 3 :: 3 if number else 1]:
        sayable, lost = encoding.representable(document)
        assert (lost, sayable.links, set(sayable.spans())) == ((), document.links, set(document.spans()))
        example = encoding.encode(document, targets=True)
        assert encoding.decode(example, perfect(example, encoding, rng, most=9)) == sayable


@settings(max_examples=60)
@given(document=documents(ONTOLOGY))
def test_targets_of_a_document_are_those_of_what_can_be_said_of_it(document: Document) -> None:
    encoding = Encoding(ONTOLOGY, reader("compact"), max_width=6)
    sayable = encoding.representable(document).document
    for a, b in zip(_arrays(encoding, document), _arrays(encoding, sayable), strict=True):
        np.testing.assert_array_equal(a, b)


def _arrays(encoding: Encoding, document: Document) -> list[np.ndarray]:
    targets = encoding.encode(document, targets=True).targets
    assert targets is not None
    return [targets.spans, targets.leading, targets.trailing, targets.roles, targets.attributes, targets.links]


SAYABLE = [
    "[Arrest:trigger נעצר] ב[Place>Arrest:GPE מחוז אידליב] [Person>Arrest:Person אבו חפס]",
    "وب[Strike:trigger غارة] لـ[Attacker>Strike:ArmedGroup لتحالف] قرب [Place>Strike:GPE إدلب]",
    'ה[Attacker>Strike:ArmedGroup כוח] ש[Strike,certainty=reported:trigger תקף] את צ[Target>Strike:Weapon ה"ל]',
    "אל [Die:trigger מות][Victim>Die:Person ו]",
    "[Person [Person דוד] אלמוני] הגיע",
    "[@x:Person דוד] ו[@y:Person שרה] אמרו ש[@x:Person דוד], הוא [@x:Person המורה], ב[Statement:trigger נאום]",
]


@pytest.mark.parametrize("markup", SAYABLE)
def test_spans_inside_words_are_said_whole(markup: str, tokenizer: object) -> None:
    encoding = Encoding(ONTOLOGY, tokenizer)  # type: ignore[arg-type]
    document = build(markup)
    assert encoding.representable(document) == (document, ())
    example = encoding.encode(document, targets=True)
    assert encoding.decode(example, perfect(example, encoding, np.random.default_rng(1))) == document


@pytest.mark.parametrize(
    ("markup", "why"),
    [
        ("אמר [Person  דוד]", "it begins on whitespace"),
        ("אמר [Person דוד ]כי", "it ends on whitespace"),
        ("ע[Person \u05b4מנואל]", "it cuts a letter from its marks"),
        ("אבגדהו[Person דוד]", "it begins 6 letters into a word; 5 is the most"),
        ("[Person דוד]אבגד", "it ends 4 letters before a word does; 3 is the most"),
        ("[Person א ב ג ד]", "it has more than 3 words"),
        ("[Person ל[Person דוד]]", "another Person is in the same words"),
        ("[Ghost דוד]", "the ontology has no Ghost"),
        ("[@x:Person דוד] [Statement,@x:trigger סיפר]", "it joins an event and an entity"),
        ("[Arrest:trigger נעצר] ה[Attacker>Arrest:Person איש]", "the ontology lets no Person fill it"),
        ("[Arrest,certainty=odd:trigger נעצר]", "the ontology has no value 'odd' of it"),
    ],
)
def test_what_cannot_be_said_is_lost_with_its_reason(markup: str, why: str) -> None:
    lost = Encoding(ONTOLOGY, reader("compact"), max_width=3).representable(build(markup)).lost
    assert [loss.why for loss in lost] == [why]


def test_what_a_lost_mention_joined_stays_joined_and_links_become_chains() -> None:
    document = build("[@x:Person דוד] או [@x:Person א ב ג ד] או [@x:Person דודי] או [@x:Person דויד]")
    a, _, b, c = document.entities
    star = replace(document, links=tuple(Link("SameAs", span, a) for span in document.entities[1:]))
    sayable, lost = Encoding(ONTOLOGY, reader("compact"), max_width=3).representable(star)
    assert sayable.links == (Link("SameAs", a, b), Link("SameAs", b, c))
    assert [(loss.kind, loss.why) for loss in lost][1:] == [("link", "a mention it joins is lost")]


def test_crossing_spans_cannot_both_be_said() -> None:
    whole = build("[Person דוד בן] חיים")
    crossing = build("דוד [Person בן חיים]")
    document = replace(whole, entities=(*whole.entities, *crossing.entities))
    sayable, lost = Encoding(ONTOLOGY, reader("compact")).representable(document)
    assert (sayable.entities, [loss.why for loss in lost]) == (whole.entities, ["it crosses another span"])


def test_a_default_value_goes_without_saying() -> None:
    name, attribute = next(iter(ONTOLOGY.attributes.items()))
    said = build(f"[Arrest,{name}={attribute.default}:trigger נעצר]")
    sayable, lost = Encoding(ONTOLOGY, reader("compact")).representable(said)
    assert (sayable, lost) == (build("[Arrest:trigger נעצר]", id=said.id), ())


def test_saved_and_loaded_it_encodes_alike(tokenizer: object, tmp_path: Path) -> None:
    encoding = Encoding(ONTOLOGY, tokenizer, window=32, max_width=9)  # type: ignore[arg-type]
    encoding.save_pretrained(tmp_path)
    again = Encoding.from_pretrained(tmp_path)
    assert (again.ontology, again.window, again.max_width) == (ONTOLOGY, 32, 9)
    examples = [e.encode(build(SAYABLE[0]), targets=True) for e in (encoding, again)]
    first, second = (collate([example]) for example in examples)
    assert all(first[name].equal(second[name]) for name in first)


def test_what_never_nests_is_remembered_with_the_model(tmp_path: Path) -> None:
    Encoding(ONTOLOGY, reader("compact"), nested=False).save_pretrained(tmp_path)
    assert Encoding.from_pretrained(tmp_path).nested is False


def test_a_folder_older_than_the_overlap_keeps_its_windows(tmp_path: Path) -> None:
    Encoding(ONTOLOGY, reader("compact"), overlap=0.1).save_pretrained(tmp_path)
    assert Encoding.from_pretrained(tmp_path).overlap == 0.1
    file = tmp_path / "encoding.json"
    file.write_text(json.dumps({k: v for k, v in json.loads(file.read_text()).items() if k != "overlap"}))
    assert Encoding.from_pretrained(tmp_path).overlap == 0.5


@pytest.mark.parametrize("content", [None, "{", "{}"])
def test_a_folder_that_holds_no_encoding_is_named(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "encoding.json").write_text(content)
    with pytest.raises(UsageError, match=str(tmp_path)):
        Encoding.from_pretrained(tmp_path)


def test_a_missing_ontology_is_named(tmp_path: Path) -> None:
    Encoding(ONTOLOGY, reader("compact")).save_pretrained(tmp_path)
    (tmp_path / "ontology.yaml").unlink()
    with pytest.raises(NabaError, match=r"ontology\.yaml"):
        Encoding.from_pretrained(tmp_path)
