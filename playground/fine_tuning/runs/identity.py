"""Which process: a PID and its start, since a PID alone may belong to another one by now."""

from dataclasses import dataclass
from typing import Any, Self

import psutil

TOLERANCE = 0.1  # seconds between two readings of the same start


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that is or was on this machine."""

    pid: int
    started: float  # seconds since the machine's start on Linux, else since 1970

    @classmethod
    def of(cls, pid: int | None = None) -> Self:
        """Return the identity of the process ``pid``, of this one without any.

        Raises:
            psutil.NoSuchProcess: there is none.
        """
        process = psutil.Process(pid)
        return cls(process.pid, _start(process))

    @classmethod
    def from_json(cls, value: dict[str, Any] | None) -> Self | None:
        """Return the identity that was written as JSON, None if ``value`` is none."""
        try:
            return cls(int((value or {})["pid"]), float((value or {})["started"]))
        except (KeyError, TypeError, ValueError):
            return None

    def process(self) -> psutil.Process | None:
        """Return the running process, None if it has ended; one not yet reaped has ended.

        A process that nobody lets us look at is another user's, and so not the one.
        """
        try:
            process = psutil.Process(self.pid)
            is_zombie = process.status() == psutil.STATUS_ZOMBIE
            is_other = abs(_start(process) - self.started) > TOLERANCE
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            return None
        return None if is_zombie or is_other else process


def _start(process: psutil.Process) -> float:
    """Return when ``process`` started.

    Linux counts from the machine's start, and psutil adds when that was, which moves whenever the
    clock is set. Subtracted again, a running process keeps its identity.
    """
    return process.create_time() - (psutil.boot_time() if psutil.LINUX else 0.0)
