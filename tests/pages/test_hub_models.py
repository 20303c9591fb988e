"""Every page that offers models of the Hub opens each family, and says why it refuses one."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from transformers import pipeline

from playground.models import fake
from playground.models.catalog import Task

MASK_FILLING = "pages/explore/mask_filling/page.py"
TEXT = "The [MASK] is near the water."
VIEWS = ("fill", "jointly", "compare-words", "every-position", "layers", "pre-training")
Open = Callable[..., AppTest]
Checkpoint = Callable[..., Path]


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_mask_filling_opens_every_family(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint, family: str
) -> None:
    folder = tiny_checkpoint(family)
    hub.add(f"tiny/{family}", folder)
    app = open_page(MASK_FILLING, model=f"tiny/{family}", text=TEXT, top_k="5")
    assert not app.error
    fill_mask = pipeline("fill-mask", model=str(folder))
    expected = fill_mask(TEXT.replace("[MASK]", fill_mask.tokenizer.mask_token), top_k=5)
    [table] = (frame.value for frame in app.dataframe if "Rank" in frame.value.columns)
    assert table["Token id"].tolist() == [guess["token"] for guess in expected]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("family", ["roberta", "albert", "xlm-roberta"])
def test_each_view_reads_other_tokenizers(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint, family: str, view: str
) -> None:
    hub.add(f"tiny/{family}", tiny_checkpoint(family))
    query = {"text": TEXT, "words": "house, river", "passage": "The house is near the water."}
    app = open_page(MASK_FILLING, model=f"tiny/{family}", view=view, **query)
    assert not app.error
    assert not app.warning
    assert app.get("plotly_chart") or app.dataframe


def _other_architecture(folder: Path) -> None:
    config = folder / "config.json"
    config.write_text(config.read_text().replace('"model_type": "bert"', '"model_type": "gpt2"'))


def _pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [(_other_architecture, "is a gpt2"), (_pickle_only, "only as a pickle")],
)
def test_an_unsuitable_model_is_answered_with_what_to_do(
    open_page: Open,
    hub: Any,
    tiny_checkpoint: Checkpoint,
    tmp_path: Path,
    spoil: Callable[[Path], None],
    said: str,
) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint("bert"), tmp_path / "spoiled"))
    spoil(folder)
    hub.add("tiny/spoiled", folder)
    app = open_page(MASK_FILLING, model="tiny/spoiled")
    [error] = app.error
    assert said in error.value.replace("\\", "")


def test_a_head_for_another_task_is_named(
    open_page: Open, hub: Any, tiny_checkpoint: Checkpoint
) -> None:
    hub.add("tiny/classifier", tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION))
    [error] = open_page(MASK_FILLING, model="tiny/classifier").error
    assert "was trained for text-classification" in error.value.replace("\\", "")


def test_an_unknown_id_is_named(open_page: Open, hub: Any) -> None:
    [error] = open_page(MASK_FILLING, model="tiny/absent").error
    assert "There is no public model 'tiny/absent'" in error.value.replace("\\", "")
    assert not hub.downloads("tiny/absent")
