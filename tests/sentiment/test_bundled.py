"""The adapter in the box: plain sentences, and explanations that add up."""

import pytest

from playground.models.catalog import Task, find
from playground.models.engine import Engine, Model
from playground.sentiment import classify, deletion, explain
from playground.settings import Settings

pytestmark = pytest.mark.weights

GOOD = (
    "A wonderful film, full of warmth and wit.",
    "I loved every minute of it.",
    "The best phone I have ever had.",
    "The staff were friendly and the room was spotless.",
    "What a beautiful song, it made my day!",
    "An excellent book that I can only recommend.",
    "The new version is fast, stable and a joy to use.",
    "Our guide was brilliant and the food delicious.",
    "This is a superb restaurant with great service.",
    "Funny, clever and moving from start to finish.",
)
BAD = (
    "A terrible film, dull and badly acted.",
    "I hated every minute of it.",
    "The phone broke after two days and nobody would help me.",
    "The staff were rude and the room was filthy.",
    "What an awful song, it ruined my day!",
    "A boring book that I could not finish.",
    "The new version is slow, full of bugs and a pain to use.",
    "Our guide was late and the food disgusting.",
    "This is a horrible restaurant with the worst service.",
    "Not funny, not clever, a complete waste of time.",
)


@pytest.fixture(scope="module")
def model() -> Model:
    spec = find("bundled/sentiment", Task.TEXT_CLASSIFICATION, Settings())
    if spec.folder is None or not (spec.folder / "adapter_model.safetensors").is_file():
        pytest.skip("assets/models/sentiment has not been trained yet")
    return Engine(Settings()).model(spec)


@pytest.mark.parametrize(("texts", "label"), [(GOOD, "POSITIVE"), (BAD, "NEGATIVE")])
def test_plain_sentences_are_judged_rightly(
    model: Model, texts: tuple[str, ...], label: str
) -> None:
    verdicts = [classify(text, model=model).verdict for text in texts]
    assert verdicts.count(label) >= 9, list(zip(texts, verdicts, strict=True))


def test_its_probabilities_are_calibrated(model: Model) -> None:
    assert model.labels.names == ("NEGATIVE", "POSITIVE")
    assert model.labels.temperature != 1.0


def test_shares_add_up_and_pass_the_deletion_check(model: Model) -> None:
    explained = [explain(classify(text, model=model), model=model) for text in (*GOOD, *BAD)]
    assert max(one.relative_gap for one in explained) <= 0.05
    faster = [deletion(one, model=model).is_faster for one in explained]
    assert sum(faster) >= 0.8 * len(faster)
