"""What the address carries of this page: all that a visitor chooses, but for the file."""

import streamlit as st

from pages.shared import cache
from pages.shared.link import Field, number, one_of, whole_number, yes_or_no
from playground.fine_tuning import Options, Share, Task
from playground.fine_tuning.training_options import Method, Preset, TrainingOptions

DEFAULT = TrainingOptions.preset(Method.LORA, Preset.BALANCED)
SHORTEST = 8  # tokens to which a text may be cut
# What a setting may be depends on others and is checked with all of them; a link's is a number.
_MOST = 1_000_000
_whole, _any = whole_number(0, _MOST), number(0.0, _MOST)

TASK = Field(name="learned_task", default="", read=one_of(["", *Task]))  # nothing: guessed
VALIDATION = Field(
    name="validation_percent",
    default=round(100 * Share().validation),
    read=whole_number(1, 50),
)
TEST = Field(name="test_percent", default=round(100 * Share().test), read=whole_number(0, 50))
SEED = Field(name="run_seed", default=Share().seed, read=whole_number(0, 2**32 - 1))
MAX_TOKENS = Field(
    name="max_tokens", default=Options().max_tokens, read=whole_number(SHORTEST, _MOST)
)
BASE = Field(name="base_model", default="bundled/trunk")
ADAPTED = Field(name="adapted_model", default="bundled/masked_lm")
METHOD = Field(name="method", default=DEFAULT.method.value, read=one_of(list(Method)))
EPOCHS = Field(name="epochs", default=DEFAULT.epochs, read=_whole)
LEARNING_RATE = Field(name="learning_rate", default=DEFAULT.learning_rate, read=_any)
BATCH_SIZE = Field(name="batch_size", default=DEFAULT.batch_size, read=_whole)
WEIGHT_DECAY = Field(name="weight_decay", default=DEFAULT.weight_decay, read=_any)
WARMUP_SHARE = Field(name="warmup_share", default=DEFAULT.warmup_share, read=_any)
PATIENCE = Field(name="patience", default=DEFAULT.patience, read=_whole)
CLASS_WEIGHTS = Field(name="class_weights", default=DEFAULT.class_weights, read=yes_or_no)
LORA_RANK = Field(name="lora_rank", default=DEFAULT.lora_rank, read=_whole)

# Named as in TrainingOptions.
TRAINING = (
    METHOD,
    EPOCHS,
    LEARNING_RATE,
    BATCH_SIZE,
    MAX_TOKENS,
    WEIGHT_DECAY,
    WARMUP_SHARE,
    PATIENCE,
    CLASS_WEIGHTS,
    LORA_RANK,
)
FIELDS = (TASK, VALIDATION, TEST, SEED, BASE, ADAPTED, *TRAINING)


def max_tokens() -> int:
    """Return the token limit as it stands in the session, brought below the cap."""
    most = cache.settings().max_training_tokens
    st.session_state[MAX_TOKENS.name] = min(int(st.session_state[MAX_TOKENS.name]), most)
    return int(st.session_state[MAX_TOKENS.name])


def options() -> TrainingOptions:
    """Return how to train, as it stands in the session."""
    values = {field.name: st.session_state[field.name] for field in TRAINING}
    return TrainingOptions.from_json(values)


def fill(chosen: TrainingOptions) -> None:
    """Put how to train into the session, but for the token limit, which has a widget by then."""
    values = chosen.to_json() | {METHOD.name: chosen.method.value}  # widgets hold plain texts
    for field in TRAINING:
        if field is not MAX_TOKENS:
            st.session_state[field.name] = values[field.name]


def base(task: Task) -> Field:
    """Return the field with the model that learns ``task``: the masked LM needs its head."""
    return ADAPTED if task is Task.ADAPTATION else BASE
