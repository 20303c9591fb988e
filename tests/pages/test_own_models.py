"""A visitor's own runs are models on every page; to everybody else they never were."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
import torch
from streamlit.testing.v1 import AppTest
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from pages.shared import cache, owner, runs
from pages.train.fine_tuning import start, takes
from pages.train.runs import actions, compare, listing, watch
from playground.errors import IndexUnreachableError
from playground.fine_tuning import own_models
from playground.fine_tuning.estimate import Speed
from playground.fine_tuning.own_models import HEADS
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.tasks import Task
from playground.models import catalog
from playground.models.engine import Engine
from tests.fine_tuning.finished import SECOND, TEXT, Finisher
from tests.pages.test_fine_tuning import SPEED, press, sample

RUNS = "pages/train/runs/page.py"
FINE_TUNING = "pages/train/fine_tuning/page.py"
SENTIMENT = "pages/tasks/sentiment/page.py"
ENTITIES = "pages/tasks/named_entities/page.py"
MASKS = "pages/explore/mask_filling/page.py"
ATTENTION = "pages/explore/attention/page.py"
UNKNOWN = (
    "You have no model of such a run. It may have been removed, or it was trained in another "
    "browser. Choose another model."
)
TOKEN = "hf_secretsecretsecret"
Open = Callable[..., AppTest]
# A page, the field of its model, the task of a run that it takes, and what its screen needs beside.
PLACES = [
    (SENTIMENT, "sentiment_model", Task.CLASSIFICATION, {}),
    (SENTIMENT, "sentiment_model", Task.MULTI_LABEL, {"sentiment_view": "sentences"}),
    (ENTITIES, "entities_model", Task.ENTITIES, {}),
    (MASKS, "model", Task.ADAPTATION, {"text": "The [MASK] is near the water."}),
    (ATTENTION, "look_into", Task.CLASSIFICATION, {}),
    (ATTENTION, "look_into", Task.ADAPTATION, {"attention_view": "step-by-step"}),
]


@pytest.fixture
def made(
    engine: Engine, tiny_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Finisher:
    """The runs of this test's visitor, as the pages see them."""
    made = Finisher(cache.settings(), tmp_path / "models")
    monkeypatch.setattr(owner, "owner", lambda: made.owner)
    for module in (runs, actions, compare, listing, watch):
        monkeypatch.setattr(module, "store", lambda: made.store)
    return made


def errors(app: AppTest) -> list[str]:
    return [element.value.replace("\\", "") for element in (*app.error, *app.warning)]


def picker(app: AppTest, label: str = "Model") -> Any:
    return next(box for box in app.selectbox if box.label == label)


@pytest.mark.parametrize(("page", "field", "task", "query"), PLACES)
def test_an_own_run_is_offered_and_used(
    open_page: Open, made: Finisher, page: str, field: str, task: Task, query: dict[str, str]
) -> None:
    run_id = made.finish("My *tickets*", task)
    app = open_page(page, **{field: f"run/{run_id}"}, **query)
    assert errors(app) == []
    assert any("My *tickets* · your run" in option for option in picker(app).options)
    assert picker(app).value == f"run/{run_id}"
    assert any(task in caption.value.replace("\\", "") for caption in app.caption)


