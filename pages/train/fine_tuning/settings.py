"""Every setting of the training, by hand; what is out of range is told when all are known."""

import streamlit as st

from pages.shared.link import Field
from pages.train.fine_tuning import inputs
from playground.fine_tuning import Task

SMALL = "%.6g"
HAVE_ONE_LABEL = (Task.CLASSIFICATION, Task.PAIRS)


def ask(task: Task) -> None:
    """Ask for each setting; the values are in the session."""
    one, other, third = st.columns(3)
    with one:
        _number(inputs.EPOCHS, "Epochs", "How often each text is seen, at most.")
        _number(inputs.BATCH_SIZE, "Batch size", "Texts a step.")
        _number(
            inputs.LORA_RANK, "LoRA rank", "How much a LoRA adapter can hold. Other methods: none."
        )
    with other:
        _number(
            inputs.LEARNING_RATE,
            "Learning rate",
            "The highest; after warming up it falls to 0.",
            step=1e-5,
        )
        _number(
            inputs.WEIGHT_DECAY,
            "Weight decay",
            "Pulls weights towards 0.",
            step=0.01,
        )
        _number(
            inputs.WARMUP_SHARE,
            "Warm-up share",
            "The share of all steps in which the learning rate rises.",
            step=0.05,
        )
    with third:
        _number(
            inputs.PATIENCE,
            "Patience",
            "Epochs without a better score before training stops; 0 never stops it early.",
        )
        if task in HAVE_ONE_LABEL:
            st.toggle(
                "Rare labels count more",
                key=inputs.CLASS_WEIGHTS.name,
                persist_state="session",
                help="Class weights: each label counts as much as any other, however rare.",
            )
        else:
            st.session_state[inputs.CLASS_WEIGHTS.name] = False


def _number(field: Field, label: str, help: str, step: float | None = None) -> None:
    is_whole = step is None
    st.number_input(
        label,
        min_value=0 if is_whole else 0.0,
        step=1 if is_whole else step,
        format=None if is_whole else SMALL,
        key=field.name,
        persist_state="session",
        help=help,
    )
