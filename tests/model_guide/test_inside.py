"""Inside one: parts that sum to the whole."""

from collections.abc import Callable
from pathlib import Path

import pytest
from transformers import AutoModelForMaskedLM, AutoModelForSequenceClassification

from playground.errors import UnknownModelError
from playground.model_guide import Inside, export, inside
from playground.models import fake, loading
from playground.models.catalog import ModelSpec, Source, Task, bundled
from playground.settings import Settings


def of(folder: Path) -> Inside:
    spec = ModelSpec(
        id="local/x", task=Task.FILL_MASK, source=Source.LOCAL, title="x", folder=folder
    )
    return inside(spec)


@pytest.mark.parametrize("family", fake.FAMILIES)
def test_the_parts_sum_to_the_model_and_its_file(
    tiny_checkpoint: Callable[..., Path], family: str
) -> None:
    folder = tiny_checkpoint(family)
    found = of(folder)
    assert found.parameters == AutoModelForMaskedLM.from_pretrained(folder).num_parameters()
    # fp32, and a header of names and places
    assert sum(part.file_bytes for part in found.parts) == 4 * found.parameters
    assert 4 * found.parameters < found.file_bytes < 4 * found.parameters + 20_000
    assert (found.unread, found.tied, found.adapter) == (0, True, None)
    assert found.runs == (2 if family == "albert" else 1)


def test_the_parts_of_a_small_bert_are_those_that_can_be_worked_out_by_hand(
    tiny_checkpoint: Callable[..., Path],
) -> None:
    found = of(tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION))
    counts = [(part.name, part.section, part.parameters) for part in found.parts]
    attention = 4 * (32 * 32 + 32) + 2 * 32
    feed_forward = 32 * 64 + 64 + 64 * 32 + 32 + 2 * 32
    assert counts == [
        ("Token", "Embeddings", 300 * 32),
        ("Position", "Embeddings", 64 * 32),
        ("Segment", "Embeddings", 2 * 32),
        ("LayerNorm", "Embeddings", 2 * 32),
        ("Layer 1, attention", "Layers", attention),
        ("Layer 1, feed-forward", "Layers", feed_forward),
        ("Layer 2, attention", "Layers", attention),
        ("Layer 2, feed-forward", "Layers", feed_forward),
        ("Pooler", "Pooler", 32 * 32 + 32),
        ("Head", "Head", 2 * 32 + 2),
    ]
    assert not found.tied
    rows = export.inside(found)
    assert sum(float(str(row["share"])) for row in rows) == pytest.approx(1)
    assert (rows[4]["layer"], rows[4]["bytes in bfloat16"]) == (1, 2 * attention)


def test_half_precision_takes_half_of_the_file(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path
) -> None:
    model = AutoModelForSequenceClassification.from_pretrained(
        tiny_checkpoint("bert", Task.TEXT_CLASSIFICATION)
    )
    model.bfloat16().save_pretrained(tmp_path)
    found = of(tmp_path)
    assert sum(part.file_bytes for part in found.parts) == 2 * model.num_parameters()


@pytest.mark.weights
@pytest.mark.parametrize("spec", bundled(), ids=lambda spec: spec.id)
def test_a_bundled_adapter_is_counted_as_it_is_loaded(spec: ModelSpec) -> None:
    found = inside(spec)
    assert found.parameters == loading.load(spec, Settings()).model.num_parameters()
    assert found.adapter is not None
    # rank times the sum of the sides: query, key, value, output; in; out; of six layers
    sides = 4 * (384 + 384) + 2 * (384 + 1_536)
    assert found.adapter.parameters == found.adapter.rank * 6 * sides
    assert found.adapter.matrices == 36
    assert found.adapter.file_bytes == 2 * found.adapter.parameters


def test_a_model_that_is_gone_is_a_message(tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="x is not on this machine"):
        of(tmp_path / "gone")
