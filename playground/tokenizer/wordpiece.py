"""WordPiece: the longest piece first, from the left (Wu et al. 2016; Devlin et al. 2019)."""

from dataclasses import dataclass

from playground.models.vocabularies import LoadedTokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """One look into the vocabulary: is what stands from ``start`` to ``end`` a piece?"""

    start: int
    end: int
    candidate: str  # with ## in front where it continues the word
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPieceSteps:
    """How WordPiece splits a word. One place without any piece makes the whole word unknown."""

    word: str
    tries: tuple[Try, ...]
    pieces: tuple[str, ...]


def steps(word: str, *, tokenizer: LoadedTokenizer) -> WordPieceSteps:
    """Return every look into the vocabulary until ``word`` is split."""
    model = tokenizer.tokenizer.model
    tries: list[Try] = []
    pieces: list[str] = []
    start = 0
    while start < len(word) <= model.max_input_chars_per_word:
        for end in range(len(word), start, -1):
            prefix = model.continuing_subword_prefix if start else ""
            candidate = prefix + word[start:end]
            found = model.token_to_id(candidate) is not None
            tries.append(Try(start=start, end=end, candidate=candidate, found=found))
            if found:
                pieces.append(candidate)
                start = end
                break
        else:
            break
    whole = 0 < start == len(word)
    return WordPieceSteps(
        word=word, tries=tuple(tries), pieces=tuple(pieces) if whole else (model.unk_token,)
    )
