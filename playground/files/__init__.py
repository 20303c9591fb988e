"""Uploaded files: what a file is, and its rows."""

from playground.files.format import Format, Kind
from playground.files.reading import detect, read
from playground.files.table import BadRow, Table, text_column

__all__ = ["BadRow", "Format", "Kind", "Table", "detect", "read", "text_column"]
