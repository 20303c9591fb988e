"""Fine-tuning on uploaded files: checked before a run starts, trained in the background."""

from playground.fine_tuning.checking.check import check
from playground.fine_tuning.checking.columns import Columns, guess
from playground.fine_tuning.checking.split import OwnColumn, OwnFile, Share, Split
from playground.fine_tuning.checking.split import guess as guess_split
from playground.fine_tuning.checking.task import guess_task
from playground.fine_tuning.dataset import (
    Checked,
    Dataset,
    Example,
    Finding,
    Lengths,
    Options,
    Part,
    Problem,
    Span,
    Switch,
)
from playground.fine_tuning.tasks import WHEN, Task

__all__ = [
    "WHEN",
    "Checked",
    "Columns",
    "Dataset",
    "Example",
    "Finding",
    "Lengths",
    "Options",
    "OwnColumn",
    "OwnFile",
    "Part",
    "Problem",
    "Share",
    "Span",
    "Split",
    "Switch",
    "Task",
    "check",
    "guess",
    "guess_split",
    "guess_task",
]
