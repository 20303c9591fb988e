import json
import logging
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared import cache
from playground.errors import TrunkError
from playground.home import examples
from playground.models.engine import Engine
from playground.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
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


def charts(app: AppTest) -> list[list[str]]:
    """Return the words of each chart of guesses; the last chart is Attention's."""
    *guesses, _ = (json.loads(chart.proto.spec)["layout"] for chart in app.get("plotly_chart"))
    return [layout["yaxis"]["ticktext"] for layout in guesses]


def test_first_paint_shows_what_was_computed_ahead(engine: Engine, home: AppTest) -> None:
    assert not home.exception
    assert home.title[0].value == "BERT Playground"
    assert charts(home) == [[guess.token for guess in examples().guesses]]
    page = " ".join(block.proto.body for block in home.get("html"))
    assert page.count("<mark") == len(examples().entities) + 3  # a legend of three types
    assert ">wonderful<" in page
    assert ">ization<" in page
    assert [bar.proto.value for bar in home.get("progress")] == [41, 7, 0, 0, 76, 5]
    assert engine.batcher.requests == 0


def test_a_sentence_of_the_visitor_is_computed(engine: Engine, home: AppTest) -> None:
    home.text_area(key="text").set_value("The [MASK] is [MASK].").run()
    assert not home.exception
    assert len(charts(home)) == 2
    assert engine.batcher.requests == 1
    assert home.query_params["text"] == "The [MASK] is [MASK]."


def test_a_sentence_without_a_mask_is_answered(engine: Engine, home: AppTest) -> None:
    home.text_area(key="text").set_value("Nothing is missing.").run()
    [warning] = home.warning
    assert "has no mask" in warning.value


def test_it_links_to_each_view(home: AppTest) -> None:
    links = Counter(link.proto.page_script_hash for link in home.get("page_link"))
    # Each card has one for its page; the tour has eight steps, and Fine-tuning has no views.
    assert sorted(links.values()) == [1, 4, 4, 5, 6, 6, 7, 7, 8, 12]


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
