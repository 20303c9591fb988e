"""Step 3: what is kept from training, to measure the model with."""

from enum import StrEnum

import streamlit as st

from pages.shared import uploads
from pages.shared.uploads import File
from pages.train.fine_tuning.data import HELP, TYPES
from pages.train.fine_tuning.inputs import SEED, TEST, VALIDATION
from playground.fine_tuning import OwnColumn, OwnFile, Share, Split, guess_split

KEY = "fine_tuning_validation"
LARGEST_SEED = 2**32 - 1


class Way(StrEnum):
    """How the examples are parted."""

    SHARE = "a share, drawn"
    COLUMN = "a column says it"
    FILE = "another file"


def ask(file: File) -> tuple[Split, str] | None:
    """Ask how to part the examples.

    Returns:
        The split, and what a check's result depends on of it; None as long as its file is missing.
    """
    guessed = guess_split(file.table)
    way = st.segmented_control(
        "The model is measured on",
        [way.value for way in Way],
        default=(Way.COLUMN if guessed else Way.SHARE).value,
        format_func=lambda name: name[0].upper() + name[1:],
        key=f"{file.columns_key}_split",
        required=True,
        persist_state="session",
        help="A model is worth what it says of texts that it has not learned from.",
    )
    if way == Way.COLUMN:
        own = _column(file, guessed)
        return own, repr(own)
    if way == Way.FILE:
        other = uploads.file(KEY, "A file for validation", help=HELP, types=TYPES)
        if other is None:
            st.caption("It has the same columns as the file above.")
            return None
        return OwnFile(table=other.table), f"{other.content} {other.table.format}"
    share = _share()
    return share, repr(share)


def _column(file: File, guessed: OwnColumn | None) -> OwnColumn:
    names = file.table.columns
    column = st.selectbox(
        "Column that says what each row is for",
        names,
        index=names.index(guessed.column) if guessed else len(names) - 1,
        key=f"{file.columns_key}_split_column",
        persist_state="session",
        help="It says train, validation or test in the usual spellings.",
    )
    return OwnColumn(column=column)


def _share() -> Share:
    validation, test, seed = st.columns(3)
    return Share(
        validation=validation.number_input(
            "For validation (%)",
            min_value=1,
            max_value=50,
            key=VALIDATION.name,
            persist_state="session",
            help="The best state of the model is chosen by these, and the report is about them.",
        )
        / 100,
        test=test.number_input(
            "For a final test (%)",
            min_value=0,
            max_value=50,
            key=TEST.name,
            persist_state="session",
            help="Nothing is chosen by these. With some hundred examples, better leave it at 0.",
        )
        / 100,
        seed=seed.number_input(
            "Seed",
            min_value=0,
            max_value=LARGEST_SEED,
            key=SEED.name,
            persist_state="session",
            help="The same seed draws the same examples, and trains in the same order.",
        ),
    )
