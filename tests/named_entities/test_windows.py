"""Long texts: windows against one pass, and which window a token is read from."""

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from playground.models import fake
from playground.models.catalog import Task, bundled
from playground.models.engine import Engine, Model
from playground.models.queries import LabelQuery, Labels
from playground.named_entities import Aggregation, Found, Stretch, find_all
from playground.named_entities.tokens import label_tokens, read
from playground.settings import Settings
from tests.named_entities.labelled import as_model, spec_of
from tests.named_entities.texts import TEXTS


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("windows") / "bert"
    fake.save("bert", folder, task=Task.TOKEN_CLASSIFICATION)
    return Engine(Settings(), dtype=torch.float32).model(spec_of(folder))


class Numbered:
    """Two labels; the logit of the second says in which query, and where in it, a token was."""

    labels = Labels(names=("O", "X"))

    def __init__(self, model: Model) -> None:
        self.tokenizer, self.max_tokens, self.spec = model.tokenizer, 512, model.spec

    def logits(self, queries: Sequence[LabelQuery]) -> list[np.ndarray]:
        return [
            np.stack([np.zeros(len(q.input_ids)), np.full(len(q.input_ids), number)], axis=1)
            for number, q in enumerate(queries)
        ]


def logit(row: np.ndarray) -> int:
    return round(float(np.log(row[1] / row[0])))


def test_a_token_is_read_where_it_is_farthest_from_an_edge(tiny: Model) -> None:
    text = "the " * 20  # a word a token
    numbered = as_model(Numbered(tiny))
    [tokens] = label_tokens([read(text, model=tiny)], model=numbered, window=12, overlap=0.4)
    # Room for ten tokens, four of them shared: 0 to 10, 6 to 16, 12 to 20.
    assert tokens.stretches == (
        Stretch(begin=0, end=10, first=0, last=8),
        Stretch(begin=6, end=16, first=8, last=14),
        Stretch(begin=12, end=20, first=14, last=20),
    )
    assert [logit(row) for row in tokens.probabilities] == [0] * 8 + [1] * 6 + [2] * 6


def test_a_word_is_not_cut(tiny: Model) -> None:
    text = "the " * 8 + "harbourside" + " the" * 8
    one, seen = read(text, model=tiny)
    inside = [i for i, word in enumerate(one.words) if word == 8]
    assert len(inside) > 2
    numbered = as_model(Numbered(tiny))
    for size in range(14, 20):
        [tokens] = label_tokens([(one, seen)], model=numbered, window=size, overlap=0.5)
        assert [s.first for s in tokens.stretches[1:]] == [s.last for s in tokens.stretches[:-1]]
        assert not any(inside[0] < s.first <= inside[-1] for s in tokens.stretches[1:])


def test_all_windows_of_all_texts_are_one_call(tiny: Model) -> None:
    calls: list[int] = []

    def logits(queries: Sequence[LabelQuery]) -> list[np.ndarray]:
        calls.append(len(queries))
        return tiny.logits(queries)

    model = as_model(
        SimpleNamespace(
            tokenizer=tiny.tokenizer, max_tokens=16, spec=tiny.spec, labels=tiny.labels,
            logits=logits,
        )
    )  # fmt: skip
    long, short = find_all(["the room was warm " * 10, "the room"], model=model)
    assert isinstance(long, Found)
    assert isinstance(short, Found)
    assert len(long.tokens.stretches) > 2
    assert len(short.tokens.stretches) == 1
    assert calls == [len(long.tokens.stretches) + 1]
    assert any("windows that overlap" in notice for notice in long.notices)


def test_a_long_text_has_the_labels_of_its_windows(tiny: Model) -> None:
    text = " ".join(fake.TEXT)
    one, seen = read(text, model=tiny)
    assert len(one.ids) > 3 * tiny.max_tokens
    [tokens] = label_tokens([(one, seen)], model=tiny)
    assert tokens.probabilities.shape == (len(one.ids), len(tiny.labels.names))
    for part in tokens.stretches:
        ids = (*one.front, *one.ids[part.begin : part.end], *one.back)
        [expected] = tiny.logits([LabelQuery(input_ids=ids)])
        expected = np.exp(expected) / np.exp(expected).sum(axis=1, keepdims=True)
        kept = slice(part.first - part.begin + 1, part.last - part.begin + 1)
        assert tokens.probabilities[part.first : part.last] == pytest.approx(
            expected[kept], abs=1e-4
        )


def places(found: object) -> set[tuple[int, int, str]]:
    assert isinstance(found, Found)
    return {(entity.start, entity.end, entity.type) for entity in found.entities}


@pytest.mark.weights
def test_windows_and_one_pass_agree() -> None:
    """Windows of 64 tokens, forced on texts that fit.

    Entities agree in 93 of 100 and token labels in 98. Where they do not, the model reads a name
    differently for want of the text around it, away from the seams: at none is an entity cut, lost
    or found twice. Overlaps from an eighth to five eighths agree as often.
    """
    spec = next(spec for spec in bundled() if spec.task is Task.TOKEN_CLASSIFICATION)
    model = Engine(Settings(), dtype=torch.float32).model(spec)
    whole = find_all(TEXTS, model=model, window=512)
    cut = find_all(TEXTS, model=model, window=64)
    one, other = [places(found) for found in whole], [places(found) for found in cut]
    both = sum(len(a & b) for a, b in zip(one, other, strict=True))
    assert 2 * both / sum(map(len, one + other)) > 0.9
    for found, a, b in zip(cut, one, other, strict=True):
        assert isinstance(found, Found)
        assert len(found.tokens.stretches) > 1
        seams = [found.tokens.spans[part.first, 0] for part in found.tokens.stretches[1:]]
        assert not [place for place in a ^ b for seam in seams if place[0] < seam < place[1]]


def test_no_aggregation_takes_a_token_twice(tiny: Model) -> None:
    text = " ".join(fake.TEXT)
    for aggregation in Aggregation:
        [found] = find_all([text], model=tiny, aggregation=aggregation)
        assert isinstance(found, Found)
        ends = [0, *(end for entity in found.entities for end in (entity.start, entity.end))]
        assert ends == sorted(ends)
