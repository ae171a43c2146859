"""What a human would reach: people and model on the same articles where enough are scored, else that they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from annotation.core.matching import HEADLINE, PRF
from annotation.core.messages import percent
from annotation.page.titles import Names
from annotation.page.wording import Wording
from training.analysis.evaluation import Evaluation
from training.analysis.human_agreement import SameArticles
from training.analysis.score_changes import UNCLEAR
from training.report.answers import PLAIN, Answer, Reason
from training.report.figure_words import F1, counted, ends_of, signed


def human(evaluation: Evaluation, names: Names) -> Answer:
    """The agreement of two annotators in the headline score, and the model's share of it."""
    _ = names.wording.gettext
    question, agreement = _("What would a human reach?"), evaluation.human
    if not agreement:
        note = _(
            "A snapshot made with %(option)s knows how far its annotators agree; the model is held against that.",
            option=names.wording.isolated("--annotated"),
        )
        return Answer(question, _("Not measured"), UNCLEAR, note=note)
    same = evaluation.human_same or {}
    if (whole := same.get("")) and whole.enough:
        points, note = tuple(_same(same, names)), _same_note(evaluation, whole, names.wording)
        return Answer(question, _share(whole.human, whole.model, names.wording), PLAIN, points, note)
    points = (*_others(evaluation, names), *_few(whole, names.wording))
    everywhere = next(iter(agreement.values()))
    words = _share(everywhere, evaluation.scores.arg_c_plus, names.wording)
    return Answer(question, words, PLAIN, points, _others_note(evaluation, whole, names.wording))


def _share(people: PRF, model: PRF, wording: Wording) -> str:
    share = model.f1 / people.f1 if people.f1 else 0.0
    return wording.gettext("%(human)s; the model is at %(share)s of it", human=percent(people.f1), share=f"{share:.0%}")


def _same(parts: Mapping[str, SameArticles], names: Names) -> Iterator[Reason]:
    """People and model on the same articles, over all and by language."""
    for code, part in parts.items():
        title = names.language(code) if code else names.wording.gettext("The same articles")
        yield _point(
            title, part.human, part.model, _difference(part, names.wording), names.wording, few=not part.enough
        )


def _difference(part: SameArticles, wording: Wording) -> str:
    if not part.enough or part.difference is None:
        few = counted(part.articles, part.stories, wording)
        return wording.gettext("too few to say, %(documents)s", documents=few)
    low, high = map(signed, part.difference)
    people = _people(part.human, wording)
    apart = wording.gettext("the model less them %(low)s to %(high)s", low=low, high=high)
    return wording.gettext("; ").join([people, apart])


def _people(score: PRF, wording: Wording) -> str:
    return wording.gettext("95%% %(low)s to %(high)s for humans", **ends_of(score.interval)) if score.interval else ""


def _same_note(evaluation: Evaluation, whole: SameArticles, wording: Wording) -> str:
    everywhere = next(iter(evaluation.human.values()))
    return wording.gettext(
        "%(score)s of two annotators against each other, and of the model against gold, both on the scored articles "
        "that several people have marked (%(scored)s). On all %(articles)s that several have marked people reach "
        "%(all)s.",
        score=F1,
        scored=counted(whole.articles, whole.stories, wording),
        articles=_articles(evaluation.human_articles, wording),
        all=percent(everywhere.f1),
    )


def _others(evaluation: Evaluation, names: Names) -> Iterator[Reason]:
    """People over all that several have marked, the model over all that it is scored on."""
    scores, wording = evaluation.scores, names.wording
    model = {"": scores.micro, **{code: part.micro for code, part in scores.by_language.items()}}
    for code, people in evaluation.human.items():
        if code in model:
            title = names.language(code) if code else wording.gettext("All documents")
            yield _point(title, people, model[code][HEADLINE], _people(people, wording), wording)


def _few(part: SameArticles | None, wording: Wording) -> Iterator[Reason]:
    """The articles that both are of, where they are too few to say."""
    if part:
        title = wording.gettext("The same articles")
        yield _point(title, part.human, part.model, _difference(part, wording), wording, few=True)


def _others_note(evaluation: Evaluation, same: SameArticles | None, wording: Wording) -> str:
    said = wording.gettext(
        "%(score)s of two annotators against each other, on the %(articles)s of all splits that several have marked; "
        "the model is scored on %(documents)s, so they are not the same articles, and those of one may be easier.",
        score=F1,
        articles=_articles(evaluation.human_articles, wording),
        documents=counted(evaluation.scores.documents, evaluation.scores.documents, wording),
    )
    if evaluation.human_same is None:
        return said
    both = wording.ngettext(
        "%(number)s scored article was marked by several.",
        "%(number)s scored articles were marked by several.",
        same.articles if same else 0,
    )
    return f"{said} {both}"


def _point(title: str, people: PRF, model: PRF, note: str, wording: Wording, *, few: bool = False) -> Reason:
    words = wording.gettext("%(part)s of %(all)s", part=percent(model.f1), all=percent(people.f1))
    return Reason(title, words, UNCLEAR if few else PLAIN, note, share=model, goal=people.f1)


def _articles(number: int, wording: Wording) -> str:
    return wording.ngettext("%(number)s article", "%(number)s articles", number)
