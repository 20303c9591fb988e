"""What a cell says: a label, several, entities, words or tags."""

import ast
import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from unicodedata import normalize

from playground.fine_tuning.dataset import Span
from playground.text.cleaning import clean

SEPARATORS = (";", "|", ",")
_SLIPS = 0.1  # as many cells with one separator as with another
MOST_CHARACTERS = 100  # of a label
TRUE = {"1", "1.0", "true", "yes", "x"}
FALSE = {"0", "0.0", "false", "no", ""}
_NOTHING = {"", "nan", "null", "<na>", "n/a", "na", "#n/a"}  # as pandas and Excel write it
# What ends, starts and labels of entities are called: by us, the Hub, spaCy, doccano, Prodigy.
_STARTS = ("start", "begin", "start_offset", "start_char", "from")
_ENDS = ("end", "stop", "end_offset", "end_char", "to")
_LABELS = ("label", "entity", "type", "entity_group", "entity_type", "tag", "labels")
# Marks of writing direction, empty spaces and soft hyphens: names that differ in them look alike.
# Joiners stay: letters and emoji change their shape with them.
_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def visible(text: str) -> str:
    """Return ``text`` without control characters and those that nobody sees."""
    return _INVISIBLE.sub("", clean(text))


def name(cell: str) -> str:
    """Return a label's name as it is shown, or nothing where the cell says that there is none."""
    shown = " ".join(normalize("NFC", visible(cell)).split())
    return "" if shown.casefold() in _NOTHING else shown


def label(cell: str) -> str:
    """Return a label's name, or nothing, as ``name`` does.

    Raises:
        ValueError: it is as long as a text.
    """
    found = name(cell)
    if len(found) > MOST_CHARACTERS:
        raise ValueError(f"a label has {len(found):,} characters, and {MOST_CHARACTERS} are read")
    return found


def separator(cells: Iterable[str]) -> str | None:
    """Return what separates labels within the cells of a column, None for nothing.

    A semicolon before a pipe before a comma, which names may hold; one that is rare beside another
    is a slip.
    """
    counts = Counter(mark for cell in cells for mark in SEPARATORS if mark in cell)
    least = _SLIPS * max(counts.values(), default=0)
    return next((mark for mark in SEPARATORS if counts[mark] > least), None)


def is_list(cell: str) -> bool:
    """Tell whether ``cell`` looks like a list in JSON, or as Python prints one."""
    return cell.strip().startswith("[")


def names(cell: str, mark: str | None) -> tuple[str, ...]:
    """Return the labels in ``cell``, each once, from a list or separated by ``mark``.

    Raises:
        ValueError: it begins like a list and is none of single values, or one is as long as a text.
    """
    parts: Iterable[str] = words(cell) if is_list(cell) else cell.split(mark) if mark else [cell]
    return tuple(dict.fromkeys(found for part in parts if (found := label(part))))


def words(cell: str) -> list[str]:
    """Return the texts and numbers of a list.

    Raises:
        ValueError: it is no list of these.
    """
    values = _parsed(cell)
    if not isinstance(values, list) or not all(isinstance(one, str | int) for one in values):
        raise ValueError("it is no list of names")
    return [one if isinstance(one, str) else json.dumps(one) for one in values]


def is_flag(cell: str) -> bool:
    """Tell whether ``cell`` is a yes or a no."""
    return cell.strip().casefold() in TRUE | FALSE


def flag(cell: str) -> bool:
    """Return whether a label's own column says that the text has it.

    Raises:
        ValueError: the column holds something else than yes and no.
    """
    if not is_flag(cell):
        raise ValueError("a label's own column holds 1 or 0")
    return cell.strip().casefold() in TRUE


def spans(cell: str) -> tuple[Span, ...]:
    """Return the entities in ``cell``, in the order of the text; none for an empty cell.

    Read are objects with ``start``, ``end`` and ``label`` or what other programs call these, and
    lists of the three values.

    Raises:
        ValueError: it is none of these.
    """
    if not name(cell):
        return ()
    values = _parsed(cell)
    if isinstance(values, dict):
        values = values.get("entities", values.get("spans"))
    if not isinstance(values, list):
        raise ValueError("it is no list of entities")
    return tuple(sorted(_span(value) for value in values))


def _span(value: object) -> Span:
    if isinstance(value, dict):
        parts = [_first(value, keys) for keys in (_STARTS, _ENDS, _LABELS)]
    elif isinstance(value, list | tuple) and len(value) == 3:
        parts = list(value)
    else:
        raise ValueError("an entity has a start, an end and a label")
    named = parts[2][0] if isinstance(parts[2], list) and len(parts[2]) == 1 else parts[2]
    if not isinstance(named, str) or not name(named):
        raise ValueError("an entity has no label")
    return Span(_whole(parts[0]), _whole(parts[1]), label(named))


def _first(value: Mapping[str, Any], keys: tuple[str, ...]) -> object:
    try:
        return next(value[key] for key in keys if key in value)
    except StopIteration:
        raise ValueError(f"an entity has no “{keys[0]}”") from None


def _whole(value: object) -> int:
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise ValueError("an entity's start and end are whole numbers")
    return int(number)


def _parsed(cell: str) -> object:
    """Return a value in JSON, or as Python prints it, which is how pandas saves lists."""
    try:
        return json.loads(cell)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(cell.strip())
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        raise ValueError("it is no JSON") from None
