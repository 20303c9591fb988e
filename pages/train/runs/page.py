"""The visitor's fine-tuning runs: all of them, one that is watched, or several compared."""

import streamlit as st

from pages.shared import frame, kept
from pages.shared.owner import owner
from pages.train.runs import compare, listing, places, watch

frame.header(
    "Runs",
    "What you train goes on in the background, whether this tab is open or not. Here you watch it, "
    "read its report, and compare.",
)
if not kept.show():
    st.stop()
asker = owner()
if asker is None:
    st.caption("Looking for your runs…")
    st.stop()
with frame.errors_shown():
    if (run_id := places.run()) is not None:
        watch.show(asker, run_id)
    elif (run_ids := places.compared()) is not None:
        compare.show(asker, run_ids)
    else:
        listing.show(asker)
