"""Aggregation: by hand, and against transformers' own pipeline on the same checkpoints."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import pipeline

from playground.models import fake
from playground.models.catalog import Task
from playground.models.engine import Engine, Model
from playground.named_entities import Aggregation, find, scheme
from playground.named_entities.find import entities
from playground.settings import Settings
from tests.named_entities.labelled import BIO, spec_of, tokens

# No signs: without WordPiece the pipeline takes a word and the comma behind it for one word.
TEXTS = (
    "The capital of France is Paris and the river that runs through it is the Seine",
    "Doctors nurses and students met in Berlin to talk about sleep and memory",
    "She opened the window because the room was warm and the evening air was cool",
    "He works as a teacher in a small school near the old harbour",
    "My brother said that he would never again buy a car without driving it first",
)
# Their signs are words in the pipeline, too.
SIGNS = ("In Paris, (France) it rained; U.S. doctors - twelve - stayed.", "It is 'the' Seine: no!")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Model]:
    root = tmp_path_factory.mktemp("aggregation")
    engine = Engine(Settings(), dtype=torch.float32)

    def load(family: str) -> Model:
        folder = root / family
        if not folder.is_dir():
            fake.save(family, folder, task=Task.TOKEN_CLASSIFICATION)
        return engine.model(spec_of(folder, family))

    return load


def pipelines_answer(
    folder: Path, text: str, aggregation: Aggregation
) -> list[tuple[int, int, str, float]]:
    tagger = pipeline("token-classification", model=str(folder), device="cpu")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # on words of tokenizers that know none
        rows = tagger(text, aggregation_strategy=aggregation.value)
    name = "entity" if aggregation is Aggregation.NONE else "entity_group"
    found = []
    for row in rows:
        written = text[row["start"] : row["end"]]
        start = row["start"] + len(written) - len(written.lstrip())  # DeBERTa counts the space
        found.append((start, row["end"], row[name], round(float(row["score"]), 4)))
    return found


def without_oddities(model: Model, text: str) -> str:
    """Return ``text`` without words whose space is a token of its own, a word to the pipeline.

    Nor with unknown pieces, each of which it takes for a word.
    """
    tokenizer = model.tokenizer
    odd = {"▁", "Ġ", tokenizer.unk_token}
    return " ".join(
        word
        for word in text.split()
        if not odd & set(tokenizer.convert_ids_to_tokens(tokenizer(f"the {word}")["input_ids"]))
    )


@pytest.mark.parametrize("aggregation", Aggregation)
@pytest.mark.parametrize("family", fake.FAMILIES)
def test_the_pipeline_finds_the_same(
    model: Callable[[str], Model], family: str, aggregation: Aggregation
) -> None:
    loaded = model(family)
    wordpiece = family in {"bert", "distilbert", "electra", "mpnet"}
    for text in [without_oddities(loaded, text) for text in TEXTS] + list(SIGNS) * wordpiece:
        assert len(text.split()) > 4
        assert loaded.spec.folder is not None
        expected = pipelines_answer(loaded.spec.folder, text, aggregation)
        assert expected
        shown = [
            (entity.start, entity.end, entity.label, round(entity.score, 4))
            for entity in find(text, model=loaded, aggregation=aggregation).entities
        ]
        assert [row[:3] for row in shown] == [row[:3] for row in expected]
        assert [row[3] for row in shown] == pytest.approx([row[3] for row in expected], abs=2e-4)


def test_a_words_pieces_by_hand() -> None:
    """Numbers by hand: the last piece disagrees with the first, and is surer."""
    rows = np.zeros((4, len(BIO)), dtype=np.float32)
    rows[0, [0, 1]] = 0.9, 0.1
    rows[1, [1, 3]] = 0.6, 0.4  # B-PER, the word's first piece
    rows[2, [3, 4]] = 0.2, 0.8
    rows[3, [0, 2]] = 0.3, 0.7  # I-PER
    read = tokens(["in"], ["An", "na"], ["Berg"], probabilities=rows)
    answers = {
        way: [(e.text, e.label, round(e.score, 4)) for e in entities(read, scheme(BIO), way)]
        for way in Aggregation
    }
    assert answers == {
        Aggregation.NONE: [("An", "B-PER", 0.6), ("na", "I-LOC", 0.8), ("Berg", "I-PER", 0.7)],
        Aggregation.SIMPLE: [("An", "PER", 0.6), ("na", "LOC", 0.8), ("Berg", "PER", 0.7)],
        Aggregation.FIRST: [("Anna Berg", "PER", 0.65)],
        Aggregation.MAX: [("Anna", "LOC", 0.8), ("Berg", "PER", 0.7)],
        # Means over the pieces: B-PER 0.3, B-LOC 0.3, I-LOC 0.4.
        Aggregation.AVERAGE: [("Anna", "LOC", 0.4), ("Berg", "PER", 0.7)],
    }


def test_the_second_best_is_a_type_over_all_words() -> None:
    rows = np.zeros((2, len(BIO)), dtype=np.float32)
    rows[0] = 0.2, 0.5, 0.1, 0.1, 0.1  # O, B-PER, I-PER, B-LOC, I-LOC
    rows[1] = 0.1, 0.0, 0.4, 0.2, 0.3
    [entity] = entities(
        tokens(["Ada"], ["Lovelace"], probabilities=rows), scheme(BIO), Aggregation.FIRST
    )
    assert entity.score == pytest.approx(0.45)
    assert entity.second is not None
    assert entity.second.type == "LOC"
    assert entity.second.probability == pytest.approx((0.2 + 0.5) / 2)


def test_none_may_be_second_best_and_one_type_has_no_second() -> None:
    rows = np.array([[0.3, 0.6, 0.0, 0.1, 0.0]])
    [entity] = entities(tokens(["Ada"], probabilities=rows), scheme(BIO), Aggregation.FIRST)
    assert entity.second is not None
    assert entity.second.type == "O"
    assert entity.second.probability == pytest.approx(0.3)
    [alone] = entities(
        tokens(["Ada"], probabilities=np.array([[0.6, 0.4]])),
        scheme(("B-X", "I-X")),
        Aggregation.FIRST,
    )
    assert (alone.type, alone.second) == ("X", None)
