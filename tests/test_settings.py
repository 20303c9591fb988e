"""Settings come from the environment, with defaults that need none."""

from pathlib import Path

import pytest

from playground.settings import Settings


def test_defaults_need_no_environment() -> None:
    settings = Settings.from_environment({})

    assert settings == Settings()
    assert settings.hub
    assert settings.models_folder == Path("models")


def test_variables_are_read_as_the_type_of_their_setting() -> None:
    settings = Settings.from_environment(
        {
            "BERT_PLAYGROUND_MODELS_FOLDER": "/srv/models",
            "BERT_PLAYGROUND_HUB": "No",
            "BERT_PLAYGROUND_MAX_MODEL_MB": "750",
            "BERT_PLAYGROUND_UNKNOWN": "ignored",
            "MAX_MASKS": "3",  # without the prefix it is somebody else's
        }
    )

    assert settings.models_folder == Path("/srv/models")
    assert settings.hub is False
    assert settings.max_model_mb == 750
    assert settings.max_masks == Settings().max_masks


@pytest.mark.parametrize("text", ["true", "True", "1", "yes"])
def test_the_ways_to_say_yes(text: str) -> None:
    assert Settings.from_environment({"BERT_PLAYGROUND_HUB": text}).hub is True


def test_a_number_that_is_none_names_variable_value_and_type() -> None:
    with pytest.raises(ValueError, match=r"BERT_PLAYGROUND_MAX_MASKS is 'many'.*type int"):
        Settings.from_environment({"BERT_PLAYGROUND_MAX_MASKS": "many"})


def test_a_switch_that_is_neither_on_nor_off_says_what_it_takes() -> None:
    with pytest.raises(ValueError, match=r"BERT_PLAYGROUND_HUB is 'maybe'.*true or false"):
        Settings.from_environment({"BERT_PLAYGROUND_HUB": "maybe"})
