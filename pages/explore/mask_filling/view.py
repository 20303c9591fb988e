"""What a view of the Mask filling page is."""

from collections.abc import Callable
from dataclasses import dataclass

from streamlit.delta_generator import DeltaGenerator

from pages.shared.link import Field


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at masked language modelling.

    ``show`` gets the place for its input, the id of the chosen model and how many words to show,
    if that is among its fields.
    """

    title: str
    about: str
    fields: tuple[Field, ...]  # what its screen depends on, besides the model
    show: Callable[[DeltaGenerator, str, int], None]
