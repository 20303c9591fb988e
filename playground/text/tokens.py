"""One text, or a pair of texts, as a model reads them together: tokens with their places."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.errors import EmptyTextError, TextTooLongError
from playground.settings import Settings
from playground.text.cleaning import clean, with_mask
from playground.text.pairs import cut, cut_notices
from playground.text.pieces import Vocabulary, vocabulary

if TYPE_CHECKING:
    from tokenizers import Encoding

    from playground.models.engine import Model

FIRST, SECOND = 0, 1  # which text a token is of


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token as people read it, without ``##``, ``Ġ`` or ``▁``.

    ``start`` and ``end`` count characters of its own text; a special token's span is empty.
    """

    text: str
    start: int
    end: int
    sentence: int | None  # FIRST or SECOND; None for a special token
    continues_word: bool

    @property
    def special(self) -> bool:
        """Whether the tokenizer added it around the texts, such as [CLS]."""
        return self.sentence is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadTogether:
    """One text, or a pair, as what a model takes in."""

    texts: tuple[str, ...]  # one or two, cut to what was read
    tokens: tuple[Token, ...]
    input_ids: tuple[int, ...]
    token_type_ids: tuple[int, ...]  # the segment of each token
    notices: tuple[str, ...] = ()


def read_together(
    text: str, pair: str = "", *, model: "Model", settings: Settings | None = None
) -> ReadTogether:
    """Return the tokens of ``text``, or of ``text`` and ``pair``, as ``model`` reads them.

    What is over the model's limit is cut from the longer text's end, and a notice says so.

    Raises:
        EmptyTextError: the first text is empty.
        TextTooLongError: they have over ``settings.max_characters`` characters together.
    """
    settings = settings or Settings.from_environment()
    if len(text) + len(pair) > settings.max_characters:
        raise TextTooLongError(
            f"The text has {len(text) + len(pair):,} characters; at most "
            f"{settings.max_characters:,} are read here. Shorten it."
        )
    words = vocabulary(model.tokenizer)
    wanted = [with_mask(clean(part), words.mask_token) for part in (text, pair) if part.strip()]
    if not text.strip() or not wanted[0].strip():
        raise EmptyTextError("There is no text yet. Write a sentence.")
    texts = cut(wanted, words, model.max_tokens)
    encoding = words.encode(*texts)
    tokens = _tokens(encoding, texts, words)
    ids = tuple(
        token_id if token.special else words.plain_id(token_id)
        for token, token_id in zip(tokens, encoding.ids, strict=True)
    )
    # As the tokenizer has it: some models know no segments, and for some it does not send them.
    takes_segments = "token_type_ids" in model.tokenizer.model_input_names
    return ReadTogether(
        texts=tuple(texts),
        tokens=tokens,
        input_ids=ids,
        token_type_ids=tuple(encoding.type_ids) if takes_segments else (0,) * len(ids),
        notices=cut_notices(wanted, texts, words, model.max_tokens),
    )


def _tokens(encoding: "Encoding", texts: list[str], words: Vocabulary) -> tuple[Token, ...]:
    tokens: list[Token] = []
    previous: tuple[int | None, int | None] = None, None
    for token_id, (begin, end), sentence, word in zip(
        encoding.ids, encoding.offsets, encoding.sequence_ids, encoding.word_ids, strict=True
    ):
        shown = words.piece(token_id).text
        if sentence is not None and "\N{REPLACEMENT CHARACTER}" in shown:
            shown = texts[sentence][begin:end]  # a byte of a character that takes several
        if sentence is not None and words.plain_id(token_id) == words.unknown_id:
            # Several unknown ones in a row could not be told apart by the placeholder alone.
            shown = f"{texts[sentence][begin:end].strip()} {shown}".strip()
        start = begin + (
            len(texts[sentence][begin:end]) - len(texts[sentence][begin:end].lstrip())
            if sentence is not None
            else 0
        )
        continues = sentence is not None and word is not None and (sentence, word) == previous
        if continues and tokens[-1].end < start:
            continues = False
        tokens.append(
            Token(
                text=shown,
                start=start if sentence is not None else 0,
                end=end if sentence is not None else 0,
                sentence=sentence,
                continues_word=continues,
            )
        )
        previous = sentence, word
    return tuple(tokens)
