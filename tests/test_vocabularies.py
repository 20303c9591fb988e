"""Tokenizers without their models: in the box, in folders, and from the Hub's stand-in."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models

from playground.errors import (
    GatedModelError,
    ModelTooLargeError,
    ModelUnreachableError,
    UnknownModelError,
    UnsupportedModelError,
)
from playground.models import catalog, fake, hub, vocabularies
from playground.models.catalog import ModelSpec, Task
from playground.models.vocabularies import BERT, BOX, BYTE_LEVEL
from playground.settings import Settings
from tests.hub_server import StandIn, point_library_at

KINDS = {
    "roberta": BYTE_LEVEL,
    "deberta": BYTE_LEVEL,
    "albert": "Unigram",
    "xlm-roberta": "Unigram",
    "camembert": "Unigram",
    "deberta-v2": "Unigram",
}
Checkpoint = Callable[..., Path]


def on_the_hub(model_id: str) -> ModelSpec:
    return catalog.find(model_id, Task.FEATURE_EXTRACTION, Settings())


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test finds what another one has loaded."""
    monkeypatch.setattr(vocabularies, "_loaded", type(vocabularies._loaded)())


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_a_tokenizer_travels_without_its_weights(
    hub: StandIn, tiny_checkpoint: Checkpoint, family: str
) -> None:
    hub.add(f"tiny/{family}", tiny_checkpoint(family))
    found = vocabularies.load(on_the_hub(f"tiny/{family}"))
    assert found.kind == KINDS.get(family, "WordPiece")
    assert found.encode("the cat").ids
    files = hub.downloads(f"tiny/{family}")
    assert "config.json" in files
    assert not [name for name in files if "safetensors" in name]


def test_a_loaded_tokenizer_is_not_asked_for_again(
    hub: StandIn, tiny_checkpoint: Checkpoint
) -> None:
    hub.add("tiny/bert", tiny_checkpoint("bert"))
    first = vocabularies.load(on_the_hub("tiny/bert"))
    requests = sum(hub.requests.values())
    assert vocabularies.load(on_the_hub("tiny/bert")) is first
    assert sum(hub.requests.values()) == requests


def test_weights_in_a_pickle_do_not_matter_to_a_tokenizer(
    hub: StandIn, tiny_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    folder = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "pickled")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    hub.add("org/pickled", folder)
    assert vocabularies.load(on_the_hub("org/pickled")).kind == "WordPiece"
    assert "pytorch_model.bin" not in hub.downloads("org/pickled")


def test_without_a_network_an_earlier_download_serves(
    hub: StandIn,
    tiny_checkpoint: Checkpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hub.add("tiny/bert", tiny_checkpoint("bert"))
    vocabularies.load(on_the_hub("tiny/bert"))
    vocabularies._loaded.clear()
    point_library_at("http://127.0.0.1:9", tmp_path / "hub_cache", monkeypatch)
    assert vocabularies.load(on_the_hub("tiny/bert")).kind == "WordPiece"
    with pytest.raises(ModelUnreachableError, match="Check the network"):
        vocabularies.load(on_the_hub("tiny/other"))


def test_what_is_no_tokenizer_is_refused(
    hub: StandIn, tiny_checkpoint: Checkpoint, tmp_path: Path
) -> None:
    with pytest.raises(UnknownModelError):
        vocabularies.load(on_the_hub("org/nobody"))
    hub.add("org/gated", tiny_checkpoint("bert"), gated=True)
    with pytest.raises(GatedModelError):
        vocabularies.load(on_the_hub("org/gated"))
    bare = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "bare")
    (bare / "vocab.txt").unlink()
    hub.add("org/bare", bare)
    with pytest.raises(UnknownModelError, match="no vocabulary"):
        vocabularies.load(on_the_hub("org/bare"))
    broken = shutil.copytree(tiny_checkpoint("roberta"), tmp_path / "broken")
    (broken / "vocab.json").write_text("[", "utf-8")
    hub.add("org/broken", broken)
    with pytest.raises(UnsupportedModelError, match="could not be read"):
        vocabularies.load(on_the_hub("org/broken"))


def test_remote_code_is_not_run(hub: StandIn, tiny_checkpoint: Checkpoint, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_checkpoint("bert"), tmp_path / "remote")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    remote = {"AutoConfig": "own.Config", "AutoTokenizer": ["own.Tokenizer", None]}
    config |= {"model_type": "own", "auto_map": remote}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    (folder / "own.py").write_text("raise SystemExit('remote code ran')", "utf-8")
    tokenizer_config = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
    tokenizer_config |= {"tokenizer_class": "OwnTokenizer", "auto_map": remote}
    (folder / "tokenizer_config.json").write_text(json.dumps(tokenizer_config), "utf-8")
    hub.add("org/remote", folder)
    with pytest.raises(UnsupportedModelError):
        vocabularies.load(on_the_hub("org/remote"))
    assert "own.py" not in hub.downloads("org/remote")


def test_huge_files_stay_where_they_are() -> None:
    spec = on_the_hub("org/huge")
    with pytest.raises(ModelTooLargeError, match="at most 60 MB"):
        hub.check_vocabulary(spec, {"tokenizer.json": 60_000_001})
    hub.check_vocabulary(spec, {"tokenizer.json": 60_000_000, "model.safetensors": 10**12})


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "here/config.json").write_text("{}", "utf-8")
    settings = Settings(models_folder=tmp_path)
    spec = catalog.find("local/here", Task.FEATURE_EXTRACTION, settings)
    shutil.rmtree(tmp_path / "here")
    with pytest.raises(UnknownModelError, match="gone"):
        vocabularies.load(spec)


def test_only_the_last_few_are_kept(tiny_checkpoint: Checkpoint) -> None:
    settings = Settings(models_folder=tiny_checkpoint("bert").parent)
    first = vocabularies.load(BOX[0])
    for family in fake.FAMILIES[: vocabularies._KEPT]:
        folder = tiny_checkpoint(family)
        vocabularies.load(catalog.find(f"local/{folder.name}", Task.FEATURE_EXTRACTION, settings))
    assert len(vocabularies._loaded) == vocabularies._KEPT
    assert vocabularies.load(BOX[0]) is not first


def test_unknown_ids_are_those_of_the_vocabularies() -> None:
    found = [vocabularies.load(spec) for spec in BOX]
    assert [one.unknown_id for one in found] == [100, 1, None, 0]
    assert found[0].tokenizer.id_to_token(100) == "[UNK]"
    assert vocabularies.in_the_box(f" {BERT} ") is BOX[0]
    assert vocabularies.in_the_box("org/name") is None


def test_those_in_the_box_need_no_torch() -> None:
    script = (
        "import sys; from playground.models import vocabularies as v; "
        "print([v.load(spec).size for spec in v.BOX], 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[30522, 8000, 8000, 8000] False"


def test_other_kinds_are_refused() -> None:
    with pytest.raises(UnsupportedModelError, match="WordLevel"):
        vocabularies.kind_of(Tokenizer(models.WordLevel({"a": 0}, unk_token="a")))
