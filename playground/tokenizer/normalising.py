"""What a tokenizer does to a text before it looks for pieces, step by step."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from playground.models.vocabularies import LoadedTokenizer

if TYPE_CHECKING:
    from tokenizers.normalizers import Normalizer

# What the normalizers of the library do, in words.
NAMES = {
    "BertNormalizer": "BERT's normalisation",
    "Lowercase": "lower case",
    "StripAccents": "accents removed",
    "NFC": "composed characters (NFC)",
    "NFD": "decomposed characters (NFD)",
    "NFKC": "compatible characters made one (NFKC)",
    "NFKD": "compatible characters taken apart (NFKD)",
    "Nmt": "control characters and spaces made even",
    "Precompiled": "SentencePiece's table of characters",
    "Prepend": "a sign put in front",
    "Replace": "signs replaced",
    "Strip": "spaces at the ends removed",
}
# BERT's does four things, in this order, each of which can be switched on by itself.
BERT_STEPS = {
    "clean_text": "control characters removed, every white space a space",
    "handle_chinese_chars": "spaces around Chinese characters",
    "strip_accents": "accents removed",
    "lowercase": "lower case",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Normalised:
    """A text before and after normalisation, and which steps of it changed something."""

    before: str
    after: str
    steps: tuple[str, ...]  # what the tokenizer does, in words
    changed: tuple[str, ...]  # those of them that changed this text


def normalise(text: str, *, tokenizer: LoadedTokenizer) -> Normalised:
    """Return what ``tokenizer`` makes of ``text`` before it looks for pieces."""
    whole = tokenizer.tokenizer.normalizer
    steps = _steps(whole)
    now, changed = text, []
    for name, step in steps:
        after = step.normalize_str(now)
        if after != now:
            changed.append(name)
        now = after
    return Normalised(
        before=text,
        after=text if whole is None else whole.normalize_str(text),
        steps=tuple(dict.fromkeys(name for name, _ in steps)),
        changed=tuple(dict.fromkeys(changed)),
    )


def _steps(normalizer: "Normalizer | None") -> tuple[tuple[str, "Normalizer"], ...]:
    if normalizer is None:
        return ()
    return _parsed(normalizer.__getstate__().decode())


@lru_cache(maxsize=16)
def _parsed(state: str) -> tuple[tuple[str, "Normalizer"], ...]:
    return tuple(_flat(json.loads(state)))


def _flat(state: dict[str, Any]) -> Iterator[tuple[str, "Normalizer"]]:
    """Yield the steps of a normalizer, as ``tokenizer.json`` has it, each as one by itself."""
    if state["type"] == "Sequence":
        for part in state["normalizers"]:
            yield from _flat(part)
    elif state["type"] == "BertNormalizer":
        # Left open, accents go where capitals do.
        accents = state["strip_accents"]
        wanted = state | {"strip_accents": state["lowercase"] if accents is None else accents}
        for option, name in BERT_STEPS.items():
            if wanted[option]:
                only = {step: step == option for step in BERT_STEPS}
                yield name, _made(state | only)
    else:
        yield NAMES.get(state["type"], state["type"]), _made(state)


def _made(state: dict[str, Any]) -> "Normalizer":
    from tokenizers import Tokenizer, models

    # The library reads a normalizer from JSON only as part of a tokenizer.
    shell = json.loads(Tokenizer(models.BPE()).to_str()) | {"normalizer": state}
    made: Normalizer = Tokenizer.from_str(json.dumps(shell)).normalizer
    return made
