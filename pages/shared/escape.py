"""Text of visitors and models inside Streamlit's Markdown."""

from playground.markdown import literal

__all__ = ["literal"]
