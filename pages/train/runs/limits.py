"""What a run may take, how long it is kept, and for whom."""

import streamlit as st

from pages.shared import cache, kept
from pages.shared.words import counted


def show() -> None:
    """Offer the limits, in words."""
    most = cache.settings()
    with st.popover("Limits", icon=":material/info:"):
        st.markdown(
            f"""
- A run trains for at most **{counted(most.max_run_minutes, "minute")}**. Then it stops with its
  checkpoint, and you can resume it.
- **{counted(most.max_running_runs, "run")}** at a time, in the order they came. Up to
  **{counted(most.max_pending_runs, "run")}** may wait, **{most.max_owner_pending_runs}** of them
  yours.
- All of your runs together may take **{most.max_owner_disk_mb:,} MB** of disk, and everybody's
  **{most.max_runs_disk_mb:,} MB**.
- A run is kept **{kept.how_long()}**. Then it is removed with its data and its model. Download what
  you want to keep.
- Runs go on when you close the tab. They belong to this browser, or to your account if you are
  logged in: nobody else sees them. If you clear this site's data, they cannot be found again.
"""
        )
