"""One sentence on its way through a BERT, with all numbers between its text and a prediction."""

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import TextTooLongError
from playground.how_bert_works.recompute import Differences, differences
from playground.mask_filling import Guess, LayerGuesses, LogitLens, MaskedText, read
from playground.mask_filling.fill import guesses_at
from playground.models.trace_queries import Trace, TraceParameters, TraceQuery
from playground.settings import MEGABYTE, Settings
from playground.shared_results import SharedResults

if TYPE_CHECKING:
    from playground.models.engine import Model

MAX_TOKENS = 32  # more would not fit a screen
MAX_CHARACTERS = 1_000  # a word of any length may be one unknown token
MAX_BYTES = 20 * MEGABYTE  # of traces that are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """A sentence, the model's numbers for it, and how exactly they can be computed anew."""

    masked: MaskedText
    layer: int  # the one that is looked into, from 0
    trace: Trace
    parameters: TraceParameters
    differences: Differences

    @property
    def position(self) -> int:
        """The token that is predicted: the first mask."""
        return self.masked.mask_positions[0]

    @property
    def layers(self) -> int:
        """How many layers the model has."""
        return len(self.trace.states) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """The most probable words for the mask, with what softmax made their probabilities of."""

    guesses: tuple[Guess, ...]  # most probable first
    logits: tuple[float, ...]  # of the guesses
    others: int  # how many further tokens the vocabulary has
    rest: float  # their probability together


def _nbytes(kept: tuple[Trace, Differences]) -> int:
    arrays = (getattr(kept[0], field.name) for field in fields(kept[0]))
    return sum(array.nbytes for array in arrays if isinstance(array, np.ndarray))


# Everybody begins with the same sentence, and comes back to it at each step.
_traces = SharedResults[tuple[Trace, Differences]](MAX_BYTES, _nbytes)


def walk(text: str, *, model: "Model", layer: int = 0) -> Tour:
    """Return the way of ``text`` through ``model``, which is of the task step by step.

    Of several masks the first is predicted.

    Raises:
        TextTooLongError: it has over 32 tokens or 1,000 characters.
        TextError: as ``mask_filling.read`` does.
        IndexError: there is no such layer.
        BusyError: too many requests are waiting.
    """
    settings = replace(Settings.from_environment(), max_characters=MAX_CHARACTERS)
    masked = read(text, model=model, settings=settings)
    count = len(masked.input_ids) + masked.cut_tokens
    if count > MAX_TOKENS:
        raise TextTooLongError(
            f"The sentence has {count} tokens, and the tour takes at most {MAX_TOKENS}. Shorten "
            "it; the other pages read longer texts."
        )
    asked = TraceQuery(input_ids=masked.input_ids, position=masked.mask_positions[0], layer=layer)
    parameters = model.trace_parameters(layer)

    def computed() -> tuple[Trace, Differences]:
        trace = model.trace(asked)
        return trace, differences(trace, parameters, layer=layer, position=asked.position)

    trace, found = _traces.get((model.load_number, asked), computed)
    return Tour(masked=masked, layer=layer, trace=trace, parameters=parameters, differences=found)


def prediction(tour: Tour, *, model: "Model", top_k: int = 8) -> Prediction:
    """Return the ``top_k`` most probable words for the mask, and what is left for all others."""
    probabilities = tour.trace.probabilities
    best = np.argsort(-probabilities, kind="stable")[:top_k]
    guesses = guesses_at(tour.masked, tour.position, best, np.log(probabilities[best]), model=model)
    return Prediction(
        guesses=guesses,
        logits=tuple(map(float, tour.trace.logits[-1, best])),
        others=len(probabilities) - len(best),
        rest=max(0.0, 1.0 - float(probabilities[best].sum(dtype=np.float64))),
    )


def through_layers(tour: Tour, *, model: "Model", top_k: int = 3) -> LogitLens:
    """Return what each layer would predict, its state read by the model's own output layer."""
    logits = tour.trace.logits.astype(np.float64)
    log_probs = logits - logits.max(axis=-1, keepdims=True)
    log_probs -= np.log(np.exp(log_probs).sum(axis=-1, keepdims=True))
    ranked = np.argsort(-log_probs, axis=-1, kind="stable")[:, :top_k]
    final = int(ranked[-1, 0])
    return LogitLens(
        masked=tour.masked,
        mask_index=0,
        layers=tuple(
            LayerGuesses(
                layer=layer,
                guesses=guesses_at(tour.masked, tour.position, best, row[best], model=model),
                entropy=float(-(np.exp(row) * row).sum()),
                final_probability=float(np.exp(row[final])),
            )
            for layer, (row, best) in enumerate(zip(log_probs, ranked, strict=True))
        ),
    )
