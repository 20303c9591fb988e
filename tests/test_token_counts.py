"""Tokens counted without torch: as transformers counts them."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from playground.models import catalog, token_counts, trunk
from playground.models.catalog import ModelSpec, Source, Task
from playground.settings import Settings

TEXTS = ["", "Hello", "unbelievable prices!", "naïve café 東京 🙂", "word " * 1_500]


def local(folder: Path) -> ModelSpec:
    return ModelSpec(
        id="local/x", task=Task.FEATURE_EXTRACTION, source=Source.LOCAL, title="x", folder=folder
    )


def test_the_trunks_tokens_are_counted_as_transformers_does_and_none_is_cut() -> None:
    spec = catalog.find(catalog.TRUNK, Task.FEATURE_EXTRACTION, Settings())
    count = token_counts.counter(spec)
    assert count is not None
    tokenizer = AutoTokenizer.from_pretrained(trunk.folder())
    expected = tokenizer(TEXTS, add_special_tokens=False, truncation=False)["input_ids"]
    assert count(TEXTS) == [len(ids) for ids in expected]
    assert count(TEXTS)[-1] == 1_500
    assert count(TEXTS * 500) == count(TEXTS) * 500
    assert count([]) == []


def test_a_local_folders_tokens_are_counted(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_checkpoint("bert"))
    tokenizer.save_pretrained(tmp_path)
    count = token_counts.counter(local(tmp_path))
    assert count is not None
    assert count(TEXTS) == [len(tokenizer(t, add_special_tokens=False)["input_ids"]) for t in TEXTS]


@pytest.mark.parametrize("content", [None, "{", '{"model": {"type": "Other"}}'])
def test_without_a_readable_tokenizer_there_is_no_count(
    tmp_path: Path, content: str | None
) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    assert token_counts.counter(local(tmp_path)) is None


def test_torch_is_not_imported() -> None:
    code = "import sys; from playground.models import token_counts; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
