"""The views of a page: several ways to look at its subject, of which one is shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import streamlit as st

from pages.shared import link
from pages.shared.link import Field

Show_co = TypeVar("Show_co", bound=Callable[..., None], covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class View(Generic[Show_co]):
    """One way to look at a page's subject; ``show`` gets what the views of its page share."""

    title: str
    about: str
    fields: tuple[Field, ...]  # what its screen depends on, besides what all of its page do
    show: Show_co


def choose(
    page: str, views: Mapping[str, View[Show_co]], field: Field, *, common: Sequence[Field] = ()
) -> View[Show_co]:
    """Take over what the address says, let the visitor choose a view, and return it.

    ``field`` holds the view's name, ``common`` are the fields that all views depend on.
    """
    known = {one.name: one for one in (field, *common)}
    link.restore(page, list(known.values()) + _others(views, known))
    chosen = st.segmented_control(
        "View",
        list(views),
        format_func=lambda name: views[name].title,
        key=field.name,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
        wrap=True,
    )
    view = views[chosen or str(field.default)]
    st.caption(view.about)
    return view


def _others(views: Mapping[str, View[Show_co]], known: Mapping[str, Field]) -> list[Field]:
    fields = {one.name: one for view in views.values() for one in view.fields}
    return [one for name, one in fields.items() if name not in known]
