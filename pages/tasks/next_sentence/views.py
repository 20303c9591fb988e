"""The views of the Next sentence page, in the order of its tabs.

Each gets the places for its input, wide and narrow, and the id of the chosen model.
"""

from collections.abc import Callable

from streamlit.delta_generator import DeltaGenerator

from pages.shared.link import Field, one_of
from pages.shared.views import View
from pages.tasks.next_sentence import order, pre_training, two_sentences

Show = Callable[[DeltaGenerator, DeltaGenerator, str], None]
VIEWS: dict[str, View[Show]] = {
    "two-sentences": two_sentences.VIEW,
    "order": order.VIEW,
    "pre-training": pre_training.VIEW,
}
VIEW_FIELD = Field(name="next_sentence_view", default="two-sentences", read=one_of(VIEWS))
