"""What a classifier of sentence pairs says of two texts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.errors import EmptyTextError, TextTooLongError
from playground.models.queries import Labels
from playground.sentiment.classify import probabilities
from playground.settings import Settings
from playground.text.cleaning import clean, with_mask
from playground.text.pairs import cut, cut_notices, label_query
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPair:
    """What a model says of two texts."""

    texts: tuple[str, str]  # cut to what was read
    labels: Labels
    probabilities: tuple[float, ...]  # of each label
    notices: tuple[str, ...] = ()  # plain text for the visitor

    @property
    def best(self) -> int:
        """The index of the likeliest label."""
        return int(np.argmax(self.probabilities))


def classify_pair(
    first: str, second: str, *, model: "Model", settings: Settings | None = None
) -> LabelledPair:
    """Return the labels of two texts that are read together.

    What is over the model's limit is cut from the longer text's end, and a notice says so.

    Raises:
        EmptyTextError: one of the texts is empty.
        TextTooLongError: they have over ``settings.max_characters`` characters together.
        BusyError: too many requests are waiting.
    """
    settings = settings or Settings.from_environment()
    characters = len(first) + len(second)
    if characters > settings.max_characters:
        raise TextTooLongError(
            f"The texts have {characters:,} characters; at most {settings.max_characters:,} are "
            "read here. Shorten them."
        )
    words = vocabulary(model.tokenizer)
    wanted = [with_mask(clean(text), words.mask_token) for text in (first, second)]
    if not all(text.strip() for text in wanted):
        raise EmptyTextError("This model reads two texts. Write both.")
    one, other = read = cut(wanted, words, model.max_tokens)
    [logits] = model.logits([label_query(one, other, model.tokenizer)])
    return LabelledPair(
        texts=(one, other),
        labels=model.labels,
        probabilities=tuple(probabilities(logits, model.labels).tolist()),
        notices=cut_notices(wanted, read, words, model.max_tokens),
    )
