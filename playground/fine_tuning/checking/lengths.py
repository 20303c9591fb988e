"""How long texts are in tokens, and what a limit cuts."""

from collections.abc import Callable, Sequence

from playground.errors import DatasetError
from playground.fine_tuning.checking.problems import Problems, counted
from playground.fine_tuning.dataset import Example, Finding, Lengths
from playground.fine_tuning.tasks import Task

# Texts in, the number of tokens of each out, without special tokens.
Counter = Callable[[Sequence[str]], Sequence[int]]
_SHORTEST = 8
_FRAME = {False: 2, True: 3}  # special tokens of a text and of a pair, as BERT has them


def require_limit(limit: int, most: int) -> None:
    """Do nothing if texts may be cut at ``limit`` tokens.

    Raises:
        DatasetError: it is below what makes sense, or above ``most``.
    """
    if not _SHORTEST <= limit <= most:
        raise DatasetError(
            f"The limit is {limit:,} tokens a text. Choose one from {_SHORTEST} to {most:,}."
        )


def measured(
    examples: Sequence[Example], task: Task, count: Counter, limit: int, report: Problems
) -> Lengths:
    """Return the lengths of all examples, and report those that ``limit`` cuts."""
    lengths = Lengths(tokens=tokens(examples, count), limit=limit)
    cut = [one for one, tokens in zip(examples, lengths.tokens, strict=True) if tokens > limit]
    keep_all = f"A limit of {max(lengths.tokens):,} would cut none." if cut else ""
    report.add(
        Finding.CUT,
        cut,
        f"Longer than {limit:,} tokens: {len(cut):,} of {counted(len(examples), 'text')}. The "
        f"longest has {max(lengths.tokens):,}; {100 * lengths.share_cut:.1f} % of all tokens lie "
        "beyond.",
        "They are split into pieces of that length, and nothing is lost."
        if task is Task.ADAPTATION
        else f"What lies beyond is cut off. {keep_all}",
    )
    return lengths


def tokens(examples: Sequence[Example], count: Counter) -> tuple[int, ...]:
    """Return the length of each example in tokens, special ones and second texts included."""
    firsts = count([one.text for one in examples])
    are_pairs = examples[0].second is not None
    seconds = count([one.second or "" for one in examples]) if are_pairs else [0] * len(firsts)
    frame = _FRAME[are_pairs]
    return tuple(
        int(first) + int(second) + frame for first, second in zip(firsts, seconds, strict=True)
    )
