"""The component of links inside a script; what the browser does is in tests/browser."""

import json

from streamlit.testing.v1 import AppTest


def script() -> None:
    import numpy as np
    import streamlit as st

    from pages.shared.attention_links import attention_links
    from playground.attention.links import HeadLinks, strongest

    links = strongest(np.eye(3, dtype=np.float32), 1.0)
    heads = [HeadLinks(name="Layer 1, head 1", number=0, links=links)]
    tokens = st.session_state.get("tokens", ["a", "<b>", "c"])
    picked = attention_links(tokens, heads, key="links", picked=st.session_state.get("picked"))
    st.text(f"picked {picked}")


def test_no_token_is_picked_at_first() -> None:
    app = AppTest.from_function(script).run()
    assert not app.exception
    assert app.text[0].value == "picked None"


def test_a_token_can_be_picked_from_the_start() -> None:
    app = AppTest.from_function(script)
    app.session_state["picked"] = 2
    assert app.run().text[0].value == "picked 2"


def test_a_place_beyond_the_tokens_is_no_pick() -> None:
    app = AppTest.from_function(script)
    app.session_state["picked"] = 3
    assert app.run().text[0].value == "picked None"
    (sent,) = app.get("bidi_component")
    assert json.loads(sent.proto.json)["picked"] is None


def test_the_browser_gets_tokens_as_data() -> None:
    app = AppTest.from_function(script).run()
    (sent,) = app.get("bidi_component")
    assert json.loads(sent.proto.json)["tokens"] == ["a", "<b>", "c"]
