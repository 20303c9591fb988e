"""Finished runs are models of the catalog, each to its owner."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from playground.errors import UnknownModelError, UnsupportedModelError
from playground.fine_tuning import own_models
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.run_directory import Result
from playground.fine_tuning.runs.settings import RunSettings
from playground.fine_tuning.runs.state import State
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.tasks import Task
from playground.models import catalog, loading, trunk
from playground.models.catalog import ModelSpec, Source
from playground.settings import Settings
from tests.fine_tuning.finished import TEXT, Finisher


@pytest.fixture
def made(settings: Settings, tmp_path: Path) -> Finisher:
    return Finisher(settings, tmp_path / "models")


def specs(made: Finisher, owner: str = "") -> tuple[ModelSpec, ...]:
    return own_models.specs(made.store.finished(owner or made.owner))


@pytest.mark.parametrize(
    ("task", "head", "texts"),
    [
        (Task.CLASSIFICATION, catalog.Task.TEXT_CLASSIFICATION, 1),
        (Task.MULTI_LABEL, catalog.Task.TEXT_CLASSIFICATION, 1),
        (Task.PAIRS, catalog.Task.TEXT_CLASSIFICATION, 2),
        (Task.ENTITIES, catalog.Task.TOKEN_CLASSIFICATION, 1),
        (Task.ADAPTATION, catalog.Task.FILL_MASK, 1),
    ],
)
def test_a_run_of_each_task_is_a_model_that_loads(
    made: Finisher, task: Task, head: catalog.Task, texts: int
) -> None:
    run_id = made.finish("Tickets", task)
    [spec] = specs(made)
    assert (spec.id, spec.task, spec.source) == (f"run/{run_id}", head, Source.RUN)
    assert (spec.title, spec.texts, spec.megabytes) == ("Tickets", texts, 1)
    for asked in (head, catalog.Task.FEATURE_EXTRACTION):
        found = catalog.find(spec.id, asked, made.settings, [spec])
        assert loading.load(found, made.settings).spec == found


def test_the_note_says_what_was_learned_and_how_well(made: Finisher) -> None:
    made.finish("one", score_name="macro F1", score=0.8349)
    made.finish("two", Task.ADAPTATION, score_name="perplexity", score=12.34)
    assert [spec.note for spec in specs(made)] == [
        "domain adaptation, perplexity 12.3",
        "classification, macro F1 83.5 %",
    ]


def test_titles_are_told_apart_and_stay_as_runs_come(made: Finisher) -> None:
    made.finish("tickets")
    made.finish("tickets (2)")
    assert [spec.title for spec in specs(made)] == ["tickets (2)", "tickets"]
    made.finish("tickets")
    assert [spec.title for spec in specs(made)] == ["tickets (3)", "tickets (2)", "tickets"]


def test_only_its_owner_finds_it_and_nobody_hears_that_it_is_there(made: Finisher) -> None:
    run_id = made.finish()
    stranger = specs(made, new_owner())
    assert stranger == ()
    said = []
    for model_id in (f"run/{run_id}", f"run/{'0' * 32}", "run/", f"run/{run_id}@main"):
        with pytest.raises(UnknownModelError) as refused:
            catalog.find(model_id, catalog.Task.TEXT_CLASSIFICATION, made.settings, stranger)
        said.append(str(refused.value))
    assert set(said) == {said[0]}
    assert run_id not in said[0]


def test_an_own_model_of_another_task_is_named(made: Finisher) -> None:
    run_id = made.finish("Tickets")
    with pytest.raises(UnsupportedModelError, match="“Tickets” was trained for text-class"):
        catalog.find(f"run/{run_id}", catalog.Task.FILL_MASK, made.settings, specs(made))


@pytest.mark.parametrize("state", [State.FAILED, State.CANCELLED, State.INTERRUPTED])
def test_a_run_that_did_not_finish_is_no_model(made: Finisher, state: State) -> None:
    wanted = RunSettings(task="fine-tuning", base_model="bundled/trunk")
    run = made.store.submit(made.owner, wanted, "", {})
    directory = made.queue.directory(run.id)
    shutil.copytree(made.tiny(Task.CLASSIFICATION), directory.outputs / own_models.MODEL)
    directory.conclude(Result(outcome=state, values={"task": "classification"}))
    made.queue.advance()
    assert specs(made) == ()


def test_a_removed_run_is_no_model_and_says_so_while_it_loads(made: Finisher) -> None:
    made.finish("Tickets")
    [spec] = specs(made)
    assert spec.folder is not None
    for name in ("config.json", "model.safetensors"):  # as if removed this very moment
        (spec.folder / name).unlink()
    with pytest.raises(UnknownModelError):
        loading.load(spec, made.settings)
    shutil.rmtree(spec.folder.parent.parent)
    assert specs(made) == ()
    with pytest.raises(UnknownModelError, match="“Tickets” was removed"):
        loading.load(spec, made.settings)


def test_its_calibration_counts(made: Finisher) -> None:
    made.finish()
    [spec] = specs(made)
    assert spec.folder is not None
    (spec.folder / "calibration.json").write_text('{"temperature": 1.75}', "utf-8")
    labels = loading.load(spec, made.settings).labels
    assert labels is not None
    assert labels.temperature == 1.75


def test_it_is_tried_on_an_example_that_was_held_out(made: Finisher) -> None:
    made.finish()
    [run] = made.store.finished(made.owner)
    found = own_models.example(run)
    assert found is not None
    assert found.text == TEXT


@pytest.mark.parametrize(
    ("base", "script"),
    [
        ("bundled/trunk", "Latin"),
        ("bert-base-chinese", "Han"),
        ("xlm-roberta-base", "any"),
        ("org/unknown", "any"),
    ],
)
def test_its_script_is_its_base_s(made: Finisher, base: str, script: str) -> None:
    made.finish(base=base)
    assert [spec.script for spec in specs(made)] == [script]


@pytest.fixture(scope="module")
def on_the_trunk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A masked LM on the real trunk, its embeddings untouched, as an adapter leaves them."""
    folder = tmp_path_factory.mktemp("on_the_trunk")
    torch.manual_seed(0)
    AutoModelForMaskedLM.from_pretrained(trunk.folder()).save_pretrained(folder)
    AutoTokenizer.from_pretrained(trunk.folder()).save_pretrained(folder)
    return folder


