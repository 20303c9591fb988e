"""What a run does, or did; docs/architecture.md draws the ways between the states."""

from enum import StrEnum


class State(StrEnum):
    """The state of a run."""

    QUEUED = "queued"
    RUNNING = "running"
    CANCELLING = "cancelling"  # asked to stop, still running
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # its process ended before the run did
    FAILED = "failed"
    FINISHED = "finished"


ACTIVE = frozenset({State.RUNNING, State.CANCELLING})  # there is a process
RESUMABLE = frozenset({State.CANCELLED, State.INTERRUPTED, State.FAILED})
ENDED = RESUMABLE | {State.FINISHED}
