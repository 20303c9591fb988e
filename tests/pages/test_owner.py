"""Whose runs are shown: the browser is asked once, and answers later."""

from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from pages.shared import owner

    owner.forget()
    st.write(f"{owner.owner()} {owner.owner()}")


def test_two_parts_of_a_page_ask_one_question() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    assert app.markdown[0].value == "None None"
    assert not app.run().exception


def test_both_get_the_browsers_answer() -> None:
    app = AppTest.from_function(page)
    app.session_state["owner"] = "kept"
    assert app.run().markdown[0].value == "kept kept"
