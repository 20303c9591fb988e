"""The views of the Named entities page, in the order of its tabs.

Each gets the places for its input, wide and narrow, and the id of the chosen model.
"""

from collections.abc import Callable

from streamlit.delta_generator import DeltaGenerator

from pages.shared.link import Field, one_of
from pages.shared.views import View
from pages.tasks.named_entities import every_token, mark, whole_file

Show = Callable[[DeltaGenerator, DeltaGenerator, str], None]
VIEWS: dict[str, View[Show]] = {
    "mark": mark.VIEW,
    "every-token": every_token.VIEW,
    "file": whole_file.VIEW,
}
VIEW_FIELD = Field(name="entities_view", default="mark", read=one_of(VIEWS))
