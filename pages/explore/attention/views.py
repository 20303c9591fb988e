"""The views of the Attention page, in the order of its tabs."""

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

VIEWS = {
    "heatmap": heatmap.VIEW,
    "all-heads": all_heads.VIEW,
    "links": links.VIEW,
    "step-by-step": step_by_step.VIEW,
    "through-the-layers": through_layers.VIEW,
    "compare": compare.VIEW,
    "bertviz": bertviz.VIEW,
}
VIEW_FIELD = Field(name=all_heads.VIEW_NAME, default="heatmap", read=one_of(VIEWS))
