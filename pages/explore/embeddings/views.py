"""The views of the Embeddings page, in the order of its tabs.

Each gets the places for its input, wide and narrow, and the id of the chosen model.
"""

from collections.abc import Callable

from streamlit.delta_generator import DeltaGenerator

from pages.explore.embeddings import contexts, projected, similarity, word
from pages.shared.link import Field, one_of
from pages.shared.views import View

Show = Callable[[DeltaGenerator, DeltaGenerator, str], None]
VIEWS: dict[str, View[Show]] = {
    "similarity": similarity.VIEW,
    "map": projected.VIEW,
    "word": word.VIEW,
    "search": contexts.VIEW,
}
VIEW_FIELD = Field(name="embeddings_view", default="similarity", read=one_of(VIEWS))
