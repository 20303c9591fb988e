"""The code that reads a file's texts without this app, with the standard library alone."""

from dataclasses import dataclass

from playground.files.format import Kind
from playground.files.table import Table

_ONE_FIELD = "\x1f"  # separates nothing: each record is one field
_DELIMITED = """\
with open(FILE, encoding=ENCODING, newline="") as lines:
    rows = [row for row in csv.reader(lines, delimiter=DELIMITER) if row]
texts = [row[COLUMN] for row in rows[FIRST_ROW:] if len(row) == len(rows[0])]
"""
_JSON = """\
content = Path(FILE).read_text(ENCODING)
is_array = content.lstrip().startswith("[")
lines = [line for line in content.split("\\n") if line.strip()]
rows = json.loads(content) if is_array else [json.loads(line) for line in lines]
texts = [row if isinstance(row, str) else row.get(COLUMN) or "" for row in rows]
"""
_LINES = """\
with open(FILE, encoding=ENCODING, newline="") as lines:
    texts = [line.rstrip("\\r\\n") for line in lines if line.strip()][FIRST_ROW:]
"""
_CONLL = """\
texts, words = [], []
for line in [*Path(FILE).read_text(ENCODING).splitlines()[FIRST_ROW:], ""]:
    if line.strip() and not line.startswith("-DOCSTART-"):
        words.append(line.split()[0])
    elif words:
        texts.append(" ".join(words))
        words = []
"""
_PATH = ("from pathlib import Path",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Code that leaves a file's texts in ``texts``, and what stands above it."""

    constants: dict[str, object]
    imports: tuple[str, ...]
    code: str


def reading(name: str, table: Table, column: str) -> Reading:
    """Return the code that reads ``column`` of the file called ``name``, read as ``table``.

    Rows that cannot be read end it, or are left out, and are not repaired as in the app.
    """
    form = table.format
    # utf-8-sig reads with and without a byte order mark.
    encoding = "utf-8-sig" if form.encoding.replace("_", "-").startswith("utf-8") else form.encoding
    constants: dict[str, object] = {"FILE": name, "ENCODING": encoding}
    first = {"FIRST_ROW": int(form.header)}
    match form.kind:
        case Kind.JSONL:
            return Reading(
                constants=constants | {"COLUMN": column},
                imports=("import json", *_PATH),
                code=_JSON,
            )
        case Kind.LINES:
            return Reading(constants=constants | first, imports=(), code=_LINES)
        case Kind.CONLL:
            return Reading(constants=constants | first, imports=_PATH, code=_CONLL)
    own = {"DELIMITER": form.delimiter or _ONE_FIELD, "COLUMN": table.columns.index(column)}
    return Reading(constants=constants | own | first, imports=("import csv",), code=_DELIMITED)
