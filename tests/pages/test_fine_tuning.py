"""The Fine-tuning page from a file to a run that waits; its processes are pretended."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.train.fine_tuning import data, start, takes
from playground import fine_tuning
from playground.fine_tuning import Task, dataset_file
from playground.fine_tuning.estimate import Speed
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.store import Run, RunStore
from playground.fine_tuning.training_options import LEARNING_RATES, Method
from playground.models.engine import Engine
from playground.settings import Settings
from tests.fine_tuning.conftest import PretendedLauncher

PAGE = "pages/train/fine_tuning/page.py"
STEPS = ["1. Data", "2. Task", "3. Split", "4. Check", "5. Model and method", "6. Name and start"]
OWNER = new_owner()
# A second a text with a linear probe, whatever its length.
SPEED = Speed(
    start=10.0,
    update=0.0,
    lengths=(1, 2),
    seconds={
        "linear probe": (1.0, 1.0),
        "LoRA adapter": (10.0, 10.0),
        "full fine-tuning": (20.0, 20.0),
    },
)
Open = Callable[..., AppTest]


class Runs:
    """The runs that the page started, and the files that they train on."""

    def __init__(self, settings: Settings) -> None:
        self.launcher = PretendedLauncher()
        self.speed: Future[Speed] = Future()
        self.queue = RunQueue(settings, self.launcher)
        self.store = RunStore(self.queue)

    @property
    def all(self) -> tuple[Run, ...]:
        return self.store.runs(OWNER)

    def dataset(self, run: Run) -> fine_tuning.Dataset:
        return dataset_file.load(self.queue.directory(run.id).inputs / dataset_file.NAME)


@pytest.fixture
def settings(engine: Engine) -> Settings:
    return engine.settings


@pytest.fixture
def runs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Runs:
    made = Runs(settings)
    monkeypatch.setattr(start, "store", lambda: made.store)
    monkeypatch.setattr(start, "owner", lambda: OWNER)
    monkeypatch.setattr(takes, "measured", lambda: made.speed)
    made.speed.set_result(SPEED)
    return made


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was checked, each time that it was."""
    asked: list[object] = []
    check = fine_tuning.check

    def counted(*args: Any, **options: Any) -> fine_tuning.Checked:
        asked.append(args)
        return check(*args, **options)

    monkeypatch.setattr(fine_tuning, "check", counted)
    return asked


def table(rows: int = 24, *, text: str = "text", label: str = "label", more: str = "") -> bytes:
    """Return a CSV of texts about tea and coffee; ``more`` is what further rows say."""
    lines = [
        f"A cup of {'tea' if n % 2 else 'coffee'} number {n},{'ab'[n % 2]}" for n in range(rows)
    ]
    return "\n".join([f"{text},{label}", *lines, more]).encode()


def upload(app: AppTest, content: bytes, name: str = "cups.csv", place: int = 0) -> AppTest:
    app.file_uploader[place].set_value((name, content, "text/csv"))
    return app.run()


def sample(app: AppTest, name: str) -> AppTest:
    return app.button_group(key=f"{data.KEY}_sample").set_value(name).run()


def pick(app: AppTest, label: str, value: object) -> AppTest:
    [box] = [box for box in (*app.selectbox, *app.multiselect) if box.label == label]
    return box.set_value(value).run()


def choose(app: AppTest, label: str, value: str) -> AppTest:
    [group] = [group for group in app.button_group if group.label == label]
    return group.set_value(value).run()


def number(app: AppTest, label: str, value: float) -> AppTest:
    [box] = [box for box in app.number_input if box.label == label]
    return box.set_value(value).run()


def switch(app: AppTest, label: str, on: bool) -> AppTest:
    [toggle] = [toggle for toggle in app.toggle if toggle.label == label]
    return toggle.set_value(on).run()


def press(app: AppTest, label: str) -> AppTest:
    [button] = [button for button in app.button if button.label == label]
    return button.click().run()


def steps(app: AppTest) -> list[str]:
    return [heading.value for heading in app.header]


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def messages(app: AppTest) -> str:
    parts = (*app.error, *app.warning, *app.info, *app.success, *app.caption, *app.markdown)
    return " ".join(element.value for element in parts).replace("\\", "").replace("**", "")


