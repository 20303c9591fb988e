"""A report as the file that a run leaves."""

import json
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from playground.fine_tuning.evaluation.report import Report

NAME = "report.json"  # among a run's outputs


def dump(report: Report) -> bytes:
    """Return ``report`` as UTF-8 JSON, which ``load`` reads."""
    return json.dumps(asdict(report), ensure_ascii=False, allow_nan=False).encode()


def load(path: Path) -> Report:
    """Return the report in the file at ``path``."""
    report: Report = _made(Report, json.loads(path.read_bytes()))
    return report


def _made(kind: Any, value: Any) -> Any:
    """Return the value of type ``kind`` that JSON wrote as ``value``."""
    if value is None:
        return None
    if get_origin(kind) in {Union, UnionType}:
        [kind] = [one for one in get_args(kind) if one is not type(None)]
    if get_origin(kind) is tuple:
        return tuple(_made(get_args(kind)[0], one) for one in value)
    if is_dataclass(kind) and isinstance(kind, type):
        hints: Mapping[str, Any] = get_type_hints(kind)
        return kind(**{name: _made(hints[name], found) for name, found in value.items()})
    return kind(value) if issubclass(kind, Enum) else value
