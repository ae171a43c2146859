"""YAML of strangers: read, or refused in a line; it ends no process and grows to nothing."""

from __future__ import annotations

import pytest

from annotation.core.errors import OntologyError
from annotation.core.ontology import Ontology
from annotation.core.yaml_text import DEPTH, SIZE, YamlError, loads

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


def test_plain_yaml_is_read() -> None:
    assert loads("a: &x {b: 1}\nc: *x\nd: {<<: *x, e: [2.5, אב]}") == {
        "a": {"b": 1},
        "c": {"b": 1},
        "d": {"b": 1, "e": [2.5, "אב"]},
    }
    assert loads("") is None
    assert loads("{<<: [{a: 1}, {a: 2}], a: 3}") == {"a": 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "line 1: nested more than"),
        ("".join(" " * n + "a:\n" for n in range(DEPTH + 2)), "nested more than"),
        ("- " * 200 + "x", "nested more than"),
        (BOMB, "line 6: stands for more than"),
        ("a: &a [1, *a]", r"line 1: \*a stands within itself"),
        ("a: *b", r"\*b stands within itself, or for nothing before it"),
        ("a: 1\nb: 2\na: 3", "the key 'a' stands twice: in line 1 and in line 3"),
        ('x:\n  a: 1\n  "a": 3', "the key 'a' stands twice: in line 2 and in line 3"),
        ("{1: a, 0x1: b}", "the key 1 stands twice"),
        ("a: .nan", "a: nan is no number"),
        ("a: [1, -.inf]", r"a\[1\]: -inf is no number"),
        ("a: 2020-99-99", "month"),
        ("a: " + "9" * 5000, "digits"),
        ("? [a]\n: b", "unhashable|not YAML"),
        ("a: !!python/object:os.system x", "not YAML"),
        ("a: b: c", "not YAML"),
        ("\0", "not YAML"),
        ("a\n---\nb", "not YAML"),
        ("x" * (SIZE + 1), "is over"),
    ],
)
def test_anything_else_is_one_line(text: str, said: str) -> None:
    with pytest.raises(YamlError, match=said) as caught:
        loads(text)
    assert "\n" not in str(caught.value)
    with pytest.raises(OntologyError):
        Ontology.parse(text)
