"""What the steps of the tour are made of: sentences, a formula, something to try, a way deeper."""

from collections.abc import Mapping

import streamlit as st

from playground.how_bert_works import Tour
from playground.tables import Row

# From pages/shared/navigation.py.
ATTENTION = "../explore/attention/page.py"
MASK_FILLING = "../explore/mask_filling/page.py"
EMBEDDINGS = "../explore/embeddings/page.py"
TOKENIZER = "../explore/tokenizer/page.py"
SENTIMENT = "../tasks/sentiment/page.py"
NEXT_SENTENCE = "../tasks/next_sentence/page.py"
NAMED_ENTITIES = "../tasks/named_entities/page.py"
FINE_TUNING = "../train/fine_tuning/page.py"
RUNS = "../train/runs/page.py"


def formula(latex: str, symbols: Mapping[str, str]) -> None:
    """Show a formula and, below it, what each symbol stands for."""
    written, named = st.columns(2, vertical_alignment="center")
    written.latex(latex)
    named.markdown("\n".join(f"- ${symbol}$: {meaning}" for symbol, meaning in symbols.items()))


def to_try(what: str) -> None:
    """Suggest one thing to try."""
    st.info(what, icon=":material/touch_app:")


def deeper(page: str, label: str, query: Mapping[str, object] | None = None) -> None:
    """Link to the page where one can go on; ``query`` has its fields' values, by name."""
    st.page_link(
        page,
        label=label,
        icon=":material/arrow_outward:",
        query_params={name: str(value) for name, value in (query or {}).items()},
    )


def agreement(difference: float) -> None:
    """Say how exactly the step, computed anew by its formula, is what the model did."""
    st.caption(
        "Checked: by this formula, computed anew, the model's numbers come out again, to "
        f"{100 * difference:.6f} % of the largest."
    )


def numbers(rows: list[Row]) -> None:
    """Show all numbers of a step as a table, where one asks for it."""
    with st.expander("All numbers", icon=":material/table:"):
        st.dataframe(rows, hide_index=True)


def hidden_size(tour: Tour) -> int:
    """Return how many numbers a vector has."""
    return int(tour.trace.states.shape[-1])
