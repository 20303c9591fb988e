"""Domain adaptation: perplexity before and after on the same masks."""

import math

import numpy as np
import pytest

from playground.fine_tuning.evaluation import MaskedScores, evaluate_masked
from playground.fine_tuning.evaluation.report import Outcome

BEFORE = MaskedScores(tokens=400, loss=math.log(20), top_1=0.3, top_5=0.5)
AFTER = MaskedScores(tokens=400, loss=math.log(10), top_1=0.4, top_5=0.6)


def with_losses(mean: float, noise: np.ndarray) -> MaskedScores:
    losses = (mean + noise - noise.mean()).astype(np.float32)
    return MaskedScores(
        tokens=len(losses), loss=float(losses.mean()), top_1=0.3, top_5=0.5, losses=losses
    )


def test_perplexity_and_shares_by_hand() -> None:
    report = evaluate_masked(BEFORE, AFTER)
    assert report.adaptation is not None
    perplexity, top_1, top_5 = report.adaptation.after
    assert perplexity.name == "perplexity"
    assert perplexity.value == pytest.approx(10)
    assert (perplexity.low, perplexity.high) == (None, None)
    assert (top_1.name, top_1.value, top_5.value) == ("top-1", 0.4, 0.6)
    # Wilson's interval of 160 of 400.
    assert (top_1.low, top_1.high) == pytest.approx((0.3531, 0.4487), abs=1e-4)
    values = report.values()
    assert values["score_name"] == "perplexity"
    assert values["score"] == pytest.approx(10)
    assert values["baseline"] == pytest.approx(20)
    assert values["baseline_name"] == "the model before"


def test_without_single_losses_nothing_is_claimed() -> None:
    better = evaluate_masked(BEFORE, AFTER).adaptation
    worse = evaluate_masked(AFTER, BEFORE).adaptation
    assert better is not None
    assert worse is not None
    assert better.comparison.outcome is Outcome.MAYBE_BETTER
    assert "fell from 20.0 to 10.0, but that may be chance" in better.comparison.sentence
    assert worse.comparison.outcome is Outcome.NOT_BETTER
    assert worse.comparison.p_value is None


@pytest.mark.parametrize(
    ("after", "outcome", "says"),
    [
        (2.0, Outcome.BETTER, "Reading your texts helped: a perplexity of 7.4 after 20.1 before"),
        (2.999, Outcome.MAYBE_BETTER, "may be chance"),
        (3.0, Outcome.NOT_BETTER, "Reading your texts did not help"),
        (4.0, Outcome.WORSE, "Reading your texts made it worse: a perplexity of 54.6"),
    ],
)
def test_each_outcome_has_its_sentence(after: float, outcome: Outcome, says: str) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.normal(0, 1, (2, 500))
    noise = first if after == 3.0 else second
    report = evaluate_masked(with_losses(3.0, first), with_losses(after, noise))
    assert report.adaptation is not None
    assert report.adaptation.comparison.outcome is outcome
    assert says in report.adaptation.comparison.sentence


def test_the_interval_of_a_perplexity() -> None:
    noise = np.random.default_rng(1).normal(0, 1, 900)
    report = evaluate_masked(with_losses(3.0, noise), with_losses(2.0, noise))
    assert report.adaptation is not None
    perplexity = report.adaptation.after[0]
    margin = 1.96 * float(noise.std()) / 30  # of the mean loss
    assert perplexity.low == pytest.approx(math.exp(2.0 - margin), rel=0.01)
    assert perplexity.high == pytest.approx(math.exp(2.0 + margin), rel=0.01)
    # The same noise in both: every draw tells them apart, as only a paired test can.
    assert report.adaptation.comparison.p_value == pytest.approx(2 / 2001)
