"""One text or two, made to fit a model that reads them together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.models.queries import LabelQuery
from playground.text.pieces import Vocabulary, vocabulary

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


def cut(texts: Sequence[str], words: Vocabulary, max_tokens: int) -> list[str]:
    """Return ``texts``, one or two, the longer shortened from its end until all fits.

    ``max_tokens`` counts special tokens too.
    """
    found = list(texts)
    while (over := len(encoding := words.encode(*found)) - max_tokens) > 0:
        spans = [
            [
                span
                for span, of in zip(encoding.offsets, encoding.sequence_ids, strict=True)
                if of == n
            ]
            for n in range(len(found))
        ]
        longest = max(range(len(found)), key=lambda n: len(spans[n]))
        other = max((len(found) for n, found in enumerate(spans) if n != longest), default=0)
        surplus = len(spans[longest]) - other
        # Down to the other's length first; from there on half of each, so that both stay.
        share = min(over, surplus) if surplus > 0 else (over + 1) // 2
        found[longest] = found[longest][: spans[longest][-share][0]].rstrip()
    return found


def cut_notices(
    wanted: Sequence[str], read: Sequence[str], words: Vocabulary, max_tokens: int
) -> tuple[str, ...]:
    """Return a sentence that says what ``cut`` took from the ``wanted`` texts, if it took any."""
    if list(wanted) == list(read):
        return ()
    total = len(words.encode(*wanted))
    return (
        f"The text has {total:,} tokens and this model reads {max_tokens:,}: the last "
        f"{total - len(words.encode(*read)):,} were cut.",
    )


def label_query(first: str, second: str, tokenizer: "PreTrainedTokenizerBase") -> LabelQuery:
    """Return the query for the labels of two texts that fit the model together.

    What only looks like a special token is plain text.
    """
    words = vocabulary(tokenizer)
    encoding = words.encode(first, second)
    # As the tokenizer has it: some models know no segments, and for some it does not send them.
    takes_segments = "token_type_ids" in tokenizer.model_input_names
    return LabelQuery(
        input_ids=tuple(
            token_id if special else words.plain_id(token_id)
            for token_id, special in zip(encoding.ids, encoding.special_tokens_mask, strict=True)
        ),
        token_type_ids=tuple(encoding.type_ids) if takes_segments else None,
    )
