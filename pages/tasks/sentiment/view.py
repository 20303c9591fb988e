"""What a view of the Sentiment page is."""

from collections.abc import Callable
from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from pages.shared.link import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at the labels of texts.

    ``show`` gets the places for its input, wide and narrow, and the id of the chosen model, which
    a view with a choice of models of its own leaves alone.
    """

    title: str
    about: str
    fields: tuple[Field, ...]  # what its screen depends on
    show: Callable[[DeltaGenerator, DeltaGenerator, str], None]
