"""Texts and pairs as a model reads them, with the model's own attention weights."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from playground.attention import attend
from playground.errors import EmptyTextError, TextTooLongError
from playground.models import fake
from playground.models.engine import Model

TOLERANCE = 1e-5


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_weights_are_the_models_own(
    look_into: Callable[[str], Model], tiny_checkpoint: Callable[[str], Path], family: str
) -> None:
    found = attend("the cat sat on the mat", model=look_into(family))
    folder = tiny_checkpoint(family)
    reference = AutoModel.from_pretrained(folder, attn_implementation="eager").eval()
    inputs = AutoTokenizer.from_pretrained(folder)("the cat sat on the mat", return_tensors="pt")
    with torch.inference_mode():
        expected = torch.cat(reference(**inputs, output_attentions=True).attentions).numpy()
    assert found.input_ids == tuple(inputs["input_ids"][0].tolist())
    np.testing.assert_allclose(found.weights, expected, atol=TOLERANCE)
    np.testing.assert_allclose(found.weights.sum(axis=-1), 1, atol=TOLERANCE)


def test_a_pair_says_which_text_each_token_is_of(look_into: Callable[[str], Model]) -> None:
    found = attend("the cat", "a dog", model=look_into("bert"))
    assert [token.sentence for token in found.tokens if not token.special] == sorted(
        token.sentence for token in found.tokens if token.sentence is not None
    )
    assert {token.sentence for token in found.tokens} == {None, 0, 1}
    for token in found.tokens:
        if token.sentence is not None:
            assert found.texts[token.sentence][token.start : token.end].strip()


def test_two_long_texts_are_cut_to_equal_parts(look_into: Callable[[str], Model]) -> None:
    model = look_into("bert")
    found = attend("cat " * 200, "dog " * 150, model=model)
    counts = [sum(token.sentence == n for token in found.tokens) for n in (0, 1)]
    assert len(found.tokens) <= model.max_tokens
    assert abs(counts[0] - counts[1]) <= max(3, counts[0] // 10)
    assert "were cut" in found.notices[0]


def test_a_text_that_fits_is_read_as_it_is(look_into: Callable[[str], Model]) -> None:
    found = attend("the cat", model=look_into("bert"))
    assert found.texts == ("the cat",)
    assert found.notices == ()


def test_nothing_and_too_much_are_refused(look_into: Callable[[str], Model]) -> None:
    with pytest.raises(EmptyTextError):
        attend("  ", model=look_into("bert"))
    with pytest.raises(TextTooLongError):
        attend("a" * 20_001, model=look_into("bert"))


def test_unknown_tokens_keep_what_stands_in_the_text(look_into: Callable[[str], Model]) -> None:
    found = attend("我们 cat", model=look_into("bert"))
    names = [token.text for token in found.tokens if not token.special]
    assert names[:2] == ["我 [UNK]", "们 [UNK]"]
