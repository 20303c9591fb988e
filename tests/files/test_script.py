"""The code that reads a file without the app finds the texts that the app finds."""

from pathlib import Path

import pytest

from playground import files
from playground.files.script import reading

CSV = 'text;label\n"Schön; und gut";1\n"zwei\nZeilen";0\n\n„Anführung“;1\n'
FILES = {
    "semicolons in Windows-1252": ("a.csv", CSV.encode("cp1252")),
    "a byte order mark": ("b.csv", b"\xef\xbb\xbf" + CSV.encode()),
    "UTF-16 with tabs": ("c.tsv", "label\ttext\n1\tÜber den Wolken\n0\tnichts\n".encode("utf-16")),
    "no header": ("d.csv", b"1,good and cheap\n0,bad and dear\n1,fine with me\n"),
    "a column alone": ("e.csv", b'text\n"well, yes"\n"no, never"\n'),
    "JSON lines": ("f.jsonl", b'{"text": "a\\u2028b", "n": 1}\n\n{"text": "two"}\n{"n": 3}\n'),
    "a JSON array": ("g.json", b'[{"text": "one"},\n {"text": "two"}]'),
    "JSON texts": ("h.jsonl", b'"one"\n"two"\n'),
    "plain lines": ("i.txt", b"erste Zeile\n\n  zweite Zeile\r\n"),
    "CoNLL": ("j.conll", b"-DOCSTART- O\n\nAda B-PER\nwrote O\n\nParis B-LOC\nslept O\n"),
}


@pytest.mark.parametrize("name", FILES)
def test_the_code_reads_what_the_app_reads(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_name, data = FILES[name]
    (tmp_path / file_name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    table = files.read(data, file_name)
    column = files.text_column(table)
    found = reading(file_name, table, column)
    constants = [f"{key} = {value!r}" for key, value in found.constants.items()]
    room: dict[str, object] = {}
    exec("\n".join([*found.imports, *constants, found.code]), room)
    assert tuple(room["texts"]) == table.column(column)  # type: ignore[arg-type]
    assert len(table.rows) > 1
