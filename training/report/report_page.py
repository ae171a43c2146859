"""Report of one evaluation: report.html (self-contained), report.md and metrics.json."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

import jinja2

from annotation.core import intervals, json_text
from annotation.core.layers import PLURAL, SPAN_LAYERS
from annotation.core.matching import ENOUGH, HEADLINE, PRF
from annotation.core.messages import Message
from annotation.page import templates
from annotation.page.filters import filters
from annotation.page.titles import UNITS, Names
from annotation.page.wording import Wording
from annotation.snapshot.splits import SPLITS
from annotation.storage.documents_file import atomic
from training.analysis.calibration import WANTED
from training.analysis.confusions import ENTITY, EVENT, ROLE
from training.analysis.document_groups import KINDS as GROUPS
from training.analysis.document_groups import DocumentGroup
from training.analysis.error_causes import CAUSES
from training.analysis.evaluation import Evaluation
from training.analysis.oracle_ceilings import MEANINGS
from training.analysis.phrase_baseline import MEANING, UNITS_SHOWN
from training.analysis.score_changes import ScoreChange
from training.analysis.slices import OTHERS
from training.report import explanations, seed_words
from training.report.cost_table import cost_notes, cost_rows
from training.report.error_views import Views
from training.report.examples import worst
from training.report.figure_words import counted, signed
from training.report.page_charts import as_rows, drawn
from training.report.side_by_side import changed_documents
from training.report.since_words import HAPPENED, SET_TITLES, sets_said
from training.report.slice_words import slice_kind, slice_name, slice_title
from training.report.summary import answers, chance_means, fixed_means
from training.scoring.boundary_ladder import RUNGS
from training.scoring.partial_matches import KINDS

SUSPECTS = 20
"""Suspects shown on the page; metrics.json has all."""
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class TypeRow:
    """A type with its title, its titles in the articles' languages, and its scores; rows are sorted by the first score.

    `change` is the change of the last score.
    """

    title: str
    native: list[tuple[str, str]]
    scores: tuple[PRF, ...]
    change: ScoreChange | None = None


def write_report(evaluation: Evaluation, out: Path, language: str = "en") -> Path:
    """Write report.html, report.md and metrics.json into the folder `out`, and return the path of the first.

    The first two are in the language; metrics.json is in English. All three are rendered before the first is written;
    each is written atomically.
    """
    names = Names(evaluation.ontology, Wording(language))
    values, environment = _values(evaluation, names), report_templates(names.wording)
    files = {
        "metrics.json": json_text.dumps(json_text.figures(evaluation.as_dict()), indent=2) + "\n",
        "report.md": environment.get_template("report.md.j2").render(**values),
        "report.html": environment.get_template("page.html.j2").render(**values, **_page(evaluation, names)),
    }
    for name, text in files.items():
        with atomic(out / name) as file:
            file.write(text)
    return out / "report.html"


def _values(evaluation: Evaluation, names: Names) -> dict[str, object]:
    """The template variables that report.html and report.md share."""
    return {
        "evaluation": evaluation,
        "scores": evaluation.scores,
        "title": evaluation.title,
        "meta": evaluation.meta,
        "headline": HEADLINE,
        "answers": answers(evaluation, names),
        "names": names,
        "causes": [cause for cause in evaluation.diagnosis.causes if cause.missed + cause.spurious],
        "meanings": CAUSES,
        "worst": evaluation.slices.worst,
        "explained": {"scores": explanations.SCORES, "spans": explanations.SPANS, "ece": explanations.ECE},
        "fixed_means": fixed_means(names.wording),
        "chance_means": chance_means(names.wording),
        "phrase_units": UNITS_SHOWN,
        "phrases_mean": MEANING,
    }


def _page(evaluation: Evaluation, names: Names) -> dict[str, object]:
    """The template variables of report.html alone."""
    examples, others = worst(
        evaluation.scores, evaluation.pairs, names, causes=evaluation.causes, studio=evaluation.studio
    )
    before = evaluation.before
    changed, changed_lines = (
        changed_documents(before.changed, names, studio=evaluation.studio, seen=before.seen) if before else ([], [])
    )
    shown_types = [event.type for view in examples for side in (view.gold, view.predicted) for event in side.events]
    shown_types += [type for view in changed for type in view.types]
    return {
        "units": UNITS,
        "layers": SPAN_LAYERS,
        "layer_names": PLURAL,
        "precisions": WANTED,
        "rungs": RUNGS,
        "ceilings": MEANINGS,
        "kinds": KINDS,
        "enough": ENOUGH,
        "seeds_unknown": names.wording.gettext(seed_words.UNKNOWN, remedy=seed_words.REMEDY),
        "fewest": intervals.FEWEST,
        "types": _types(evaluation, names),
        "unscored": names.unscored(evaluation.scores.by_type),
        "charts": drawn(evaluation, names),
        "chart_rows": as_rows(evaluation, names),
        **_errors(evaluation, names),
        "group_kinds": GROUPS,
        "group_name": partial(_group_name, wording=names.wording),
        "groups_lacking": _groups_lacking(evaluation, names.wording),
        "examples": examples,
        "others": others,
        "changed": changed,
        "changed_lines": changed_lines,
        "splits": SPLITS,
        "happened": HAPPENED,
        "set_titles": SET_TITLES,
        "sets_said": sets_said(before.name, before.since, names.wording) if before and before.since else "",
        **filters([*examples, *others], names, shown_types=shown_types, causes=CAUSES),
        **templates.assets(_HERE / "page.css"),
    }


def _errors(evaluation: Evaluation, names: Names) -> dict[str, object]:
    """The variables of the errors to read, of confusions and of suspects."""
    stories = {pair.gold.id: pair.story for pair in evaluation.pairs}
    views = Views({pair.gold.id: pair.gold for pair in evaluation.pairs}, names, evaluation.studio, stories)
    suspects = views.suspects(evaluation.suspects)
    _ = names.wording.gettext
    captions = {
        EVENT: (_("Event types"), names.title),
        ROLE: (_("Roles"), names.role),
        ENTITY: (_("Entity types"), names.title),
    }
    return {
        "read_first": views.errors(evaluation.read_first),
        "stood_for": sum(exemplar.stands_for for exemplar in evaluation.read_first),
        "wrong": len(evaluation.diagnosis.errors),
        "cause_examples": {cause: views.errors(chosen) for cause, chosen in evaluation.examples.items()},
        "confused": [(caption, evaluation.confusions[kind], title) for kind, (caption, title) in captions.items()],
        "suspects": suspects[:SUSPECTS],
        "suspected": len(suspects),
    }


def _group_name(group: DocumentGroup, wording: Wording) -> str:
    """The name of a group of articles; a site or an annotator keeps its own."""
    name = group.slice_.name
    return wording.of(name) if isinstance(name, Message) or name == OTHERS else name


def _groups_lacking(evaluation: Evaluation, wording: Wording) -> list[str]:
    """The kinds of groups that the page does not show, each with what it is by."""
    lacking = [(kind, of) for kind, of in GROUPS.items() if kind not in evaluation.groups.by_kind]
    return [f"{wording.of(kind)}{wording.gettext(', ')}{wording.of(of)}" for kind, of in lacking]


def _types(evaluation: Evaluation, names: Names) -> dict[str, list[TypeRow]]:
    by, before = evaluation.scores.by_type, evaluation.before

    def row(kind: str, code: str, *scores: PRF) -> TypeRow:
        title, native = (names.role, names.native_role) if kind == "role" else (names.title, names.native)
        change = before.comparison.by_type[kind].get(code) if before else None
        return TypeRow(title(code), native(code), scores, change)

    return {
        "event": _ranked(
            [row("arguments", k, prf, by["arguments"].get(k, PRF(0, 0, 0))) for k, prf in by["event"].items()]
        ),
        "role": _ranked([row("role", k, prf) for k, prf in by["role"].items()]),
        "entity": _ranked([row("entity", k, prf) for k, prf in by["entity"].items()]),
    }


def _ranked(rows: list[TypeRow]) -> list[TypeRow]:
    """The most frequent types in gold first: their scores are the most reliable."""
    return sorted(rows, key=lambda row: (-row.scores[0].gold, row.title))


def report_templates(wording: Wording | None = None) -> jinja2.Environment:
    """The Jinja environment with this package's templates, the shared ones, and the filters and functions they use."""
    wording = wording or Wording()
    environment = templates.template_environment(_HERE, wording)
    environment.filters["signed"] = signed
    environment.globals |= {
        "cost_rows": partial(cost_rows, wording=wording),
        "cost_notes": partial(cost_notes, wording=wording),
    }
    environment.globals |= {"slice_title": slice_title, "slice_kind": slice_kind, "slice_name": slice_name}
    environment.globals["counted"] = partial(counted, wording=wording)
    return environment
