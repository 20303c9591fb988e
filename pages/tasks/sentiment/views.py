"""The views of the Sentiment page, in the order of its tabs.

Each gets the places for its input, wide and narrow, and the id of the chosen model, which a view
with a choice of models of its own leaves alone.
"""

from collections.abc import Callable

from streamlit.delta_generator import DeltaGenerator

from pages.shared.link import Field, one_of
from pages.shared.views import View
from pages.tasks.sentiment import edit, long_text, models, one_text, sentences, whole_file

Show = Callable[[DeltaGenerator, DeltaGenerator, str], None]
VIEWS: dict[str, View[Show]] = {
    "one-text": one_text.VIEW,
    "edit": edit.VIEW,
    "sentences": sentences.VIEW,
    "long-text": long_text.VIEW,
    "models": models.VIEW,
    "file": whole_file.VIEW,
}
VIEW_FIELD = Field(name="sentiment_view", default="one-text", read=one_of(VIEWS))
