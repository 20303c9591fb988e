"""The Models page, whole: each view's first screen, links, other families, own runs."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from transformers import AutoModelForMaskedLM

from pages.learn.model_guide import speed_here
from pages.learn.model_guide.speed_here import JOB
from pages.learn.model_guide.views import VIEWS
from pages.shared import cache, owner, runs
from playground import model_guide
from playground.files.jobs import Job, start
from playground.fine_tuning import dataset_file
from playground.fine_tuning.evaluation import report_file
from playground.fine_tuning.evaluation.report import (
    Adaptation,
    Comparison,
    Outcome,
    Report,
    Score,
)
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.tasks import Task
from playground.model_guide import LENGTHS, Speed, cards, speed
from playground.models import catalog, fake
from playground.models.engine import Engine
from tests.fine_tuning.finished import Finisher

PAGE = "pages/learn/model_guide/page.py"
UNKNOWN = "You have no model of such a run."
Open = Callable[..., AppTest]
Checkpoint = Callable[..., Path]


@pytest.fixture(autouse=True)
def nothing_measured() -> Iterator[None]:
    speed.forget()
    yield
    speed.forget()


@pytest.fixture
def made(
    engine: Engine, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Finisher:
    """The runs of this test's visitor, as the page sees them."""
    made = Finisher(cache.settings(), tmp_path / "trained")
    monkeypatch.setattr(owner, "owner", lambda: made.owner)
    monkeypatch.setattr(runs, "store", lambda: made.store)
    return made


def said(app: AppTest) -> str:
    shown = (*app.error, *app.warning, *app.info, *app.caption, *app.markdown)
    return "\n".join(one.value for one in shown).replace("\\", "")


def problems(app: AppTest) -> list[str]:
    return [one.value.replace("\\", "") for one in (*app.error, *app.warning)]


def table(app: AppTest, column: str) -> Any:
    return next(frame.value for frame in app.dataframe if column in frame.value.columns)


@pytest.mark.weights
@pytest.mark.parametrize("view", VIEWS)
def test_each_view_has_a_first_screen_without_a_click(open_page: Open, hub: Any, view: str) -> None:
    app = open_page(PAGE, guide_view=view)
    assert problems(app) == []
    assert app.get("plotly_chart") or app.dataframe or app.info
    assert not hub.downloads("bert-base-uncased")


@pytest.mark.weights
def test_what_there_is_tells_what_is_here_and_what_is_not(
    open_page: Open, hub: Any, engine: Engine
) -> None:
    app = open_page(PAGE)
    rows = table(app, "Licence").set_index("Model")
    assert rows.loc["bert-base-uncased", "Status"] == "not downloaded"
    assert rows.loc["bert-base-uncased", "Parameters (M)"] == 109.51
    assert rows.loc["MiniLM (in the box)", "Status"] == "on this machine"
    assert rows.loc["MiniLM (in the box)", "Parameters (M)"] == 22.74
    assert rows.loc["MiniLM named entities (in the box)", "Licence"] == "other"
    assert "No model is loaded yet" in said(app)
    assert not engine.loads
    scores = table(app, "Figure")
    assert "600 IMDB reviews" in set(scores["On"])


@pytest.mark.weights
def test_what_is_loaded_is_listed_and_what_others_loaded_only_counted(
    open_page: Open, made: Finisher, engine: Engine
) -> None:
    made.finish("Their secret", owner=new_owner())
    mine = made.finish("Mine")
    app = open_page(PAGE, guide_view="inside-one", guide_model=f"run/{mine}")
    assert problems(app) == []
    [spec] = [one for one in cache.offered(catalog.Task.FILL_MASK) if one.id == "bundled/masked_lm"]
    engine.model(spec)
    stranger = replace(spec, id="run/secret", title="Their secret", source=catalog.Source.BUNDLED)
    engine.model(stranger)
    app = open_page(PAGE, guide_view="what-there-is")
    held = table(app, "Holds (MB)")
    assert list(held["Model"]) == ["MiniLM (in the box)"]
    assert "1 more models among them" in said(app)
    assert "secret" not in said(app)
    assert "Mine · your run" in set(table(app, "Licence")["Model"])


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_inside_one_opens_every_family_of_the_hub(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint, family: str
) -> None:
    folder = tiny_checkpoint(family)
    hub.add(f"tiny/{family}", folder)
    app = open_page(PAGE, guide_view="inside-one", guide_model=f"tiny/{family}")
    assert problems(app) == []
    count = AutoModelForMaskedLM.from_pretrained(folder).num_parameters()
    assert app.metric[0].value == f"{count:,}"
    assert table(app, "In the file (MB)")["Parameters"].sum() == count
    assert ("runs it 2 times" in said(app)) == (family == "albert")
    assert f"MODEL = 'tiny/{family}'" in app.code[-1].value
    assert "AutoModelForMaskedLM" in app.code[-1].value