def value(app: AppTest, label: str) -> object:
    widgets = (*app.selectbox, *app.multiselect, *app.button_group, *app.number_input)
    [found] = [widget.value for widget in widgets if widget.label == label]
    return found


def test_first_load_asks_for_a_file_and_nothing_else(open_page: Open, runs: Runs) -> None:
    app = open_page(PAGE)
    assert steps(app) == STEPS[:1]
    assert "file" not in app.query_params
    assert not app.warning


@pytest.mark.parametrize(
    ("name", "task", "parts", "labels"),
    [
        (
            "Support tickets",
            Task.CLASSIFICATION,
            {"For training": "240", "For validation": "60", "Labels": "5"},
            ("billing", "cancellation", "delivery", "feature request", "login"),
        ),
        (
            "Topics of reviews",
            Task.MULTI_LABEL,
            {"For training": "160", "For validation": "40", "Labels": "5"},
            ("delivery", "packaging", "price", "quality", "service"),
        ),
        (
            "Entities of job postings",
            Task.ENTITIES,
            {"For training": "120", "For validation": "30", "Labels": "4"},
            ("COMPANY", "DEGREE", "PLACE", "SKILL"),
        ),
    ],
)
def test_a_sample_is_two_clicks_from_its_run(
    open_page: Open,
    runs: Runs,
    name: str,
    task: Task,
    parts: dict[str, str],
    labels: tuple[str, ...],
) -> None:
    app = sample(open_page(PAGE), name)
    assert steps(app) == STEPS
    assert value(app, "What is to be learned") == task
    assert metrics(app) == parts
    assert "Nothing wrong was found." in messages(app)
    press(app, "Start")
    [run] = runs.all
    assert app.query_params == {"run": run.id}
    assert run.settings.task == "fine-tuning"
    assert run.settings.base_model == "bundled/trunk"
    assert run.settings.seed == 13
    assert run.settings.options["method"] == "LoRA adapter"
    assert run.settings.options["epochs"] == 3
    dataset = runs.dataset(run)
    assert (dataset.task, dataset.labels) == (task, labels)
    assert {f"For {part}": f"{len(found)}" for part, found in dataset.parts.items()} == {
        part: count for part, count in parts.items() if part != "Labels"
    }


def test_the_run_is_named_after_the_file_or_by_the_visitor(open_page: Open, runs: Runs) -> None:
    app = sample(open_page(PAGE), "Support tickets")
    press(app, "Start")
    back = open_page(PAGE)
    back.text_input[0].set_value("Mine *and* <b>only</b> mine").run()
    press(back, "Start")
    assert [run.name for run in runs.all] == [
        "Mine *and* <b>only</b> mine",
        "Support tickets, LoRA adapter",
    ]


def test_one_run_however_often_start_is_clicked(open_page: Open, runs: Runs) -> None:
    press(sample(open_page(PAGE), "Support tickets"), "Start")
    again = open_page(PAGE)
    assert "This run has been started." in messages(again)
    press(again, "Start")
    [run] = runs.all
    [watch] = again.get("page_link")
    assert watch.proto.query_string == f"run={run.id}"
    choose(again, "How thorough", "thorough")
    assert "This run has been started." not in messages(again)
    press(again, "Start")
    assert len(runs.all) == 2


def test_a_deleted_run_can_be_started_again(open_page: Open, runs: Runs) -> None:
    press(sample(open_page(PAGE), "Support tickets"), "Start")
    [first] = runs.all
    runs.store.cancel(OWNER, first.id)
    runs.launcher.alive.clear()
    runs.store.delete(OWNER, first.id)
    again = open_page(PAGE)
    assert "This run has been started." not in messages(again)
    press(again, "Start")
    [second] = runs.all
    assert second.id != first.id


def test_what_was_chosen_is_there_after_another_page(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table(more="A cup of tea number 1,b"))
    choose(app, "Method", "full fine-tuning")
    number(app, "For validation (%)", 25)
    switch(app, "Keep the first of duplicates", on=False)
    open_page("pages/start/home/page.py")
    back = open_page(PAGE)
    assert "In use: cups.csv" in messages(back)
    assert value(back, "Method") == "full fine-tuning"
    assert value(back, "For validation (%)") == 25
    [toggle] = [one for one in back.toggle if one.label == "Keep the first of duplicates"]
    assert not toggle.value
    assert metrics(back) == {"For training": "19", "For validation": "6", "Labels": "2"}


