"""Small and large: what models make of the same ten sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from playground import mask_filling, named_entities, sentiment
from playground.errors import PlaygroundError, UnsupportedModelError
from playground.models.catalog import Task

if TYPE_CHECKING:
    from playground.models.engine import Model

# Each with a gap, and the word that is put there for models that fill none.
SENTENCES = (
    ("The capital of France is [MASK].", "Paris"),
    ("Anna works as a doctor in a [MASK] in Berlin.", "hospital"),
    ("I loved every [MASK] of this film.", "minute"),
    ("The food was cold and the waiter was [MASK].", "rude"),
    ("In winter the days are short and the nights are [MASK].", "long"),
    ("Mr. Lopez bought the house next to the old [MASK] in Madrid.", "church"),
    ("The battery is good, but the screen is [MASK].", "terrible"),
    ("Water boils at a hundred [MASK].", "degrees"),
    ("Manchester United won the [MASK] on Sunday.", "match"),
    ("The keys to the cabinet [MASK] on the table.", "are"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model says of one sentence: a word, a label, or entities with their types."""

    text: str
    probability: float | None = None  # of the word or the label


def answers(model: "Model") -> tuple[Answer, ...]:
    """Return one answer a sentence of ``SENTENCES``, in their order.

    A masked LM fills the gap; a classifier reads the sentence with the gap filled.

    Raises:
        UnsupportedModelError: the model has no head, or one that reads two texts.
        BusyError: too many requests are waiting.
    """
    filled = [sentence.replace("[MASK]", word) for sentence, word in SENTENCES]
    match model.spec.task:
        case Task.FILL_MASK:
            return tuple(_word(sentence, model) for sentence, _ in SENTENCES)
        case Task.TEXT_CLASSIFICATION if model.spec.texts == 1:
            return tuple(map(_label, sentiment.classify_all(filled, model=model)))
        case Task.TOKEN_CLASSIFICATION:
            return tuple(map(_entities, named_entities.find_all(filled, model=model)))
    pairs = model.spec.texts == 2 or model.spec.task is Task.NEXT_SENTENCE
    reason = "it reads two texts" if pairs else "it has no head that answers"
    raise UnsupportedModelError(
        f"{model.spec.title} has no answers to single sentences: {reason}. Choose another model."
    )


def same(first: Sequence[Answer], second: Sequence[Answer]) -> int:
    """Return how many of the answers have the same words, upper and lower case alike."""
    pairs = zip(first, second, strict=True)
    return sum(one.text.casefold() == other.text.casefold() for one, other in pairs)


def _word(sentence: str, model: "Model") -> Answer:
    [[guess]] = mask_filling.fill(sentence, model=model, top_k=1).guesses
    return Answer(text=guess.token, probability=guess.probability)


def _label(found: sentiment.Classified | PlaygroundError) -> Answer:
    if isinstance(found, PlaygroundError):
        return Answer(text=str(found))
    return Answer(text=found.verdict, probability=found.probabilities[found.best])


def _entities(found: named_entities.Found | PlaygroundError) -> Answer:
    if isinstance(found, PlaygroundError):
        return Answer(text=str(found))
    return Answer(text=", ".join(f"{one.text} {one.type}" for one in found.entities) or "none")
