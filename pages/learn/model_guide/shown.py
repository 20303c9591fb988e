"""Numbers and tables as visitors read them."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from pages.shared.frame import Download, downloads
from playground.settings import MEGABYTE
from playground.tables import Row, as_csv, as_json


def millions(count: int | None) -> float | None:
    """Return a count in millions, to two digits; None for what is not known."""
    return None if count is None else round(count / 1_000_000, 2)


def megabytes(size: int | None) -> float | None:
    """Return bytes in megabytes, to one digit; None for what is not known."""
    return None if size is None else round(size / MEGABYTE, 1)


def table(columns: Mapping[str, Sequence[object]]) -> None:
    """Show columns side by side, numbers with separators between thousands."""
    frame = pd.DataFrame(columns)
    numbers = frame.select_dtypes("number").columns
    config = {name: st.column_config.NumberColumn(format="localized") for name in numbers}
    st.dataframe(frame, hide_index=True, column_config=config)


def files(rows: Callable[[], Sequence[Row]], name: str) -> None:
    """Offer rows as CSV and JSON, made on a click."""
    downloads(
        [
            Download("CSV", partial(_made, as_csv, rows), f"{name}.csv", "text/csv"),
            Download("JSON", partial(_made, as_json, rows), f"{name}.json", "application/json"),
        ]
    )


def _made(write: Callable[[Sequence[Row]], str], rows: Callable[[], Sequence[Row]]) -> str:
    return write(rows())
