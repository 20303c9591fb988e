"""Limits of models like BERT: measured on the running model, or said as it is."""

from collections.abc import Callable

import streamlit as st

from pages.learn.how_bert_works import bias, long_range, parts
from pages.shared import cache, frame
from pages.shared.link import Field, one_of
from pages.shared.views import View


def _privacy(_model_id: str) -> None:
    runs = cache.settings().run_retention_days
    st.markdown(
        "What this app keeps, and where:\n"
        "- **Texts** stay in the memory of the running app and are dropped with the browser tab. "
        "Nothing is stored, and nothing is sent anywhere.\n"
        "- **Fine-tuning** is the exception. What a run trains on and the model it makes lie in "
        f"the runs folder until you delete the run, or {runs} days after its end.\n"
        "- **Your browser** keeps a random id by which it finds its runs.\n"
        "- **A link** to a screen carries the text in its address: whoever has the link can read "
        "it.\n"
        "- **The Hugging Face Hub**, if a model is loaded from there, learns which model, never "
        "the text."
    )
    st.markdown(
        "A model itself can give away what it learned from: large language models repeat rare "
        "training texts word for word (Carlini et al., 2021, "
        "[arXiv:2012.07805](https://arxiv.org/abs/2012.07805)); from BERTs fine-tuned on clinical "
        "notes little could be drawn out, which is no proof of safety (Lehman et al., 2021, "
        "[arXiv:2104.07762](https://arxiv.org/abs/2104.07762)). Before you share a model, ask "
        "whether you could share its examples."
    )
    parts.deeper(parts.RUNS, "Your runs, to look at or delete")


def _little_data(_model_id: str) -> None:
    st.markdown(
        "Pre-training needs millions of sentences, but fine-tuning can start with a hundred "
        "examples, because the layers already know the language. How many are enough depends on "
        "the task, so measure it: the report of a finished run can draw a **learning curve**. It "
        "trains on a quarter to all of your examples and says whether twice as many would help."
    )
    st.markdown(
        "- Fewer than a hundred examples: the score itself is a guess; look at its interval, where "
        "the true one may well lie.\n"
        "- A few hundred: a linear probe, which trains a new output layer alone, and LoRA, which "
        "trains small additions to the layers, are hard to spoil.\n"
        "- Thousands: LoRA or all weights usually score best."
    )
    parts.deeper(parts.FINE_TUNING, "Fine-tuning, with samples to start from")
    parts.deeper(parts.RUNS, "Runs: open a report and ask whether more data would help")


LIMITS: dict[str, tuple[str, Callable[[str], None]]] = {
    "long-range": ("Long range", long_range.show),
    "bias": ("Bias", bias.show),
    "privacy": ("Privacy", _privacy),
    "little-data": ("Little data", _little_data),
}
LIMIT = Field(name="how_limit", default="long-range", read=one_of(LIMITS))


def show(model_id: str) -> None:
    """Show one of the limits."""
    chosen = st.segmented_control(
        "Limit",
        list(LIMITS),
        format_func=lambda name: LIMITS[name][0],
        key=LIMIT.name,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )
    title, shown = LIMITS[chosen or str(LIMIT.default)]
    st.header(title, anchor=False)
    with frame.errors_shown():
        shown(model_id)


VIEW = View(
    title="Limits",
    about="What such models cannot do well: measured on the running model, or said as it is.",
    fields=(LIMIT, bias.ASSOCIATION),
    show=show,
)
