"""One mask: the app's service against transformers' pipeline, same weights, same threads."""

from collections.abc import Iterator
from functools import partial

from benchmarks.models import ours, reference, text_of
from benchmarks.table import Row, milliseconds
from playground import mask_filling

BARS = {16: 2.0, 64: None, 128: 3.0, 512: 3.5}


def rows() -> Iterator[Row]:
    """Yield the median time of one filling at each length."""
    model, fill_mask = ours(), reference()
    for tokens, bar in BARS.items():
        text = text_of(tokens)
        ours_ms, theirs_ms = milliseconds(
            partial(mask_filling.fill, text, model=model, top_k=5),
            partial(fill_mask, text, top_k=5),
        )
        yield Row(
            what=f"fill one mask, {tokens} tokens",
            ours=f"{ours_ms:.1f} ms",
            reference=f"{theirs_ms:.1f} ms (pipeline)",
            ratio=f"{theirs_ms / ours_ms:.1f} x",
            bar=f"{bar} x" if bar else "",
        )
