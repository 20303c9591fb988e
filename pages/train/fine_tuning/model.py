"""Step 5: which model learns, which of its weights, and for how long."""

from dataclasses import replace

import streamlit as st

from pages.shared import cache, frame
from pages.train.fine_tuning import checked, inputs, settings, takes
from pages.train.fine_tuning.checked import Question, model_task
from playground.fine_tuning import Dataset, Task
from playground.fine_tuning.checking import lengths
from playground.fine_tuning.training_options import METHODS, Method, Preset, TrainingOptions

PRESET = "fine_tuning_preset"  # session key; nothing where settings were changed by hand


def ask(question: Question, dataset: Dataset) -> tuple[str, TrainingOptions]:
    """Ask for the model, the method and the settings; return the model's id and the options.

    Raises:
        TrainingOptionsError: a setting is out of range, or does not fit the task.
    """
    task = question.task
    model, how = st.columns([2, 3], gap="large")
    with model:
        base = frame.model_picker(model_task(task), key=inputs.base(task).name)
    with how:
        _method(task)
        _preset()
    with st.expander("Every setting by hand", icon=":material/tune:"):
        settings.ask(task)
    options = inputs.options()
    options.require(task, cache.settings().max_training_tokens)
    with frame.errors_shown():
        counter = checked.counter(question)
        tokens = {part: lengths.tokens(found, counter) for part, found in dataset.parts.items()}
        takes.show(task, options, tokens, base, model_task(task))
    return base, options


def _method(task: Task) -> None:
    # A linear probe leaves the encoder as it is, and domain adaptation is about nothing else.
    methods = [
        method.value
        for method in Method
        if task is not Task.ADAPTATION or method is not Method.LINEAR_PROBE
    ]
    if st.session_state[inputs.METHOD.name] not in methods:
        _fill(Method.LORA, Preset.BALANCED)
    chosen = st.segmented_control(
        "Method",
        methods,
        format_func=_capitalized,
        key=inputs.METHOD.name,
        required=True,
        on_change=_apply,
        persist_state="session",
        wrap=True,
    )
    st.caption(METHODS[Method(chosen or Method.LORA)])


def _preset() -> None:
    options = inputs.options()
    st.session_state[PRESET] = next(
        (preset.value for preset in Preset if _chosen_by(preset, options) == options), None
    )
    st.segmented_control(
        "How thorough",
        [preset.value for preset in Preset],
        format_func=_capitalized,
        key=PRESET,
        on_change=_apply,
    )
    by_hand = "" if st.session_state[PRESET] else " These are settings of your own."
    epochs = (
        "Each text is seen once."
        if options.epochs == 1
        else (f"Each text is seen up to {options.epochs:,} times.")
    )
    st.caption(epochs + by_hand)


def _chosen_by(preset: Preset, options: TrainingOptions) -> TrainingOptions:
    """Return what ``preset`` makes of options; it leaves class weights and the limit alone."""
    chosen = TrainingOptions.preset(options.method, preset, max_tokens=options.max_tokens)
    return replace(chosen, class_weights=options.class_weights)


def _apply() -> None:
    """Set what the chosen preset chooses for the chosen method."""
    _fill(
        Method(st.session_state[inputs.METHOD.name] or Method.LORA),
        Preset(st.session_state[PRESET] or Preset.BALANCED),
    )


def _fill(method: Method, preset: Preset) -> None:
    inputs.fill(_chosen_by(preset, replace(inputs.options(), method=method)))


def _capitalized(name: str) -> str:
    return name[0].upper() + name[1:]