def test_while_runs_cannot_be_looked_up_other_models_serve_and_their_own_says_why(
    open_page: Open, made: Finisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = made.finish("My *tickets*", Task.CLASSIFICATION)

    def fails(_: object) -> None:
        raise IndexUnreachableError("The database does not answer.")

    monkeypatch.setattr(made.store, "finished", fails)
    app = open_page(SENTIMENT, sentiment_model="bundled/sentiment")
    assert errors(app) == []
    assert not any("your run" in option for option in picker(app).options)
    app = open_page(SENTIMENT, sentiment_model=f"run/{run_id}")
    assert errors(app) == ["The database does not answer."]


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize(("page", "field", "task", "query"), PLACES)
def test_another_s_run_is_as_unknown_as_one_that_never_was(
    open_page: Open,
    made: Finisher,
    engine: Engine,
    page: str,
    field: str,
    task: Task,
    query: dict[str, str],
    is_there: bool,
) -> None:
    theirs, name = new_owner(), "Their secret"
    made.finish(name, task, owner=theirs)
    kind = catalog.Task.FEATURE_EXTRACTION if page == ATTENTION else HEADS[task]
    [spec] = own_models.specs(made.store.finished(theirs))
    engine.model(replace(spec, task=kind))  # its owner has it in use
    app = open_page(page, **{field: spec.id if is_there else f"run/{'0' * 32}"}, **query)
    assert errors(app) == [UNKNOWN]
    assert not any(name in option for option in picker(app).options)
    assert engine.batcher.requests == 0


@pytest.mark.parametrize(
    ("page", "query"),
    [
        (SENTIMENT, {"sentiment_view": "models", "sentiment_models": "['{id}']"}),
        (SENTIMENT, {"sentiment_view": "file", "sentiment_model": "{id}"}),
        (
            ATTENTION,
            {"attention_view": "compare", "compare_with": "another model", "other_model": "{id}"},
        ),
    ],
)
def test_nor_is_it_found_where_models_are_compared_or_read_files(
    open_page: Open, made: Finisher, engine: Engine, page: str, query: dict[str, str]
) -> None:
    run_id = made.finish(owner=new_owner())
    app = open_page(
        page, **{name: value.format(id=f"run/{run_id}") for name, value in query.items()}
    )
    assert any(UNKNOWN in said for said in errors(app))
    assert f"run/{run_id}" not in engine.loads


def test_two_own_runs_stand_side_by_side(open_page: Open, made: Finisher) -> None:
    ids = [f"run/{made.finish('tickets')}" for _ in range(2)]
    app = open_page(
        SENTIMENT, sentiment_view="models", sentiment_models=str(ids), sentiment_texts=TEXT
    )
    assert errors(app) == []
    table = next(frame.value for frame in app.dataframe if "Text" in frame.value.columns)
    assert list(table.columns) == ["Text", "tickets · your run", "tickets (2) · your run"]


def test_an_own_run_is_compared_with_its_base(open_page: Open, made: Finisher) -> None:
    run_id = made.finish(task=Task.ADAPTATION, base="bundled/masked_lm")
    app = open_page(
        ATTENTION,
        look_into=f"run/{run_id}",
        attention_view="compare",
        compare_with="another model",
        other_model="bundled/masked_lm",
    )
    assert errors(app) == []
    assert "MODEL = './tickets'" in app.code[-1].value


def test_a_page_waits_for_the_browser_to_say_whose_runs_there_are(
    open_page: Open, made: Finisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = made.finish()
    monkeypatch.setattr(owner, "owner", lambda: None)
    app = open_page(SENTIMENT, sentiment_model=f"run/{run_id}")
    assert errors(app) == []
    assert "Looking for your runs" in [caption.value for caption in app.caption]


def test_home_asks_for_no_runs(
    made: Finisher, monkeypatch: pytest.MonkeyPatch, home: AppTest
) -> None:
    made.finish()
    monkeypatch.setattr(runs, "store", lambda: pytest.fail("the runs were looked up"))
    assert not home.run().exception


def test_runs_are_looked_up_once_in_a_run_of_the_script(
    open_page: Open, made: Finisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, asked = made.finish(), []
    finished = made.store.finished

    def counted(visitor: str) -> object:
        asked.append(visitor)
        return finished(visitor)

    monkeypatch.setattr(made.store, "finished", counted)
    app = open_page(ATTENTION, look_into=f"run/{run_id}")
    asked.clear()
    app.run()
    assert asked == [made.owner]


# The page of a run: "Use it".


def use(open_page: Open, run_id: str) -> AppTest:
    app = open_page(RUNS, run=run_id)
    app.session_state[f"section_{run_id}"] = "Use it"
    app.run()
    assert not app.exception
    return app


def expected(folder: Path, *texts: str) -> str:
    """Return the likeliest label and its probability, as transformers computes them."""
    model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        found = model(**tokenizer(*texts, return_tensors="pt")).logits[0].softmax(-1)
    best = int(found.argmax())
    return f"{model.config.id2label[best]}, {100 * float(found[best]):.1f} %"


@pytest.mark.parametrize(
    ("task", "texts"), [(Task.CLASSIFICATION, [TEXT]), (Task.PAIRS, [TEXT, SECOND])]
)
def test_a_run_is_tried_on_a_held_out_example(
    open_page: Open, made: Finisher, task: Task, texts: list[str]
) -> None:
    app = use(open_page, made.finish(task=task))
    assert errors(app) == []
    assert [area.value for area in app.text_area] == texts
    said = [
        element.value.replace("\\", "").replace("\u00a0", " ")
        for element in (*app.header, *app.subheader)
    ]
    assert expected(made.tiny(task), *texts) in said


@pytest.mark.parametrize("task", list(Task))
def test_a_run_of_each_task_can_be_used(open_page: Open, made: Finisher, task: Task) -> None:
    base = "bundled/masked_lm"
    run_id = made.finish(task=task, base=base)
    app = use(open_page, run_id)
    assert errors(app) == []
    links = {link.proto.label: link.proto.query_string for link in app.get("page_link")}
    assert any(f"run%2F{run_id}" in query for query in links.values())
    assert "Beside its base: Attention" in links
    assert ("Label a file: Sentiment" in links) == (task in {Task.CLASSIFICATION, Task.MULTI_LABEL})
    assert any("no page for a whole file of pairs" in c.value for c in app.caption) == (
        task is Task.PAIRS
    )


@pytest.mark.parametrize(
    ("task", "label", "field"),
    [
        (Task.CLASSIFICATION, "Which words push a label: Sentiment", "sentiment_text"),
        (Task.ENTITIES, "Mark a text: Named entities", "entities_text"),
        (Task.ADAPTATION, "Fill masks: Mask filling", "text"),
        (Task.PAIRS, "Look inside: Attention", "text_a"),
    ],
)
def test_the_text_that_was_tried_goes_along(
    open_page: Open, made: Finisher, task: Task, label: str, field: str
) -> None:
    app = use(open_page, made.finish(task=task, base="bundled/masked_lm"))

    def query() -> dict[str, list[str]]:
        [link] = (one for one in app.get("page_link") if one.proto.label == label)
        return parse_qs(link.proto.query_string)

    app.text_area[0].set_value("Rain & [MASK]?").run()
    assert query()[field] == ["Rain & [MASK]?"]
    app.text_area[0].set_value("rain " * 1_000).run()  # too long for an address
    assert field not in query()


def test_a_model_is_pushed_and_the_token_is_gone(
    open_page: Open, made: Finisher, hub: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    hub.uploads.users[TOKEN] = "ada"
    run_id = made.finish("My tickets")
    app = use(open_page, run_id)
    token = next(box for box in app.text_input if "token" in box.label)
    token.set_value(TOKEN)
    next(button for button in app.button if button.label == "Push").click()
    app.run()
    assert errors(app) == []
    assert any("Pushed to" in done.value and "My" in done.value for done in app.success)
    assert hub.uploads.repositories["ada/My-tickets"].visibility == "private"
    assert next(box for box in app.text_input if "token" in box.label).value == ""
    assert TOKEN not in str(app.session_state._state.filtered_state)
    assert TOKEN not in str(app.query_params)
    assert TOKEN not in "".join(capfd.readouterr())


def test_a_push_without_a_token_is_a_message(open_page: Open, made: Finisher, hub: Any) -> None:
    app = use(open_page, made.finish())
    next(button for button in app.button if button.label == "Push").click()
    app.run()
    assert any("token with the right to write is needed" in said for said in errors(app))
    assert not hub.requests


def test_an_own_run_is_a_base_for_the_next(
    open_page: Open, made: Finisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    speed: Future[Speed] = Future()
    speed.set_result(SPEED)
    monkeypatch.setattr(takes, "measured", lambda: speed)
    monkeypatch.setattr(start, "owner", lambda: made.owner)
    monkeypatch.setattr(start, "store", lambda: made.store)
    run_id = made.finish("My *tickets*")
    app = sample(open_page(FINE_TUNING, base_model=f"run/{run_id}"), "Support tickets")
    assert errors(app) == []
    assert picker(app).value == f"run/{run_id}"
    assert any("My *tickets* · your run" in option for option in picker(app).options)
    assert any("on this machine" in markdown.value for markdown in app.markdown)
    press(app, "Start")
    [new, _] = made.store.runs(made.owner)
    assert new.settings.base_model == f"run/{run_id}"
    app = open_page(RUNS, run=new.id)
    assert any(
        "My *tickets*" in one.value.replace("\\", "") for one in (*app.caption, *app.markdown)
    )


def test_another_s_run_is_no_base(
    open_page: Open, made: Finisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "owner", lambda: made.owner)
    theirs = made.finish("Their secret", owner=new_owner())
    app = sample(open_page(FINE_TUNING, base_model=f"run/{theirs}"), "Support tickets")
    assert UNKNOWN in errors(app)
    assert not [button for button in app.button if button.label == "Start"]
