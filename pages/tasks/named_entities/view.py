"""What a view of the Named entities page is."""

from collections.abc import Callable
from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from pages.shared.link import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at entities.

    ``show`` gets the places for its input, wide and narrow, and the id of the chosen model.
    """

    title: str
    about: str
    fields: tuple[Field, ...]  # what its screen depends on, besides the model
    show: Callable[[DeltaGenerator, DeltaGenerator, str], None]
