"""The named-entity recipe: labels on pieces, partial annotations, strict scores, the adapter."""

import lzma
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from nervaluate import Evaluator
from transformers import AutoTokenizer

from playground.models import catalog, loading, trunk
from playground.models.catalog import Task
from playground.recipes import named_entities, tagged
from playground.recipes.batches import Example
from playground.recipes.tagged import LABELS, OUTSIDE_OR_MISC, UNKNOWN, Sentence
from playground.settings import Settings
from playground.text.tags import spans

CONLL_ORDER = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC", "B-MISC", "I-MISC"]
OUTSIDE, B_PER, B_LOC, I_LOC = 0, 1, 5, 6


@pytest.fixture(scope="module")
def encoder() -> named_entities.Encoder:
    return named_entities.Encoder(AutoTokenizer.from_pretrained(trunk.folder()))


def test_sentences_are_read_as_they_are(tmp_path: Path) -> None:
    with lzma.open(tmp_path / "some.xz", "wt", encoding="utf-8") as file:
        file.write("EU B-ORG\nrejects O\n\nPeter B-PER\nBlackburn I-PER\n\n")
    assert tagged.read(tmp_path / "some.xz") == [
        Sentence(("EU", "rejects"), ("B-ORG", "O")),
        Sentence(("Peter", "Blackburn"), ("B-PER", "I-PER")),
    ]


def test_tweets_are_brought_to_the_labels_of_conll() -> None:
    tweet = Sentence(
        ("@ann", "@", "Acme", "Inc", "iPhone", "Rome"),
        ("B-person", "O", "B-corporation", "I-corporation", "B-product", "B-location"),
    )
    [found] = tagged.without_misc([tweet], tagged.WNUT)
    assert found.words == tweet.words
    assert found.tags == (UNKNOWN, OUTSIDE_OR_MISC, "B-ORG", "I-ORG", UNKNOWN, "B-LOC")


def test_first_pieces_carry_the_label(encoder: named_entities.Encoder) -> None:
    assert list(LABELS) == CONLL_ORDER
    sentence = Sentence(("Zyxwa", "left", "U.S.", "soil"), ("B-PER", "O", "B-LOC", "O"))
    [found] = encoder.pieces([sentence])
    pieces = encoder.tokenizer.convert_ids_to_tokens(found.example.ids.tolist())
    assert " ".join(pieces) == "[CLS] z ##yx ##wa left u . s . soil [SEP]"
    expected = [-100, B_PER, -100, -100, OUTSIDE, B_LOC, I_LOC, I_LOC, I_LOC, OUTSIDE, -100]
    assert found.example.labels.tolist() == expected
    assert found.words.tolist() == [-1, 0, 0, 0, 1, 2, 2, 2, 2, 3, -1]


def test_an_unknown_word_teaches_nothing(encoder: named_entities.Encoder) -> None:
    [found] = encoder.pieces([Sentence(("@bo", "hi"), (UNKNOWN, OUTSIDE_OR_MISC))])
    assert found.example.labels.tolist() == [-100, -100, -100, 9, -100]  # [CLS] @ bo hi [SEP]


def test_sentences_are_joined_between_one_pair_of_marks() -> None:
    sentences = [
        Example(np.array([101, *range(first, first + size), 102]), np.array([-100] * (size + 2)))
        for first, size in ((1000, 2), (2000, 1), (3000, 600))
    ]
    joined = named_entities.joined(sentences[:2])
    assert joined.ids.tolist() == [101, 1000, 1001, 2000, 102]
    assert len(joined.labels) == 5
    assert named_entities.joined(sentences).ids.tolist() == joined.ids.tolist()
    assert named_entities.joined(sentences[:1]).ids.tolist() == [101, 1000, 1001, 102]


def test_where_misc_is_not_annotated_either_is_right() -> None:
    probabilities = torch.tensor([0.5, 0.02, 0.03, 0.04, 0.05, 0.06, 0.1, 0.15, 0.05])

    def loss(*labels: int) -> float:
        logits = probabilities.log().repeat(1, len(labels), 1)
        model: Any = lambda **_: SimpleNamespace(logits=logits)  # noqa: E731
        batch = {"input_ids": logits, "attention_mask": logits, "labels": torch.tensor([labels])}
        return float(named_entities.loss(model, batch))

    assert loss(5) == pytest.approx(-math.log(0.06))
    assert loss(9) == pytest.approx(-math.log(0.5 + 0.15 + 0.05))  # O, B-MISC and I-MISC
    assert loss(5, -100, 9) == pytest.approx(-math.log(0.06 * 0.7) / 2)


