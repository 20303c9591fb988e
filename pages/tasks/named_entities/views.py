"""The views of the Named entities page, in the order of its tabs."""

from pages.shared.link import Field, one_of
from pages.tasks.named_entities import every_token, mark, whole_file

VIEWS = {
    "mark": mark.VIEW,
    "every-token": every_token.VIEW,
    "file": whole_file.VIEW,
}
VIEW_FIELD = Field(name="entities_view", default="mark", read=one_of(VIEWS))
