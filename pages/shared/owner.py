"""Whose runs are shown: the visitor's account where they can log in, else an id of their browser.

Whoever has the id has the runs. It travels between browser and server and is kept in the browser's
localStorage; it belongs into no address, log or text of a page.
"""

from pathlib import Path

import streamlit as st

from playground.fine_tuning.runs import owners

OWNER = "owner"  # session key, once the browser has answered
_OFFERED = "owner_offered"  # session key
_ASKED = "owner_asked"  # session key, in the run of the script that waits for the answer
_REFUSED = "owner_refused"  # session key: the browser keeps nothing for this site
_STATIC = Path(__file__).resolve().parents[2] / "assets/static"

_ask = st.components.v2.component("owner", js=(_STATIC / "owner.js").read_text("utf-8"))


def forget() -> None:
    """Let the browser be asked again; called at the beginning of each run of the script."""
    st.session_state.pop(_ASKED, None)


def owner() -> str | None:
    """Return the visitor's id, as ``RunStore`` takes it; None until the browser has answered.

    The page runs again when it has. Where it may keep nothing, the id is this session's, and a line
    says that its runs will not be found again.
    """
    if (account := _account()) is not None:
        return account
    if OWNER not in st.session_state:
        if st.session_state.get(_ASKED):
            return None  # a page has one such question
        st.session_state[_ASKED] = True
        offered = st.session_state.setdefault(_OFFERED, owners.new_owner())
        answer = _ask(key="owner_answer", data={"offered": offered}, on_kept_change=_run_again)
        if answer.kept is None:
            return None
        st.session_state[_REFUSED] = not owners.is_owner(answer.kept)
        st.session_state[OWNER] = offered if st.session_state[_REFUSED] else answer.kept
    if st.session_state.get(_REFUSED):
        st.caption(
            "Your browser keeps nothing for this site, so your runs will not be found again once "
            "this tab is reloaded or closed."
        )
    return str(st.session_state[OWNER])


def _account() -> str | None:
    """Return the id of the account that the visitor is logged in with, None without any."""
    if not st.user.get("is_logged_in"):
        return None
    # Subjects are known to others, so without a secret anybody could come with such an id.
    secret = str(st.secrets["auth"]["cookie_secret"])
    return owners.of_account(str(st.user["iss"]), str(st.user["sub"]), secret)


def _run_again() -> None:
    """Do nothing: that there is a callback makes an answer run the script."""
