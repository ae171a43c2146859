"""`naba draft`: suggestions before there is a model, of phrases marked before, of lists, or of a language model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from annotation import terminal
from annotation.commands.options import HERE, AsJson, OntologyOption, Workspace, load_ontology
from annotation.commands.studio import read_or_warn
from annotation.core.document import Document
from annotation.core.errors import UsageError
from annotation.core.ontology import Ontology
from annotation.storage.documents_file import read_documents, write_documents

if TYPE_CHECKING:
    from annotation.drafting.endpoint import Endpoint
    from annotation.drafting.language_model import ModelDrafter
    from annotation.drafting.phrases import Phrase

_MODEL = "A language model (with --endpoint)"


def draft(
    articles: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders of articles: .txt .html .jsonl .parquet.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the drafted Documents go; - is standard output.")] = Path(
        "draft.jsonl"
    ),
    project: Annotated[
        str | None,
        typer.Option("--project", "-P", help="Draft the articles nobody did yet; what was handed in are examples."),
    ] = None,
    examples: Annotated[
        list[Path] | None, typer.Option(help="Documents that are marked (.jsonl); repeat it for several.")
    ] = None,
    lists: Annotated[
        list[Path] | None,
        typer.Option("--list", help="Phrases of your own: TSV, a column a type, its name on top; repeat it."),
    ] = None,
    repeat: Annotated[
        bool,
        typer.Option("--repeat", help="Suggest what was marked in an article at its other places in that article."),
    ] = False,
    roles: Annotated[
        bool, typer.Option("--roles/--no-roles", help="Fill in the roles that a pair of types nearly always has.")
    ] = True,
    ontology: OntologyOption = "conflict",
    endpoint: Annotated[
        str | None, typer.Option(rich_help_panel=_MODEL, help="Its OpenAI-compatible address: http://127.0.0.1:8000/v1")
    ] = None,
    model: Annotated[str | None, typer.Option(rich_help_panel=_MODEL, help="The model's name there.")] = None,
    send_text_to: Annotated[
        str | None,
        typer.Option(
            rich_help_panel=_MODEL, help="The endpoint's host: that the articles may leave this machine for it."
        ),
    ] = None,
    api_key_variable: Annotated[
        str, typer.Option(rich_help_panel=_MODEL, help="The environment variable that holds the key, if it needs one.")
    ] = "NABA_DRAFT_API_KEY",
    shots: Annotated[int, typer.Option(rich_help_panel=_MODEL, help="Examples shown with each article.", min=0)] = 2,
    at_once: Annotated[int, typer.Option(rich_help_panel=_MODEL, help="Articles asked about at once.", min=1)] = 4,
    timeout: Annotated[float, typer.Option(rich_help_panel=_MODEL, help="Seconds for an answer.", min=1)] = 300.0,
    max_tokens: Annotated[
        int | None, typer.Option(rich_help_panel=_MODEL, help="Tokens of an answer at most.", min=1)
    ] = None,
    price_in: Annotated[
        float | None, typer.Option(rich_help_panel=_MODEL, help="Price of a million tokens in, to add it up.", min=0)
    ] = None,
    price_out: Annotated[
        float | None, typer.Option(rich_help_panel=_MODEL, help="Price of a million tokens out.", min=0)
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(rich_help_panel=_MODEL, help="Where answers are kept; else in the workspace.")
    ] = None,
    ask_again: Annotated[
        bool, typer.Option("--ask-again", rich_help_panel=_MODEL, help="Ask, and pay, for what is kept too.")
    ] = False,
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
    from annotation.drafting.answer_cache import AnswerCache
    from annotation.drafting.endpoint import Endpoint
    from annotation.drafting.language_model import ModelDrafter, ModelReport, Prices
    from annotation.drafting.prompt import Prompt

    place = Endpoint.of(
        endpoint,
        model=model,
        send_text_to=send_text_to,
        key_variable=api_key_variable,
        timeout=timeout,
        most_tokens=max_tokens,
    )
    _warn_of(place)
    drafter = ModelDrafter(
        place,
        Prompt.of(source.ontology, source.examples, shots=shots),
        AnswerCache(cache or workspace / "drafts"),
        shots=shots,
        at_once=at_once,
        ask_again=ask_again,
        report=ModelReport(Prices(price_in, price_out)),
    )
    _ask(drafter, source, out, as_json=as_json)


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


def _warn_of(endpoint: Endpoint) -> None:
    if not endpoint.local and endpoint.url.scheme == "http":
        terminal.warn(f"{endpoint.url.host}: the articles{' and the key' if endpoint.key else ''} go there unencrypted")


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
