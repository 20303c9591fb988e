"""Vectors and states of lines that everybody begins with: once for all visitors.

As their own they would take some megabytes of each visitor's session. A few are kept, by the load
of the model that they come from.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.embeddings.contexts import LineReader, LineStates
from playground.embeddings.vectors import Embedded, embed
from playground.errors import PlaygroundError
from playground.models.queries import Pooling
from playground.settings import MEGABYTE
from playground.shared_results import SharedResults

if TYPE_CHECKING:
    from playground.models.engine import Model

MAX_BYTES = 20 * MEGABYTE
Vectors = list[Embedded | PlaygroundError]
States = list[LineStates | PlaygroundError]


def _nbytes(found: Vectors | States) -> int:
    return sum(
        one.vector.nbytes if isinstance(one, Embedded) else one.states.nbytes + one.spans.nbytes
        for one in found
        if not isinstance(one, PlaygroundError)
    )


_vectors = SharedResults[Vectors](MAX_BYTES, _nbytes)
_states = SharedResults[States](MAX_BYTES, _nbytes)


def shared_vectors(texts: Sequence[str], *, model: "Model", pooling: Pooling) -> Vectors:
    """Return what ``embed`` does, computed once for texts, a pooling and a load of a model.

    Raises:
        BusyError: too many requests are waiting.
    """
    return _vectors.get(
        (model.load_number, pooling, *texts), lambda: embed(texts, model=model, pooling=pooling)
    )


def shared_states(texts: Sequence[str], *, model: "Model", layer: int) -> States:
    """Return what a ``LineReader`` reads, computed once for texts, a layer and a load of a model.

    Raises:
        BusyError: too many requests are waiting.
    """
    return _states.get(
        (model.load_number, layer, *texts), lambda: LineReader(model=model, layer=layer).read(texts)
    )