def test_the_address_carries_the_choices_and_nothing_of_the_file(
    open_page: Open, runs: Runs
) -> None:
    app = upload(open_page(PAGE), table(label="secret"), "my_secret_file.csv")
    choose(app, "Method", "linear probe")
    number(app, "Epochs", 7)
    assert app.query_params["learned_task"] == "classification"
    assert app.query_params["method"] == "linear probe"
    assert app.query_params["epochs"] == "7"
    assert app.query_params["learning_rate"] == str(LEARNING_RATES[Method.LINEAR_PROBE])
    assert "secret" not in str(app.query_params)
    assert "cup" not in str(app.query_params)


def test_a_link_chooses_before_the_file_is_there(open_page: Open, runs: Runs) -> None:
    app = open_page(PAGE, learned_task="domain adaptation", method="full fine-tuning", epochs="2")
    assert steps(app) == STEPS[:1]
    upload(app, table())
    assert value(app, "What is to be learned") == Task.ADAPTATION
    assert value(app, "Method") == "full fine-tuning"
    assert value(app, "Epochs") == 2
    sample(app, "Entities of job postings")
    assert value(app, "What is to be learned") == Task.ENTITIES


def test_what_an_emptied_uploader_held_does_not_come_back(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table())
    browser = app._tree.get_widget_states()  # it has not yet heard of the sample
    sample(app, "Support tickets")
    app._run(browser)
    assert steps(app) == STEPS
    press(app, "Start")
    assert runs.all[0].name == "Support tickets, LoRA adapter"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"learned_task": "<b>x</b>"}, "learned_task"),
        ({"epochs": "many"}, "epochs"),
        ({"learning_rate": "nan"}, "learning_rate"),
        ({"class_weights": "perhaps"}, "class_weights"),
        ({"run_seed": "-1"}, "run_seed"),
    ],
)
def test_a_links_nonsense_is_left_out(
    open_page: Open, runs: Runs, query: dict[str, str], said: str
) -> None:
    app = open_page(PAGE, **query)
    assert f"The link's value for {said} is" in messages(app)
    assert steps(sample(app, "Support tickets")) == STEPS


def test_pairs_are_learned_from_two_columns(open_page: Open, runs: Runs) -> None:
    rows = [f"Is it {n}?,{'Yes' if n % 2 else 'No'} it is {n},{'ab'[n % 2]}" for n in range(30)]
    app = upload(open_page(PAGE), "\n".join(["question,answer,label", *rows]).encode())
    assert value(app, "What is to be learned") == Task.PAIRS
    assert value(app, "Column with the texts") == "question"
    assert value(app, "Column with the second texts") == "answer"
    press(app, "Start")
    dataset = runs.dataset(runs.all[0])
    assert dataset.task is Task.PAIRS
    assert dataset.parts[fine_tuning.Part.TRAINING][0].second is not None


def test_plain_texts_are_for_domain_adaptation(open_page: Open, runs: Runs) -> None:
    lines = "\n".join(f"The turbine of unit {n} was inspected today." for n in range(40))
    app = upload(open_page(PAGE), lines.encode(), "log.txt")
    assert value(app, "What is to be learned") == Task.ADAPTATION
    [methods] = [group for group in app.button_group if group.label == "Method"]
    assert methods.options == ["LoRA adapter", "Full fine-tuning"]
    press(app, "Start")
    [run] = runs.all
    assert run.settings.base_model == "bundled/masked_lm"
    assert runs.dataset(run).task is Task.ADAPTATION


def test_conll_is_for_entities(open_page: Open, runs: Runs) -> None:
    block = "Ada B-PER\nsails O\nto O\n{} B-PLACE\n\n"
    content = "".join(block.format(f"Port{n}") for n in range(20)).encode()
    app = upload(open_page(PAGE), content, "train.conll")
    assert value(app, "What is to be learned") == Task.ENTITIES
    assert metrics(app) == {"For training": "16", "For validation": "4", "Labels": "2"}


def test_labels_may_be_columns_of_their_own(open_page: Open, runs: Runs) -> None:
    rows = [f"A text about number {n},{n % 2},{n % 3 == 0:d}" for n in range(30)]
    app = upload(open_page(PAGE), "\n".join(["text,even,third", *rows]).encode())
    assert value(app, "What is to be learned") == Task.MULTI_LABEL
    assert value(app, "Columns with the labels") == ["even", "third"]
    pick(app, "Columns with the labels", [])
    assert "Choose the column that holds the labels" in messages(app)
    assert steps(app) == STEPS[:4]