@pytest.mark.parametrize("view", ["inside-one", "small-and-large", "speed-here"])
def test_a_wrong_id_is_a_message(open_page: Open, hub: Any, view: str) -> None:
    app = open_page(
        PAGE,
        guide_view=view,
        guide_model="not an id",
        compared_models="['not an id']",
        timed_models="['not an id']",
    )
    assert any("is not a model id" in one for one in problems(app))


def finish(app: AppTest) -> AppTest:
    job = app.session_state[JOB]
    assert job.wait(60)
    return app.run()


def click(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if label in button.label).click()
    return app.run()


def test_speed_is_measured_on_a_click_and_kept(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint, engine: Engine
) -> None:
    hub.add("tiny/bert", tiny_checkpoint("bert"))
    asked = {"guide_view": "speed-here", "timed_models": "['tiny/bert', 'bundled/sentiment']"}
    app = open_page(PAGE, **asked)
    assert "Nothing of these models has been measured" in said(app)
    assert engine.batcher.requests == 0
    app = finish(click(app, "Measure"))
    assert problems(app) == []
    rows = table(app, "One text (ms)")
    # The tiny models read 64 tokens at most.
    assert list(rows["Tokens"]) == [16, 64] * 2
    assert set(rows["Model"]) == {"tiny/bert", "MiniLM sentiment (in the box)"}
    assert (rows["Texts a second"] > 0).all()
    assert "tiny/bert, 512 tokens: it reads at most 64 tokens" in said(app)
    assert "other visitors' work" in said(app)
    before = engine.batcher.requests
    assert list(table(open_page(PAGE, **asked), "One text (ms)")["Tokens"]) == [16, 64] * 2
    assert engine.batcher.requests == before


