r"""Inline markup of annotations, for the sample corpus, the ontology's examples and the test builders.

    [Arrest:trigger נעצר] ב[Place>Arrest:GPE אטמה] [Person>Arrest:Person אבו חפס]

A mark is `[HEAD words]`; HEAD ends at the first space, and marks nest. HEAD is `KIND` or `ITEM,ITEM...:KIND`. KIND is
an entity type, or `trigger`. The items are

    Type, Type#name          the event a trigger stands for (exactly one); `#name` tells two events of a type apart
    Role>Type, Role>Type#n   this span fills the role of that event, which may stand before or after
    attribute=value          of the trigger's event
    @name                    spans with the same @name are joined by SameAs, each to the one before it

`\[`, `\]` and `\\` stand for the characters themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from annotation.core.document import Argument, Document, Event, Link, Span, text_id

_HEAD = re.compile(r"\[(?:([^\s\[\]:]+):)?(\w+) ")
_ESCAPED = re.compile(r"([\[\]\\])")


@dataclass
class _Mark:
    kind: str
    items: list[str]
    start: int
    line: int
    end: int = 0
    name: str = field(default="", init=False)
    label: str = field(default="", init=False)

    @property
    def span(self) -> Span:
        return Span(self.start, self.end, self.label)


def parse(markup: str, *, id: str | None = None, language: str = "und") -> Document:
    """The Document the markup describes. Raises ValueError that names the line and the mark at fault."""
    text, marks = _scan(markup)
    for mark in marks:
        _name(mark)
    events = {mark.name: mark for mark in marks if mark.kind == "trigger"}
    if len(events) < sum(mark.kind == "trigger" for mark in marks):
        raise ValueError(
            f"two triggers are both called {_repeated(mark.name for mark in marks if mark.kind == 'trigger')!r}"
        )
    arguments = _arguments(marks, events)
    return Document(
        id=id or text_id(text),
        text=text,
        language=language,
        entities=tuple(mark.span for mark in marks if mark.kind != "trigger"),
        events=tuple(Event(mark.span, tuple(arguments[name]), _attributes(mark)) for name, mark in events.items()),
        links=tuple(_links(marks)),
    )


def strip(markup: str) -> str:
    """The text without its markup. Raises ValueError as `parse` does for brackets that do not match."""
    return _scan(markup)[0]


def escape(text: str) -> str:
    """The text with brackets and backslashes escaped, so that `parse` reads them as plain characters."""
    return _ESCAPED.sub(r"\\\1", text)


def _scan(markup: str) -> tuple[str, list[_Mark]]:
    text: list[str] = []
    marks: list[_Mark] = []
    stack: list[_Mark] = []
    at = 0
    while at < len(markup):
        char = markup[at]
        line = markup.count("\n", 0, at) + 1
        if char == "\\" and at + 1 < len(markup):
            text.append(markup[at + 1])
            at += 2
        elif char == "[":
            head = _HEAD.match(markup, at)
            if head is None:
                raise ValueError(f"line {line}: {markup[at : at + 20]!r} is no mark; write \\[ for a bracket")
            stack.append(_Mark(head[2], (head[1] or "").split(",") if head[1] else [], len(text), line))
            marks.append(stack[-1])
            at = head.end()
        elif char == "]":
            if not stack:
                raise ValueError(f"line {line}: ']' closes nothing; write \\] for a bracket")
            stack.pop().end = len(text)
            at += 1
        else:
            text.append(char)
            at += 1
    if stack:
        raise ValueError(f"line {stack[-1].line}: the {stack[-1].kind} mark is never closed")
    return "".join(text), marks


def _name(mark: _Mark) -> None:
    """Fill in the label, and the event's name for a trigger."""
    names = [item for item in mark.items if not set(">=@") & set(item)]
    if len(names) != (mark.kind == "trigger"):
        raise ValueError(f"line {mark.line}: a {mark.kind} mark names {len(names)} events: {','.join(mark.items)!r}")
    mark.name = names[0] if names else ""
    mark.label = mark.name.partition("#")[0] or mark.kind


def _arguments(marks: list[_Mark], events: dict[str, _Mark]) -> dict[str, list[Argument]]:
    arguments: dict[str, list[Argument]] = {name: [] for name in events}
    for mark in marks:
        for item in mark.items:
            role, arrow, event = item.partition(">")
            if not arrow:
                continue
            if event not in events:
                raise ValueError(f"line {mark.line}: {item!r} points at an event that is not marked")
            arguments[event].append(Argument(role, mark.span))
    return arguments


def _attributes(mark: _Mark) -> tuple[tuple[str, str], ...]:
    pairs = (item.partition("=") for item in mark.items if "=" in item)
    return tuple((name, value) for name, _, value in pairs)


def _links(marks: list[_Mark]) -> Iterable[Link]:
    previous: dict[str, Span] = {}
    for mark in marks:
        for item in mark.items:
            if item.startswith("@"):
                if item in previous:
                    yield Link("SameAs", previous[item], mark.span)
                previous[item] = mark.span


def _repeated(names: Iterable[str]) -> str:
    seen: set[str] = set()
    return next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
