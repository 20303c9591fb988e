"""The views of the Mask filling page, in the order of its tabs."""

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

VIEWS = {
    "fill": fill.VIEW,
    "jointly": joint.VIEW,
    "compare-words": targets.VIEW,
    "every-position": every_position.VIEW,
    "layers": layers.VIEW,
    "pre-training": pretraining.VIEW,
    "side-by-side": side_by_side.VIEW,
}
VIEW_FIELD = Field(name="view", default="fill", read=one_of(VIEWS))
