"""What the weight files of a model hold, read without torch and without loading the model."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from playground.errors import UnknownModelError, UnsupportedModelError
from playground.models import architectures, hub, parts, trunk
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, bundled, trained_for

WEIGHTS = "model*.safetensors"
ADAPTER_FILE, HEAD_FILE = "adapter_model.safetensors", "head.safetensors"
_BYTES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2}  # of what can learn; whole numbers are no weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """One tensor of a file, by its header."""

    file: Path
    name: str  # in the file
    shape: tuple[int, ...]
    dtype: str  # as safetensors names it: F32, F16, BF16

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)

    @property
    def nbytes(self) -> int:
        """How many bytes it takes in the file."""
        return self.count * _BYTES[self.dtype]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFiles:
    """A model on this machine as its files describe it; tensors have their bare names."""

    spec: ModelSpec
    config: Mapping[str, Any]
    tensors: Mapping[str, Stored]  # all that lie there, those that no task reads among them
    adapter: Mapping[str, Stored]  # LoRA's matrices of a bundled adapter, by their names in peft
    bytes_on_disk: int  # of all these files; of an adapter the trunk's among them
    own_bytes: int  # without the trunk's, which all adapters share

    @property
    def task(self) -> Task:
        """What its head was trained for, by its config; without one it is looked into."""
        if self.spec.source is Source.BUNDLED:
            return next(
                (one.task for one in bundled() if one.id == self.spec.id), Task.FEATURE_EXTRACTION
            )
        return next(iter(trained_for(self.config)), Task.FEATURE_EXTRACTION)

    def of_model(self, task: Task | None = None) -> dict[str, Stored]:
        """Return the tensors that the model for ``task`` computes with, its own task's if None."""
        return parts.of_model(self.tensors, task or self.task, self.config)

    def weight(self, name: str) -> np.ndarray:
        """Return the tensor of a bare name in float32, a bundled adapter merged into it.

        The merge is LoRA's, W + alpha / r * B A (Hu et al. 2021, arXiv:2106.09685, section 4.1).
        """
        found = read(self.tensors[name])
        delta = self.delta(name)
        return found if delta is None else found + delta

    def delta(self, name: str) -> np.ndarray | None:
        """Return what a bundled adapter adds to the tensor of a bare name; None without any."""
        stem = name.removesuffix(".weight")
        pair = [self.adapter.get(f"{stem}.lora_{side}.weight") for side in "BA"]
        if pair[0] is None or pair[1] is None:
            return None
        return _scale(self.spec) * (read(pair[0]) @ read(pair[1]))


def folder(spec: ModelSpec) -> Path | None:
    """Return where the model's files lie, None if it is to be downloaded or is gone.

    Of a bundled adapter that is the adapter's folder.

    Raises:
        TrunkError: the trunk is missing or is another file.
    """
    if spec.source is Source.HUB:
        return hub.downloaded(spec)
    found = trunk.folder() if spec.id == TRUNK else spec.folder
    return found if found is not None and found.is_dir() else None


def look(spec: ModelSpec) -> WeightFiles:
    """Return what the files of ``spec`` hold.

    Raises:
        UnknownModelError: they are not on this machine.
        UnsupportedModelError: they cannot be read, or belong to another architecture.
        TrunkError: the trunk is missing or is another file.
    """
    place = folder(spec)
    if place is None:
        raise UnknownModelError(f"{spec.title} is not on this machine. Choose another model.")
    is_adapter = (place / ADAPTER_FILE).is_file() and spec.source is Source.BUNDLED
    base = trunk.folder() if is_adapter else place
    try:
        config = hub.read_config(spec, base)
        architectures.check(replace(spec, task=Task.FEATURE_EXTRACTION), config)
        files = sorted(base.glob(WEIGHTS))
        own = [place / HEAD_FILE] if is_adapter else []
        tensors = {parts.bare(one.name): one for file in (*files, *own) for one in _header(file)}
        extra = [place / ADAPTER_FILE] if is_adapter else []
        adapter = {parts.bare(one.name): one for file in extra for one in _header(file)}
    except (OSError, SafetensorError) as error:
        raise UnsupportedModelError(
            f"The files of {spec.title} could not be read: {type(error).__name__}. It may have "
            "been removed this moment; choose another model."
        ) from error
    own_files = (*own, *extra) if is_adapter else files
    return WeightFiles(
        spec=spec,
        config=config,
        tensors=tensors,
        adapter=adapter,
        bytes_on_disk=_size(*files, *own, *extra),
        own_bytes=_size(*own_files),
    )


def read(stored: Stored) -> np.ndarray:
    """Return a tensor in float32; numpy knows no bfloat16, so that takes torch."""
    if stored.dtype == "BF16":
        with safe_open(stored.file, framework="pt") as file:
            converted: np.ndarray = file.get_tensor(stored.name).float().numpy()
            return converted
    with safe_open(stored.file, framework="np") as file:
        return np.asarray(file.get_tensor(stored.name), dtype=np.float32)


def _header(file: Path) -> list[Stored]:
    with safe_open(file, framework="np") as opened:
        slices = {name: opened.get_slice(name) for name in opened.keys()}  # noqa: SIM118
        return [
            Stored(file=file, name=name, shape=tuple(one.get_shape()), dtype=one.get_dtype())
            for name, one in slices.items()
            if one.get_dtype() in _BYTES
        ]


def _scale(spec: ModelSpec) -> float:
    assert spec.folder is not None
    config = json.loads((spec.folder / "adapter_config.json").read_text("utf-8"))
    return float(config["lora_alpha"]) / float(config["r"])


def _size(*files: Path) -> int:
    return sum(file.stat().st_size for file in files)
