"""Downloads from the Hub's stand-in: what travels, how often, and what is said when it cannot."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.errors import (
    GatedModelError,
    ModelTooLargeError,
    ModelUnreachableError,
    UnknownModelError,
    UnsafeWeightsError,
    UnsupportedModelError,
)
from playground.models import catalog, fake, loading
from playground.models.catalog import ModelSpec, Task
from playground.models.hub import check_files, is_downloaded
from playground.settings import Settings
from tests.hub_server import StandIn, point_library_at

SETTINGS = Settings(models_folder=Path("no-such-folder"))
WEIGHTS = "model.safetensors"


def _spec(model_id: str, task: Task = Task.FILL_MASK) -> ModelSpec:
    return catalog.find(model_id, task, SETTINGS)


@pytest.fixture
def unplug(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A function that leaves the download cache as it is and points at a port nobody listens on."""

    def unplugged() -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        point_library_at(f"http://127.0.0.1:{port}", tmp_path / "hub_cache", monkeypatch)

    return unplugged


@pytest.fixture
def tiny(hub: StandIn, tiny_checkpoint: Callable[..., Path]) -> ModelSpec:
    """A BERT on the stand-in, its id without an organisation as the oldest models have it."""
    hub.add("tiny-bert", tiny_checkpoint("bert"))
    return _spec("tiny-bert")


def test_a_model_is_downloaded_once(tiny: ModelSpec, hub: StandIn) -> None:
    loading.load(tiny, SETTINGS)
    loading.load(tiny, SETTINGS)

    assert hub.downloads(tiny.id) == {
        "config.json": 1,
        "tokenizer_config.json": 1,
        "vocab.txt": 1,
        WEIGHTS: 1,
    }


def test_files_the_model_does_not_need_stay_where_they_are(
    hub: StandIn, tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "full")
    (folder / "onnx").mkdir()
    for name in ("pytorch_model.bin", "tf_model.h5", "README.md", "data.txt", "onnx/model.json"):
        (folder / name).write_bytes(b"x" * 100)
    hub.add("org/full", folder)

    loading.load(_spec("org/full"), SETTINGS)

    assert set(hub.downloads("org/full")) == {
        "config.json",
        "tokenizer_config.json",
        "vocab.txt",
        WEIGHTS,
    }


def test_progress_rises_to_one(tiny: ModelSpec) -> None:
    heard: list[float] = []

    loading.load(tiny, SETTINGS, heard.append)

    assert heard == sorted(heard)
    assert 0 < heard[0] <= 1
    assert heard[-1] == 1


