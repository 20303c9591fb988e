"""Collects what is found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from playground.fine_tuning.dataset import Example, Finding, Problem, Switch

SHOWN = 10


@dataclass(slots=True)
class Problems:
    """Problems found so far, and the switches that are off."""

    off: frozenset[Switch] = frozenset()
    problems: list[Problem] = field(default_factory=list)

    def add(
        self,
        finding: Finding,
        examples: Sequence[Example],
        found: str,
        action: str,
        *,
        count: int | None = None,
    ) -> None:
        """Add a problem of ``examples``, if there are any; they are counted without a ``count``."""
        if examples:
            problem = Problem(
                finding=finding,
                found=found,
                count=len(examples) if count is None else count,
                action=action,
                lines=_lines(examples, in_own_file=False),
                own_file_lines=_lines(examples, in_own_file=True),
            )
            self.problems.append(problem)

    def decide(
        self,
        switch: Switch,
        finding: Finding,
        examples: Sequence[Example],
        found: str,
        action: str,
        *,
        otherwise: str = "Nothing is changed: this is switched off.",
    ) -> bool:
        """Add a problem of ``examples``, if any, and tell whether the action is to be taken."""
        is_on = switch not in self.off
        if examples:
            self.add(finding, examples, found, action if is_on else otherwise)
            self.problems[-1] = replace(self.problems[-1], switch=switch)
        return is_on


def counted(number: int, noun: str) -> str:
    """Return a number of things in words, such as "1 row"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(names: Iterable[str], most: int = 5) -> str:
    """Return names in quotes, the first ``most`` of them."""
    all_names = list(names)
    shown = ", ".join(f"“{shortened(name)}”" for name in all_names[:most])
    rest = len(all_names) - most
    return f"{shown} and {rest:,} more" if rest > 0 else shown


def shortened(name: str, most: int = 40) -> str:
    """Return ``name``, cut to ``most`` characters with an ellipsis."""
    return name if len(name) <= most else name[: most - 1] + "…"


def _lines(examples: Iterable[Example], *, in_own_file: bool) -> tuple[int, ...]:
    numbers = {example.number for example in examples if example.in_own_file == in_own_file}
    return tuple(sorted(numbers)[:SHOWN])
