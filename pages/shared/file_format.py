"""How a file is read: said in words, and asked for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.shared.escape import literal
from pages.shared.words import counted
from playground.files import Format, Kind, Table
from playground.files.encoding import NAMES as ENCODINGS

Choice = TypeVar("Choice")
NAMELESS = (Kind.JSONL, Kind.CONLL)  # no row of theirs holds the columns' names
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", None: "none: one column"}


def ask(detected: Format, key: str) -> Format:
    """Ask how to read the file, with what was detected as the default."""
    columns = iter(st.columns(3))
    kind = _select(next(columns), "Rows", {kind: kind.value for kind in Kind}, detected.kind, key)
    encodings = {detected.encoding: detected.encoding, **ENCODINGS}
    encoding = _select(next(columns), "Encoding", encodings, detected.encoding, key)
    form = Format(kind=kind, encoding=encoding, delimiter=None, header=False)
    if kind is Kind.CSV:
        place = next(columns)
        delimiter = _select(place, "Delimiter", DELIMITERS, detected.delimiter, key)
        form = replace(form, delimiter=delimiter)
    if kind not in NAMELESS:
        names = st.toggle(
            "The first row names the columns",
            value=detected.header,
            key=f"{key}_header",
            persist_state="session",
        )
        form = replace(form, header=names)
    return form


def described(table: Table) -> str:
    """Return what was read and how, as Markdown."""
    form = table.format
    parts = [counted(len(table.rows), "row"), counted(len(table.columns), "column")]
    parts.append(f"delimiter {DELIMITERS[form.delimiter]}" if form.kind is Kind.CSV else form.kind)
    parts.append(ENCODINGS.get(form.encoding, form.encoding))
    if form.kind not in NAMELESS:
        parts.append("first row names the columns" if form.header else "no header")
    return " · ".join(literal(part) for part in parts)


def _select(
    place: DeltaGenerator, label: str, choices: Mapping[Choice, str], default: Choice, key: str
) -> Choice:
    return place.selectbox(
        label,
        list(choices),
        index=list(choices).index(default),
        format_func=lambda choice: choices[choice],
        key=f"{key}_{label.lower()}",
        persist_state="session",
    )
