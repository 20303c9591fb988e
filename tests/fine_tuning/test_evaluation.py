"""Scores, intervals, baselines and verdicts, against numbers by hand and from scikit-learn."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import f1_score, precision_recall_fscore_support

from playground.fine_tuning import Dataset, Part, Task
from playground.fine_tuning.evaluation import Predictions, Report, comparing, evaluate, intervals
from playground.fine_tuning.evaluation.baselines import MAJORITY, SIMPLE
from playground.fine_tuning.evaluation.report import Cell, Outcome
from tests.fine_tuning.judged import labelled, logits

GOOD, BAD = ("good",), ("bad",)
# The classes of the training part are alike in words, so the simple baseline learns them.
TRAINING = [GOOD, BAD] * 10 + [GOOD]


def of_one(said: list[str], truth: Sequence[tuple[str, ...]]) -> Report:
    dataset = labelled(TRAINING, truth)
    return evaluate(dataset, {Part.VALIDATION: logits(dataset, said)})


def test_accuracy_macro_f1_and_labels_by_hand() -> None:
    # Ten texts, six good: the model calls five of those good, and one of the four bad ones.
    report = of_one(["good"] * 5 + ["bad"] + ["good"] + ["bad"] * 3, [GOOD] * 6 + [BAD] * 4)
    found = report.headline
    accuracy, macro = found.scores
    assert accuracy.name == "accuracy"
    assert accuracy.value == pytest.approx(0.8)
    # Wilson's interval of 8 of 10: (8 + z²/2 ± z sqrt(8 * 2 / 10 + z²/4)) / (10 + z²).
    assert (accuracy.low, accuracy.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert "Wilson" in accuracy.method
    bad, good = found.labels
    assert (bad.precision, bad.recall, bad.f1, bad.support) == (0.75, 0.75, 0.75, 4)
    assert (good.precision, good.recall, good.support) == pytest.approx((5 / 6, 5 / 6, 6))
    assert macro.value == pytest.approx((3 / 4 + 5 / 6) / 2)
    assert "bootstrap" in macro.method
    assert macro.low is not None
    assert macro.high is not None
    assert macro.low < macro.value < macro.high


def test_confusion_holds_the_examples() -> None:
    found = of_one(["good", "bad", "bad"], [GOOD, GOOD, BAD]).headline
    assert found.confusion.rows == found.confusion.columns == ("bad", "good")
    assert set(found.confusion.cells) == {
        Cell(row=0, column=0, count=1, examples=(2,)),
        Cell(row=1, column=0, count=1, examples=(1,)),
        Cell(row=1, column=1, count=1, examples=(0,)),
    }
    [mistake] = found.mistakes
    assert (mistake.example, mistake.truth, mistake.said) == (1, "good", "bad")
    assert found.answers[1].labels == ("bad",)
    assert found.answers[1].probabilities == (mistake.probability,)


def test_the_surest_mistakes_come_first() -> None:
    dataset = labelled(TRAINING, [GOOD, GOOD, BAD, BAD])
    sure = np.array([[1, 0], [4, 0], [0, 2], [5, 0]], dtype=np.float32)  # three are wrong
    found = evaluate(dataset, {Part.VALIDATION: Predictions(logits=sure)}).headline
    assert [one.example for one in found.mistakes] == [1, 2, 0]


def test_majority_and_simple_baselines() -> None:
    # The majority of training is good; the texts name their label, so the simple one is right.
    report = of_one(["bad"] * 4, [GOOD, BAD, BAD, BAD])
    majority, simple = report.headline.baselines
    assert (majority.name, majority.scores[0].value) == (MAJORITY, 0.25)
    assert (simple.name, simple.scores[0].value) == (SIMPLE, 1.0)
    assert report.headline.strongest is simple


def test_the_simple_baseline_reads_the_second_text_of_a_pair() -> None:
    dataset = labelled(TRAINING, [GOOD, BAD], task=Task.PAIRS)
    turned = Dataset(
        task=Task.PAIRS,
        labels=dataset.labels,
        parts={
            part: tuple(
                type(one)(
                    number=one.number,
                    text="the same",
                    second=one.text,
                    labels=one.labels,
                    part=one.part,
                )
                for one in found
            )
            for part, found in dataset.parts.items()
        },
    )
    report = evaluate(turned, {Part.VALIDATION: logits(turned, ["good", "bad"])})
    assert report.headline.strongest.scores[0].value == 1.0


def test_better_than_the_majority_yet_not_than_the_simple_one() -> None:
    report = of_one(["good"] * 20 + ["bad"] * 20, [GOOD] * 20 + [BAD] * 20)
    majority, simple = (one.comparison for one in report.headline.baselines)
    assert majority.outcome is Outcome.BETTER
    # Twenty texts on which only one is right: a coin falls so with 2 * 0.5 ** 20.
    assert majority.p_value == pytest.approx(2 * 0.5**20)
    assert (majority.difference, simple.difference) == (0.5, 0.0)
    assert (simple.outcome, simple.p_value) == (Outcome.NOT_BETTER, 1.0)
    assert simple.sentence.startswith(
        "Your model does not beat the simple one: 100.0 % against 100.0 % accuracy on the same 40"
    )
    assert report.values()["beats_baseline"] is False


def test_worse_than_the_simple_one() -> None:
    report = of_one(["bad"] * 20 + ["good"] * 20, [GOOD] * 20 + [BAD] * 20)
    found = report.headline.strongest.comparison
    assert found.outcome is Outcome.WORSE
    assert found.sentence.startswith("Your model is worse than the simple one: 0.0 % against 100.0")


@pytest.mark.parametrize(
    ("gain", "p_value", "outcome", "begins"),
    [
        (0.1, 0.01, Outcome.BETTER, "Your model beats X: 60.0 % against 50.0 % accuracy"),
        (0.1, 0.2, Outcome.MAYBE_BETTER, "Your model scores higher than X, 60.0 %"),
        (0.0, 1.0, Outcome.NOT_BETTER, "Your model does not beat X: "),
        (-0.1, 0.2, Outcome.NOT_BETTER, "Your model does not beat X: "),
        (-0.1, 0.01, Outcome.WORSE, "Your model is worse than X: "),
    ],
)
def test_each_outcome_has_its_sentence(
    gain: float, p_value: float, outcome: Outcome, begins: str
) -> None:
    assert comparing.outcome_of(gain, p_value) is outcome
    assert comparing.sentence(outcome, "X", "accuracy", (0.6, 0.5), 50).startswith(begins)


def test_mcnemar_counts_the_examples_that_differ() -> None:
    # 9 of 10 differing examples go to the first: twice the upper tail of ten tosses of a coin.
    first = np.array([True] * 9 + [False] + [True] * 30)
    second = np.array([False] * 9 + [True] + [True] * 30)
    assert intervals.mcnemar(first, second) == pytest.approx(2 * binom.sf(8, 10, 0.5))
    assert intervals.mcnemar(first, first) == 1.0


def test_bootstrap_agrees_with_the_normal_approximation() -> None:
    # The macro F1 of one label that is always given is 2p / (1 + p); p has the variance p(1-p)/n.
    rng = np.random.default_rng(3)
    right = rng.random(2_000) < 0.7
    counts = np.stack([right, np.ones(2_000), np.ones(2_000)], axis=-1)[:, None].astype(np.float32)
    [sums] = intervals.drawn_sums([counts])
    low, high = intervals.percentiles(intervals.MICRO_F1.of(sums))
    share = float(right.mean())
    margin = 1.96 * math.sqrt(share * (1 - share) / 2_000)
    assert (low, high) == pytest.approx((share - margin, share + margin), abs=0.003)


def test_the_same_draws_for_all_systems_and_every_time() -> None:
    counts = np.random.default_rng(0).random((30, 2, 3)).astype(np.float32)
    first, second = intervals.drawn_sums([counts, counts])
    [again] = intervals.drawn_sums([counts])
    assert first.shape == (intervals.DRAWS, 2, 3)
    assert (first == second).all()
    assert (first == again).all()
    assert len(np.unique(first[:, 0, 0])) > 100


def test_all_right_on_few_examples_is_no_certainty() -> None:
    accuracy, macro = of_one(["good"] * 10, [GOOD] * 10).headline.scores
    # Wilson: 10 of 10 reaches down to 10 / (10 + z²).
    assert accuracy.low == pytest.approx(10 / (10 + 1.959964**2), abs=1e-4)
    assert macro.low == accuracy.low
    assert "Wilson" in macro.method


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_several_labels_as_scikit_learn_has_them(rows: list[tuple[bool, bool, bool]]) -> None:
    names = ("x", "y", "z")
    truth = np.array(rows)
    dataset = labelled(
        [("x",), ("y", "z"), ("z",), ("x", "y")],
        [tuple(np.array(names)[row]) for row in truth],
        task=Task.MULTI_LABEL,
    )
    given = np.random.default_rng(len(rows)).random(truth.shape) < 0.5
    predictions = Predictions(logits=np.where(given, 1.0, -1.0).astype(np.float32))
    found = evaluate(dataset, {Part.VALIDATION: predictions}).headline
    micro, macro = found.scores
    of_those = [number for number in range(3) if (truth | given)[:, number].any()]
    assert micro.value == pytest.approx(f1_score(truth, given, average="micro", zero_division=0))
    assert macro.value == pytest.approx(
        f1_score(truth, given, average="macro", labels=of_those, zero_division=0)
        if of_those
        else 0.0
    )
    reference = precision_recall_fscore_support(truth, given, zero_division=0)
    for one, *expected in zip(found.labels, *reference, strict=True):
        assert [one.precision, one.recall, one.f1, one.support] == pytest.approx(expected)
    assert sum(len(one.labels) for one in found.answers) == given.sum()


def test_several_labels_by_hand() -> None:
    dataset = labelled(
        [("x",), ("y",), ("x",)] * 5, [("x", "y"), ("y",), ("x",)], task=Task.MULTI_LABEL
    )
    sure = np.array([[2, -1], [3, -4], [2, -2]], dtype=np.float32)  # x, x, x
    found = evaluate(dataset, {Part.VALIDATION: Predictions(logits=sure)}).headline
    # Found two of four labels, three given: 2 * 2 / (3 + 4).
    assert found.scores[0].value == pytest.approx(4 / 7)
    assert found.confusion.columns == ("found", "missed", "wrongly given")
    assert set(found.confusion.cells) == {
        Cell(row=0, column=0, count=2, examples=(0, 2)),
        Cell(row=0, column=2, count=1, examples=(1,)),
        Cell(row=1, column=1, count=2, examples=(0, 1)),
    }
    surest = found.mistakes[0]
    # Sure by sigmoid(4) that the second text is not y.
    assert (surest.example, surest.truth, surest.said) == (1, "y", "")
    assert surest.probability == pytest.approx(1 / (1 + math.exp(-4)), abs=1e-6)
    # x alone, for every text, has two of three right, and finds two of four.
    assert found.baselines[0].scores[0].value == pytest.approx(4 / 7)


def test_temperature_is_fitted_on_validation_and_measured_on_test() -> None:
    truth = [GOOD] * 30 + [BAD] * 10
    dataset = labelled(TRAINING, truth, truth)
    said = logits(dataset, ["good"] * 40, margin=6.0)  # sure by 99.8 %, right by 75 %
    report = evaluate(dataset, {Part.VALIDATION: said, Part.TEST: said})
    assert report.temperature is not None
    # Where the logits say 75 %, at log 3, the likelihood is greatest; one text more says 50 %.
    share = (30 + 0.5) / 41
    assert report.temperature == pytest.approx(6 / math.log(share / (1 - share)), rel=1e-3)
    before, after = report.headline.reliability
    assert before.error == pytest.approx(1 / (1 + math.exp(-6)) - 0.75, abs=1e-4)
    assert after.error == pytest.approx(0.75 - share, abs=1e-4)
    assert report.headline.part is Part.TEST
    assert report.headline.answers[0].probabilities[0] == pytest.approx(share, abs=1e-4)
    assert report.notes == (
        "40 examples is few to measure on: the intervals are wide, and rare labels chance.",
    )


def test_validation_is_calibrated_by_its_other_half() -> None:
    # All even examples are right and all odd ones wrong: each half's temperature misleads on the
    # other, which only shows if none is measured by what was fitted on it.
    report = of_one(["good"] * 40, [GOOD, BAD] * 20)
    before, after = report.headline.reliability
    assert before.error == pytest.approx(1 / (1 + math.exp(-3)) - 0.5, abs=1e-4)
    assert after.error > 0.4
    assert "other half" in after.about


def test_right_on_everything_is_not_made_surer_without_end() -> None:
    report = of_one(["good"] * 20, [GOOD] * 20)
    # With one text of either label the likelihood is greatest at (20 + 1/2) / 21.
    assert report.headline.answers[0].probabilities[0] == pytest.approx(20.5 / 21, abs=1e-4)


def test_a_label_that_training_lacks_counts_as_a_mistake() -> None:
    dataset = labelled(TRAINING, [GOOD, ("new",)])
    found = evaluate(dataset, {Part.VALIDATION: logits(dataset, ["good", "good"])}).headline
    assert [(one.label, one.support) for one in found.labels] == [
        ("bad", 0),
        ("good", 1),
        ("new", 1),
    ]
    assert [one.scores[0].value for one in found.baselines] == [0.5, 0.5]


@pytest.mark.parametrize(
    "wrong",
    [{}, {Part.VALIDATION: Predictions()}, {Part.TEST: Predictions(logits=np.ones((1, 2)))}],
)
def test_predictions_that_do_not_fit_are_refused(wrong: dict[Part, Predictions]) -> None:
    with pytest.raises(ValueError, match="validation part"):
        evaluate(labelled(TRAINING, [GOOD]), wrong)


def test_values_of_a_run() -> None:
    report = of_one(["good"] * 5 + ["bad"] + ["good"] + ["bad"] * 3, [GOOD] * 6 + [BAD] * 4)
    values = report.values()
    assert values == {
        "task": "classification",
        "score_name": "accuracy",
        "score": pytest.approx(0.8),
        "low": pytest.approx(0.4902, abs=1e-4),
        "high": pytest.approx(0.9433, abs=1e-4),
        "baseline_name": "the simple one",
        "baseline": 1.0,
        "beats_baseline": False,
    }
