"""Which process: a PID and its start, since a PID alone may belong to another one by now."""

import json
import socket
from dataclasses import asdict, dataclass, field
from typing import Self

import psutil

TOLERANCE = 0.1  # seconds between two readings of the same start


@dataclass(frozen=True, slots=True)
class Identity:
    """A process that is or was on a machine."""

    pid: int
    started: float  # seconds since the machine's start on Linux, else since 1970
    host: str = field(default_factory=socket.gethostname)

    @classmethod
    def of(cls, pid: int | None = None) -> Self:
        """Return the identity of the process ``pid``, of this one without any.

        Raises:
            psutil.NoSuchProcess: there is none.
        """
        process = psutil.Process(pid)
        return cls(process.pid, round(_start(process), 2))  # Linux counts hundredths

    @classmethod
    def from_handle(cls, handle: str) -> Self | None:
        """Return the identity that ``handle`` tells of, None if it is another launcher's.

        Handles written before hosts were noted name none: they are of this one.
        """
        try:
            value = json.loads(handle)
            host = str(value.get("host", socket.gethostname()))
            return cls(int(value["pid"]), float(value["started"]), host)
        except (AttributeError, KeyError, TypeError, ValueError):
            return None

    @property
    def handle(self) -> str:
        """Return the text by which this machine's launcher finds the process again."""
        return json.dumps(asdict(self))

    @property
    def is_here(self) -> bool:
        """Return whether it is a process of this machine, so that ``process`` can tell."""
        return self.host == socket.gethostname()

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
        return None if is_zombie or is_other or not self.is_here else process


def _start(process: psutil.Process) -> float:
    """Return when ``process`` started.

    Linux counts from the machine's start, and psutil adds when that was, which moves whenever the
    clock is set. Subtracted again, a running process keeps its identity.
    """
    return process.create_time() - (psutil.boot_time() if psutil.LINUX else 0.0)
