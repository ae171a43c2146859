"""Documents and seeds: what each does to a score, apart; what is better by its seed alone is not called better."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from annotation.core import bootstrap
from annotation.core.document import Document
from annotation.core.matching import HEADLINE
from tests.builders import conflict
from tests.unit.training.analysis.test_comparison import corpus, drop_gate
from training.analysis.evaluation import Evaluation, evaluation
from training.analysis.other_trainings import OtherTrainings
from training.analysis.score_changes import BETTER, UNCLEAR, WORSE, Comparison
from training.analysis.training_noise import ALIKE, DEV, TEST, change_noises, pooled_variance
from training.lineage.recipe import same_recipe
from training.lineage.release_record import Data, Origin, Trained
from training.lineage.seed_scores import SeedScores
from training.report.report_page import write_report
from training.report.summary import answers

SIZE = 40
GOLD = corpus(SIZE, found=[True])
UNITS = ("Trig-I", "Trig-C", "Arg-I", "Arg-C", "Arg-I+", "Arg-C+", "Entity")


def model(misses: int, shift: int = 0) -> list[Document]:
    """What a model predicts that misses the place in so many of the 40 documents."""
    lacking = {(shift + 3 * at) % SIZE for at in range(misses)}
    return corpus(SIZE, found=[at not in lacking for at in range(SIZE)])


def recorded(*scores: float) -> SeedScores:
    return SeedScores(1, HEADLINE, {seed: dict.fromkeys(UNITS, f1) for seed, f1 in enumerate(scores, start=1)})


def compared(now: Sequence[int], before: Sequence[int], *, same: bool = False, dev: Sequence[float] = ()) -> Evaluation:
    """Models that miss so many places; the first of each side is the one that is kept, the others are other seeds."""
    kept, *others = [model(misses, at) for at, misses in enumerate(now)]
    earlier, *earlier_others = [model(misses, 20 + at) for at, misses in enumerate(before)]
    trainings = OtherTrainings(
        now=dict(enumerate(others, start=2)),
        before=dict(enumerate(earlier_others, start=2)),
        seeds=recorded(*(dev or [0.5] * len(now))),
        same_recipe=same,
    )
    return evaluation(
        GOLD, kept, ontology=conflict(), before=("last", earlier), trainings=trainings, seeds=trainings.seeds
    )


def comparison(result: Evaluation) -> Comparison:
    assert result.before is not None
    return result.before.comparison


def test_a_release_better_only_by_its_seed_is_not_called_better() -> None:
    """The kept model misses 2 places of 40, the last release 14; with other seeds it misses as many as that."""
    lucky = compared(now=(2, 15, 13), before=(14, 13, 15))
    change = comparison(lucky).headline
    assert (change.verdict, change.lucky, change.delta > 0.05) == (UNCLEAR, True, True)
    better, *_ = answers(lucky)
    assert better.words.startswith("No more than another seed may give")
    assert better.tone != BETTER
    assert change not in comparison(lucky).gains
    alone = compared(now=(2,), before=(14,))
    assert comparison(alone).headline.verdict == BETTER, "the documents alone cannot tell"


def test_what_every_seed_gains_is_better() -> None:
    result = compared(now=(2, 3, 1), before=(14, 13, 15))
    assert comparison(result).headline.verdict == BETTER
    assert answers(result)[0].words == "Yes, better"


def test_what_only_this_seed_loses_is_still_a_loss_to_those_who_get_it() -> None:
    result = compared(now=(20, 3, 2), before=(3, 4, 2))
    assert comparison(result).headline.verdict == WORSE
    assert drop_gate(result)[0].passed is False


def test_seeds_of_the_new_model_speak_for_the_old_one_too() -> None:
    """The last release left only the model it kept."""
    assert comparison(compared(now=(2, 15, 13), before=(14,))).headline.lucky
    noise = comparison(compared(now=(2, 3, 1), before=(14,))).headline.noise
    assert noise is not None
    assert (noise.seeds, noise.source) == ((1, 3), TEST)


def test_two_trainings_of_one_recipe_are_never_better_than_each_other() -> None:
    result = compared(now=(0,), before=(20,), same=True)
    change = comparison(result).headline
    assert change.lucky
    assert change.noise is not None
    assert change.noise.source == ALIKE
    assert comparison(result).gains == ()
    assert "the seed alone" in [point.words for point in answers(result)[0].points]
    assert comparison(compared(now=(20,), before=(0,), same=True)).headline.verdict == WORSE


def test_the_spread_on_dev_serves_where_the_models_are_gone() -> None:
    wide = compared(now=(2,), before=(14,), dev=(0.3, 0.5, 0.4)), (UNCLEAR, True)
    narrow = compared(now=(2,), before=(14,), dev=(0.4, 0.401, 0.402)), (BETTER, False)
    for result, said in (wide, narrow):
        change = comparison(result).headline
        assert (change.verdict, change.lucky) == said
        assert change.noise is not None
        assert change.noise.source == DEV


def test_with_one_seed_it_says_what_it_cannot_know(tmp_path) -> None:
    result = compared(now=(2,), before=(14,))
    better, _, sure, *_ = answers(result)
    (reason,) = [point for point in better.points if point.title == "Is it the seed?"]
    assert (reason.words, "naba train seeds=[1,2,3]" in reason.note) == ("cannot be known", True)
    assert any(point.title == "Another seed" for point in sure.points)
    alone = evaluation(GOLD, model(2), ontology=conflict())
    page = write_report(alone, tmp_path).read_text(encoding="utf-8")
    assert "by how much cannot be known from one" in page


def test_the_page_shows_documents_and_seeds_apart(tmp_path) -> None:
    result = compared(now=(2, 15, 13), before=(14, 13, 15))
    page = write_report(result, tmp_path).read_text(encoding="utf-8")
    assert "Deviation from seed to seed" in page
    assert result.seed_noise is not None
    row = next(row for row in result.seed_noise.rows if row.unit == HEADLINE)
    assert row.trainings == pytest.approx(np.std(list(row.by_seed.values()), ddof=1))
    assert row.trainings_interval[0] < row.trainings < row.trainings_interval[1]
    assert row.interval is not None
    assert row.interval[0] < min(row.by_seed.values())


def test_only_the_languages_own_documents_count_in_its_row() -> None:
    mixed = [replace(document, language=("he", "ar")[at % 2]) for at, document in enumerate(GOLD)]
    kept = [replace(document, language=("he", "ar")[at % 2]) for at, document in enumerate(model(4))]
    trainings = OtherTrainings(now={2: mixed}, seeds=recorded(0.5, 0.5))
    result = evaluation(mixed, kept, ontology=conflict(), trainings=trainings, seeds=trainings.seeds)
    assert result.seed_noise is not None
    rows = {row.language: row for row in result.seed_noise.rows if row.unit == HEADLINE}
    assert rows.keys() == {"", "he", "ar"}
    for code in ("he", "ar"):
        assert rows[code].by_seed[1] == pytest.approx(result.scores.by_language[code].micro[HEADLINE].f1)
        assert rows[code].by_seed[2] == 1.0


def drawn(chance: np.random.Generator, stories: int, trainings: int, spread: float) -> list[np.ndarray]:
    """Counts of models whose skill varies from seed to seed, [stories, 1, 3] each; a document is as hard for all."""
    hard = chance.normal(size=(stories, 1))
    sides = []
    for _ in range(trainings):
        right = 1 / (1 + np.exp(-(hard + spread * chance.normal())))
        correct = chance.binomial(20, right)
        sides.append(np.stack([np.full_like(correct, 20), np.full_like(correct, 20), correct], axis=-1).astype(float))
    return sides


def test_equal_recipes_differ_beyond_both_noises_as_seldom_as_the_level_says() -> None:
    """Documents alone call far more of them better; the seeds' spread is a third of a log odd."""
    chance = np.random.default_rng(7)
    rejected, naive, count = 0, 0, 600
    for _ in range(count):
        sides = drawn(chance, 20, 6, 0.3)
        now, before = sides[:3], sides[3:]
        known, degrees = pooled_variance([now, before])
        deviate = float(change_noises(now, before, known, degrees, TEST).deviates[0])
        rejected += abs(deviate) > stats.norm.ppf(0.975)
        alone = change_noises(now[:1], before[:1], np.zeros(1), 1, TEST)
        naive += abs(float(alone.deviates[0])) > stats.norm.ppf(0.975)
    assert rejected / count < 0.07  # 0.05 and two Monte Carlo errors of 0.009
    assert naive / count > 0.3


