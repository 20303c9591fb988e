"""Explanations and their checks as pages ask for them: once for all visitors of the same text.

Everybody who opens the page sees the same example, and an explanation is the dearest of its
numbers. A few are kept, by the load of the model that they come from.
"""

from typing import TYPE_CHECKING

from playground.sentiment.classify import Classified
from playground.sentiment.deletion import Deletion, deletion
from playground.sentiment.explain import Explanation, explain
from playground.settings import MEGABYTE
from playground.shared_results import SharedResults

if TYPE_CHECKING:
    from playground.models.engine import Model

MAX_BYTES = 20 * MEGABYTE
BYTES_A_WORD = 1_000  # a Word, its strings and numbers, and its share of the text and its tokens


def _nbytes(found: Explanation | Deletion) -> int:
    words = found.words if isinstance(found, Explanation) else found.order
    return BYTES_A_WORD * (1 + len(words))


_explanations = SharedResults[Explanation](MAX_BYTES, _nbytes)
_checks = SharedResults[Deletion](MAX_BYTES, _nbytes)


def shared_explanation(
    classified: Classified, *, model: "Model", label: int | None = None, part: int = 0
) -> Explanation:
    """Return what ``explain`` does, computed once for a text, a label and a load of a model.

    Raises:
        BusyError: too many requests are waiting.
    """
    label = classified.best if label is None else label
    return _explanations.get(
        (model.load_number, classified.read.text, label, part),
        lambda: explain(classified, model=model, label=label, part=part),
    )


def shared_deletion(explanation: Explanation, *, model: "Model") -> Deletion:
    """Return what ``deletion`` does, computed once for a text, a label and a load of a model.

    Raises:
        BusyError: too many requests are waiting.
    """
    return _checks.get(
        (model.load_number, explanation.read.text, explanation.label, explanation.window.begin),
        lambda: deletion(explanation, model=model),
    )
