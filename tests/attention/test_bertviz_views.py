"""BertViz's two views: offline, safe with any text, with the weights they were given."""

import json
import re
from collections.abc import Callable

import numpy as np
import pytest

from playground.attention.bertviz_views import BERTVIZ_TOKENS, head_view, model_view
from playground.attention.text import AttentionMap
from playground.errors import TextTooLongError
from tests.attention.maps import attention_map

VIEWS = (head_view, model_view)
both = pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.__name__)
View = Callable[[AttentionMap], str]


def parameters(html: str) -> dict:
    """What the drawing code is given."""
    [line] = re.findall(r"const params = (.*);$", html, flags=re.MULTILINE)
    found: dict = json.loads(line)
    return found


@both
def test_nothing_is_loaded_from_elsewhere(view: View) -> None:
    html = view(attention_map(["a", "cat"]))
    assert "cdnjs" not in html
    assert "require.config" not in html
    assert not re.search(r"\b(src|href)\s*=\s*[\"']?(https?:)?//", html)
    addresses = set(re.findall(r"https?://([\w.-]+)", html))
    # Namespaces, and whom d3's and BertViz's first lines credit.
    assert addresses == {"www.w3.org", "d3js.org", "github.com"}


@both
def test_a_token_cannot_end_the_script(view: View) -> None:
    hostile = ["</script><script>alert(1)</script>", "<!--<script>", "const params = {}; // HACK: "]
    html = view(attention_map(hostile))
    assert hostile[0] not in html
    assert html.count("</script>") == 2  # the libraries' and the drawing's
    assert r"\u003c/script>" in html
    assert parameters(html)["attention"][0]["left_text"] == hostile


@both
def test_the_weights_are_those_of_the_map(view: View) -> None:
    weights = np.array([[[[0.25, 0.75], [1.0, 0.0]]], [[[0.123456, 0.876544], [0.5, 0.5]]]])
    [shown] = parameters(view(attention_map(["a", "cat"], weights)))["attention"]
    assert shown["attn"] == [
        [[[0.25, 0.75], [1.0, 0.0]]],
        [[[0.123, 0.877], [0.5, 0.5]]],
    ]
    assert shown["left_text"] == shown["right_text"] == ["a", "cat"]


@both
def test_a_pair_can_be_narrowed_to_one_direction(view: View) -> None:
    weights = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3)
    shown = parameters(view(attention_map(["a", "cat", "purrs"], weights, second=1)))["attention"]
    [across] = [block for block in shown if block["name"] == "Sentence A -> Sentence B"]
    assert across["attn"] == [[[[1.0, 2.0]]]]
    assert across["left_text"] == ["a"]
    assert across["right_text"] == ["cat", "purrs"]


@both
def test_a_token_is_shown_as_typed(view: View) -> None:
    typed = ["Ġ", "▁", "</w>", "中", "🙂", "שלום"]
    assert parameters(view(attention_map(typed)))["attention"][0]["left_text"] == typed


@both
def test_a_long_text_is_refused(view: View) -> None:
    view(attention_map(["a"] * BERTVIZ_TOKENS))
    with pytest.raises(TextTooLongError, match=rf"{BERTVIZ_TOKENS + 1} .*{BERTVIZ_TOKENS}\b.*own"):
        view(attention_map(["a"] * (BERTVIZ_TOKENS + 1)))


def test_layer_and_heads_are_chosen_at_first() -> None:
    weights = np.full((2, 3, 2, 2), 0.5, np.float32)
    asked = parameters(head_view(attention_map(["a", "b"], weights), layer=1, heads=(2,)))
    assert (asked["layer"], asked["heads"]) == (1, [2])
    assert parameters(head_view(attention_map(["a", "b"], weights), heads=()))["heads"] is None
