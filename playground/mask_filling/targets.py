"""Comparing chosen words in place of a mask, words of several pieces included."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TYPE_CHECKING

from playground.errors import TargetError
from playground.mask_filling.text import MaskedText, read
from playground.models.queries import Query
from playground.text.cleaning import clean
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model

MAX_WORDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetScore:
    """How well one word fits a mask; logarithms are natural."""

    word: str
    pieces: tuple[str, ...]
    token_ids: tuple[int, ...]  # of the pieces
    piece_log_probs: tuple[float, ...]  # of each piece, given the ones before it
    log_prob: float  # their sum
    probability: float


def compare_targets(
    text: str, words: Sequence[str], *, model: "Model", mask_index: int = 0
) -> tuple[TargetScore, ...]:
    """Return a score for each of ``words`` in place of mask ``mask_index``, best first.

    A word of n pieces takes the place of the mask as n masks, which are scored from left to right:
    log p(word) = sum over i of log p(piece i | the text, pieces before i, later pieces masked).
    All other masks of the text stay masked. A word that is given twice comes back once.

    The number of masks tells the model how many pieces to expect, so words of the same number of
    pieces compare on equal terms; between different numbers, take the scores with care: a rare
    word's last pieces are often easy to guess once its first one stands there. (Left-to-right
    scoring inside a word: Kauf and Ivanova 2023, "A Better Way to Do Masked Language Model
    Scoring".)

    Raises:
        TargetError: no words, over 20, an empty one, one that the vocabulary cannot spell, or one
            with so many pieces that the text becomes too long.
        MaskMissingError: the text has no mask ``mask_index``.
        TextError: as ``text.read`` does.
        BusyError: too many requests are waiting.
    """
    masked = read(text, model=model)
    position = masked.position_of(mask_index)
    pieces = {word: _pieces(word, masked, position, model) for word in _checked(words)}
    log_probs: dict[str, list[float]] = {word: [] for word in pieces}
    for step in range(max(map(len, pieces.values()))):
        asked = {word: ids for word, ids in pieces.items() if step < len(ids)}
        answers = model.scores(
            [_query(masked, position, ids, step, model) for ids in asked.values()]
        )
        for word, scores in zip(asked, answers, strict=True):
            log_probs[word].append(float(scores.target_log_probs[0, 0, 0]))
    scored = [_score(word, pieces[word], log_probs[word], model) for word in pieces]
    return tuple(sorted(scored, key=lambda score: score.log_prob, reverse=True))


def _checked(words: Sequence[str]) -> list[str]:
    stripped = [clean(word).strip() for word in words]
    if not stripped or not all(stripped):
        raise TargetError(
            "A word to compare is empty. Write at least one word, none of them blank."
        )
    if len(stripped) > MAX_WORDS:
        raise TargetError(
            f"There are {len(stripped)} words to compare; at most {MAX_WORDS} are scored at once."
        )
    return stripped


def _pieces(word: str, masked: MaskedText, position: int, model: "Model") -> tuple[int, ...]:
    known = vocabulary(model.tokenizer)
    ids = known.word_ids(word, before=masked.text[: masked.tokens[position].start])
    if not ids or known.special_ids.intersection(ids):
        raise TargetError(
            f"{model.spec.title} cannot spell {word!r} with its vocabulary. Choose another word."
        )
    length = len(masked.input_ids) - 1 + len(ids)
    if length > model.max_tokens:
        raise TargetError(
            f"With the {len(ids)} pieces of {word!r} the text has {length:,} tokens and this model "
            f"reads {model.max_tokens:,}. Shorten the text or choose a shorter word."
        )
    return ids


def _query(
    masked: MaskedText, position: int, pieces: tuple[int, ...], step: int, model: "Model"
) -> Query:
    """Ask for piece ``step`` with the pieces before it filled in and the later ones masked."""
    later = (model.tokenizer.mask_token_id,) * (len(pieces) - step)
    before, after = masked.input_ids[:position], masked.input_ids[position + 1 :]
    return Query(
        input_ids=(*before, *pieces[:step], *later, *after),
        positions=(position + step,),
        targets=(pieces[step],),
    )


def _score(
    word: str, pieces: tuple[int, ...], log_probs: list[float], model: "Model"
) -> TargetScore:
    known = vocabulary(model.tokenizer)
    total = sum(log_probs)
    return TargetScore(
        word=word,
        pieces=tuple(known.piece(token_id).text for token_id in pieces),
        token_ids=pieces,
        piece_log_probs=tuple(log_probs),
        log_prob=total,
        probability=exp(total),
    )