def test_the_change_is_between_means_and_its_interval_holds_it() -> None:
    sides = drawn(np.random.default_rng(1), 12, 5, 0.3)
    known, degrees = pooled_variance([sides[:3], sides[3:]])
    (row,) = change_noises(sides[:3], sides[3:], known, degrees, TEST).rows
    f1 = [float(bootstrap.f1(side.sum(axis=0))[0]) for side in sides]
    assert degrees == 3
    assert row is not None
    assert row.delta == pytest.approx(np.mean(f1[:3]) - np.mean(f1[3:]))
    assert row.trainings == pytest.approx(np.sqrt(float(known[0]) * (1 / 3 + 1 / 2)))
    assert row.interval is not None
    assert row.interval[0] < row.delta < row.interval[1]


RECORD = Trained(
    config={"seed": 1, "seeds": None, "output": "a", "fit": {"epochs": 3, "device": "cpu"}, "data": {"limit": None}},
    seed=1,
    packages={"torch": "2"},
    snapshot=Data(name="s", path="s", content="c", ontology="o"),
)


def changed(**config: object) -> Trained:
    return RECORD.model_copy(update={"config": {**RECORD.config, **config}})


def test_a_recipe_is_all_but_the_seed_the_places_and_the_machine() -> None:
    origin = Origin(path="p", model="m", weights="w", trained=RECORD)
    assert same_recipe(RECORD, changed(seed=2, output="b", fit={"epochs": 3, "device": "cuda"}))
    for other in (
        changed(fit={"epochs": 4, "device": "cpu"}),
        RECORD.model_copy(update={"packages": {"torch": "3"}}),
        RECORD.model_copy(update={"snapshot": RECORD.snapshot.model_copy(update={"content": "d"})}),
        RECORD.model_copy(update={"init": origin}),
        RECORD.model_copy(update={"also": (RECORD.snapshot,)}),
    ):
        assert not same_recipe(RECORD, other)
