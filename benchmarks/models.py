"""The bundled masked LM twice: through the engine, and as transformers' own pipeline."""

from functools import cache
from itertools import cycle, islice
from typing import Any

from transformers import AutoTokenizer, pipeline

from playground.models import catalog, engine, loading, trunk
from playground.settings import Settings


@cache
def ours() -> engine.Model:
    """Return the model behind the engine, as the app uses it."""
    return engine.shared().model(catalog.bundled()[0])


@cache
def reference() -> Any:
    """Return ``pipeline("fill-mask")`` over the same weights, in fp32 as it comes."""
    checkpoint = loading.load(catalog.bundled()[0], Settings())
    return pipeline("fill-mask", model=checkpoint.model, tokenizer=checkpoint.tokenizer)


@cache
def text_of(tokens: int) -> str:
    """Return a text with one mask and exactly ``tokens`` tokens, special tokens included."""
    sentence = "the ship left the harbour in the morning and came back with fish at night ."
    words = list(islice(cycle(sentence.split()), tokens - 3))
    tokenizer = AutoTokenizer.from_pretrained(trunk.folder())
    words.insert(len(words) // 2, tokenizer.mask_token)
    text = " ".join(words)
    found = len(tokenizer(text)["input_ids"])
    if found != tokens:
        raise ValueError(f"the text has {found} tokens, not {tokens}")
    return text
