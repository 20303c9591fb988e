"""What a check finds, kept for the session: the same file and choices are checked once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages.shared import cache
from pages.shared.uploads import File
from playground import fine_tuning
from playground.errors import PlaygroundError
from playground.fine_tuning import Checked, Columns, Options, Split, Task
from playground.models import catalog, token_counts

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

CHECKS_KEPT = 4  # of one visitor: choices are changed and changed back
FILES_COUNTED = 4  # files and models whose token counts are kept
Count = Callable[[Sequence[str]], list[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A file, with all that a visitor chose about its check."""

    file: File
    columns: Columns
    task: Task
    split: Split
    split_name: str  # the same for the same split, whatever file is in it
    options: Options
    base: str  # whose tokens are counted

    @property
    def name(self) -> str:
        """The same for the same question."""
        parts = (
            self.file.content,
            self.file.table.format,
            self.columns,
            self.task,
            self.split_name,
            self.options.max_tokens,
            sorted(self.options.off),
            self.base,
        )
        return repr(parts)


@dataclass(slots=True)
class _Known:
    """The number of tokens of texts, by text."""

    name: str
    counts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Counted:
    """A count of tokens that leaves out what is known, and remembers the rest."""

    count: Count
    known: dict[str, int]

    def __call__(self, texts: Sequence[str]) -> list[int]:
        new = [text for text in dict.fromkeys(texts) if text not in self.known]
        self.known.update(zip(new, self.count(new), strict=True))
        return [self.known[text] for text in texts]


def check(question: Question, count: Count | None) -> Checked:
    """Return what is found in a file; ``count`` counts its tokens.

    Raises:
        DatasetError: it cannot be used as asked.
    """
    found = _checked(f"{question.name} {count is not None}", question, count)
    if isinstance(found, PlaygroundError):
        raise found
    return found


def counter(question: Question) -> Count:
    """Return what counts tokens as the chosen model reads them.

    Raises:
        ModelError: there is no such model, or it cannot be loaded.
    """
    wanted = model_task(question.task)
    count = token_counts.counter(cache.spec(question.base, wanted))
    if count is None:
        count = partial(_count, cache.model(question.base, wanted).tokenizer)
    return _Counted(count, _known(f"{question.base} {question.file.content}").counts)


@st.cache_resource(scope="session", max_entries=CHECKS_KEPT, show_spinner="Checking the file")
def _checked(name: str, _question: Question, _count: Count | None) -> Checked | PlaygroundError:
    """Return what is found, or why there is nothing, the same for the same ``name``."""
    try:
        return fine_tuning.check(
            _question.file.table,
            _question.columns,
            _question.task,
            _question.split,
            _question.options,
            count_tokens=_count,
            settings=cache.settings(),
        )
    except PlaygroundError as error:
        return error


@st.cache_resource(scope="session", max_entries=FILES_COUNTED, show_spinner=False)
def _known(name: str) -> _Known:
    """Return the token counts of one file's texts by one model, as far as they are known."""
    return _Known(name)


def _count(tokenizer: "PreTrainedTokenizerBase", texts: Sequence[str]) -> list[int]:
    if not texts:
        return []
    ids = tokenizer(list(texts), add_special_tokens=False, return_attention_mask=False)
    return [len(one) for one in ids["input_ids"]]


def model_task(task: Task) -> catalog.Task:
    """Return for what the model is loaded that learns ``task``."""
    is_masked = task is Task.ADAPTATION
    return catalog.Task.FILL_MASK if is_masked else catalog.Task.FEATURE_EXTRACTION
