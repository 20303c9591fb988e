"""Home's examples: what the models in the box say of one text each, computed ahead.

``python -m playground.recipes.home`` computes them, so that Home shows real results before anything
has imported PyTorch.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from playground import attention, embeddings, mask_filling, named_entities, next_sentence, sentiment
from playground.attention import Unit, View
from playground.embeddings import Similarity
from playground.mask_filling import Guess
from playground.models.catalog import ASSETS, TRUNK, Task
from playground.models.queries import Pooling
from playground.named_entities import Entity
from playground.sentiment import Word

if TYPE_CHECKING:
    from playground.models.engine import Model

FILE = ASSETS / "examples" / "home.json"
MASKED = "The capital of France is [MASK]."
ATTENDED = "The cat slept because it was tired."
LAYER, HEAD = 4, 2  # from 1; here "it" attends to "cat"
LINES = (
    "The bus is late again.",
    "My daughter is learning to swim.",
    "Could you turn the music down?",
    "The cake needs another egg.",
)
QUERY = "When does public transport arrive?"
REVIEW = "The middle drags, but the two leads are wonderful together."
NEWS = "Angela Merkel met Emmanuel Macron in Brussels to discuss the European Union."
BEFORE = "The museum was closed for two years after the fire."
AFTER = (
    "It opened again last spring with a new roof.",
    "The midfielder scored twice in the final against Brazil.",
)
TOP_K = 5
DIGITS = 4  # of a saved number


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """One example of each demo."""

    guesses: tuple[Guess, ...]  # for the mask of MASKED
    attended: View  # of ATTENDED, in LAYER and HEAD
    similarity: Similarity  # of LINES and QUERY
    label: str  # of REVIEW
    probability: float  # of that label
    words: tuple[Word, ...]  # of REVIEW, with their shares in the label
    entities: tuple[Entity, ...]  # of NEWS
    following: tuple[float, ...]  # probability that each text of AFTER follows BEFORE


@cache
def examples() -> Examples:
    """Return the saved examples."""
    saved = json.loads(FILE.read_text("utf-8"))
    units = tuple(Unit(**unit) for unit in saved["attention"]["units"])
    return Examples(
        guesses=tuple(Guess(**guess) for guess in saved["mask_filling"]),
        attended=View(rows=units, columns=units, weights=_array(saved["attention"]["weights"])),
        similarity=Similarity(
            texts=LINES,
            cosines=_array(saved["embeddings"]["cosines"]),
            query=QUERY,
            query_cosines=_array(saved["embeddings"]["query_cosines"]),
            pooling=Pooling.MEAN,
        ),
        label=saved["sentiment"]["label"],
        probability=saved["sentiment"]["probability"],
        words=tuple(Word(**word) for word in saved["sentiment"]["words"]),
        entities=tuple(Entity(**entity, second=None) for entity in saved["named_entities"]),
        following=tuple(saved["next_sentence"]),
    )


def compute(model: Callable[[str, Task], "Model"]) -> dict[str, Any]:
    """Return what is saved, as plain values; ``model`` returns the model of an id and a task."""
    return {
        "mask_filling": _guesses(model("bundled/masked_lm", Task.FILL_MASK)),
        "attention": _attention(model("bundled/masked_lm", Task.FEATURE_EXTRACTION)),
        "embeddings": _similarity(model(TRUNK, Task.FEATURE_EXTRACTION)),
        "sentiment": _sentiment(model("bundled/sentiment", Task.TEXT_CLASSIFICATION)),
        "named_entities": _entities(model("bundled/named_entities", Task.TOKEN_CLASSIFICATION)),
        "next_sentence": _following(model("bundled/next_sentence", Task.NEXT_SENTENCE)),
    }


def _guesses(model: "Model") -> list[dict[str, Any]]:
    [guesses] = mask_filling.fill(MASKED, model=model, top_k=TOP_K).guesses
    return [asdict(guess) for guess in guesses]


def _attention(model: "Model") -> dict[str, Any]:
    attended = attention.attend(ATTENDED, model=model)
    weights = attended.weights[LAYER - 1, HEAD - 1]
    shown = attention.view(attended, weights, attention.Switches(special=attention.Special.HIDE))
    return {"units": [asdict(unit) for unit in shown.rows], "weights": _rounded(shown.weights)}


def _similarity(model: "Model") -> dict[str, Any]:
    found = embeddings.compare(LINES, QUERY, model=model)
    assert found.query_cosines is not None  # there is a query
    return {
        "cosines": _rounded(found.cosines),
        "query_cosines": _rounded(found.query_cosines),
    }


def _sentiment(model: "Model") -> dict[str, Any]:
    classified = sentiment.classify(REVIEW, model=model)
    explained = sentiment.explain(classified, model=model)
    return {
        "label": classified.labels.names[classified.best],
        "probability": float(classified.probabilities[classified.best]),
        "words": [asdict(word) for word in explained.words],
    }


def _entities(model: "Model") -> list[dict[str, Any]]:
    found = named_entities.find(NEWS, model=model)
    return [
        {key: value for key, value in asdict(entity).items() if key != "second"}
        for entity in found.entities
    ]


def _following(model: "Model") -> list[float]:
    found = [next_sentence.both_ways(BEFORE, after, model=model) for after in AFTER]
    return [one.forward.probability for one in found]


def _array(values: list[Any]) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def _rounded(values: np.ndarray) -> Any:
    return values.astype(float).round(DIGITS).tolist()
