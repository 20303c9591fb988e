"""Tokenizers without their models: those in the box, and any model's by its id.

Those in the box are read by the ``tokenizers`` library alone, so no PyTorch is imported for them.
"""

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playground.errors import UnsupportedModelError
from playground.models import trunk
from playground.models.catalog import ASSETS, BUNDLED_PREFIX, ModelSpec, Source, Task

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

FOLDER = ASSETS / "tokenizers"
FILE = "tokenizer.json"
BERT = BUNDLED_PREFIX + "bert-wordpiece"
WORDPIECE, BPE, UNIGRAM = (BUNDLED_PREFIX + name for name in ("wordpiece", "bpe", "unigram"))
KINDS = ("WordPiece", "BPE", "Unigram")  # classes of the library
BYTE_LEVEL = "Byte-level BPE"
_KEPT = 6  # XLM-R's, with 250,000 pieces, takes some 200 MB


def _box(model_id: str, title: str, note: str) -> ModelSpec:
    name = model_id.removeprefix(BUNDLED_PREFIX)
    return ModelSpec(
        id=model_id,
        task=Task.FEATURE_EXTRACTION,
        source=Source.BUNDLED,
        title=title,
        note=note,
        folder=None if model_id == BERT else FOLDER / name,
    )


BOX = (
    _box(BERT, "BERT's WordPiece", "30,522 pieces, English, lower-cased; of the models in the box"),
    _box(WORDPIECE, "WordPiece, 8,000", "trained for this app, English, lower-cased"),
    _box(BPE, "Byte-level BPE, 8,000", "trained for this app on the same texts, with case"),
    _box(
        UNIGRAM, "SentencePiece unigram, 8,000", "trained for this app on the same texts, with case"
    ),
)


@dataclass(frozen=True, eq=False)
class LoadedTokenizer:
    """A tokenizer that neither cuts nor pads. What typed special tokens are to it, they stay."""

    spec: ModelSpec
    tokenizer: "Tokenizer"

    @cached_property
    def kind(self) -> str:
        """How it finds its pieces: "WordPiece", "Byte-level BPE", "BPE" or "Unigram"."""
        return kind_of(self.tokenizer)

    @cached_property
    def state(self) -> dict[str, Any]:
        """All of it, as ``tokenizer.json`` has it. Takes a second for 250,000 pieces."""
        found: dict[str, Any] = json.loads(self.tokenizer.to_str())
        return found

    @cached_property
    def unknown_id(self) -> int | None:
        """The id that stands for whatever the vocabulary cannot say; None if there is none."""
        model = self.tokenizer.model
        if type(model).__name__ == "Unigram":
            found: int | None = self.state["model"]["unk_id"]
            return found
        token = getattr(model, "unk_token", None)
        return None if token is None else self.tokenizer.token_to_id(token)

    @cached_property
    def size(self) -> int:
        """How many pieces it has."""
        return int(self.tokenizer.get_vocab_size())

    def encode(self, text: str, pair: str | None = None, *, special: bool = True) -> "Encoding":
        """Return the pieces of a text, or of two, among its own special tokens."""
        return self.tokenizer.encode(text, pair, add_special_tokens=special)


def kind_of(tokenizer: "Tokenizer") -> str:
    """Return how ``tokenizer`` finds its pieces.

    Raises:
        UnsupportedModelError: by none of the methods that are known here.
    """
    from tokenizers.decoders import ByteLevel

    kind = type(tokenizer.model).__name__
    if kind not in KINDS:
        raise UnsupportedModelError(
            f"This tokenizer is of the kind {kind}. WordPiece, BPE and "
            "unigram are shown here. Choose another one."
        )
    return BYTE_LEVEL if kind == "BPE" and isinstance(tokenizer.decoder, ByteLevel) else kind


def in_the_box(tokenizer_id: str) -> ModelSpec | None:
    """Return the entry of a tokenizer in the box; None for any other id."""
    return next((spec for spec in BOX if spec.id == tokenizer_id.strip()), None)


_loaded: "OrderedDict[tuple[str, Path | None], LoadedTokenizer]" = OrderedDict()
_loading = threading.Lock()  # of _loaded


def load(spec: ModelSpec) -> LoadedTokenizer:
    """Return the tokenizer of ``spec``; the last few that were asked for are kept.

    Of a model on the Hub only the small files are fetched, never its weights.

    Raises:
        ModelError: one of its family, with a message that says what to do.
    """
    key = spec.id, spec.folder
    with _loading:
        if key in _loaded:
            _loaded.move_to_end(key)
            return _loaded[key]
    # Without the lock: nobody waits for what another visitor downloads.
    found = LoadedTokenizer(spec, _read(spec))
    found.tokenizer.no_truncation()
    found.tokenizer.no_padding()
    kind_of(found.tokenizer)
    with _loading:
        _loaded[key] = found
        while len(_loaded) > _KEPT:
            _loaded.popitem(last=False)
    return found


def _read(spec: ModelSpec) -> "Tokenizer":
    from tokenizers import Tokenizer

    if spec.source is Source.BUNDLED:
        # An adapter has no tokenizer of its own, but that of the trunk below it.
        file = (spec.folder or trunk.folder()) / FILE
        return Tokenizer.from_file(str(file if file.is_file() else trunk.folder() / FILE))
    from playground.models.loading import load_tokenizer

    return load_tokenizer(spec)
