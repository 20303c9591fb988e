"""The app on a tiny model: whole pages run, with the real engine and real tokenizers."""

import functools
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from pages.shared import cache, runs
from pages.shared.owner import OWNER
from playground.fine_tuning.runs.owners import new_owner
from playground.fine_tuning.runs.queue import RunQueue
from playground.models import fake, loading
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine
from playground.settings import Settings
from tests.fine_tuning.conftest import PretendedLauncher, Room
from tests.pages.runs import PAGE

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "pages/shared/navigation.py"
RUN_SECONDS = 60


@pytest.fixture(autouse=True, scope="session")
def components_found_once() -> Iterator[None]:
    """Let Streamlit look through all installed packages for components once, not for each AppTest.

    It took half of the time of a page's tests.
    """
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers that stands in for the model in the box."""
    return fake.save("bert", tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def engine(
    tiny_folder: Path,
    tiny_checkpoint: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Engine:
    """The engine the pages use: tiny models in place of the bundled ones, no Hub behind it."""
    masked = (Task.FILL_MASK, Task.FEATURE_EXTRACTION, Task.STEP_BY_STEP)
    folders = dict.fromkeys(masked, tiny_folder)

    def load(spec: ModelSpec, settings: Settings, on_progress: Any = None) -> loading.Checkpoint:
        if spec.source is not Source.BUNDLED:
            return loading.load(spec, settings, on_progress)
        folder = folders.get(spec.task) or tiny_checkpoint("bert", task=spec.task)
        stand_in = replace(
            spec, id="local/tiny", source=Source.LOCAL, title="tiny", folder=folder, note=""
        )
        return loading.load(stand_in, settings, on_progress)

    settings = Settings(models_folder=tiny_folder.parent, runs_folder=tmp_path / "runs")
    made = Engine(settings, load=load, dtype=torch.float32)
    monkeypatch.setattr(cache, "settings", lambda: settings)
    monkeypatch.setattr(cache, "engine", lambda: made)
    return made


@pytest.fixture(autouse=True)
def nothing_behind_its_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing loads, and nobody looks after runs, while and after a test runs."""
    monkeypatch.setattr(cache, "warm", lambda: None)
    monkeypatch.setattr(RunQueue, "watch", lambda _: None)
    monkeypatch.setattr(runs, "only_store", functools.cache(runs.only_store.__wrapped__))


@pytest.fixture
def home() -> AppTest:
    """Home as a new visitor sees it."""
    return AppTest.from_file(str(SCRIPT), default_timeout=RUN_SECONDS).run()


@pytest.fixture
def open_page(engine: Engine, home: AppTest) -> Iterator[Callable[..., AppTest]]:
    """A function that opens a page by its file, with a link's query."""

    def opened(page: str, **query: str) -> AppTest:
        home.switch_page(os.path.relpath(ROOT / page, SCRIPT.parent))
        home.query_params = query
        return home.run()

    yield opened
    assert not home.exception


@pytest.fixture
def room(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Room:
    """The store that the pages use, its queue and its visitor."""
    launcher = PretendedLauncher()
    monkeypatch.setattr("playground.fine_tuning.runs.launcher.configured", lambda _: launcher)
    return Room(RunQueue(cache.settings(), launcher), runs.store(), launcher, new_owner())


@pytest.fixture
def open_runs(
    room: Room, home: AppTest, open_page: Callable[..., AppTest]
) -> Callable[..., AppTest]:
    """A function that opens the page in the visitor's browser, with a link's query."""
    home.session_state[OWNER] = room.owner
    return lambda **query: open_page(PAGE, **query)
