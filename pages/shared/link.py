"""A page's state in its address, so that a link shows the same screen.

A page names its ``Field``s, calls ``restore`` before its widgets and ``write`` once it knows which
fields its screen depends on. A field's value lives in ``st.session_state`` under the field's name,
which is also the key of its widget. What an address carries is untrusted: each field reads its own
value and refuses what the widget could not hold.
"""

import math
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.shared.escape import literal

Value = str | int | float | list[int] | list[str]
# Of the encoded query. Servers and proxies refuse addresses from about 8,000 characters on.
MAX_LENGTH = 6_000
_HISTORY = "link_history"  # session key
_REMEMBERED = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value of a page's state; ``read`` raises ValueError for what it does not take."""

    name: str
    default: Value
    read: Callable[[str], Value] = str


@dataclass(slots=True, kw_only=True)
class _History:
    """The addresses that one visitor's page had lately, newest last."""

    page: str
    addresses: list[dict[str, str]] = field(default_factory=list)
    values: dict[str, str] = field(default_factory=dict)  # of the fields, when last written
    followed: bool = False  # whether this run's values come from the address

    def remember(self, address: dict[str, str]) -> None:
        self.addresses = [*self.addresses, address][-_REMEMBERED:]

    def is_to_follow(self, asked: dict[str, str]) -> bool:
        """Tell a link, or a way back in the browser's history, from an address not yet renewed.

        What a browser sends before it has heard of a new address comes with the one before it; then
        the address is to change and not the value.
        """
        if asked not in self.addresses:
            return True
        return asked != self.addresses[-1] and went_through_history()


def went_through_history() -> bool:
    """Return whether the browser's back or forward button is why the page runs."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def one_of(names: Collection[str]) -> Callable[[str], str]:
    """Return a reader that takes ``names`` only."""

    def read(text: str) -> str:
        if text not in names:
            raise ValueError(f"not one of {', '.join(names)}")
        return text

    return read


def whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return a reader of whole numbers between ``lowest`` and ``highest``, both included."""

    def read(text: str) -> int:
        if not text.isdecimal() or not lowest <= int(text) <= highest:
            raise ValueError(f"not a whole number from {lowest} to {highest}")
        return int(text)

    return read


def number(lowest: float, highest: float) -> Callable[[str], float]:
    """Return a reader of numbers between ``lowest`` and ``highest``, both included."""

    def read(text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not lowest <= found <= highest:  # true for "not a number", too
            raise ValueError(f"not a number from {lowest:g} to {highest:g}")
        return found

    return read


def yes_or_no(text: str) -> bool:
    """Read what ``str`` makes of a yes or a no."""
    return one_of(["True", "False"])(text) == "True"


def whole_numbers(lowest: int, highest: int) -> Callable[[str], list[int]]:
    """Return a reader of a list such as "[1, 3]" of numbers between ``lowest`` and ``highest``."""
    one = whole_number(lowest, highest)

    def read(text: str) -> list[int]:
        return sorted({one(part.strip()) for part in text.strip("[] ").split(",") if part.strip()})

    return read


def names(most: int) -> Callable[[str], list[str]]:
    """Return a reader of a list such as "['one', 'two']": at most ``most`` names without commas."""

    def read(text: str) -> list[str]:
        found = [part.strip(" '\"") for part in text.strip("[] ").split(",")]
        if len(found) > most:
            raise ValueError(f"more than {most} names")
        return list(dict.fromkeys(filter(None, found)))

    return read


def restore(page: str, fields: Sequence[Field]) -> None:
    """Put what the address says into the session, and defaults where neither has a value."""
    history = _history(page)
    asked = st.query_params.to_dict()
    history.followed = bool(asked) and history.is_to_follow(asked)
    if history.followed:
        history.remember(asked)
        for field in fields:
            if field.name in asked:
                _read(field, asked[field.name])
    for field in fields:
        # Assigned even where it is there, so that a widget that is new on this page starts with it.
        # But once it is shown, an assigned value would replace what the visitor is typing.
        if field.name not in history.values or field.name not in st.session_state:
            st.session_state[field.name] = st.session_state.get(field.name, field.default)


def write(page: str, fields: Sequence[Field]) -> bool:
    """Put the fields' values into the address; return False if they do not fit and are left out.

    Each new address is a step of the browser's history, so only what the visitor changed makes one:
    an address that was followed stays as it is, or the way back would end here.
    """
    history = _history(page)
    values = {field.name: str(st.session_state[field.name]) for field in fields}
    fits = len(urlencode(values)) <= MAX_LENGTH
    if values != history.values and not history.followed:
        address = values if fits else {}
        history.remember(address)
        if address != st.query_params.to_dict():
            st.query_params.from_dict(address)
    history.values = values
    history.followed = False  # what changes next, if only in a fragment, is the visitor's doing
    return fits


def share(
    fields: Sequence[Field], *, fits: bool, about: str = "This link opens the same screen."
) -> None:
    """Show the link to this screen, ready to copy; ``about`` says what it opens."""
    with st.popover("Link", icon=":material/link:"):
        if not fits:
            st.write("The text is too long for a link. Copy the text itself instead.")
            return
        st.write(about)
        query = urlencode({field.name: str(st.session_state[field.name]) for field in fields})
        st.code(f"{st.context.url or ''}?{query}", language=None, wrap_lines=True)


def _history(page: str) -> _History:
    history = st.session_state.get(_HISTORY)
    if history is None or history.page != page:
        history = st.session_state[_HISTORY] = _History(page=page)
    return history


def _read(field: Field, text: str) -> None:
    try:
        st.session_state[field.name] = field.read(text)
    except ValueError as problem:
        st.warning(
            f"The link's value for {field.name} is {literal(str(problem))}; it was left out.",
            icon=":material/link_off:",
        )
