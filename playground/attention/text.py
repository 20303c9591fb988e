"""One text, or a pair of texts, through a model: its tokens and all of its attention weights."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from playground.models.queries import AttentionQuery
from playground.settings import Settings
from playground.text.tokens import Token, read_together

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, kw_only=True)
class AttentionMap:
    """Attention of one text, or one pair, through one model, without any switch applied."""

    texts: tuple[str, ...]  # one or two, cut to what was read
    tokens: tuple[Token, ...]
    input_ids: tuple[int, ...]
    token_type_ids: tuple[int, ...]
    weights: np.ndarray  # float32 [layer, head, from_token, to_token]; rows sum to 1
    hidden_states: np.ndarray  # float32 [layer + 1, token, hidden], the embedding output first
    notices: tuple[str, ...] = ()

    @property
    def layers(self) -> int:
        """How many layers the model has."""
        return len(self.weights)

    @property
    def heads(self) -> int:
        """How many heads a layer has."""
        return self.weights.shape[1]

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return self.weights.nbytes + self.hidden_states.nbytes

    @cached_property
    def specials(self) -> np.ndarray:
        """Which tokens are special; bool [token]."""
        return np.array([token.special for token in self.tokens])


def attend(
    text: str, pair: str = "", *, model: "Model", settings: Settings | None = None
) -> AttentionMap:
    """Return all attention weights of ``text``, or of ``text`` and ``pair``, through ``model``.

    What is over the model's limit is cut from the longer text's end, and a notice says so.

    Raises:
        EmptyTextError: the first text is empty.
        TextTooLongError: they have over ``settings.max_characters`` characters together.
        BusyError: too many requests are waiting.
    """
    read = read_together(text, pair, model=model, settings=settings)
    found = model.attentions(
        AttentionQuery(input_ids=read.input_ids, token_type_ids=read.token_type_ids)
    )
    return AttentionMap(
        texts=read.texts,
        tokens=read.tokens,
        input_ids=read.input_ids,
        token_type_ids=read.token_type_ids,
        weights=found.weights,
        hidden_states=found.hidden_states,
        notices=read.notices,
    )
