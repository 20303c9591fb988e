"""The next-sentence recipe: documents, kinds of pairs, examples, the adapter."""

import lzma
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from playground.calibration import Outcomes
from playground.models import loading, trunk
from playground.recipes import batches, consecutive, next_sentence
from playground.recipes.consecutive import Kind, Source, Text

LOBSTERS = [
    "The lobster lives in cold water near rocks. Its claws are blue.",
    "A lobster with large claws crushes mussels near the rocks at night.",
    "Fishermen catch the lobster in pots; its claws are tied with rubber.",
    "In cold water a lobster grows slowly and its claws grow with it.",
]
VIOLINS = [
    "A violin has four strings tuned in fifths. The bow is strung with horsehair.",
    "Violin makers carve spruce and maple; the strings were once gut.",
    "The bow draws sound from the strings of a violin.",
    "Strings, bow and varnish all colour the sound of the violin.",
]


@pytest.fixture
def some() -> Text:
    """Three documents; the first has two paragraphs."""
    return consecutive.text(
        [
            (("a a a a", "b b b b", "c c c c"), ("d d d d", "e e e e")),
            (("f f f f", "g g", "h h h h", "i i i i"),),
            (("j j j j", "k k k k"),),
        ]
    )


def test_a_new_document_begins_where_the_words_change() -> None:
    assert consecutive.borders([*LOBSTERS, *VIOLINS]) == [4]
    assert consecutive.borders(LOBSTERS) == []


def test_lines_become_documents() -> None:
    first, second = consecutive.documents([*LOBSTERS, *VIOLINS], "paragraph")
    assert first[0] == ("The lobster lives in cold water near rocks.", "Its claws are blue.")
    assert [len(one) for one in (first, second)] == [4, 4]
    first, second = consecutive.documents([*LOBSTERS, *VIOLINS], "sentence")
    assert [len(one) for one in (first, second)] == [1, 1]
    assert len(first[0]) == 5
    assert len(consecutive.documents(LOBSTERS, "document")) == 4


def test_neighbours_are_of_one_paragraph_and_long_enough(some: Text) -> None:
    assert some.paragraphs.tolist() == [0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 3]
    assert some.documents.tolist() == [0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2]
    assert some.places().tolist() == [0, 1, 3, 7, 9]  # not "g g"


def test_second_sentences_are_of_their_kind(some: Text) -> None:
    rng = np.random.default_rng(0)

    def drawn(place: int, kind: Kind) -> set[int | None]:
        return {some.second(place, kind, rng) for _ in range(200)}

    assert drawn(1, Kind.NEXT) == {2}
    assert drawn(1, Kind.SAME_PARAGRAPH) == {0}
    assert drawn(1, Kind.SAME_DOCUMENT) == {0, 3, 4}
    assert drawn(1, Kind.OTHER_DOCUMENT) == {5, 6, 7, 8, 9, 10}
    assert drawn(7, Kind.OTHER_DOCUMENT) == {0, 1, 2, 3, 4, 9, 10}
    assert drawn(9, Kind.OTHER_DOCUMENT) == set(range(9))
    assert drawn(3, Kind.SAME_PARAGRAPH) == {None}
    assert consecutive.pairs(some, Kind.REVERSED, at_most=99) == [
        (second, first) for first, second in consecutive.pairs(some, Kind.NEXT, at_most=99)
    ]


def test_whole_paragraphs_of_some_sizes(some: Text) -> None:
    found = consecutive.whole_paragraphs(some, range(3, 5))
    assert sorted(found) == [[0, 1, 2], [5, 6, 7, 8]]


def test_documents_are_dealt_out_by_their_letters() -> None:
    held_out = {"development": 10, "measurement": 25}
    names = [consecutive.part_of(((f"text {n}",),), held_out) for n in range(20_000)]
    # Of 20,000 draws three standard deviations are 0.6 and 0.9 points.
    assert names.count("development") / len(names) == pytest.approx(0.10, abs=0.006)
    assert names.count("measurement") / len(names) == pytest.approx(0.25, abs=0.009)
    assert names.count("training") + names.count("development") < len(names)


