"""The views of How BERT works, in the order of its tabs; each gets the id of the chosen model."""

from collections.abc import Callable

from pages.learn.how_bert_works import limits, tour, uses
from pages.shared.link import Field, one_of
from pages.shared.views import View

Show = Callable[[str], None]
VIEWS: dict[str, View[Show]] = {
    "tour": tour.VIEW,
    "uses": uses.VIEW,
    "limits": limits.VIEW,
}
VIEW_FIELD = Field(name="how_view", default="tour", read=one_of(VIEWS))
