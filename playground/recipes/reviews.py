"""Film reviews with a verdict: SST-2's phrases and IMDB's reviews, cut into parts that share none.

Four parts: for training, for development (choosing), for calibration, and one that neither training
nor calibration saw, on which the calibration is measured.
"""

import lzma
import zlib
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from playground.recipes.corpus import SENTENCE_END

PHRASES = ("sentiment/sst2_train.tsv.xz", "sentiment/sst2_dev.tsv.xz")
REVIEWS = "sentiment/imdb_train.tsv.xz"
WITHOUT_VERDICT = "text/imdb_unlabelled.txt.xz"
TRAINING = "training"
HELD_OUT = ("development", "calibration", "measurement")
HELD_OUT_PERCENT = 5  # of the source sentences and reviews, for each
WORDS = range(4, 46)  # of a sentence of a review


@dataclass(frozen=True, slots=True)
class Part:
    """Texts with their labels, 1 for positive; a phrase is a piece of a sentence."""

    sentences: dict[str, int] = field(default_factory=dict)
    phrases: dict[str, int] = field(default_factory=dict)
    reviews: dict[str, int] = field(default_factory=dict)


def read(data: Path) -> dict[str, Part]:
    """Return the parts by name.

    Raises:
        FileNotFoundError: the data folder lacks one of the files.
    """
    return cut(
        phrases=labelled([line for name in PHRASES for line in _lines(data / name)[1:]]),
        reviews=labelled([line.replace("<br />", " ") for line in _lines(data / REVIEWS)[1:]]),
    )


def without_verdict(data: Path) -> list[str]:
    """Return the reviews that have no label.

    Raises:
        FileNotFoundError: the data folder lacks their file.
    """
    return [line.replace("<br />", " ") for line in _lines(data / WITHOUT_VERDICT) if line]


def _lines(file: Path) -> list[str]:
    with lzma.open(file, "rt", encoding="utf-8") as stream:
        return stream.read().split("\n")


def labelled(lines: Collection[str]) -> dict[str, int]:
    """Return the label of each text; a text that has both labels is left out."""
    labels = defaultdict(set)
    for line in lines:
        text, _, label = line.rpartition("\t")
        if text.strip():
            labels[" ".join(text.split())].add(int(label))
    return {text: found.pop() for text, found in labels.items() if len(found) == 1}


def cut(*, phrases: dict[str, int], reviews: dict[str, int]) -> dict[str, Part]:
    """Deal source sentences, with all their phrases, and reviews out to the parts.

    A phrase that sentences of several parts contain goes to none of them.
    """
    parts = {name: Part() for name in (TRAINING, *HELD_OUT)}
    owners = sources(phrases)
    for phrase, label in phrases.items():  # in their order, so that a seed means the same always
        names = {part_of(owner) for owner in owners[phrase]}
        if len(names) == 1:
            part = parts[names.pop()]
            kind = part.sentences if phrase in owners[phrase] else part.phrases
            kind[phrase] = label
    for review, label in reviews.items():
        parts[part_of(review)].reviews[review] = label
    return parts


def sources(phrases: Collection[str]) -> dict[str, set[str]]:
    """Return the source sentences of each phrase: the longest texts whose words contain its own.

    A text that no other contains is a sentence and its own source.
    """
    owners: dict[str, set[str]] = {}
    known = set(phrases)
    for text in sorted(known, key=lambda text: (-len(text.split()), text)):
        if text not in owners:
            for run in _runs(text.split()) & known:
                owners.setdefault(run, set()).add(text)
    return owners


def _runs(words: list[str]) -> set[str]:
    ends = range(1, len(words) + 1)
    return {" ".join(words[begin:end]) for end in ends for begin in range(end)}


def sentences(review: str) -> list[str]:
    """Return the sentences of a review, but for very short and very long ones."""
    cut_up = (" ".join(sentence.split()) for sentence in SENTENCE_END.split(review))
    return [sentence for sentence in cut_up if len(sentence.split()) in WORDS]


def part_of(source: str) -> str:
    """Return the name of a source sentence's part; it depends on its letters alone."""
    place = zlib.crc32(source.encode()) % 100 // HELD_OUT_PERCENT
    return HELD_OUT[place] if place < len(HELD_OUT) else TRAINING
