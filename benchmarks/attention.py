"""Attention as the page shows it, against BertViz's two views: time to build and bytes sent.

BertViz's head view holds the weights of all heads and draws one layer; the page sends one head as
a heatmap, and the next when it is asked for. BertViz's model view and the picture of all heads both
show every head at once. BertViz's side is its own HTML as it comes, from tensors made ahead; the
page's is the figure's JSON, the work of switches and figures included.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from benchmarks.table import Row, milliseconds
from playground import attention
from playground.attention.text import AttentionMap
from playground.plots import attention as plots
from playground.text.tokens import FIRST, Token

TOKENS = (16, 64, 128, 256, 512)
# BertViz is left out above this. One view of 512 tokens takes it 32 s, 869 MB of HTML and several
# times that in memory.
BERTVIZ_UP_TO = 512
LAYERS, HEADS = 6, 12
FASTER, LIGHTER = 50, 500  # at 512 tokens
RUNS = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds to build a picture, and its bytes."""

    ms: float
    size: int


def rows() -> Iterator[Row]:
    """Yield time and bytes of a head beside the head view, of all heads beside the model view."""
    _bertviz("head_view", attention_map(2))  # imports, not measured
    for tokens in TOKENS:
        attended = attention_map(tokens)
        for title, ours, view in (
            ("one head", partial(one_head, attended), "head_view"),
            ("all heads", partial(all_heads, attended), "model_view"),
        ):
            made = measured(ours, runs=RUNS)
            reference = None
            if tokens <= BERTVIZ_UP_TO:
                reference = measured(partial(_bertviz, view, attended), runs=1)
            yield from _compared(f"{title}, {tokens} tokens", made, view, reference)


def measured(build: Callable[[], str], *, runs: int) -> Measured:
    """Return what ``build`` takes and how large its text is."""
    sizes: list[int] = []
    [ms] = milliseconds(lambda: sizes.append(len(build().encode())), runs=runs, warm_up=runs // 5)
    return Measured(ms, sizes[-1])


def one_head(attended: AttentionMap) -> str:
    """Return the page's heatmap of the first head, as JSON."""
    shown = attention.view(attended, attended.weights[0, 0], attention.Switches())
    return str(plots.heatmap(shown).to_json())


def all_heads(attended: AttentionMap) -> str:
    """Return the page's picture of all heads, as JSON."""
    return str(plots.all_heads(attended.weights, attention.head_figures(attended)).to_json())


def _bertviz(view: str, attended: AttentionMap) -> str:
    import bertviz

    tensors = list(torch.from_numpy(attended.weights)[:, None])
    texts = [token.text for token in attended.tokens]
    return str(getattr(bertviz, view)(tensors, texts, html_action="return").data)


def _compared(what: str, made: Measured, view: str, reference: Measured | None) -> Iterator[Row]:
    time, sent = f"{what}: time to build", f"{what}: sent"
    ours_ms, ours_kb = f"{made.ms:.0f} ms", f"{made.size / 1e3:,.0f} kB"
    if reference is None:
        yield Row(what=time, ours=ours_ms)
        yield Row(what=sent, ours=ours_kb)
        return
    longest = what.endswith(f" {TOKENS[-1]} tokens")
    yield Row(
        what=time,
        ours=ours_ms,
        reference=f"{reference.ms:,.0f} ms (BertViz {view})",
        ratio=f"{reference.ms / made.ms:.0f} x",
        bar=f"{FASTER} x" if longest else "",
    )
    yield Row(
        what=sent,
        ours=ours_kb,
        reference=f"{reference.size / 1e3:,.0f} kB (BertViz {view})",
        ratio=f"{reference.size / made.size:.0f} x",
        bar=f"{LIGHTER} x" if longest else "",
    )


def attention_map(tokens: int) -> AttentionMap:
    """Return a text of so many tokens with random attention, as a softmax makes it."""
    logits = torch.randn(LAYERS, HEADS, tokens, tokens, generator=torch.Generator().manual_seed(0))
    return AttentionMap(
        texts=(" ".join(["word"] * tokens),),
        tokens=tuple(
            Token(text="word", start=5 * n, end=5 * n + 4, sentence=FIRST, continues_word=False)
            for n in range(tokens)
        ),
        input_ids=(0,) * tokens,
        token_type_ids=(0,) * tokens,
        weights=torch.softmax(3 * logits, dim=-1).numpy(),
        hidden_states=np.zeros((LAYERS + 1, tokens, 1), np.float32),
    )
