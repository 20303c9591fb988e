"""The input layer, computed here and compared with the model's own output.

    output = LayerNorm(token + segment + position)
    LayerNorm(x) = (x - mean(x)) / sqrt(variance(x) + epsilon) * weight + bias

Mean and variance are taken over the numbers of one token's vector (Ba et al. 2016, Layer
Normalization; Devlin et al. 2019, figure 2, for the sum).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.models.queries import InputLayer, InputQuery
from playground.settings import Settings
from playground.text.tokens import ReadTogether, read_together

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class InputVectors:
    """The vectors of one text, or a pair, on their way through the input layer of a model."""

    read: ReadTogether
    parts: InputLayer
    normed: np.ndarray  # float32 [token, size], computed here
    notices: tuple[str, ...] = ()

    @property
    def difference(self) -> float:
        """How far a number computed here is from the model's own, at most."""
        return float(np.abs(self.normed - self.parts.output).max())


def input_vectors(
    text: str, pair: str = "", *, model: "Model", settings: Settings | None = None
) -> InputVectors:
    """Return token, segment and position vectors of ``text`` and what becomes of them.

    Raises:
        EmptyTextError: the first text is empty.
        TextTooLongError: the texts are too long together.
        UnsupportedModelError: the family's input layer is built otherwise.
        BusyError: too many requests are waiting.
    """
    read = read_together(text, pair, model=model, settings=settings)
    parts = model.input_layer(
        InputQuery(input_ids=read.input_ids, token_type_ids=read.token_type_ids)
    )
    normed = layer_norm(
        parts.summed,
        weight=parts.norm_weight,
        bias=parts.norm_bias,
        epsilon=parts.norm_epsilon,
    )
    return InputVectors(
        read=read, parts=parts, normed=normed, notices=(*read.notices, *_peculiarities(parts, read))
    )


def layer_norm(
    vectors: np.ndarray, *, weight: np.ndarray, bias: np.ndarray, epsilon: float
) -> np.ndarray:
    """Return LayerNorm of ``vectors`` [token, size] as float32, computed in float64."""
    exact = vectors.astype(np.float64)
    mean = exact.mean(axis=-1, keepdims=True)
    variance = exact.var(axis=-1, keepdims=True)
    normed: np.ndarray = (exact - mean) / np.sqrt(variance + epsilon) * weight + bias
    return normed.astype(np.float32)


def _peculiarities(parts: InputLayer, read: ReadTogether) -> tuple[str, ...]:
    """Return a sentence for each way in which this model is not as BERT."""
    found = []
    if parts.segment is None:
        found.append("This model has no segments: it adds nothing that tells two texts apart.")
    elif len(read.texts) > 1 and len(np.unique(parts.segment, axis=0)) == 1:
        found.append("This model has one segment vector for all tokens, of either text.")
    if parts.position_ids is None:
        found.append(
            "This model adds no positions here: it takes the distance between two tokens into "
            "account in each layer's attention (relative positions)."
        )
    elif parts.position_ids[0] > 0:
        found.append(
            f"This model counts positions from {parts.position_ids[0]}: the rows before are kept "
            "for padding."
        )
    if parts.output.shape[1] != parts.hidden_size:
        found.append(
            f"These vectors have {parts.output.shape[1]} numbers. The layers above work with "
            f"{parts.hidden_size}, and a matrix behind this layer stretches them."
        )
    return tuple(found)
