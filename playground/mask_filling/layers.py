"""Layer by layer: what every layer would predict if it were the last (logit lens)."""

from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from playground.mask_filling.fill import Guess, guesses_at
from playground.mask_filling.text import MaskedText, read
from playground.models.queries import Query

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerGuesses:
    """What the hidden state of one layer predicts through the model's own prediction head."""

    layer: int  # 0 is the embedding output
    guesses: tuple[Guess, ...]  # most probable first
    entropy: float  # in nats
    final_probability: float  # here, of the token that the last layer guesses first


@dataclass(frozen=True, slots=True, kw_only=True)
class LogitLens:
    """One mask seen through every layer, from the embeddings to the last."""

    masked: MaskedText
    mask_index: int
    layers: tuple[LayerGuesses, ...]


def logit_lens(text: str, *, model: "Model", mask_index: int = 0, top_k: int = 5) -> LogitLens:
    """Return what each layer predicts at mask ``mask_index``; the last layer is the model itself.

    Every hidden state goes through the same prediction head, which was trained on the last layer
    only (nostalgebraist 2020, "interpreting GPT: the logit lens").

    Raises:
        MaskMissingError: the text has no mask ``mask_index``.
        TextError: as ``text.read`` does.
        BusyError: too many requests are waiting.
    """
    masked = read(text, model=model)
    position = masked.position_of(mask_index)
    [first] = model.scores([Query(input_ids=masked.input_ids, positions=(position,), top_k=1)])
    [scores] = model.scores(
        [
            Query(
                input_ids=masked.input_ids,
                positions=(position,),
                top_k=top_k,
                targets=(int(first.top_ids[-1, 0, 0]),),
                every_layer=True,
            )
        ]
    )
    return LogitLens(
        masked=masked,
        mask_index=mask_index,
        layers=tuple(
            LayerGuesses(
                layer=layer,
                guesses=guesses_at(
                    masked,
                    position,
                    scores.top_ids[layer, 0],
                    scores.top_log_probs[layer, 0],
                    model=model,
                ),
                entropy=float(scores.entropy[layer, 0]),
                final_probability=exp(scores.target_log_probs[layer, 0, 0]),
            )
            for layer in range(len(scores.top_ids))
        ),
    )
