"""The frame around every page, run for each visitor: page settings and the navigation."""

from pathlib import Path

import streamlit as st

from pages.shared import own_models

ROOT = Path(__file__).resolve().parents[2]

st.set_page_config(
    page_title="BERT Playground", page_icon=str(ROOT / "assets/logo.svg"), layout="wide"
)
own_models.forget()
st.navigation(
    {
        "Start": [
            st.Page(
                ROOT / "pages/start/home.py", title="Home", icon=":material/home:", default=True
            ),
        ],
        "Explore": [
            st.Page(
                ROOT / "pages/explore/mask_filling/page.py",
                title="Mask filling",
                icon=":material/edit_note:",
                url_path="mask_filling",
            ),
            st.Page(
                ROOT / "pages/explore/attention/page.py",
                title="Attention",
                icon=":material/grid_on:",
                url_path="attention",
            ),
        ],
        "Tasks": [
            st.Page(
                ROOT / "pages/tasks/sentiment/page.py",
                title="Sentiment",
                icon=":material/thumbs_up_down:",
                url_path="sentiment",
            ),
            st.Page(
                ROOT / "pages/tasks/named_entities/page.py",
                title="Named entities",
                icon=":material/sell:",
                url_path="named_entities",
            ),
        ],
        "Train": [
            st.Page(
                ROOT / "pages/train/runs/page.py",
                title="Runs",
                icon=":material/monitoring:",
                url_path="runs",
            ),
        ],
    }
).run()
