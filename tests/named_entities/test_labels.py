"""Entities by hand, in every scheme of labels that models come with."""

import numpy as np
import pytest

from playground.named_entities import Aggregation, scheme
from playground.named_entities.find import entities
from tests.named_entities.labelled import found, tokens

BIO = ("O", "B-PER", "I-PER", "B-LOC", "I-LOC")
BIOES = ("O", *(f"{mark}-{kind}" for kind in ("PER", "LOC") for mark in "BIES"))
BILOU = ("O", *(f"{mark}-{kind}" for kind in ("PER", "LOC") for mark in "BILU"))
BMES = ("O", *(f"{mark}-{kind}" for kind in ("PER", "LOC") for mark in "BMES"))


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("O O O", []),
        ("B-PER I-PER O B-LOC", ["a-b PER", "d LOC"]),
        ("B-PER B-PER", ["a PER", "b PER"]),
        ("B-PER I-LOC", ["a PER", "b LOC"]),
        ("B-PER O I-PER", ["a PER", "c PER"]),
        ("O B-LOC I-LOC I-LOC", ["b-d LOC"]),
        # IOB1: I- begins an entity, B- only one that follows another of its type.
        ("I-PER I-PER O I-LOC", ["a-b PER", "d LOC"]),
        ("I-PER B-PER I-PER", ["a PER", "b-c PER"]),
        ("I-PER I-LOC I-PER", ["a PER", "b LOC", "c PER"]),
    ],
)
def test_bio_and_iob1(labels: str, expected: list[str]) -> None:
    assert found(BIO, labels) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("PER PER O LOC", ["a-b PER", "d LOC"]),
        ("PER LOC LOC", ["a PER", "b-c LOC"]),
    ],
)
def test_types_without_prefixes(labels: str, expected: list[str]) -> None:
    assert found(("O", "PER", "LOC"), labels) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ("B-PER I-PER E-PER O S-LOC", ["a-c PER", "e LOC"]),
        ("B-PER E-PER B-PER E-PER", ["a-b PER", "c-d PER"]),
        ("S-LOC S-LOC", ["a LOC", "b LOC"]),
        ("S-PER B-PER E-PER", ["a PER", "b-c PER"]),
        # Not well-formed: an end without a beginning, a beginning without an end, two ends.
        ("O E-PER O", ["b PER"]),
        ("B-PER I-PER O", ["a-b PER"]),
        ("B-PER E-PER E-PER", ["a-b PER", "c PER"]),
        ("B-PER E-PER I-PER", ["a-b PER", "c PER"]),
        ("B-PER E-LOC", ["a PER", "b LOC"]),
    ],
)
def test_bioes_and_bilou(labels: str, expected: list[str]) -> None:
    assert found(BIOES, labels) == expected
    assert found(BILOU, labels.replace("E-", "L-").replace("S-", "U-")) == expected
    assert found(BMES, labels.replace("I-", "M-")) == expected


def test_labels_with_numbers_are_types() -> None:
    assert found(("LABEL_0", "LABEL_1"), "LABEL_0 LABEL_1 LABEL_1") == ["a LABEL_0", "b-c LABEL_1"]


def test_without_o_everything_belongs_to_a_type() -> None:
    assert found(("B-NP", "I-NP", "B-VP"), "B-NP I-NP B-VP") == ["a-b NP", "c VP"]
    assert not scheme(("B-NP", "I-NP")).has_outside


def test_without_aggregation_each_token_has_its_own_label() -> None:
    expected = ["a B-PER", "b I-PER", "d B-LOC"]
    assert found(BIO, "B-PER I-PER O B-LOC", Aggregation.NONE) == expected


def test_types_may_have_dashes_and_prefixes_must_be_ones() -> None:
    names = ("O", "B-work-of-art", "I-work-of-art", "E-MAIL", "-", "PER-B")
    assert scheme(names).types == ("O", "work-of-art", "E-MAIL", "-", "PER-B")
    assert scheme(names).prefixes == "BI"
    assert set(scheme(BILOU).prefixes) == set("BILU")


def test_a_last_word_of_several_pieces_stays_whole() -> None:
    names = ("O", "B-PER", "I-PER", "E-PER", "S-PER")
    labels = ("B-PER", "E-PER", "E-PER", "S-PER", "S-PER")
    rows = np.array([[float(name == label) for name in names] for label in labels])
    read = tokens(["Ada"], ["Love", "lace"], ["Tu", "ring"], probabilities=rows)
    whole = [entity.text for entity in entities(read, scheme(names), Aggregation.SIMPLE)]
    assert whole == ["Ada Lovelace", "Turing"]


def test_types_add_up_their_labels() -> None:
    by_type = scheme(BIO).by_type(np.array([[0.1, 0.2, 0.3, 0.15, 0.25]]))
    assert scheme(BIO).types == ("O", "PER", "LOC")
    assert by_type[0] == pytest.approx([0.1, 0.5, 0.4])
