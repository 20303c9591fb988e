"""Pairs of sentences for next-sentence prediction (BERT paper, section 3.1, task 2).

The files have a paragraph a line and no mark between two documents, so these are recovered: where
hardly a word of the next paragraphs stood in the last ones, a new document begins (TextTiling,
Hearst 1997, with tf-idf weights).
"""

import lzma
import zlib
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, islice, pairwise
from pathlib import Path

import numpy as np
from scipy.sparse import diags_array
from scipy.sparse.linalg import norm as sparse_norm
from sklearn.feature_extraction.text import TfidfVectorizer

from playground.recipes import corpus
from playground.text.sentences import sentence_spans

TRAINING = "training"
FEWEST_WORDS = 4  # of a sentence in a pair; "He did." can follow anything
WINDOW = 4  # lines before and behind a border that are compared
BORDER_BELOW = 0.055  # cosine; of 105 borders so found in WikiText-2, 89 begin an article

Paragraph = tuple[str, ...]  # its sentences
Document = tuple[Paragraph, ...]


class Kind(StrEnum):
    """What the second sentence of a pair is to the first."""

    NEXT = "next"
    REVERSED = "the sentence before"
    SAME_PARAGRAPH = "same paragraph"
    SAME_DOCUMENT = "same document"
    OTHER_DOCUMENT = "other document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A text file, how it becomes documents, and how much of it is in each epoch.

    ``share`` is the mean number of pairs that begin with a sentence; above one, each has another
    second sentence.
    ``held_out`` is the percentage of its documents in each part that is not for training.
    """

    file: str
    share: float
    held_out: dict[str, int]
    line_is: str = "paragraph"  # or "sentence" or "document"
    lines: int | None = None

    @property
    def origin(self) -> str:
        """The source as a model card names it."""
        found = next(one for one in corpus.SOURCES if one.file == self.file)
        share = f"{self.share:g} pairs a sentence in each epoch"
        return f"{found.name} ({found.origin}; {found.licence}), {share}"


FEW = {"development": 3, "calibration": 3, "measurement": 5}
WIKIPEDIA = Source(
    file="text/wikitext2.txt.xz",
    share=3.0,
    held_out={"development": 8, "calibration": 10, "measurement": 25},
)
SOURCES = (
    WIKIPEDIA,
    Source(file="text/brown.txt.xz", share=0.2, held_out=FEW),
    Source(file="text/abc_news.txt.xz", share=0.3, held_out=FEW, line_is="sentence"),
    Source(file="text/speeches.txt.xz", share=0.1, held_out=FEW),
    Source(
        file="text/imdb_unlabelled.txt.xz",
        share=0.05,
        held_out=FEW,
        line_is="document",
        lines=6000,
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """Sentences of many documents, one after the other.

    ``paragraphs`` and ``documents``, int64 [sentence], ascending, number what each lies in.
    """

    sentences: tuple[str, ...]
    paragraphs: np.ndarray
    documents: np.ndarray

    def places(self) -> np.ndarray:
        """Return every place whose sentence and the next, of one paragraph, can be a pair."""
        long = np.array([len(one.split()) >= FEWEST_WORDS for one in self.sentences])
        together = self.paragraphs[:-1] == self.paragraphs[1:]
        return np.flatnonzero(together & long[:-1] & long[1:])

    def second(self, place: int, kind: Kind, rng: np.random.Generator) -> int | None:
        """Return the place of a second sentence of this kind, or None where there is none."""
        match kind:
            case Kind.NEXT:
                return place + 1
            case Kind.OTHER_DOCUMENT:
                begin, end = self._range(self.documents, place)
                drawn = int(rng.integers(len(self.sentences) - (end - begin)))
                return drawn if drawn < begin else drawn + end - begin
            case _:
                of = self.paragraphs if kind is Kind.SAME_PARAGRAPH else self.documents
                begin, end = self._range(of, place)
                if end - begin == 2:
                    return None
                drawn = begin + int(rng.integers(end - begin - 2))
                return drawn if drawn < place else drawn + 2

    @staticmethod
    def _range(numbers: np.ndarray, place: int) -> tuple[int, int]:
        begin, end = np.searchsorted(numbers, [numbers[place], numbers[place] + 1])
        return int(begin), int(end)


def pairs(text: Text, kind: Kind, *, at_most: int, seed: int = 0) -> list[tuple[int, int]]:
    """Return places of first and second sentences of one kind, the same first ones for each."""
    rng = np.random.default_rng(seed)
    places = rng.permutation(text.places())[:at_most].tolist()
    if kind is Kind.REVERSED:
        return [(place + 1, place) for place in places]
    found = [(place, text.second(place, kind, rng)) for place in places]
    return [(first, second) for first, second in found if second is not None]


def whole_paragraphs(text: Text, sizes: Container[int], *, seed: int = 0) -> list[list[int]]:
    """Return the places of each paragraph with as many sentences as ``sizes`` has, shuffled."""
    numbers, counts = np.unique(text.paragraphs, return_counts=True)
    begins = np.searchsorted(text.paragraphs, numbers)
    found = [
        list(range(begin, begin + count))
        for begin, count in zip(begins.tolist(), counts.tolist(), strict=True)
        if count in sizes
    ]
    return [found[row] for row in np.random.default_rng(seed).permutation(len(found))]


def read(source: Source, data: Path) -> dict[str, Text]:
    """Return a source's parts by name, TRAINING and those it holds out.

    Raises:
        FileNotFoundError: the data folder lacks the file.
    """
    with lzma.open(data / source.file, "rt", encoding="utf-8") as rows:
        lines = [line.strip() for line in islice(rows, source.lines) if line.strip()]
    parts: dict[str, list[Document]] = {TRAINING: [], **{name: [] for name in source.held_out}}
    for document in documents(lines, source.line_is):
        parts[part_of(document, source.held_out)].append(document)
    return {name: text(found) for name, found in parts.items()}


def documents(lines: Sequence[str], line_is: str) -> list[Document]:
    """Return the documents that ``lines`` are, each a paragraph, a sentence or a document."""
    if line_is == "document":
        return [(sentences(line),) for line in lines]
    starts = [0, *borders(lines), len(lines)]
    found = [lines[begin:end] for begin, end in pairwise(starts)]
    if line_is == "sentence":
        return [(tuple(chain.from_iterable(map(sentences, one))),) for one in found]
    return [tuple(map(sentences, one)) for one in found]


def sentences(line: str) -> Paragraph:
    """Return the sentences of a line."""
    even = corpus.even_out(line)
    return tuple(even[start:end] for start, end in sentence_spans(even))


def borders(lines: Sequence[str]) -> list[int]:
    """Return the lines with which a new document begins, the first left out."""
    vectors = TfidfVectorizer(sublinear_tf=True, stop_words="english").fit_transform(
        [line.replace("[UNK]", "") for line in lines]
    )
    shape = (len(lines), len(lines))
    before = diags_array([1.0] * WINDOW, offsets=range(-WINDOW, 0), shape=shape) @ vectors
    behind = diags_array([1.0] * WINDOW, offsets=range(WINDOW), shape=shape) @ vectors
    norms = sparse_norm(before, axis=1) * sparse_norm(behind, axis=1)
    products = np.asarray(before.multiply(behind).sum(axis=1)).ravel()
    alike = np.divide(products, norms, out=np.ones(len(lines)), where=norms > 0)
    return [
        line
        for line in range(1, len(lines))
        if alike[line] < BORDER_BELOW
        and alike[line] == alike[max(line - WINDOW + 1, 0) : line + WINDOW].min()
    ]


def part_of(document: Document, held_out: dict[str, int]) -> str:
    """Return the name of a document's part; it depends on its letters alone."""
    place = zlib.crc32("\n".join(chain.from_iterable(document)).encode()) % 100
    for name, percent in held_out.items():
        if place < percent:
            return name
        place -= percent
    return TRAINING


def text(found: Sequence[Document]) -> Text:
    """Return the documents' sentences in one row."""
    rows = list(_rows(found))
    return Text(
        sentences=tuple(sentence for sentence, _, _ in rows),
        paragraphs=np.array([paragraph for _, paragraph, _ in rows], dtype=np.int64),
        documents=np.array([document for _, _, document in rows], dtype=np.int64),
    )


def _rows(found: Sequence[Document]) -> Iterator[tuple[str, int, int]]:
    number = 0
    for document, paragraphs in enumerate(found):
        for paragraph in paragraphs:
            for sentence in paragraph:
                yield sentence, number, document
            number += 1
