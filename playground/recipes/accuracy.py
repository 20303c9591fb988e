"""How good a bundled model is on a file of yours, as the app runs it.

``python -m playground.recipes.accuracy masked_lm FILE`` takes UTF-8, a paragraph a line;
``... sentiment FILE`` a text, a tab and 1 or 0 a line, below a header;
``... next_sentence FILE`` two texts and 1 if the second follows or 0, tabs between, below a header;
``... named_entities FILE`` a word, a space and a BIO tag a line, an empty line between sentences.
"""

import argparse
import logging
from collections.abc import Callable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import numpy as np

from playground import named_entities, next_sentence, sentiment
from playground.calibration import Outcomes, expected_error
from playground.errors import PlaygroundError
from playground.models import catalog, engine, loading
from playground.models.catalog import ModelSpec
from playground.named_entities import Entity
from playground.recipes import masked_lm, reviews, tagged
from playground.recipes.tagged import Sentence
from playground.settings import Settings

Figures = dict[str, float]
Found = TypeVar("Found")
log = logging.getLogger(__name__)


def of_masked_lm(text: str) -> Figures:
    """Return top-1, top-5 and loss at 15 % masking in fp32, with [MASK] only and BERT's mix."""
    checkpoint = loading.load(_spec("masked_lm"), Settings())
    paragraphs = [line for line in text.splitlines() if line]
    return {
        f"{name}, {metric}": value
        for name, bert_mix in (("always [MASK]", False), ("80-10-10", True))
        for metric, value in masked_lm.accuracy(
            checkpoint.model, paragraphs, checkpoint.tokenizer, bert_mix=bert_mix
        ).items()
    }


def of_sentiment(text: str) -> Figures:
    """Return the accuracy and the expected calibration error."""
    labelled = reviews.labelled([line.replace("<br />", " ") for line in text.split("\n")[1:]])
    model = engine.shared().model(_spec("sentiment"))
    found = [_read(one) for one in sentiment.classify_all(list(labelled), model=model)]
    # Logarithms of probabilities are logits: their softmax gives the probabilities back.
    logits = np.log(np.array([one.probabilities for one in found]).clip(1e-12))
    outcomes = Outcomes(logits, np.array(list(labelled.values())))
    return {
        "texts": len(found),
        "accuracy": outcomes.accuracy,
        "expected calibration error": expected_error(outcomes),
    }


def of_named_entities(text: str) -> Figures:
    """Return the strict F1 over entities: type and both ends right."""
    sentences = tagged.sentences(text)
    model = engine.shared().model(_spec("named_entities"))
    texts = [" ".join(sentence.words) for sentence in sentences]
    found = [_read(one) for one in named_entities.find_all(texts, model=model)]
    tags = [tags_of(one.entities, words) for one, words in zip(found, sentences, strict=True)]
    truth = [sentence.tags for sentence in sentences]
    return {
        "sentences": len(sentences),
        "F1": tagged.f1(truth, tags),
        **{f"F1 {kind}": tagged.f1(truth, tags, kind) for kind in tagged.TYPES},
    }


def tags_of(entities: Sequence[Entity], sentence: Sentence) -> list[str]:
    """Return the BIO tags of the words that entities of the words' text begin in and reach into."""
    ends = list(accumulate(len(word) + 1 for word in sentence.words))
    tags = ["O"] * len(ends)
    for entity in entities:
        first, last = np.searchsorted(ends, [entity.start, entity.end - 1], side="right").tolist()
        tags[first : last + 1] = [f"B-{entity.type}", *[f"I-{entity.type}"] * (last - first)]
    return tags


def of_next_sentence(text: str) -> Figures:
    """Return the accuracy, on pairs that follow and on those that do not, and the error above."""
    rows = [line.split("\t") for line in text.split("\n")[1:] if line]
    model = engine.shared().model(_spec("next_sentence"))
    judged = next_sentence.judge([(first, second) for first, second, _ in rows], model=model)
    logits = np.array([one.logits for one in judged])
    outcomes = Outcomes(logits, np.array([1 - int(follows) for _, _, follows in rows]))
    right = logits.argmax(axis=1) == outcomes.labels
    return {
        "pairs": len(rows),
        "accuracy": outcomes.accuracy,
        "accuracy where the second follows": float(right[outcomes.labels == 0].mean()),
        "accuracy where it does not": float(right[outcomes.labels == 1].mean()),
        "expected calibration error": expected_error(outcomes, model.labels.temperature),
    }


MEASURES: dict[str, Callable[[str], Figures]] = {
    "masked_lm": of_masked_lm,
    "sentiment": of_sentiment,
    "named_entities": of_named_entities,
    "next_sentence": of_next_sentence,
}


def _spec(name: str) -> ModelSpec:
    return next(spec for spec in catalog.bundled() if spec.id == f"{catalog.BUNDLED_PREFIX}{name}")


def _read(found: Found | PlaygroundError) -> Found:
    if isinstance(found, PlaygroundError):
        raise found
    return found


def main() -> None:
    """Measure on the file that the command line names."""
    parser = argparse.ArgumentParser(prog="python -m playground.recipes.accuracy")
    parser.add_argument("name", choices=MEASURES)
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for metric, value in MEASURES[asked.name](asked.file.read_text("utf-8")).items():
        log.info("%s: %s", metric, f"{value:.4f}" if isinstance(value, float) else f"{value:,}")


if __name__ == "__main__":
    main()
