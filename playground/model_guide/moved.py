"""Child and base: which weights fine-tuning moved, and how far, from the files of both."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playground.errors import UnsupportedModelError
from playground.models import parts, weight_files
from playground.models.catalog import ModelSpec
from playground.models.parts import MATRICES, Place, Section
from playground.models.weight_files import WeightFiles

KEPT = 16  # pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One tensor of both models and the norm of what lies between them."""

    name: str
    place: Place
    parameters: int
    distance: float  # ||child - base||, the Frobenius norm
    norm: float  # ||base||

    @property
    def relative(self) -> float:
        """||child - base|| / ||base||."""
        return ratio([self])


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A child against its base."""

    child: ModelSpec
    base: ModelSpec
    moved: tuple[Moved, ...]  # all tensors that both have, from the input to the output
    new: tuple[tuple[str, int], ...]  # what only the child has, with how many parameters

    @property
    def relative(self) -> float:
        """The distance of all shared weights, as one long vector."""
        return ratio(self.moved)

    @property
    def untouched(self) -> int:
        """How many of the shared parameters stand in tensors that did not move at all."""
        return sum(one.parameters for one in self.moved if one.distance == 0)

    @property
    def shared(self) -> int:
        """How many parameters both have."""
        return sum(one.parameters for one in self.moved)


def ratio(tensors: Sequence[Moved]) -> float:
    """Return the relative distance of several tensors, taken as one long vector."""
    distance = float(np.sqrt(sum(one.distance**2 for one in tensors)))
    norm = float(np.sqrt(sum(one.norm**2 for one in tensors)))
    return distance / norm if norm else 0.0


@lru_cache(maxsize=KEPT)
def difference(child: ModelSpec, base: ModelSpec) -> Difference:
    """Return how far each weight of ``child`` lies from that of ``base``; neither is loaded.

    Raises:
        UnsupportedModelError: they are not of one architecture, or their files cannot be read.
        UnknownModelError: one of them is not on this machine.
    """
    ours, theirs = weight_files.look(child), weight_files.look(base)
    mine = ours.of_model()
    known = theirs.tensors
    _check(ours, theirs)
    both = [name for name in mine if name in known and mine[name].shape == known[name].shape]
    return Difference(
        child=child,
        base=base,
        moved=tuple(_moved(name, ours, theirs) for name in parts.in_order(both)),
        new=tuple((name, mine[name].count) for name in parts.in_order(set(mine) - set(both))),
    )


def by_layer(found: Difference) -> tuple[tuple[str, ...], np.ndarray]:
    """Return the matrices of a layer by name, and their relative distances [layer, matrix].

    Weight and bias of a matrix count as one vector. A layer without a matrix has NaN.
    """
    groups: dict[tuple[int, str], list[Moved]] = defaultdict(list)
    for one in found.moved:
        if one.place.layer is not None:
            groups[one.place.layer, one.place.matrix].append(one)
    layers = 1 + max((layer for layer, _ in groups), default=-1)
    present = {matrix for _, matrix in groups}
    matrices = tuple(matrix for matrix in MATRICES if matrix in present)
    values = np.full((layers, len(matrices)), np.nan)
    for (layer, matrix), tensors in groups.items():
        if matrix in matrices:
            values[layer, matrices.index(matrix)] = ratio(tensors)
    return matrices, values


def by_part(found: Difference) -> list[tuple[str, float]]:
    """Return the relative distance of each part outside of the layers, and of each layer."""
    groups: dict[str, list[Moved]] = defaultdict(list)
    for one in found.moved:
        place = one.place
        name = (
            f"Layer {place.layer + 1}"
            if place.layer is not None
            else f"{place.block} embeddings"
            if place.section is Section.EMBEDDINGS
            else place.section.value
        )
        groups[name].append(one)
    return [(name, ratio(tensors)) for name, tensors in groups.items()]


def _moved(name: str, ours: WeightFiles, theirs: WeightFiles) -> Moved:
    base = theirs.weight(name)
    unchanged = ours.tensors[name] == theirs.tensors[name] and ours.delta(name) is None
    if unchanged and theirs.delta(name) is None:  # both read the very same bytes
        distance = 0.0
    else:
        distance = float(np.linalg.norm(ours.weight(name) - base))
    return Moved(
        name=name,
        place=parts.place(name),
        parameters=ours.tensors[name].count,
        distance=distance,
        norm=float(np.linalg.norm(base)),
    )


def _check(ours: WeightFiles, theirs: WeightFiles) -> None:
    layers = [name for name in ours.tensors if parts.place(name).layer is not None]
    known = theirs.tensors
    if not any(name in known and ours.tensors[name].shape == known[name].shape for name in layers):
        raise UnsupportedModelError(
            f"{ours.spec.title} and {theirs.spec.title} have no layers of the same kind and size: "
            "they are not child and base. Choose another model."
        )
