"""The views of the Mask filling page, in the order of its tabs.

Each gets the place for its input, the id of the chosen model and how many words to show.
"""

from collections.abc import Callable

from streamlit.delta_generator import DeltaGenerator

from pages.explore.mask_filling import (
    every_position,
    fill,
    joint,
    layers,
    pretraining,
    side_by_side,
    targets,
)
from pages.shared.link import Field, one_of
from pages.shared.views import View

Show = Callable[[DeltaGenerator, str, int], None]
VIEWS: dict[str, View[Show]] = {
    "fill": fill.VIEW,
    "jointly": joint.VIEW,
    "compare-words": targets.VIEW,
    "every-position": every_position.VIEW,
    "layers": layers.VIEW,
    "pre-training": pretraining.VIEW,
    "side-by-side": side_by_side.VIEW,
}
VIEW_FIELD = Field(name="view", default="fill", read=one_of(VIEWS))