def test_progress_is_the_share_of_the_bytes(
    tiny: ModelSpec, tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (tiny_checkpoint("bert") / WEIGHTS).stat().st_size
    chunk = size // 4 + 1
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", chunk)
    heard: list[float] = []

    loading.load(tiny, SETTINGS, heard.append)

    assert heard == pytest.approx([chunk / size, 2 * chunk / size, 3 * chunk / size, 1])


def test_an_id_that_does_not_exist(hub: StandIn) -> None:
    with pytest.raises(UnknownModelError, match=r"no public model 'org/nothing'.*spelling"):
        loading.load(_spec("org/nothing"), SETTINGS)


@pytest.mark.parametrize("model_id", ["a--b", "-name", "name.", "org/.name"])
def test_an_id_that_the_hub_would_not_accept(model_id: str, hub: StandIn) -> None:
    with pytest.raises(UnknownModelError, match=r"no public model"):
        loading.load(_spec(model_id), SETTINGS)

    assert not hub.requests


def test_a_revision_that_does_not_exist(tiny: ModelSpec) -> None:
    with pytest.raises(UnknownModelError, match=r"tiny-bert has no revision 'v9'. Leave it out"):
        loading.load(_spec("tiny-bert@v9"), SETTINGS)


def test_a_revision_is_loaded_as_asked(
    tiny: ModelSpec, hub: StandIn, tmp_path: Path, tiny_checkpoint: Callable[..., Path]
) -> None:
    hub.add("tiny-bert", fake.save("bert", tmp_path / "pr", seed=1), revision="refs/pr/1")
    commit, _ = hub.find("tiny-bert").commit("refs/pr/1")

    main = loading.load(tiny, SETTINGS).model.state_dict()
    branch = loading.load(_spec("tiny-bert@refs/pr/1"), SETTINGS).model.state_dict()
    pinned = loading.load(_spec(f"tiny-bert@{commit}"), SETTINGS).model.state_dict()

    name = "bert.encoder.layer.0.attention.self.query.weight"
    assert (main[name] != branch[name]).any()
    assert (branch[name] == pinned[name]).all()
    assert hub.downloads("tiny-bert")[WEIGHTS] == 2  # one a commit


def test_no_network_and_no_earlier_download(hub: StandIn, unplug: Callable[[], None]) -> None:
    unplug()

    with pytest.raises(ModelUnreachableError, match=r"tiny-bert is not on this machine.*network"):
        loading.load(_spec("tiny-bert"), SETTINGS)


@pytest.mark.parametrize("revision", ["", "@main", "@refs/pr/1"])
def test_without_a_network_an_earlier_download_serves(
    revision: str,
    hub: StandIn,
    unplug: Callable[[], None],
    tiny_checkpoint: Callable[..., Path],
) -> None:
    hub.add("org/tiny", tiny_checkpoint("roberta"), revision=revision.lstrip("@") or "main")
    spec = _spec(f"org/tiny{revision}")
    online = loading.load(spec, SETTINGS).model.state_dict()
    unplug()

    offline = loading.load(spec, SETTINGS).model.state_dict()

    assert all((offline[name] == weights).all() for name, weights in online.items())


def test_without_a_network_half_a_download_does_not_serve(
    hub: StandIn, unplug: Callable[[], None], tiny_checkpoint: Callable[..., Path]
) -> None:
    hub.add("org/tiny", tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION))
    with pytest.raises(UnsupportedModelError):  # config and vocabulary have travelled
        loading.load(_spec("org/tiny"), SETTINGS)
    unplug()

    with pytest.raises(ModelUnreachableError):
        loading.load(_spec("org/tiny"), SETTINGS)


def test_a_gated_model(hub: StandIn, tiny_checkpoint: Callable[..., Path]) -> None:
    hub.add("org/gated", tiny_checkpoint("bert"), gated=True)

    with pytest.raises(GatedModelError, match=r"huggingface.co/org/gated.*HF_TOKEN"):
        loading.load(_spec("org/gated"), SETTINGS)


def test_another_architecture_is_refused_before_its_weights_travel(
    hub: StandIn, tmp_path: Path, tiny_checkpoint: Callable[..., Path]
) -> None:
    folder = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "gpt2")
    (folder / "config.json").write_text(
        '{"model_type": "gpt2", "architectures": ["GPT2LMHeadModel"]}'
    )
    hub.add("org/gpt2", folder)

    with pytest.raises(UnsupportedModelError, match=r"org/gpt2 is a gpt2.*BERT family"):
        loading.load(_spec("org/gpt2"), SETTINGS)

    assert hub.downloads("org/gpt2")["config.json"] == 1
    assert not _asked_for(hub, WEIGHTS)


def test_a_head_for_another_task_is_refused_before_its_weights_travel(
    hub: StandIn, tiny_checkpoint: Callable[..., Path]
) -> None:
    hub.add("org/sentiment", tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION))

    with pytest.raises(UnsupportedModelError, match=r"trained for text-classification"):
        loading.load(_spec("org/sentiment"), SETTINGS)

    assert not _asked_for(hub, WEIGHTS)


