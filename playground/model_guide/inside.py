"""Inside one: a model's parameters by part, counted from the headers of its files."""

from collections import defaultdict
from dataclasses import dataclass

from playground.models import parts, weight_files
from playground.models.catalog import ModelSpec, Task
from playground.models.parts import Place, Section
from playground.models.weight_files import Stored, WeightFiles


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a model and what it takes."""

    section: str
    layer: int | None  # from 1; None outside of the layers
    block: str
    parameters: int
    file_bytes: int

    @property
    def name(self) -> str:
        """What it is called, with the number of its layer."""
        return self.block if self.layer is None else f"Layer {self.layer}, {self.block.lower()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What LoRA adds beside the trunk's matrices, and what is merged into them at load."""

    rank: int
    matrices: int  # that it changes
    parameters: int
    file_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """A model by its parts, from the input to the output."""

    spec: ModelSpec
    task: Task
    parts: tuple[Part, ...]
    file_bytes: int  # of all its files
    unread: int  # numbers in its files that the model for its task does not compute with
    tied: bool  # whether the output layer is the token embeddings once more
    runs: int  # how often the layers are run: more often than there are any in ALBERT
    adapter: Adapter | None = None

    @property
    def parameters(self) -> int:
        """All of them, none counted twice."""
        return sum(part.parameters for part in self.parts)


def inside(spec: ModelSpec) -> Inside:
    """Return the parameters of a model by part, without loading it.

    Raises:
        ModelError: its files are not on this machine, or cannot be read.
    """
    found = weight_files.look(spec)
    model = found.of_model()
    grouped: dict[Place, list[Stored]] = defaultdict(list)
    for name in parts.in_order(model):
        grouped[_whole(parts.place(name))].append(model[name])
    layers = {place.layer for place in grouped if place.layer is not None}
    return Inside(
        spec=spec,
        task=found.task,
        parts=tuple(
            Part(
                section=place.section.value,
                layer=None if place.layer is None else place.layer + 1,
                block=place.block,
                parameters=sum(one.count for one in stored),
                file_bytes=sum(one.nbytes for one in stored),
            )
            for place, stored in grouped.items()
        ),
        file_bytes=found.bytes_on_disk,
        unread=sum(one.count for one in found.tensors.values())
        - sum(one.count for one in model.values()),
        tied=found.task is Task.FILL_MASK and bool(found.config.get("tie_word_embeddings", True)),
        runs=int(found.config.get("num_hidden_layers", len(layers))) if len(layers) == 1 else 1,
        adapter=_adapter(found),
    )


def _whole(place: Place) -> Place:
    """Return the block that a matrix is in."""
    block = place.section.value if place.section is Section.RELATIVE else place.block
    return Place(section=place.section, block=block, matrix="", layer=place.layer)


def _adapter(found: WeightFiles) -> Adapter | None:
    if not found.adapter:
        return None
    first = next(one for name, one in found.adapter.items() if ".lora_A." in name)
    return Adapter(
        rank=first.shape[0],
        matrices=sum(".lora_A." in name for name in found.adapter),
        parameters=sum(one.count for one in found.adapter.values()),
        file_bytes=sum(one.nbytes for one in found.adapter.values()),
    )
