"""`naba draft`: suggestions before there is a model, of phrases marked before, of lists, or of a language model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from annotation import terminal
from annotation.commands.draft_model import Asking, endpoint_of
from annotation.commands.draft_options import (
    ApiKeyVariable,
    ArticlesToDraft,
    AskAgain,
    AtOnce,
    Cache,
    Drafted,
    EndpointAddress,
    Examples,
    FillRoles,
    Lists,
    Longest,
    MaxTokens,
    ModelName,
    PriceIn,
    PriceOut,
    ProjectToDraft,
    Repeat,
    SendTextTo,
    Shots,
    Timeout,
)
from annotation.commands.options import HERE, AsJson, OntologyOption, Workspace, load_ontology
from annotation.commands.studio import read_or_warn
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.storage.documents_file import read_documents, write_documents

if TYPE_CHECKING:
    from annotation.drafting.language_model import ModelDrafter
    from annotation.drafting.phrases import Phrase


def draft(
    articles: ArticlesToDraft = None,
    out: Drafted = Path("draft.jsonl"),
    project: ProjectToDraft = None,
    examples: Examples = None,
    lists: Lists = None,
    repeat: Repeat = False,
    roles: FillRoles = True,
    ontology: OntologyOption = "conflict",
    endpoint: EndpointAddress = None,
    model: ModelName = None,
    send_text_to: SendTextTo = None,
    api_key_variable: ApiKeyVariable = "NABA_DRAFT_API_KEY",
    shots: Shots = 2,
    longest: Longest = 6000,
    at_once: AtOnce = 4,
    timeout: Timeout = 300.0,
    max_tokens: MaxTokens = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    cache: Cache = None,
    ask_again: AskAgain = False,
    workspace: Workspace = HERE,
    as_json: AsJson = False,
) -> None:
    """Suggestions before there is a model, as Documents for naba suggest: naba draft ARTICLES --examples gold.jsonl

    What was marked once is suggested wherever it stands again, from the second article on: examples come from Documents
    (--examples), from what a project's annotators handed in (--project), or from lists (--list). With --endpoint and
    --model a language model drafts instead; what it quotes is sought in the article, and what does not fit is dropped.
    Its answers are kept: after a kill the same command goes on, and no article is paid for twice.
    """
    _check_options(articles, project, endpoint, model, send_text_to, repeat=repeat)
    if lists and (repeat or endpoint is not None):
        raise UsageError("--list gives phrases; leave it out, or leave out --repeat and --endpoint")
    source = _Source.of(articles or [], project, ontology, workspace, examples or [], repeat=repeat)
    if repeat:
        _repeat(source, out, as_json=as_json)
        return
    if endpoint is None or model is None:
        _phrases(source, lists or [], out, roles=roles, as_json=as_json)
        return
    place = endpoint_of(endpoint, model, send_text_to, api_key_variable, timeout, max_tokens)
    asking = Asking(shots, longest, at_once, ask_again, price_in, price_out, cache or workspace / "drafts")
    _ask(asking.drafter(place, source.ontology, source.examples), source, out, as_json=as_json)


@dataclass(frozen=True)
class _Source:
    """What is drafted (for --repeat with its marks), and the marked examples, which are read twice at most."""

    ontology: Ontology
    articles: Iterable[Document]
    examples: list[Document]

    @classmethod
    def of(
        cls,
        paths: list[Path],
        project: str | None,
        ontology: str,
        workspace: Path,
        examples: list[Path],
        *,
        repeat: bool,
    ) -> _Source:
        """From the command's options."""
        marked = list(chain.from_iterable(map(read_documents, examples)))
        if project is None:
            documents = chain.from_iterable(map(read_documents, paths)) if repeat else read_or_warn(paths, [])
            return cls(load_ontology(ontology), documents, marked)
        from annotation.labelstudio.server.connect import connect
        from annotation.labelstudio.sync.project_articles import project_articles

        found = project_articles(connect(workspace), project=project, workspace=workspace)
        complete = [document for document in found.marked if document.id in found.complete]
        return cls(found.ontology, complete if repeat else found.waiting, [*marked, *found.marked])


