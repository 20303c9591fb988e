"""BERT Playground. Start it with ``streamlit run app.py``.

The script that visitors run lies in a folder without a ``pages`` folder beside it: next to one,
Streamlit 1.67 takes a new process's first visit for an app of its older kind, and a link into the
app opens under a "Page not found".
"""

import streamlit as st

app = st.App("pages/shared/navigation.py")
