"""The tour: eight steps from a sentence to a prediction, one at a time."""

import streamlit as st

from pages.learn.how_bert_works import inputs
from pages.learn.how_bert_works.step import Step
from pages.learn.how_bert_works.steps import (
    attention,
    feed_forward,
    heads,
    input_vectors,
    layers,
    learning,
    output,
    pieces,
)
from pages.shared import cache, frame, results
from pages.shared.escape import literal
from pages.shared.views import View
from playground import how_bert_works
from playground.models.catalog import Task

ROADMAP = "tour_roadmap"
READ = "tour_read"  # as high as the window, or the page would be too short to scroll while it fills
MOVED = "tour_moved"  # session key: whether a button has just led to another step
# Who has read a step to its end presses a button there, and wants to read on from the top.
SCROLL = """<script>
document.querySelector(".st-key-%s")?.scrollIntoView({block: "start"});  // step %d
</script>"""
STEPS = (
    Step(name="Pieces", show=pieces.show),
    Step(name="Input vectors", show=input_vectors.show),
    Step(name="Attention", show=attention.show),
    Step(name="Many heads", show=heads.show),
    Step(name="Feed-forward", show=feed_forward.show),
    Step(name="Layers", show=layers.show),
    Step(name="Output layer", show=output.show),
    Step(name="Learning", show=learning.show),
)


def show(model_id: str) -> None:
    """Ask for a sentence and show one step of its way."""
    text = inputs.sentence()
    number = int(st.session_state[inputs.STEP.name])
    step = STEPS[number - 1]
    with frame.errors_shown():
        model = cache.model(model_id, Task.STEP_BY_STEP)
        tour = how_bert_works.walk(text, model=model, layer=inputs.layer_index(model.layers))
        for notice in tour.masked.notices:
            st.info(literal(notice), icon=":material/info:")
        if len(tour.masked.mask_positions) > 1:
            st.info("Of several masks the tour follows the first.", icon=":material/info:")
        _roadmap(number)
        with st.container(key=READ):
            st.header(f"{number}. {step.name}", anchor=False)
            shown = step.show(tour, model, text)
            _buttons(number)
            results.take_away(
                shown.rows, shown.snippet, spec=model.spec, file_name=f"how-bert-works-{number}"
            )
        # Only now: a run that is broken off may not have sent its script, and the next one has to.
        st.session_state[MOVED] = False


def _roadmap(number: int) -> None:
    with st.container(key=ROADMAP):
        _progress(number)
        # In here, where nothing comes after it: else what does would move up and down with it.
        if st.session_state.get(MOVED):
            # The script is ours alone; the number makes it another one each time, so that it runs.
            st.html(SCROLL % (ROADMAP, number), unsafe_allow_javascript=True)


def _progress(number: int) -> None:
    st.progress(number / len(STEPS), text=f"{number} of {len(STEPS)}")
    st.segmented_control(
        "Step",
        range(1, len(STEPS) + 1),
        format_func=lambda place: STEPS[place - 1].name,
        key=inputs.STEP.name,
        required=True,
        persist_state="session",
        label_visibility="collapsed",
    )


def _buttons(number: int) -> None:
    def go(by: int) -> None:
        # From where the visitor is by now: a quick second click may hit the step before's button.
        to = int(st.session_state[inputs.STEP.name]) + by
        st.session_state[inputs.STEP.name] = min(max(to, 1), len(STEPS))
        st.session_state[MOVED] = True

    last = number == len(STEPS)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            "Back",
            icon=":material/arrow_back:",
            disabled=number == 1,
            on_click=go,
            args=(-1,),
        )
        st.button(
            "Next",
            icon=":material/arrow_forward:",
            type=frame.main_type(disabled=last),
            disabled=last,
            on_click=go,
            args=(1,),
        )


VIEW = View(
    title="The tour",
    about="Eight short steps from a sentence to a prediction, with the numbers of a running model.",
    fields=(inputs.TEXT, inputs.STEP, inputs.LAYER, inputs.HEAD, inputs.TOKEN),
    show=show,
)
