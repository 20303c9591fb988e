"""How one word becomes pieces, step by step, by the rules of its tokenizer's kind."""

from dataclasses import dataclass

from playground.errors import EmptyTextError, TextTooLongError
from playground.models.vocabularies import LoadedTokenizer
from playground.tokenizer import bpe, unigram, wordpiece
from playground.tokenizer.bpe import BpeSteps
from playground.tokenizer.unigram import UnigramSteps
from playground.tokenizer.wordpiece import WordPieceSteps

Steps = WordPieceSteps | BpeSteps | UnigramSteps
MOST_CHARACTERS = 300  # of the text that a word is chosen from
LONGEST_WORD = 60  # in letters, or bytes; a longer one would fill the screen


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitWord:
    """A word, how its pieces are found, and what the tokenizer itself makes of it."""

    steps: Steps
    own: tuple[str, ...]  # by the tokenizer itself

    @property
    def equal(self) -> bool:
        """Whether the steps lead to the tokenizer's own result."""
        return self.steps.pieces == self.own


def words(text: str, *, tokenizer: LoadedTokenizer) -> tuple[str, ...]:
    """Return the words of ``text`` as the tokenizer looks for pieces in them, each once.

    Byte-level BPE writes each byte as a letter, and Ġ for the space in front of a word;
    SentencePiece writes ▁ for it.

    Raises:
        EmptyTextError: nothing is left after normalisation.
        TextTooLongError: the text is over ``MOST_CHARACTERS`` long.
    """
    if len(text) > MOST_CHARACTERS:
        raise TextTooLongError(
            f"The text has {len(text):,} characters; a word is chosen from at most "
            f"{MOST_CHARACTERS} here. Shorten it."
        )
    parts = tokenizer.tokenizer
    normal = parts.normalizer.normalize_str(text) if parts.normalizer else text
    found = (
        [word for word, _ in parts.pre_tokenizer.pre_tokenize_str(normal)]
        if parts.pre_tokenizer
        else [normal]
    )
    kept = tuple(dict.fromkeys(word for word in found if word.strip()))
    if not text.strip() or not kept:
        raise EmptyTextError("There is no word yet. Write one, or a few.")
    return kept


def split(word: str, *, tokenizer: LoadedTokenizer) -> SplitWord:
    """Return how ``word``, one of ``words``, is split.

    Raises:
        TextTooLongError: the word is too long to be shown.
        UnsupportedModelError: the tokenizer has options that these steps do not know.
    """
    if len(word) > LONGEST_WORD:
        raise TextTooLongError(
            f"The word has {len(word):,} letters or bytes; at most {LONGEST_WORD} are shown step "
            "by step. Choose a shorter one."
        )
    steps: Steps
    match tokenizer.kind:
        case "WordPiece":
            steps = wordpiece.steps(word, tokenizer=tokenizer)
        case "Unigram":
            steps = unigram.steps(word, tokenizer=tokenizer)
        case _:
            steps = bpe.steps(word, tokenizer=tokenizer)
    own = tuple(token.value for token in tokenizer.tokenizer.model.tokenize(word))
    return SplitWord(steps=steps, own=own)
