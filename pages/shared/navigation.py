"""The frame around every page, run for each visitor: page settings and the navigation."""

from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from pages.shared import cache, own_models, owner

ROOT = Path(__file__).resolve().parents[2]
LOGO, WORDMARK = (str(ROOT / f"assets/{name}.svg") for name in ("logo", "wordmark"))
# Of each page its file, its title and the name of its icon.
SECTIONS = {
    "Start": [("pages/start/home/page.py", "Home", "home")],
    "Explore": [
        ("pages/explore/mask_filling/page.py", "Mask filling", "edit_note"),
        ("pages/explore/attention/page.py", "Attention", "grid_on"),
        ("pages/explore/tokenizer/page.py", "Tokenizer", "segment"),
        ("pages/explore/embeddings/page.py", "Embeddings", "scatter_plot"),
    ],
    "Tasks": [
        ("pages/tasks/sentiment/page.py", "Sentiment", "thumbs_up_down"),
        ("pages/tasks/named_entities/page.py", "Named entities", "sell"),
        ("pages/tasks/next_sentence/page.py", "Next sentence", "low_priority"),
    ],
    "Train": [
        ("pages/train/fine_tuning/page.py", "Fine-tuning", "model_training"),
        ("pages/train/runs/page.py", "Runs", "monitoring"),
    ],
    "Learn": [
        ("pages/learn/how_bert_works/page.py", "How BERT works", "school"),
        ("pages/learn/model_guide/page.py", "Models", "inventory_2"),
    ],
}


def page(file: str, title: str, icon: str) -> StreamlitPage:
    """Return a page under the name that leads to its service and its tests, too."""
    path = ROOT / file
    name = path.parent.name if path.stem == "page" else path.stem
    return st.Page(
        path, title=title, icon=f":material/{icon}:", url_path=name, default=name == "home"
    )


with cache.drawing():
    st.set_page_config(page_title="BERT Playground", page_icon=LOGO, layout="wide")
    st.logo(WORDMARK, size="large", icon_image=LOGO)  # a click on it leads to Home
    st.html(ROOT / "assets/static/page.css")
    own_models.forget()
    owner.forget()
    st.navigation({title: [page(*one) for one in pages] for title, pages in SECTIONS.items()}).run()
