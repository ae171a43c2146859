"""The messages that a language model is asked with: rules, the ontology with its definitions, and marked examples."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from annotation.core import inline_markup
from annotation.core.document import Document
from annotation.core.ontology import ARTICLE_LANGUAGES, EventType, Ontology, Type
from annotation.drafting.answer_format import answer_schema, as_answer

Message: TypeAlias = dict[str, str]

LONGEST_EXAMPLE = 4000
"""Characters of the longest article that is shown as a marked example."""
_RULES = """\
You mark events in news articles in Hebrew and Arabic. Answer with one JSON object of the schema, and nothing else.

- entities: each mention, with its type. events: each event, with its trigger, the one word that tells it.
- quote: the exact words of the article, as short as the rules allow, copied character for character.
- Leave out prefixes that are glued to the first word (Hebrew ו ב ל מ ש כ; Arabic و ف ب ل ك), titles and ranks; keep the
  article (ה, ال) of an entity.
- before: the three words directly before the quote where the quote stands more than once in the article, else "".
- Mark every mention that stands in the article, a name inside a longer name too. A verb that only carries a noun
  ("carried out a raid") is no trigger, the noun is.
- arguments: the role, and the quote of an entity (or trigger) that you listed, from any sentence of the article.
- attributes: only what differs from the default.
- links: one for each thing that is named, or event that is told, more than once in other words: all its mentions, each
  the quote of an entity (or a trigger) that you listed.
- Mark nothing that the article does not say, and use no other types or roles than these."""
_AGAIN = "That was not one JSON object of the schema. Answer with that object alone."


@dataclass(frozen=True)
class Prompt:
    """How articles are asked about: the ontology, and marked examples by language."""

    ontology: Ontology
    examples: Mapping[str, Sequence[Document]]

    @classmethod
    def of(cls, ontology: Ontology, examples: Iterable[Document], *, shots: int) -> Prompt:
        """A prompt with up to `shots` marked examples of each language, one to spare: none is its own example."""
        by_language: dict[str, dict[str, Document]] = {}
        for document in examples:
            if len(document.text) <= LONGEST_EXAMPLE and (document.events or document.entities):
                by_language.setdefault(document.language, {}).setdefault(document.id, document)
        chosen = {
            language: _most_telling(list(documents.values()), shots + 1) if shots else []
            for language, documents in by_language.items()
        }
        return cls(ontology, {language: documents[: shots + 1] for language, documents in chosen.items()})

    @property
    def schema(self) -> dict[str, object]:
        """The JSON schema of the answers."""
        return answer_schema(self.ontology)

    def messages(self, article: Document, *, shots: int) -> list[Message]:
        """The messages that ask about an article; itself is never among the examples."""
        others = [document for document in self.examples.get(article.language, ()) if document.id != article.id]
        code = article.language if article.language in ARTICLE_LANGUAGES else ARTICLE_LANGUAGES[0]
        messages = [{"role": "system", "content": self.rules[code]}]
        for document in others[:shots]:
            answer = json.dumps(as_answer(document, self.ontology), ensure_ascii=False)
            messages += [{"role": "user", "content": document.text}, {"role": "assistant", "content": answer}]
        return [*messages, {"role": "user", "content": article.text}]

    @cached_property
    def rules(self) -> dict[str, str]:
        """By language: the rules, the types with their definitions and examples in that language, and the schema."""
        return {language: self._rules(language) for language in ARTICLE_LANGUAGES}

    def _rules(self, language: str) -> str:
        parts = [_RULES, "", "Entity types", *_lines(self.ontology.entities.values(), language)]
        parts += ["", "Event types", *_event_lines(self.ontology, language)]
        parts += ["", "Roles", *_lines(self.ontology.roles.values(), language), "", "Attributes"]
        for attribute in self.ontology.attributes.values():
            values = "; ".join(_line(value) for value in attribute.values.values())
            parts.append(f"- {_line(attribute)} Values: {values} (default {attribute.default or 'none'})")
        if self.ontology.links:
            parts += ["", "Links", *_lines(self.ontology.links.values(), language)]
        schema = json.dumps(self.schema, ensure_ascii=False, separators=(",", ":"))
        return "\n".join([*parts, "", f"Schema: {schema}"])


def asked_again(messages: Sequence[Message], content: str) -> list[Message]:
    """The messages after an answer that was of no use."""
    return [*messages, {"role": "assistant", "content": content}, {"role": "user", "content": _AGAIN}]


def _line(type_: Type) -> str:
    return f"{type_.name}: {type_.definition.get('en') or type_.title.get('en', '')}"


def _lines(types: Iterable[Type], language: str) -> Iterator[str]:
    for type_ in types:
        yield f"- {_line(type_)}{_example(type_, language)}"


def _event_lines(ontology: Ontology, language: str) -> Iterator[str]:
    for event in ontology.events.values():
        yield f"- {_line(event)} Roles: {_roles(event)}.{_example(event, language)}"


def _roles(event: EventType) -> str:
    return "; ".join(
        f"{role.name} ({', '.join(sorted(role.fillers))}{f', at most {role.maximum}' if role.maximum else ''})"
        for role in event.roles.values()
    )


def _example(type_: Type, language: str) -> str:
    """An example of the type in the article's language, and a counter-example, with what is marked."""
    parts = []
    for title, phrases in (("Example", type_.example), ("Not", type_.counter_example)):
        if language in phrases:
            document = inline_markup.parse(phrases[language])
            marks = ", ".join(f"{span.quote(document.text)} = {span.label}" for span in sorted(document.spans()))
            parts.append(f" {title}: {document.text} [{marks}]")
    return "".join(parts)


def _most_telling(documents: list[Document], count: int) -> list[Document]:
    """The documents that together show the most types for their length, chosen one after the other."""
    chosen: list[Document] = []
    shown: set[str] = set()

    def gain(document: Document) -> tuple[float, str]:
        return len({span.label for span in document.spans()} - shown) / len(document.text), document.id

    while documents and len(chosen) < count:
        best = max(documents, key=gain)
        documents.remove(best)
        chosen.append(best)
        shown |= {span.label for span in best.spans()}
    return chosen