def test_a_file_is_read_into_parts_without_a_common_document(tmp_path: Path) -> None:
    lines = [f"Review number {n} is good. It says so." for n in range(300)]
    with lzma.open(tmp_path / "some.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    source = Source(
        file="some.xz", share=1, held_out={"development": 20}, line_is="document", lines=200
    )
    parts = consecutive.read(source, tmp_path)
    assert set(parts) == {"training", "development"}
    sizes = [len(np.unique(part.documents)) for part in parts.values()]
    assert sum(sizes) == 200
    texts = [set(part.sentences) - {"It says so."} for part in parts.values()]
    assert not texts[0] & texts[1]


def test_a_pair_is_framed_and_its_longer_sentence_cut() -> None:
    encoder = next_sentence.Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    one, two = np.array([2000, 2001]), np.array([3000])
    assert encoder.example(one, two, 1).ids.tolist() == [101, 2000, 2001, 102, 3000, 102]
    long = np.full(300, 4000)
    cut = encoder.example(one, long, 0)
    assert len(cut.ids) == 127
    assert (cut.ids == 4000).sum() == 122
    assert len(encoder.example(long, long, 0).ids) == 127


def test_segments_begin_behind_the_first_sep() -> None:
    example = batches.Example(np.array([101, 2000, 102, 3000, 3001, 102]), np.array([0]))
    short = batches.Example(np.array([101, 102, 3000, 102]), np.array([1]))
    batch = batches.padded([example, short])
    assert batch["token_type_ids"].tolist() == [[0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0]]
    single = batches.padded([batches.Example(np.array([101, 2000, 102]), np.array([0])), example])
    assert single["token_type_ids"][0].tolist() == [0] * 6


def test_places_are_taken_as_often_as_is_said() -> None:
    rng = np.random.default_rng(0)
    assert set(next_sentence.counts(1000, 3.0, rng).tolist()) == {3}
    found = next_sentence.counts(20_000, 1.25, rng)
    assert set(found.tolist()) == {1, 2}
    assert found.mean() == pytest.approx(1.25, abs=0.01)


def test_balanced_accuracy_and_the_mix_by_hand() -> None:
    def outcomes(kind: Kind, right: int, size: int) -> Outcomes:
        label = int(kind is not Kind.NEXT)
        logits = np.zeros((size, 2))
        logits[:right, label] = 1
        logits[right:, 1 - label] = 1
        return Outcomes(logits, np.full(size, label))

    found = {kind: outcomes(kind, 60, 80) for kind in Kind}
    found[Kind.OTHER_DOCUMENT] = outcomes(Kind.OTHER_DOCUMENT, 80, 80)
    figures = next_sentence.balanced(found)
    assert figures["other document"] == pytest.approx((0.75 + 1) / 2)
    assert figures["the sentence before"] == pytest.approx(0.75)
    mixed = next_sentence.mixed(found)
    assert len(mixed.labels) == 160
    assert (mixed.labels == 0).sum() == 80
    assert sum(next_sentence.MIX.values()) == 1


def test_the_loss_by_hand() -> None:
    logits = torch.tensor([[2.0, 0.0], [0.0, 0.0]])
    model: Any = lambda **_: SimpleNamespace(logits=logits)  # noqa: E731
    names = ("input_ids", "attention_mask", "token_type_ids")
    batch = dict.fromkeys(names, logits) | {"labels": torch.tensor([[1], [0]])}
    expected = (math.log(1 + math.exp(2)) + math.log(2)) / 2
    assert float(next_sentence.loss(model, batch)) == pytest.approx(expected)


def test_the_labels_are_those_of_the_app() -> None:
    assert next_sentence.LABELS == loading.NEXT_SENTENCE_LABELS