def test_a_pickle_is_never_asked_for(
    hub: StandIn, tmp_path: Path, tiny_checkpoint: Callable[..., Path]
) -> None:
    folder = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "old")
    (folder / WEIGHTS).rename(folder / "pytorch_model.bin")
    hub.add("org/old", folder)

    with pytest.raises(UnsafeWeightsError) as refused:
        loading.load(_spec("org/old"), SETTINGS)

    assert "org/old@refs/pr/N" in str(refused.value)  # which revision may have safetensors
    assert "huggingface.co/spaces/safetensors/convert" in str(refused.value)
    assert not _asked_for(hub, ".bin")
    assert not hub.downloads("org/old")


def test_no_weights_at_all(
    hub: StandIn, tmp_path: Path, tiny_checkpoint: Callable[..., Path]
) -> None:
    folder = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "hollow")
    (folder / WEIGHTS).unlink()
    hub.add("org/hollow", folder)

    with pytest.raises(UnknownModelError, match=r"org/hollow has no model.safetensors"):
        loading.load(_spec("org/hollow"), SETTINGS)


def test_what_is_too_large_does_not_travel(tiny: ModelSpec, hub: StandIn) -> None:
    with pytest.raises(ModelTooLargeError, match=r"weights of tiny-bert take 0 MB; at most 0 MB"):
        loading.load(tiny, Settings(max_model_mb=0))

    assert not hub.downloads(tiny.id)


@pytest.mark.parametrize(
    ("sizes", "accepted"),
    [
        ({"model.safetensors": 1_999_999}, True),
        ({"model.safetensors": 2_000_001}, False),
        (
            {"model-00001-of-2.safetensors": 1_500_000, "model-00002-of-2.safetensors": 900_000},
            False,
        ),
        ({"model.safetensors": 1_000_000, "pytorch_model.bin": 9_000_000}, True),  # stays there
    ],
)
def test_the_cap_counts_all_weights_and_nothing_else(sizes: dict[str, int], accepted: bool) -> None:
    files = {"config.json": 500, "vocab.txt": 500, **sizes}
    settings = Settings(max_model_mb=2)

    if accepted:
        assert check_files(_spec("org/x"), files, settings) == sizes["model.safetensors"]
    else:
        with pytest.raises(ModelTooLargeError, match=r"take 2 MB; at most 2 MB"):
            check_files(_spec("org/x"), files, settings)


def test_a_config_that_is_not_json(
    hub: StandIn, tmp_path: Path, tiny_checkpoint: Callable[..., Path]
) -> None:
    folder = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "garbled")
    (folder / "config.json").write_text("<html>")
    hub.add("org/garbled", folder)

    with pytest.raises(UnsupportedModelError, match=r"config.json of org/garbled is not JSON"):
        loading.load(_spec("org/garbled"), SETTINGS)

    assert not _asked_for(hub, WEIGHTS)


def test_is_downloaded_tells_what_a_picker_shows(tiny: ModelSpec) -> None:
    assert not is_downloaded(tiny)

    loading.load(tiny, SETTINGS)

    assert is_downloaded(tiny)
    assert not is_downloaded(_spec("tiny-bert@v2"))
    assert not is_downloaded(_spec("-name"))


def test_another_process_downloads_through_the_environment(
    tiny: ModelSpec, hub: StandIn, tmp_path: Path
) -> None:
    """As the browser tests start the app: HF_ENDPOINT and HF_HOME say where the Hub is."""
    program = (
        "from playground.models import catalog, hub; from playground.settings import Settings;"
        "spec = catalog.find('tiny-bert', catalog.Task.FILL_MASK, Settings());"
        "print(hub.download(spec, Settings(), None, check_config=lambda spec, config: None))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": "", **hub.environment(tmp_path / "home")},
        cwd=Path(__file__).resolve().parents[1],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert Path(done.stdout.strip()).is_relative_to(tmp_path / "home"), done.stderr
    assert hub.downloads(tiny.id)[WEIGHTS] == 1


def _asked_for(hub: StandIn, ending: str) -> list[str]:
    return [request for request in hub.requests if request.endswith(ending)]
