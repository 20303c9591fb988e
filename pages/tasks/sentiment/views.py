"""The views of the Sentiment page, in the order of its tabs."""

from pages.shared.link import Field, one_of
from pages.tasks.sentiment import edit, long_text, models, one_text, sentences, whole_file

VIEWS = {
    "one-text": one_text.VIEW,
    "edit": edit.VIEW,
    "sentences": sentences.VIEW,
    "long-text": long_text.VIEW,
    "models": models.VIEW,
    "file": whole_file.VIEW,
}
VIEW_FIELD = Field(name="sentiment_view", default="one-text", read=one_of(VIEWS))
