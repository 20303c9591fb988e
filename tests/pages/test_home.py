import json
import logging
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import cache
from playground import mask_filling
from playground.errors import TrunkError
from playground.models.catalog import bundled
from playground.models.engine import Engine
from playground.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
SAVED_ANSWER = ROOT / "assets" / "examples" / "home.json"
FIRST_PAINT = """
import sys
from streamlit.testing.v1 import AppTest
from pages.shared import cache
cache.warm = lambda: None
app = AppTest.from_file(sys.argv[1], default_timeout=60).run()
heavy = {"torch", "transformers", "peft"} & sys.modules.keys()
sys.exit(f"imported {heavy}" if heavy else len(app.exception))
"""


def test_first_paint_needs_no_torch() -> None:
    command = [sys.executable, "-c", FIRST_PAINT, str(ROOT / "pages/shared/navigation.py")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_first_paint_shows_the_saved_answer(engine: Engine, home: AppTest) -> None:
    assert not home.exception
    assert home.title[0].value == "BERT Playground"
    [chart] = home.get("plotly_chart")
    spec = json.loads(chart.proto.spec)
    saved = json.loads(SAVED_ANSWER.read_text("utf-8"))["masks"][0]["guesses"]
    assert spec["layout"]["yaxis"]["ticktext"] == [guess["token"] for guess in saved]
    assert engine.batcher.requests == 0


def test_a_sentence_of_the_visitor_is_computed(engine: Engine, home: AppTest) -> None:
    home.text_area(key="text").set_value("The [MASK] is [MASK].").run()
    assert not home.exception
    assert len(home.get("plotly_chart")) == 2
    assert engine.batcher.requests == 1
    assert home.query_params["text"] == "The [MASK] is [MASK]."


def test_a_sentence_without_a_mask_is_answered(engine: Engine, home: AppTest) -> None:
    home.text_area(key="text").set_value("Nothing is missing.").run()
    [warning] = home.warning
    assert "has no mask" in warning.value


def test_it_links_to_each_view(home: AppTest) -> None:
    links = Counter(link.proto.page_script_hash for link in home.get("page_link"))
    # Of Named entities, Sentiment, Mask filling and Attention.
    assert sorted(links.values()) == [3, 6, 7, 7]


def test_warming_up_loads_the_model_in_the_box(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.load_bundled()
    assert engine.loads == {"bundled/masked_lm": 1}


def test_warming_up_survives_missing_weights(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def no_trunk(*_: object) -> None:
        raise TrunkError("The trunk is missing.")

    engine = Engine(Settings(), load=no_trunk)  # type: ignore[arg-type]
    monkeypatch.setattr(cache, "engine", lambda: engine)
    with caplog.at_level(logging.WARNING):
        cache.load_bundled()
    assert "The trunk is missing." in caplog.text


@pytest.mark.weights
def test_the_saved_answer_is_the_models_own() -> None:
    """After new weights write it anew: python -m playground.recipes.home_example."""
    saved = json.loads(SAVED_ANSWER.read_text("utf-8"))
    model = Engine(Settings()).model(bundled()[0])
    filling = mask_filling.fill(saved["text"], model=model, top_k=5)
    [guesses] = filling.guesses
    assert [guess.token for guess in guesses] == [g["token"] for g in saved["masks"][0]["guesses"]]
    probabilities = [guess["probability"] for guess in saved["masks"][0]["guesses"]]
    # fp32 and bf16 processors agree to about two digits.
    assert [g.probability for g in guesses] == pytest.approx(probabilities, rel=0.1)