def test_spans_by_hand() -> None:
    tags = ["B-PER", "I-PER", "B-PER", "O", "I-LOC", "I-LOC", "I-ORG", "O-or-MISC", "?", "B-MISC"]
    assert list(spans(tags)) == [
        ("PER", 0, 2),
        ("PER", 2, 3),
        ("LOC", 4, 6),
        ("ORG", 6, 7),
        ("MISC", 9, 10),
    ]


def test_strict_f1_against_nervaluate_and_by_hand() -> None:
    truth = [
        ["B-PER", "I-PER", "O", "B-LOC", "O"],
        ["B-ORG", "O", "B-MISC", "I-MISC"],
        ["B-LOC", "B-LOC"],
    ]
    guesses = [
        ["B-PER", "I-PER", "O", "B-ORG", "O"],
        ["B-ORG", "I-ORG", "B-MISC", "I-MISC"],
        ["B-LOC", "O"],
    ]
    # Six true, five found, three of them right: 2 * 3 / (6 + 5).
    assert tagged.f1(truth, guesses) == pytest.approx(6 / 11)
    assert tagged.f1(truth, guesses, "LOC") == pytest.approx(2 / 4)
    assert tagged.f1([["O"]], [["O"]]) == 0.0
    reference = Evaluator(truth, guesses, tags=list(tagged.TYPES), loader="list").evaluate()
    assert tagged.f1(truth, guesses) == pytest.approx(reference["overall"]["strict"].f1)


def test_a_word_is_read_at_its_first_piece(encoder: named_entities.Encoder) -> None:
    class Fixed:
        """Says B-PER at the second token and O elsewhere."""

        device = torch.device("cpu")

        def __call__(self, input_ids: torch.Tensor, **_: torch.Tensor) -> Any:
            logits = torch.zeros(*input_ids.shape, len(LABELS))
            logits[..., OUTSIDE] = 1.0
            logits[:, 1, B_PER] = 2.0
            return SimpleNamespace(logits=logits)

    model: Any = Fixed()
    pieces = encoder.pieces([Sentence(("Zyxwa", "left"), ("O", "O")), Sentence(("hi",), ("O",))])
    assert named_entities.tags(model, pieces) == [["B-PER", "O"], ["B-PER"]]


def test_headlines_are_all_in_capitals() -> None:
    def of(text: str) -> Sentence:
        words = tuple(text.split())
        return Sentence(words, ("O",) * len(words))

    assert named_entities.is_headline(of("SOCCER - JAPAN GET LUCKY WIN ."))
    assert not named_entities.is_headline(of("SOCCER - Japan get lucky win ."))
    assert not named_entities.is_headline(of("1. 2 : 3 4"))


@pytest.mark.weights
def test_the_adapter_in_the_box_marks_names() -> None:
    spec = catalog.find("bundled/named_entities", Task.TOKEN_CLASSIFICATION, Settings())
    if spec.folder is None or not (spec.folder / loading.HEAD_FILE).is_file():
        pytest.skip("assets/models/named_entities has not been trained yet")
    checkpoint = loading.load(spec, Settings())
    assert checkpoint.model.config.id2label == dict(enumerate(CONLL_ORDER))
    encoded = checkpoint.tokenizer("Angela Merkel was born in Hamburg.", return_tensors="pt")
    labels = [CONLL_ORDER[i] for i in checkpoint.model(**encoded).logits[0].argmax(dim=1).tolist()]
    pieces = checkpoint.tokenizer.convert_ids_to_tokens(encoded["input_ids"][0].tolist())
    assert pieces[1:8] == ["angela", "mer", "##kel", "was", "born", "in", "hamburg"]
    assert [labels[i] for i in (1, 2, 4, 5, 6, 7)] == ["B-PER", "I-PER", "O", "O", "O", "B-LOC"]
