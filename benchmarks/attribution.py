"""Do the words' shares add up, and do they name the words that matter?

``python -m benchmarks.attribution FILE [MODEL]`` with a file of labelled texts that the model was
not trained on: a header line, then a text, a tab and the number of its label a line, plain or .xz.
"""

import lzma
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.table import Row, show
from playground import sentiment
from playground.models import catalog, engine
from playground.models.catalog import Task
from playground.models.engine import Model
from playground.sentiment import Classified, Deletion, Explanation
from playground.settings import Settings

TEXTS = 100
WORDS = 8  # at least, in a text
CLOSE = 0.05
SEED = 0


def rows(file: Path, model_id: str = "bundled/sentiment") -> Iterator[Row]:
    """Yield how far sums of shares are off, and how often the deletion check is passed."""
    settings = Settings.from_environment()
    model = engine.shared().model(catalog.find(model_id, Task.TEXT_CLASSIFICATION, settings))
    texts = right(labelled(file), model)
    explained = [sentiment.explain(text, model=model) for text in texts]
    yield from completeness(explained)
    yield from deletions([sentiment.deletion(one, model=model) for one in explained])


def labelled(file: Path) -> list[tuple[str, int]]:
    """Return the texts of enough words with the numbers of their labels, in a random order."""
    with (lzma.open if file.suffix == ".xz" else open)(file, "rt", encoding="utf-8") as lines:
        next(lines)
        pairs = [line.rstrip("\n").rsplit("\t", 1) for line in lines]
    found = [(text, int(label)) for text, label in pairs if len(text.split()) >= WORDS]
    order = np.random.default_rng(SEED).permutation(len(found))
    return [found[place] for place in order]


def right(texts: list[tuple[str, int]], model: Model) -> list[Classified]:
    """Return the first texts that the model labels rightly."""
    found: list[Classified] = []
    for text, label in texts:
        classified = sentiment.classify(text, model=model)
        if classified.best == label:
            found.append(classified)
        if len(found) == TEXTS:
            break
    return found


def completeness(explained: list[Explanation]) -> Iterator[Row]:
    """Yield the share of texts whose gap is small, and the gaps."""
    gaps = np.array([one.relative_gap for one in explained])
    steps = [one.steps for one in explained]
    yield Row(
        what=f"completeness within {CLOSE:.0%}, {len(explained)} texts",
        ours=f"{np.mean(gaps <= CLOSE):.0%}",
        bar="100 %",
    )
    yield Row(
        what="… the gap",
        ours=f"median {np.median(gaps):.2%}, largest {gaps.max():.2%}",
        bar=f"{CLOSE:.0%}",
    )
    counts = ", ".join(f"{count}: {steps.count(count)} texts" for count in sorted(set(steps)))
    yield Row(what="… steps that were enough", ours=counts)


def deletions(checks: list[Deletion]) -> Iterator[Row]:
    """Yield how often the probability falls faster than at random, and how low the curves lie."""
    yield Row(
        what=f"falls faster than at random, {len(checks)} texts of {WORDS} words or more",
        ours=f"{np.mean([check.is_faster for check in checks]):.0%}",
        bar="80 %",
    )
    yield Row(
        what="… mean probability while words are deleted",
        ours=f"{np.mean([check.mean_by_attribution for check in checks]):.1%}",
        reference=f"{np.mean([check.mean_at_random for check in checks]):.1%} (at random)",
    )


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit("python -m benchmarks.attribution FILE [MODEL]")
    show(rows(Path(sys.argv[1]), *sys.argv[2:]))
