"""What can be loaded: bundled first, local folders, curated and free Hub ids; nothing else."""

import json
from pathlib import Path

import pytest

from playground.errors import UnknownModelError
from playground.models import catalog
from playground.models.catalog import Source, Task
from playground.settings import Settings

HERE = Settings(models_folder=Path("no-such-folder"))


@pytest.fixture
def with_local(tmp_path: Path) -> Settings:
    """Settings whose models folder holds one model, a stray file and a folder that is no model."""
    (tmp_path / "mine").mkdir()
    made_for = ["BertForPreTraining", "BertForTokenClassification"]
    (tmp_path / "mine" / "config.json").write_text(json.dumps({"architectures": made_for}))
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("not a model")
    return Settings(models_folder=tmp_path)


@pytest.mark.parametrize(
    "model_id",
    [
        "bert-base-german-cased",
        "google-bert/bert-base-uncased",
        "org/name.with-dots_and-more",
        "org/name@main",
        "org/name@refs/pr/7",
        "org/name@1110a243fdf4706b3f48f1d95db1a4f5529b4d41",
    ],
)
def test_any_hub_id_is_found(model_id: str) -> None:
    spec = catalog.find(model_id, Task.FILL_MASK, HERE)

    assert spec.id == model_id
    assert spec.source is Source.HUB
    assert spec.task is Task.FILL_MASK


def test_id_and_revision_are_taken_apart() -> None:
    spec = catalog.find(" org/name@refs/pr/7 ", Task.FILL_MASK, HERE)

    assert spec.hub_id == "org/name"
    assert spec.revision == "refs/pr/7"
    assert catalog.find("org/name", Task.FILL_MASK, HERE).revision is None


@pytest.mark.parametrize(
    "model_id",
    [
        "",
        "../x",
        "..",
        "org/../x",
        "local/../x",
        "local/..",
        "local/empty",
        "local/mine/config.json",
        "bundled/../../etc",
        "bundled/unknown",
        "/etc/passwd",
        "C:\\models",
        "a/b/c",
        "org/name@",
        "org/name@/etc/passwd",
        "org/name@../../x",
        "two words",
        "name\nname",
        "name\x00",
        "https://huggingface.co/org/name",
        "<script>alert(1)</script>",
        "模型",
        "x" * 300,
        "org/" + "x" * 300,
    ],
)
def test_what_is_no_id_is_refused(model_id: str, with_local: Settings) -> None:
    with pytest.raises(UnknownModelError) as refused:
        catalog.find(model_id, Task.FILL_MASK, with_local)

    assert len(str(refused.value)) < 400  # the message does not repeat all of what was typed


def test_the_message_shows_how_an_id_is_written() -> None:
    with pytest.raises(UnknownModelError, match=r"'two words' is not a model id.*org/name@rev"):
        catalog.find("two words", Task.FILL_MASK, HERE)


def test_an_unknown_bundled_name_lists_what_there_is() -> None:
    with pytest.raises(UnknownModelError, match=r"'bundled/x'.*bundled/masked_lm"):
        catalog.find("bundled/x", Task.FILL_MASK, HERE)


def test_the_offer_is_bundled_then_local_then_curated(with_local: Settings) -> None:
    specs = catalog.offered(Task.FILL_MASK, with_local)
    sources = [spec.source for spec in specs]

    assert specs[0].id == "bundled/masked_lm"
    assert sources == sorted(sources, key=[Source.BUNDLED, Source.LOCAL, Source.HUB].index)
    assert [spec.id for spec in specs if spec.source is Source.LOCAL] == ["local/mine"]
    assert {
        "bert-base-uncased",
        "bert-base-cased",
        "bert-base-multilingual-cased",
        "bert-base-chinese",
        "distilbert-base-uncased",
        "roberta-base",
        "albert-base-v2",
        "xlm-roberta-base",
    } <= {spec.id for spec in specs}


@pytest.mark.parametrize("task", list(Task))
def test_the_offer_holds_only_the_task_and_no_id_twice(task: Task, with_local: Settings) -> None:
    specs = catalog.offered(task, with_local)

    assert {spec.task for spec in specs} == {task}
    assert len({spec.id for spec in specs}) == len(specs)
    assert any(spec.source is Source.HUB for spec in specs)


@pytest.mark.parametrize(
    ("config", "tasks"),
    [
        ('{"architectures": ["BertForSequenceClassification"]}', [Task.TEXT_CLASSIFICATION]),
        ('{"architectures": ["RobertaForMaskedLM"]}', [Task.FILL_MASK, Task.STEP_BY_STEP]),
        (
            '{"architectures": ["BertForPreTraining"]}',
            [Task.FILL_MASK, Task.STEP_BY_STEP, Task.NEXT_SENTENCE],
        ),
        ('{"architectures": ["BertModel"]}', []),
        ('{"architectures": "BertForMaskedLM"}', []),
        ("{}", []),
        ("[]", []),
        ("not JSON", []),
        ("\N{LATIN SMALL LETTER E WITH ACUTE}", []),
    ],
)
def test_a_local_model_is_offered_for_what_it_was_trained_for_and_found_for_all(
    tmp_path: Path, config: str, tasks: list[Task]
) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "config.json").write_text(config, "latin-1")
    settings = Settings(models_folder=tmp_path)
    offered = {
        task
        for task in Task
        if any(spec.source is Source.LOCAL for spec in catalog.offered(task, settings))
    }
    assert offered == {*tasks, Task.FEATURE_EXTRACTION}  # any can be looked into
    for task in Task:  # loading it says what it was trained for
        assert catalog.find("local/one", task, settings).task is task


def test_a_local_model_is_found_with_its_folder(with_local: Settings) -> None:
    spec = catalog.find("local/mine", Task.TOKEN_CLASSIFICATION, with_local)

    assert spec.source is Source.LOCAL
    assert spec.task is Task.TOKEN_CLASSIFICATION
    assert spec.folder == with_local.models_folder / "mine"


def test_a_local_model_is_found_by_its_folder_s_name_alone(with_local: Settings) -> None:
    assert catalog.find(" mine ", Task.FILL_MASK, with_local).id == "local/mine"
    assert catalog.find("empty", Task.FILL_MASK, with_local).source is Source.HUB


def test_with_the_hub_off_only_what_is_here_is_offered_and_found() -> None:
    offline = Settings(models_folder=Path("no-such-folder"), hub=False)

    assert {s.source for s in catalog.offered(Task.FILL_MASK, offline)} == {Source.BUNDLED}
    assert catalog.find("bundled/masked_lm", Task.FILL_MASK, offline).source is Source.BUNDLED
    with pytest.raises(UnknownModelError, match="switched off"):
        catalog.find("bert-base-uncased", Task.FILL_MASK, offline)


def test_every_bundled_model_has_its_files() -> None:
    for spec in catalog.bundled():
        assert spec.folder is not None
        assert spec.folder.parent == Path(__file__).resolve().parents[1] / "assets" / "models"


def test_the_trunk_alone_is_there_to_look_inside_and_for_nothing_else() -> None:
    inside = [spec.id for spec in catalog.offered(Task.FEATURE_EXTRACTION, HERE)]
    assert inside.index(catalog.TRUNK) == len(catalog.bundled())
    for task in catalog.TRAINED:
        assert catalog.TRUNK not in {spec.id for spec in catalog.offered(task, HERE)}
    with pytest.raises(UnknownModelError):
        catalog.find(catalog.TRUNK, Task.FILL_MASK, HERE)
