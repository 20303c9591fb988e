"""What a view of the Attention page is."""

from collections.abc import Callable
from dataclasses import dataclass

from pages.shared.link import Field
from playground.attention import AttentionMap, Switches


@dataclass(frozen=True, slots=True, kw_only=True)
class AttentionView:
    """One way to look at attention; ``show`` gets the attention map and the switches."""

    title: str
    about: str
    fields: tuple[Field, ...]  # what its screen depends on, besides model, texts and switches
    show: Callable[[AttentionMap, Switches], None]
