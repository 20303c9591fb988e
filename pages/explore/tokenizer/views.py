"""The views of the Tokenizer page, in the order of its tabs.

Each gets the places for its input, wide and narrow.
"""

from collections.abc import Callable

from streamlit.delta_generator import DeltaGenerator

from pages.explore.tokenizer import input_layer, pieces, side_by_side, step_by_step, train
from pages.shared.link import Field, one_of
from pages.shared.views import View

Show = Callable[[DeltaGenerator, DeltaGenerator], None]
VIEWS: dict[str, View[Show]] = {
    "pieces": pieces.VIEW,
    "side-by-side": side_by_side.VIEW,
    "step-by-step": step_by_step.VIEW,
    "train": train.VIEW,
    "input-layer": input_layer.VIEW,
}
VIEW_FIELD = Field(name="tokenizer_view", default="pieces", read=one_of(VIEWS))