def test_wrong_columns_are_told_and_can_be_changed_back(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table())
    pick(app, "Column with the label", "text")
    assert "The column “text” is used twice" in messages(app)
    assert steps(app) == STEPS[:4]
    pick(app, "Column with the label", "label")
    assert steps(app) == STEPS


def test_a_task_that_the_columns_do_not_fit_is_told(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table())
    choose(app, "What is to be learned", Task.PAIRS)
    assert "sentence pairs needs 3" in messages(app)
    assert steps(app) == STEPS[:2]
    choose(app, "What is to be learned", Task.CLASSIFICATION)
    assert steps(app) == STEPS


def test_how_the_file_is_read_can_be_overridden(open_page: Open, runs: Runs) -> None:
    lines = [f"Eine Tasse Tee und größer als {n}|{'ab'[n % 2]}" for n in range(24)]
    content = "\n".join(["text|label", *lines]).encode("cp1252")
    app = upload(open_page(PAGE), content)
    assert "delimiter pipe" in messages(app)
    pick(app, "Delimiter", ",")
    assert value(app, "Column with the texts") == "text|label"
    assert value(app, "What is to be learned") == Task.ADAPTATION
    pick(app, "Delimiter", "|")
    assert value(app, "What is to be learned") == Task.CLASSIFICATION
    assert value(app, "Column with the texts") == "text"
    assert steps(app) == STEPS


def test_a_switch_changes_the_check(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table(more="A cup of tea number 1,b\nA CUP of tea number 3,b"))
    assert "Duplicates. 2 rows with the text and answer of an earlier row." in messages(app)
    assert "The first of each stays. Lines 26, 27." in messages(app)
    before = metrics(app)
    assert before == {"For training": "19", "For validation": "5", "Labels": "2"}
    switch(app, "Keep the first of duplicates", on=False)
    assert "this is switched off" in messages(app)
    assert metrics(app)["For training"] == "21"
    switch(app, "Keep the first of duplicates", on=True)
    assert metrics(app) == before


def test_a_switch_that_leads_to_an_error_can_be_turned_back(open_page: Open, runs: Runs) -> None:
    rows = [f"A text about number {n},{'a' if n % 4 else ''}" for n in range(12)]
    content = "\n".join(["text,labels", *rows, "One more,a;b", "And more,b"]).encode()
    app = upload(open_page(PAGE), content)
    choose(app, "What is to be learned", Task.MULTI_LABEL)
    assert steps(app) == STEPS
    label = "Keep texts without a label as texts that none fits"
    switch(app, label, on=False)
    number(app, "For validation (%)", 50)
    number(app, "For a final test (%)", 50)
    assert steps(app) == STEPS[:4]
    assert "Choose at most 50%" in messages(app)
    switch(app, label, on=True)
    number(app, "For a final test (%)", 0)
    assert steps(app) == STEPS


def test_the_same_choices_are_checked_once(
    open_page: Open, runs: Runs, checks: list[object]
) -> None:
    app = upload(open_page(PAGE), table(more="A cup of tea number 1,b"))
    app.run()
    choose(app, "Method", "linear probe")
    assert len(checks) == 1
    switch(app, "Keep the first of duplicates", on=False)
    assert len(checks) == 2
    switch(app, "Keep the first of duplicates", on=True)
    assert len(checks) == 2
    number(app, "Seed", 14)
    assert len(checks) == 3


def test_the_seed_draws_and_is_the_runs(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table())
    press(app, "Start")
    back = open_page(PAGE)
    number(back, "Seed", 14)
    press(back, "Start")
    new, old = runs.all
    assert (old.settings.seed, new.settings.seed) == (13, 14)
    assert runs.dataset(old).parts != runs.dataset(new).parts


