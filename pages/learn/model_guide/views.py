"""The views of the Models page, in the order of its tabs."""

from collections.abc import Callable

from pages.learn.model_guide import (
    child_and_base,
    inside_one,
    small_and_large,
    speed_here,
    what_there_is,
)
from pages.shared.link import Field, one_of
from pages.shared.views import View

Show = Callable[[], None]
VIEWS: dict[str, View[Show]] = {
    "what-there-is": what_there_is.VIEW,
    "inside-one": inside_one.VIEW,
    "speed-here": speed_here.VIEW,
    "small-and-large": small_and_large.VIEW,
    "child-and-base": child_and_base.VIEW,
}
VIEW_FIELD = Field(name="guide_view", default="what-there-is", read=one_of(VIEWS))
