"""A visitor's own vocabularies: WordPiece and SentencePiece unigram, from the same texts."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground.errors import BusyError, EmptyTextError, TextError, TextTooLongError
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.vocabularies import LoadedTokenizer
from playground.text.cleaning import clean
from playground.tokenizer.pieces import count_words, special_ids
from playground.tokenizer.sentencepiece_file import from_sentencepiece
from playground.tokenizer.training import train_unigram, train_wordpiece

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SMALLEST, LARGEST = 300, 8_000  # pieces
FEWEST_CHARACTERS, MOST_CHARACTERS = 500, 500_000  # of all texts together
WORDPIECE, UNIGRAM = "WordPiece", "SentencePiece unigram"
LONGEST_PIECES = 10  # that are named
AT_ONCE = 2  # trainings in this process, each on one processor
_rooms = threading.Semaphore(AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """Two vocabularies that were trained on the same texts."""

    texts: int
    characters: int
    words: int
    size: int  # that was asked for
    wordpiece: LoadedTokenizer
    unigram: LoadedTokenizer
    sentencepiece: bytes  # the unigram one as the file that SentencePiece itself reads

    @property
    def both(self) -> tuple[LoadedTokenizer, LoadedTokenizer]:
        """WordPiece first."""
        return self.wordpiece, self.unigram


def learn(
    texts: Sequence[str], size: int, *, on_progress: Callable[[float, str], object] | None = None
) -> Learnt:
    """Train both vocabularies; a few seconds at most.

    ``on_progress`` hears the share that is done, 0 to 1, and what comes next.

    Raises:
        EmptyTextError: there is too little to learn from.
        TextTooLongError: the texts have over ``MOST_CHARACTERS`` characters.
        TextError: the texts have more different characters than there shall be pieces.
        BusyError: others are training already.
    """
    heard = on_progress or (lambda _share, _next: None)
    kept = lines(texts)
    characters = sum(map(len, kept))
    if characters < FEWEST_CHARACTERS:
        raise EmptyTextError(
            f"The texts have {characters:,} characters. A vocabulary is learnt from at least "
            f"{FEWEST_CHARACTERS}: add more text."
        )
    if characters > MOST_CHARACTERS:
        raise TextTooLongError(
            f"The texts have {characters:,} characters; at most {MOST_CHARACTERS:,} are read here, "
            "so that it takes seconds. Take a part of them."
        )
    different = len(set("".join(kept)))
    if different > size // 2:
        raise TextError(
            f"The texts have {different:,} different characters, too many for {size:,} pieces: "
            f"choose at least {2 * different:,} pieces, or fewer texts."
        )
    if not _rooms.acquire(blocking=False):
        raise BusyError("Other visitors are training vocabularies. Try again in a few seconds.")
    try:
        heard(0.1, "WordPiece: merging pairs")
        wordpiece = _named(train_wordpiece(kept, size), WORDPIECE)
        heard(0.3, "SentencePiece: dropping pieces that are missed least")
        model = train_unigram(kept, size)
        unigram = _named(from_sentencepiece(model), UNIGRAM)
    finally:
        _rooms.release()
    heard(1.0, "Done")
    return Learnt(
        texts=len(kept),
        characters=characters,
        words=sum(map(count_words, kept)),
        size=size,
        wordpiece=wordpiece,
        unigram=unigram,
        sentencepiece=model,
    )


def lines(texts: Sequence[str]) -> list[str]:
    """Return what is learnt from: the lines of ``texts`` that hold anything."""
    return [found for text in texts for line in text.splitlines() if (found := clean(line).strip())]


def longest_pieces(tokenizer: LoadedTokenizer, count: int = LONGEST_PIECES) -> tuple[str, ...]:
    """Return the longest pieces, as the vocabulary writes them; special tokens are left out."""
    special = special_ids(tokenizer)
    names = [
        name
        for name, token_id in tokenizer.tokenizer.get_vocab().items()
        if token_id not in special
    ]
    return tuple(sorted(names, key=lambda name: (-len(bare(name)), name))[:count])


def lengths(tokenizer: LoadedTokenizer) -> dict[int, int]:
    """Return how many pieces have how many letters, marks of a word's place left out."""
    special = special_ids(tokenizer)
    found: dict[int, int] = {}
    for name, token_id in tokenizer.tokenizer.get_vocab().items():
        if token_id not in special:
            found[len(bare(name))] = found.get(len(bare(name)), 0) + 1
    return dict(sorted(found.items()))


def bare(name: str) -> str:
    """Return a piece without what marks its place in a word: ## or ▁."""
    return name.removeprefix("##").removeprefix("▁") or name


def vocab_txt(tokenizer: LoadedTokenizer) -> str:
    """Return a WordPiece vocabulary as BERT's ``vocab.txt``: one piece a line, by its id."""
    vocabulary = tokenizer.tokenizer.get_vocab()
    return "\n".join(sorted(vocabulary, key=vocabulary.__getitem__)) + "\n"


def _named(tokenizer: "Tokenizer", title: str) -> LoadedTokenizer:
    spec = ModelSpec(id=title, task=Task.FEATURE_EXTRACTION, source=Source.LOCAL, title=title)
    return LoadedTokenizer(spec, tokenizer)