def test_an_own_column_parts_the_examples(open_page: Open, runs: Runs) -> None:
    rows = [f"A text about {n},{'ab'[n % 2]},{'dev' if n < 6 else 'train'}" for n in range(24)]
    app = upload(open_page(PAGE), "\n".join(["text,label,part", *rows]).encode())
    assert value(app, "The model is measured on") == "a column says it"
    assert value(app, "Column that says what each row is for") == "part"
    assert metrics(app) == {"For training": "18", "For validation": "6", "Labels": "2"}
    pick(app, "Column that says what each row is for", "label")
    assert "must say “train” for some rows" in messages(app)
    choose(app, "The model is measured on", "a share, drawn")
    assert metrics(app) == {"For training": "19", "For validation": "5", "Labels": "2"}


def test_an_own_file_is_for_validation(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table())
    choose(app, "The model is measured on", "another file")
    assert steps(app) == STEPS[:3]
    other = b"text,label\nA mug of tea,b\nA mug of coffee,a\nA cup of tea number 1,b\n"
    upload(app, other, "measure.csv", place=1)
    assert metrics(app) == {"For training": "24", "For validation": "2", "Labels": "2"}
    assert "The same text in several parts" in messages(app)
    assert "Line 4 of the file for validation." in messages(app)
    upload(app, b"review,stars\nfine,3\n", "measure.csv", place=1)
    assert "There is no column “text”" in messages(app)
    upload(app, b"", "measure.csv", place=1)
    assert "The file is empty" in messages(app)
    assert steps(app) == STEPS[:3]


def test_a_file_that_cannot_be_used_says_why(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table(4))
    assert "10 are the fewest to train and measure with" in messages(app)
    assert steps(app) == STEPS[:4]
    upload(app, b"\x89PNG\r\n\x1a\n\0\0", "cups.csv")
    assert "PNG picture" in messages(app)
    assert steps(app) == STEPS[:1]


def test_bad_rows_are_listed(open_page: Open, runs: Runs) -> None:
    app = upload(open_page(PAGE), table(more="only one field"))
    assert "1 row that cannot be read" in [expander.label for expander in app.expander]
    assert steps(app) == STEPS


@pytest.mark.parametrize(
    ("label", "given", "said"),
    [
        ("Epochs", 0, "Epochs is 0; it may be from 1 to"),
        ("Learning rate", 2.0, "Learning rate is 2; it may be from 1e-07 to 1"),
        ("Batch size", 1000, "Batch size is 1000; it may be from 1 to"),
        ("Warm-up share", 0.95, "Warmup share is 0.95; it may be from 0 to 0.9"),
        ("LoRA rank", 0, "Lora rank is 0; it may be from 1 to"),
    ],
)
def test_a_setting_out_of_range_is_told(
    open_page: Open, runs: Runs, label: str, given: float, said: str
) -> None:
    app = sample(open_page(PAGE), "Support tickets")
    number(app, label, given)
    assert said in messages(app)
    assert steps(app) == STEPS[:5]


def test_presets_choose_the_settings_and_hands_may_change_them(open_page: Open, runs: Runs) -> None:
    app = sample(open_page(PAGE), "Support tickets")
    choose(app, "How thorough", "quick")
    assert (value(app, "Epochs"), value(app, "Learning rate")) == (1, LEARNING_RATES[Method.LORA])
    choose(app, "Method", "full fine-tuning")
    assert (value(app, "Epochs"), value(app, "Learning rate")) == (1, LEARNING_RATES[Method.FULL])
    number(app, "Epochs", 5)
    assert value(app, "How thorough") is None
    assert "settings of your own" in messages(app)
    number(app, "Tokens that are read of a text", 32)
    press(app, "Start")
    options = runs.all[0].settings.options
    assert (options["epochs"], options["max_tokens"]) == (5, 32)


def test_class_weights_are_for_one_label_a_text(open_page: Open, runs: Runs) -> None:
    app = sample(open_page(PAGE), "Support tickets")
    switch(app, "Rare labels count more", on=True)
    assert value(app, "How thorough") == "balanced"
    press(app, "Start")
    assert runs.all[0].settings.options["class_weights"] is True
    back = sample(open_page(PAGE), "Topics of reviews")
    press(back, "Start")
    assert runs.all[0].settings.options["class_weights"] is False


def test_a_linear_probe_is_not_offered_for_domain_adaptation(open_page: Open, runs: Runs) -> None:
    app = sample(open_page(PAGE), "Support tickets")
    choose(app, "Method", "linear probe")
    choose(app, "What is to be learned", Task.ADAPTATION)
    assert value(app, "Method") == "LoRA adapter"
    assert value(app, "Learning rate") == LEARNING_RATES[Method.LORA]
    assert steps(app) == STEPS


