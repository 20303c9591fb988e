"""Byte-pair encoding: letters or bytes, merged in the order in which pairs were learnt.

Sennrich et al. 2016, Neural Machine Translation of Rare Words with Subword Units; over bytes:
Radford et al. 2019.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from playground.errors import UnsupportedModelError
from playground.models.vocabularies import LoadedTokenizer

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """Two neighbours become one."""

    left: str
    right: str
    rank: int  # how many pairs were learnt before this one
    after: tuple[str, ...]  # the word's pieces after it


@dataclass(frozen=True, slots=True, kw_only=True)
class BpeSteps:
    """How BPE builds the pieces of a word: the pair that was learnt first is merged first."""

    word: str
    letters: tuple[str, ...]  # what it begins with
    merges: tuple[Merge, ...]
    pieces: tuple[str, ...]


def steps(word: str, *, tokenizer: LoadedTokenizer) -> BpeSteps:
    """Return the merges that make the pieces of ``word``, in their order.

    Raises:
        UnsupportedModelError: the tokenizer has options that these steps do not know.
    """
    model = tokenizer.tokenizer.model
    if model.continuing_subword_prefix or model.end_of_word_suffix or model.byte_fallback:
        raise UnsupportedModelError(
            f"The BPE of {tokenizer.spec.title} marks its pieces in a way that is not shown step "
            "by step here. Choose another tokenizer."
        )
    known = [
        letter if model.token_to_id(letter) is not None else model.unk_token for letter in word
    ]
    letters = tuple(letter for letter in known if letter is not None)
    if model.ignore_merges and model.token_to_id(word) is not None:
        return BpeSteps(word=word, letters=letters, merges=(), pieces=(word,))
    ranks = _ranks(tokenizer)
    pieces, merges = letters, []
    while found := [
        (ranks[pair], place) for place, pair in enumerate(pairwise(pieces)) if pair in ranks
    ]:
        rank, place = min(found)
        left, right = pieces[place : place + 2]
        pieces = (*pieces[:place], left + right, *pieces[place + 2 :])
        merges.append(Merge(left=left, right=right, rank=rank, after=pieces))
    return BpeSteps(word=word, letters=letters, merges=tuple(merges), pieces=pieces)


@lru_cache(maxsize=4)
def _ranks(tokenizer: LoadedTokenizer) -> dict[Pair, int]:
    merges = tokenizer.state["model"]["merges"]
    return {(left, right): rank for rank, (left, right) in enumerate(merges)}
