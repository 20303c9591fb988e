"""The app's frame: page settings and navigation. Start it with ``streamlit run app.py``."""

import streamlit as st

st.set_page_config(page_title="BERT Playground", page_icon="assets/logo.svg", layout="wide")
st.navigation(
    {
        "Start": [
            st.Page("pages/start/home.py", title="Home", icon=":material/home:", default=True),
        ],
        "Explore": [
            st.Page(
                "pages/explore/mask_filling/page.py",
                title="Mask filling",
                icon=":material/edit_note:",
                url_path="mask_filling",
            ),
        ],
    }
).run()