def test_measuring_can_be_cancelled(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(PAGE, guide_view="speed-here", timed_models="['bundled/masked_lm']")
    started: list[Job[Speed]] = []
    measure = model_guide.measure

    def keep(*args: Any, **options: Any) -> Job[Speed]:
        started.append(start(*args, **options))
        return started[0]

    def cancel_and_measure(model: Any, tokens: int) -> Speed:
        while not started:
            time.sleep(0.01)
        started[0].cancel()
        return measure(model, tokens)

    monkeypatch.setattr(speed_here, "start", keep)
    monkeypatch.setattr(model_guide, "measure", cancel_and_measure)
    app = finish(click(app, "Measure"))
    assert f"Stopped after 1 of {len(LENGTHS)}" in said(app)
    assert list(table(app, "One text (ms)")["Tokens"]) == [16]


@pytest.mark.weights
def test_small_and_large_asks_what_is_here_and_fetches_on_a_click(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint
) -> None:
    hub.add("bert-base-uncased", tiny_checkpoint("bert"))
    app = open_page(PAGE, guide_view="small-and-large")
    answers = table(app, "Sentence")
    assert list(answers.columns) == ["Sentence", "MiniLM (in the box)"]
    assert len(answers) == 10
    assert table(app, "Times the first")["Parameters (M)"].tolist() == [22.74, 109.51]
    assert "no figure in common" in said(app)
    assert not hub.downloads("bert-base-uncased")
    app = click(app, "Fetch bert-base-uncased".replace("-", "\\-"))
    assert problems(app) == []
    assert "bert-base-uncased" in table(app, "Sentence").columns
    assert "say the same of 10 of 10 sentences" in said(app)  # the box's stand-in is that model


def test_without_the_hub_the_first_screen_shows_what_is_here(
    open_page: Open, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(cache.settings(), hub=False)
    monkeypatch.setattr(cache, "settings", lambda: settings)
    app = open_page(PAGE, guide_view="small-and-large")
    assert problems(app) == []
    assert list(table(app, "Sentence").columns) == ["Sentence", "MiniLM (in the box)"]


def test_scores_of_runs_on_the_same_data_stand_side_by_side(
    open_page: Open, made: Finisher
) -> None:
    better = Comparison(
        outcome=Outcome.BETTER,
        difference=-1.0,
        low=None,
        high=None,
        p_value=None,
        test="",
        sentence="",
    )
    ids = []
    for name, value in (("one", 9.5), ("other", 8.25)):
        run_id = made.finish(name, Task.ADAPTATION)
        score = Score(name="perplexity", value=value, low=None, high=None, method="")
        report = Report(
            task=Task.ADAPTATION,
            adaptation=Adaptation(tokens=9, before=(score,), after=(score,), comparison=better),
        )
        file = made.queue.directory(run_id).outputs / report_file.NAME
        file.write_bytes(report_file.dump(report))
        ids.append(f"run/{run_id}")
    app = open_page(PAGE, guide_view="small-and-large", compared_models=str(ids))
    assert problems(app) == []
    rows = table(app, "Figure")
    assert list(rows.columns) == ["Figure", "one · your run", "other · your run"]
    assert rows["Figure"][0].startswith("perplexity, your held-out texts, data ")
    assert rows.iloc[0, 1:].tolist() == [9.5, 8.25]
    # The same figure on another data set is another one.
    data = made.queue.directory(ids[0].removeprefix("run/")).inputs / dataset_file.NAME
    data.write_bytes(data.read_bytes() + b" ")
    cards._mark.cache_clear()
    app = open_page(PAGE, guide_view="small-and-large", compared_models=str(ids))
    assert "no figure in common" in said(app)


@pytest.mark.weights
def test_scores_on_other_texts_are_not_put_side_by_side(open_page: Open, hub: Any) -> None:
    app = open_page(
        PAGE,
        guide_view="small-and-large",
        compared_models="['bundled/sentiment', 'dslim/bert-base-NER']",
    )
    assert "no figure in common" in said(app)
    assert problems(app) == []


def test_an_own_run_is_compared_with_its_base(
    open_page: Open, made: Finisher, hub: Any, tmp_path: Path, tiny_checkpoint: Checkpoint
) -> None:
    hub.add("tiny/base", tiny_checkpoint("bert"))
    child = fake.save("bert", tmp_path / "child", task=catalog.Task.TEXT_CLASSIFICATION, seed=1)
    run_id = made.finish("My *tickets*", Task.CLASSIFICATION, base="tiny/base", model=child)
    app = open_page(PAGE, guide_view="child-and-base", child_model=f"run/{run_id}")
    assert problems(app) == []
    assert "My *tickets* · your run came from tiny/base" in said(app)
    assert "Only the child has" in said(app)
    assert len(app.get("plotly_chart")) == 3
    assert "'tiny/base'" in app.code[-1].value


@pytest.mark.parametrize("view", ["child-and-base", "inside-one", "small-and-large"])
def test_another_s_run_is_as_unknown_as_one_that_never_was(
    open_page: Open, made: Finisher, view: str
) -> None:
    theirs = f"run/{made.finish('Their secret', owner=new_owner())}"
    app = open_page(
        PAGE,
        guide_view=view,
        child_model=theirs,
        guide_model=theirs,
        compared_models=str([theirs]),
    )
    assert any(UNKNOWN in one for one in problems(app))
    assert "secret" not in said(app)


@pytest.mark.weights
def test_an_empty_text_is_a_message_below_the_weights(open_page: Open) -> None:
    app = open_page(PAGE, guide_view="child-and-base", child_text=" ")
    assert any("no text yet" in one for one in problems(app))
    assert app.get("plotly_chart")
