"""Simple systems that learn from the same training examples, to measure a model against."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from playground.fine_tuning.dataset import Dataset, Example, Part, Span
from playground.fine_tuning.tasks import Task

MAJORITY = "the most frequent label alone"
SIMPLE = "the simple one"
ABOUT_TEXTS = (
    "TF-IDF of words and pairs of words with logistic regression, trained on the same examples."
)
ABOUT_PAIRS = (
    "TF-IDF of words and pairs of words in both texts, and of those they share, with logistic "
    "regression, trained on the same examples."
)
NOTHING = "finding nothing"
ABOUT_ENTITIES = (
    "A list of the entities of the training texts that always have the same type there, looked up "
    "in the text, the longest first: the baseline of CoNLL-2003 (Tjong Kim Sang and De Meulder "
    "2003)."
)
# Every sign that is no space counts, so that no text is empty to the baseline.
_TOKEN = r"\w+|[^\w\s]"
_STRENGTH = 10.0  # inverse of the regularisation: TF-IDF features are small

Decide = Callable[[Sequence[Example]], np.ndarray]
Find = Callable[[Sequence[Example]], list[tuple[Span, ...]]]


def truth(dataset: Dataset, examples: Sequence[Example]) -> np.ndarray:
    """Return which labels each example has, bool [example, label]."""
    place = {name: number for number, name in enumerate(dataset.labels)}
    found = np.zeros((len(examples), len(dataset.labels)), dtype=bool)
    for row, example in enumerate(examples):
        found[row, [place[name] for name in example.labels]] = True
    return found


def majority(dataset: Dataset) -> tuple[str, Decide]:
    """Return the label that is most frequent in training, and what gives it to every text."""
    counts = truth(dataset, dataset.parts[Part.TRAINING]).sum(axis=0)
    label = int(counts.argmax())

    def decide(examples: Sequence[Example]) -> np.ndarray:
        return np.tile(np.arange(len(dataset.labels)) == label, (len(examples), 1))

    return dataset.labels[label], decide


def simple(dataset: Dataset) -> Decide:
    """Return a TF-IDF and logistic regression classifier trained on the training part.

    What it returns for examples is bool [example, label]. With several labels a text there is one
    classifier a label, rare labels weighing as much as frequent ones: else it would find none.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    training = dataset.parts[Part.TRAINING]
    features = _features(training)
    several = dataset.task is Task.MULTI_LABEL
    one = LogisticRegression(
        C=_STRENGTH, max_iter=1000, class_weight="balanced" if several else None
    )
    target = truth(dataset, training)
    model = OneVsRestClassifier(one) if several else one
    model.fit(features(training), target if several else target.argmax(axis=1))

    def decide(examples: Sequence[Example]) -> np.ndarray:
        said = np.asarray(model.predict(features(examples)))
        return said.astype(bool) if several else said[:, None] == np.arange(len(dataset.labels))

    return decide


def _features(training: Sequence[Example]) -> Callable[[Sequence[Example]], Any]:
    """Return what makes a sparse matrix [example, feature] of examples."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(token_pattern=_TOKEN, ngram_range=(1, 2), sublinear_tf=True)
    words.fit(chain.from_iterable((one.text, one.second or "") for one in training))
    pairs = any(one.second is not None for one in training)

    def features(examples: Sequence[Example]) -> Any:
        first = words.transform([one.text for one in examples])
        if not pairs:
            return first
        second = words.transform([one.second or "" for one in examples])
        return hstack([first, second, first.multiply(second)], format="csr")

    return features


def known_entities(dataset: Dataset) -> Find:
    """Return what finds the entities of the training texts in others.

    Looked up are stretches of whole words, from the left, the longest first; an entity that has
    several types in training is left out.
    """
    types: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for example in dataset.parts[Part.TRAINING]:
        for span in example.spans:
            types[example.text[span.start : span.end]][span.label] += 1
    known = {text: next(iter(labels)) for text, labels in types.items() if len(labels) == 1}
    longest = max((len(re.findall(_TOKEN, text)) for text in known), default=0)

    def find(examples: Sequence[Example]) -> list[tuple[Span, ...]]:
        return [_looked_up(example.text, known, longest) for example in examples]

    return find


def _looked_up(text: str, known: dict[str, str], longest: int) -> tuple[Span, ...]:
    words = [word.span() for word in re.finditer(_TOKEN, text)]
    found = []
    place = 0
    while place < len(words):
        begin = words[place][0]
        for last in range(min(place + longest, len(words)) - 1, place - 1, -1):
            if (label := known.get(text[begin : words[last][1]])) is not None:
                found.append(Span(begin, words[last][1], label))
                place = last
                break
        place += 1
    return tuple(found)
