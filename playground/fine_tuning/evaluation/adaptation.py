"""What reading the visitor's texts has done to a masked LM."""

from math import exp

import numpy as np

from playground.fine_tuning.evaluation import intervals
from playground.fine_tuning.evaluation.comparing import outcome_of
from playground.fine_tuning.evaluation.predictions import MaskedScores
from playground.fine_tuning.evaluation.report import Adaptation, Comparison, Outcome, Score

NO_INTERVAL = "no interval: only the mean loss is known"
TOKENS = "percentile bootstrap over masked tokens, 2,000 seeded draws (Efron and Tibshirani 1993)"
_SENTENCES = {
    Outcome.BETTER: "Reading your texts helped: a perplexity of {after:.1f} after {before:.1f} "
    "before, on texts that it had not read.",
    Outcome.MAYBE_BETTER: "The perplexity fell from {before:.1f} to {after:.1f}, but that may be "
    "chance. More texts would tell.",
    Outcome.NOT_BETTER: "Reading your texts did not help: a perplexity of {after:.1f} after "
    "{before:.1f} before. More texts or longer training may.",
    Outcome.WORSE: "Reading your texts made it worse: a perplexity of {after:.1f} after "
    "{before:.1f} before. Try a lower learning rate or fewer epochs.",
}


def compared(before: MaskedScores, after: MaskedScores) -> Adaptation:
    """Return both models' scores on the same masks, and whether the second is better."""
    perplexities = exp(before.loss), exp(after.loss)
    p_value, low, high = None, None, None
    gain = perplexities[0] - perplexities[1]
    outcome = Outcome.MAYBE_BETTER if gain > 0 else Outcome.NOT_BETTER
    if before.losses is not None and after.losses is not None:
        drawn = np.exp(_means(before.losses, after.losses))
        p_value = intervals.bootstrap_p(drawn[0] - drawn[1])
        low, high = intervals.percentiles(drawn[1] - drawn[0])
        outcome = outcome_of(gain, p_value)
    return Adaptation(
        tokens=after.tokens,
        before=_scores(before),
        after=_scores(after),
        comparison=Comparison(
            outcome=outcome,
            difference=-gain,
            low=low,
            high=high,
            p_value=p_value,
            test=NO_INTERVAL if p_value is None else intervals.PAIRED.replace("examples", "tokens"),
            sentence=_SENTENCES[outcome].format(before=perplexities[0], after=perplexities[1]),
        ),
    )


def _means(*losses: np.ndarray) -> np.ndarray:
    """Return the mean losses of draws, float [model, draw]; every model gets the same draws."""
    counts = np.stack(losses, axis=-1)[:, :, None].astype(np.float32)
    [sums] = intervals.drawn_sums([counts])
    means: np.ndarray = sums[..., 0].T / len(counts)
    return means


def _scores(scores: MaskedScores) -> tuple[Score, ...]:
    low, high, method = None, None, NO_INTERVAL
    if scores.losses is not None:
        low, high = intervals.percentiles(np.exp(_means(scores.losses)[0]))
        method = TOKENS
    return (
        Score(name="perplexity", value=exp(scores.loss), low=low, high=high, method=method),
        _share("top-1", scores.top_1, scores.tokens),
        _share("top-5", scores.top_5, scores.tokens),
    )


def _share(name: str, share: float, tokens: int) -> Score:
    low, high = intervals.wilson(round(share * tokens), tokens)
    return Score(name=name, value=share, low=low, high=high, method=intervals.WILSON)
