"""The views of the Attention page, in the order of its tabs."""

from pages.explore.attention import all_heads, compare, heatmap
from pages.shared.link import Field, one_of

VIEWS = {
    "heatmap": heatmap.VIEW,
    "all-heads": all_heads.VIEW,
    "compare": compare.VIEW,
}
VIEW_FIELD = Field(name=all_heads.VIEW_NAME, default="heatmap", read=one_of(VIEWS))
