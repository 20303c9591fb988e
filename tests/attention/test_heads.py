"""Figures of a head, against values worked out by hand."""

from math import log

import numpy as np

from playground.attention import AttentionMap, Token, head_figures

ONLY_PREVIOUS = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0]], dtype=np.float32)
EVEN = np.full((3, 3), 1 / 3, dtype=np.float32)


def figures_of(head: np.ndarray) -> dict[str, float]:
    tokens = tuple(
        Token(text=text, start=0, end=0, sentence=sentence, continues_word=False)
        for text, sentence in (("[CLS]", None), ("a", 0), ("b", 0))
    )
    found = head_figures(
        AttentionMap(
            texts=("a b",),
            tokens=tokens,
            input_ids=(0, 1, 2),
            token_type_ids=(0, 0, 0),
            weights=head[None, None],
            hidden_states=np.zeros((2, 3, 2), dtype=np.float32),
        )
    )
    return {name: float(getattr(found, name)[0, 0]) for name in found.__slots__}


def test_a_head_that_looks_back_by_one() -> None:
    found = figures_of(ONLY_PREVIOUS)
    assert found["entropy"] == 0
    assert found["distance"] == np.float32(2 / 3)  # 0, 1 and 1 tokens
    assert found["special"] == np.float32(2 / 3)  # two of three rows go to [CLS]
    assert (found["previous"], found["next"]) == (1, 0)
    assert found["same"] == np.float32(1 / 3)


def test_a_head_that_spreads_evenly() -> None:
    found = figures_of(EVEN)
    np.testing.assert_allclose(found["entropy"], log(3), rtol=1e-6)
    np.testing.assert_allclose(found["distance"], 8 / 9, rtol=1e-6)  # (3 + 2 + 3) / 9
    np.testing.assert_allclose(found["special"], 1 / 3, rtol=1e-6)
