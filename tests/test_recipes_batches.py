"""Batches of labelled texts: similar in length, the same for one seed and number."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch

from playground.recipes import batches
from playground.recipes.batches import Epochs, Example


def texts(rng: np.random.Generator) -> list[Example]:
    """Twenty texts of 3 to 22 tokens, their first label drawn anew in each epoch."""
    label = int(rng.integers(1000))
    return [
        Example(ids=np.full(length, 2000 + length), labels=np.array([label]))
        for length in range(3, 23)
    ]


def epochs(seed: int = 1, masked: float = 0.2) -> Epochs:
    return Epochs(texts, texts=4, tokens=60, masked=masked, batches=30, seed=seed)


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return all(torch.equal(one[name], other[name]) for name in one)


def test_a_batch_is_a_function_of_seed_and_number() -> None:
    in_order = [epochs()[number] for number in range(30)]
    shared = epochs()
    for number in (29, 3, 17, 0, 29):
        assert same(shared[number], in_order[number])
    assert not any(same(epochs(seed=2)[number], in_order[number]) for number in range(30))


def test_an_epoch_holds_every_text_once() -> None:
    data = epochs(masked=0.0)
    first = data[0]["labels"][0, 0]
    lengths = []
    for number in range(30):
        if data[number]["labels"][0, 0] == first:
            lengths += data[number]["attention_mask"].sum(dim=1).tolist()
    assert sorted(lengths) == list(range(3, 23))


def test_groups_are_similar_in_length_and_bounded() -> None:
    lengths = np.array([9, 2, 5, 3, 30, 2, 4])
    groups = [rows.tolist() for rows in batches.grouped(lengths, texts=3, tokens=12)]
    # By length: 2 2 3 | 4 5 | 9 | 30. Three texts are full; 4, 5 and 9 would take 27 tokens.
    assert groups == [[1, 5, 3], [6, 2], [0], [4]]


def test_padding_is_neither_read_nor_learned() -> None:
    rows = [Example(np.array([101, 7, 102]), np.array([-100, 4, -100]))]
    rows.append(Example(np.array([101, 102]), np.array([-100, -100])))
    batch = batches.padded(rows)
    assert batch["input_ids"].tolist() == [[101, 7, 102], [101, 102, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch["labels"].tolist() == [[-100, 4, -100], [-100, -100, -100]]


def test_only_words_are_hidden() -> None:
    ids = torch.tensor([[101, 2003, 999, 100, 102, 0]])
    rng = np.random.default_rng(0)
    assert batches.hidden(ids, 1.0, rng).tolist() == [[101, 103, 103, 100, 102, 0]]
    assert batches.hidden(ids, 0.0, rng).tolist() == ids.tolist()


def test_predictions_keep_the_order_of_the_texts() -> None:
    class LengthOf:
        """Answers with the number of tokens that are not padding."""

        device = torch.device("cpu")

        def __call__(
            self,
            input_ids: torch.Tensor,
            attention_mask: torch.Tensor,
            token_type_ids: torch.Tensor,
        ) -> Any:
            return SimpleNamespace(logits=attention_mask.sum(dim=1, keepdim=True))

    model: Any = LengthOf()
    rows = [Example(np.ones(length), np.array([0])) for length in (5, 2, 9, 1)]
    assert [found.tolist() for found in batches.predicted(model, rows)] == [[5], [2], [9], [1]]
