"""What Python asks of torch: each operation gives up Python's lock and has to wait for it again."""

from collections.abc import Callable
from typing import Any

from torch.overrides import TorchFunctionMode

KEEP_THE_LOCK = {"__get__", "__len__", "numpy"}


class TorchCalls(TorchFunctionMode):
    """Notes the operations on tensors that are called while it is entered; a trace is none."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[str] = []

    def __torch_function__(
        self, function: Callable, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Call ``function``."""
        if function.__name__ not in KEEP_THE_LOCK:
            self.operations.append(function.__name__)
        return function(*args, **(kwargs or {}))