def test_what_the_limit_cuts_is_told(open_page: Open, runs: Runs) -> None:
    app = sample(open_page(PAGE), "Support tickets")
    assert "the limit cuts none" in messages(app)
    number(app, "Tokens that are read of a text", 16)
    assert "of 300 texts are longer than the limit" in messages(app)
    assert "Texts over the token limit. Longer than 16 tokens:" in messages(app)


def test_a_model_that_is_not_there_is_told_and_another_can_be_chosen(
    open_page: Open, runs: Runs
) -> None:
    app = sample(open_page(PAGE, base_model="local/nowhere"), "Support tickets")
    assert "There is no model 'local/nowhere' here" in messages(app)
    assert steps(app) == STEPS[:5]
    pick(app, "Model", "local/tiny")
    assert steps(app) == STEPS
    press(app, "Start")
    assert runs.all[0].settings.base_model == "local/tiny"


def test_the_time_is_told_as_soon_as_the_machine_is_measured(
    open_page: Open, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    speed: Future[Speed] = Future()
    monkeypatch.setattr(takes, "measured", lambda: speed)
    app = sample(open_page(PAGE), "Support tickets")
    assert "This machine is being measured" in messages(app)
    assert steps(app) == STEPS
    speed.set_result(SPEED)
    choose(app, "Method", "linear probe")
    # 240 texts to learn from and 60 to measure twice, a second each, and some seconds around them.
    assert "About 6 minutes on this machine" in messages(app)
    choose(app, "Method", "full fine-tuning")
    assert "About 4 hours on this machine" in messages(app)
    assert "A run may train for 60 minutes; then it stops" in messages(app)


def test_a_machine_that_cannot_be_measured_trains_all_the_same(
    open_page: Open, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    speed: Future[Speed] = Future()
    speed.set_exception(OSError("no process"))
    monkeypatch.setattr(takes, "measured", lambda: speed)
    app = sample(open_page(PAGE), "Support tickets")
    assert "About" not in messages(app)
    assert steps(app) == STEPS


def test_caps_are_said_and_kept(
    open_page: Open, runs: Runs, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.queue.settings = replace(settings, max_owner_pending_runs=0)
    app = sample(open_page(PAGE), "Support tickets")
    assert "A run may train for 60 minutes. 3 runs of yours may wait" in messages(app)
    assert "2,000 MB of disk" in messages(app)
    assert "kept for 14 days after its end" in messages(app)
    press(app, "Start")
    assert "0 of your runs wait already, and 0 may." in messages(app)
    assert runs.all == ()
    runs.queue.settings = replace(settings, max_owner_disk_mb=0)
    press(app, "Start")
    assert "the cap for one visitor" in messages(app)
    runs.queue.settings = settings
    press(app, "Start")
    assert len(runs.all) == 1


def test_a_browser_that_has_not_answered_cannot_start(
    open_page: Open, runs: Runs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(start, "owner", lambda: None)
    app = sample(open_page(PAGE), "Support tickets")
    assert "Your browser has not answered yet" in messages(app)
    [button] = [button for button in app.button if button.label == "Start"]
    assert button.disabled


def test_hostile_names_and_texts_are_shown_as_text(open_page: Open, runs: Runs) -> None:
    hostile = "<img src=x onerror=alert(1)> **b** $x$ :red[r]"
    rows = [f"{hostile} {n},{hostile if n % 2 else 'b'}" for n in range(24)]
    content = "\n".join([f"{hostile},label", *rows, f"{hostile} 1,b", f"x,{hostile.upper()}"])
    app = upload(open_page(PAGE), content.encode(), f"{hostile}.csv")
    shown = [element.value for element in (*app.caption, *app.markdown, *app.warning, *app.info)]
    with_it = [text for text in shown if "onerror" in text.lower()]
    assert with_it
    for text in with_it:
        assert r"\<img" in text.lower()
        assert r"\*\*b\*\*" in text.lower()
        assert r"\$x\$" in text.lower()
    press(app, "Start")
    labels = json.loads(
        (runs.queue.directory(runs.all[0].id).inputs / dataset_file.NAME).read_text("utf-8")
    )["labels"]
    assert hostile in labels
