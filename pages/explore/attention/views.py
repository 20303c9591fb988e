"""The views of the Attention page, in the order of its tabs.

Each gets the attention map and the switches.
"""

from collections.abc import Callable

from pages.explore.attention import (
    all_heads,
    bertviz,
    compare,
    heatmap,
    links,
    step_by_step,
    through_layers,
)
from pages.shared.link import Field, one_of
from pages.shared.views import View
from playground.attention import AttentionMap, Switches

Show = Callable[[AttentionMap, Switches], None]
VIEWS: dict[str, View[Show]] = {
    "heatmap": heatmap.VIEW,
    "all-heads": all_heads.VIEW,
    "links": links.VIEW,
    "step-by-step": step_by_step.VIEW,
    "through-the-layers": through_layers.VIEW,
    "compare": compare.VIEW,
    "bertviz": bertviz.VIEW,
}
VIEW_FIELD = Field(name=all_heads.VIEW_NAME, default="heatmap", read=one_of(VIEWS))