def _check_options(
    articles: list[Path] | None,
    project: str | None,
    endpoint: str | None,
    model: str | None,
    send_text_to: str | None,
    *,
    repeat: bool,
) -> None:
    """Raise UsageError for options that do not go together."""
    if bool(articles) == bool(project):
        raise UsageError("say what to draft: files of articles, or a project with --project; one of the two")
    if (endpoint is None) != (model is None):
        raise UsageError("--endpoint and --model go together: the address, and the name of the model there")
    if send_text_to and endpoint is None:
        raise UsageError("--send-text-to goes with --endpoint: nothing is sent without one")
    if repeat and endpoint is not None:
        raise UsageError("--repeat suggests what the annotator marked; leave out --endpoint")


def _phrases(source: _Source, lists: list[Path], out: Path, *, roles: bool, as_json: bool) -> None:
    from annotation.drafting.phrases import PhraseTable
    from annotation.drafting.role_habits import RoleHabits

    table = PhraseTable.learn(source.examples).with_lists(_listed(lists, source.ontology))
    if not table.phrases:
        raise UsageError(
            "nothing is marked yet: label a first article, or give --examples DOCUMENTS.jsonl, --list PHRASES.tsv, or "
            "--endpoint and --model"
        )
    habits = RoleHabits.learn(source.examples if roles else [], source.ontology)
    known = PhraseTable({words: p for words, p in table.phrases.items() if p.label in source.ontology.labels})
    if unknown := len(table.phrases) - len(known.phrases):
        terminal.warn(f"{unknown:,} phrases of the examples have types that the ontology does not have; left out")
    counts = _Counted(habits.fill(known.draft(article)) for article in source.articles)
    write_documents(out, counts)
    if as_json:
        terminal.emit({"version": known.version, "phrases": len(known.phrases), **counts.as_dict()})
        return
    terminal.say(f"{counts} by {known.version} ({len(known.phrases):,} phrases): {out}")


def _listed(lists: list[Path], ontology: Ontology) -> dict[tuple[str, ...], Phrase]:
    from annotation.drafting.word_lists import read_word_list

    phrases: dict[tuple[str, ...], Phrase] = {}
    for path in lists:
        found, faults = read_word_list(path, ontology)
        phrases |= found
        for fault in faults:
            terminal.warn(fault)
    return phrases


def _repeat(source: _Source, out: Path, *, as_json: bool) -> None:
    from annotation.drafting.repeats import VERSION, latest_versions, repeated

    before = {document.id: document for document in latest_versions(source.articles)}
    after = [found for document in before.values() if (found := repeated(document))]
    new = sum(len([*document.spans()]) - len([*before[document.id].spans()]) for document in after)
    write_documents(out, after)
    if as_json:
        terminal.emit({"version": VERSION, "articles": len(before), "documents": len(after), "places": new})
        return
    terminal.say(f"{new:,} other places in {len(after):,} of {len(before):,} articles: {out}")


def _ask(drafter: ModelDrafter, source: _Source, out: Path, *, as_json: bool) -> None:
    try:
        counts = _Counted(drafter.draft(source.articles))
    finally:
        if not as_json:
            for id, reason in drafter.report.failed.items():
                terminal.warn(f"article {id}: {reason}; not drafted")
    write_documents(out, counts)
    if as_json:
        terminal.emit({"version": drafter.version, **drafter.report.as_dict(), **counts.as_dict()})
        return
    terminal.say(f"{counts} by {drafter.version}: {out}")
    for line in drafter.report.lines():
        terminal.say(line)


class _Counted:
    """Documents, counted while they are written."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = documents
        self.documents = self.entities = self.events = self.arguments = 0

    def __iter__(self) -> Iterator[Document]:
        for document in self._documents:
            self.documents += 1
            self.entities += len(document.entities)
            self.events += len(document.events)
            self.arguments += sum(len(event.arguments) for event in document.events)
            yield document

    def __str__(self) -> str:
        marks = f"{self.entities:,} entities, {self.events:,} events, {self.arguments:,} arguments"
        return f"{self.documents:,} articles drafted, {marks},"

    def as_dict(self) -> dict[str, object]:
        """The counts as plain JSON values."""
        names = ("documents", "entities", "events", "arguments")
        return {name: getattr(self, name) for name in names}
