"""Checkpoints that are complete or not there: a folder gets its name when all of it is on disk."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playground.fine_tuning.runs import disk

PART = ".part-"  # before the name of a checkpoint that is being written


@dataclass(frozen=True, slots=True, order=True)
class Checkpoint:
    """A complete checkpoint."""

    step: int
    path: Path


def last(folder: Path) -> Checkpoint | None:
    """Return the complete checkpoint of the highest step, None before the first."""
    return max(_complete(folder), default=None)


def _complete(folder: Path) -> list[Checkpoint]:
    names = [path for path in folder.glob("*") if path.name.isdecimal()]
    return [Checkpoint(int(path.name), path) for path in names]


@contextmanager
def writing(folder: Path, step: int) -> Iterator[Path]:
    """Yield an empty folder that becomes the checkpoint of ``step`` when the block ends.

    Earlier checkpoints are removed then. If the block raises, they stay and its folder is removed.

    Raises:
        ValueError: there is a checkpoint of that step, or of a later one.
    """
    newest = last(folder)
    if newest is not None and step <= newest.step:
        raise ValueError(f"Step {step} is not after {newest.step}, the last checkpoint's.")
    for left in folder.glob(f"{PART}*"):  # of a process that was killed while it wrote
        shutil.rmtree(left)
    part = folder / f"{PART}{step:08d}"
    part.mkdir(parents=True)
    try:
        yield part
        disk.sync_tree(part)
    except BaseException:  # a stop or an interrupt too: half a checkpoint must not stay; raised on
        shutil.rmtree(part, ignore_errors=True)
        raise
    part.rename(folder / f"{step:08d}")
    disk.sync(folder)
    if newest is not None:
        shutil.rmtree(newest.path, ignore_errors=True)