@pytest.mark.weights
def test_all_on_the_trunk_share_its_embeddings(on_the_trunk: Path) -> None:
    spec = ModelSpec(
        id="run/x", task=catalog.Task.FILL_MASK, source=Source.RUN, title="x", folder=on_the_trunk
    )
    [bundled] = (one for one in catalog.bundled() if one.task is catalog.Task.FILL_MASK)
    mine, box = (loading.load(one, Settings()) for one in (spec, bundled))
    trunk_spec = catalog.find(catalog.TRUNK, catalog.Task.FEATURE_EXTRACTION, Settings())
    alone = loading.load(trunk_spec, Settings()).model
    assert mine.model.base_model.embeddings is box.model.base_model.embeddings is alone.embeddings
    plain = AutoModelForMaskedLM.from_pretrained(on_the_trunk).eval()
    inputs = mine.tokenizer("The river is [MASK] .", return_tensors="pt")
    with torch.inference_mode():
        torch.testing.assert_close(mine.model(**inputs).logits, plain(**inputs).logits)


@pytest.mark.weights
def test_embeddings_that_have_learned_are_the_model_s_own(
    on_the_trunk: Path, tmp_path: Path
) -> None:
    model = AutoModelForMaskedLM.from_pretrained(on_the_trunk)
    with torch.no_grad():
        model.base_model.embeddings.LayerNorm.bias[0] += 1e-3
    model.save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(on_the_trunk).save_pretrained(tmp_path)
    spec = ModelSpec(
        id="run/y", task=catalog.Task.FILL_MASK, source=Source.RUN, title="y", folder=tmp_path
    )
    found = loading.load(spec, Settings()).model.base_model.embeddings
    torch.testing.assert_close(
        found.LayerNorm.bias, model.base_model.embeddings.LayerNorm.bias, rtol=0, atol=0
    )


def test_a_run_finds_another_of_its_owner_and_of_nobody_else(made: Finisher) -> None:
    base = made.finish("tickets")
    wanted = RunSettings(task="fine-tuning", base_model=f"run/{base}")

    def known(owner: str, settings: RunSettings) -> list[str]:
        new = made.store.submit(owner, settings, "next", {})
        directory = made.queue.directory(new.id)
        return [spec.id for spec in own_models.known_to(TrainingRun(directory, settings, 1, _pass))]

    assert known(made.owner, wanted) == [f"run/{base}"]
    assert known(new_owner(), wanted) == []
    for no_run in ("run/../" + base, "run/" + "0" * 32, "bundled/trunk"):
        assert known(made.owner, replace(wanted, base_model=no_run)) == []
        made.store.delete(made.owner, made.store.runs(made.owner)[0].id)


def _pass() -> None:
    pass
