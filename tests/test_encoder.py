"""Every family's answers against transformers' own forward pass of the same checkpoint."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from transformers import AutoConfig, AutoModelForMaskedLM, AutoTokenizer, PreTrainedModel

from playground.models import fake, loading
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.encoder import (
    MANY,
    Encoder,
    VocabularyProjection,
    prediction_head,
    states_first,
    weights_first,
)
from playground.models.hidden_states import fast_dtype
from playground.models.queries import Query, Scores
from playground.settings import Settings
from tests.torch_calls import TorchCalls

CPU = torch.device("cpu")
# Largest error of a log probability that bfloat16 layers may make on these models, whose log
# probabilities lie between -2 and -11: bfloat16 keeps 8 bits, and two layers add up their errors.
BF16_TOLERANCE = 0.1
TEXTS = (
    "The capital of France is {mask}.",
    "{mask} opened the window because the room was warm and the {mask} air was cool.",
    "He works as a teacher.",
)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A checkpoint as transformers itself loads and runs it, one text at a time."""

    model: PreTrainedModel
    queries: tuple[Query, ...]  # of TEXTS: each at its masks, the last one at every token

    def hidden(self, query: Query) -> tuple[Tensor, ...]:
        """Return the hidden states [token, hidden], the embedding output first."""
        output = self.model.base_model(_row(query.input_ids), output_hidden_states=True)
        return tuple(states[0] for states in output.hidden_states)

    def logits(self, query: Query) -> Tensor:
        """Return the logits [position, vocabulary] of the model's full forward pass."""
        return self.model(_row(query.input_ids)).logits[0, list(query.positions)]


def _row(ids: tuple[int, ...]) -> Tensor:
    return torch.tensor([ids])


@pytest.fixture(autouse=True)
def _no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(params=fake.FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def folder(family: str, tiny_checkpoint: Callable[..., Path]) -> Path:
    return tiny_checkpoint(family)


@pytest.fixture
def reference(folder: Path) -> Reference:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    rows = [tokenizer(text.format(mask=tokenizer.mask_token))["input_ids"] for text in TEXTS]
    queries = [
        Query(
            input_ids=tuple(ids),
            positions=tuple(i for i, id_ in enumerate(ids) if id_ == tokenizer.mask_token_id),
            top_k=7,
            targets=(11, 60, 20),
        )
        for ids in rows
    ]
    queries[2] = replace(queries[2], positions=tuple(range(len(rows[2]))), targets=(33,), top_k=2)
    return Reference(
        model=AutoModelForMaskedLM.from_pretrained(folder, dtype=torch.float32).eval(),
        queries=tuple(queries),
    )


def _encoder(folder: Path, dtype: torch.dtype) -> Encoder:
    spec = ModelSpec(
        id=f"local/{folder.name}",
        task=Task.FILL_MASK,
        source=Source.LOCAL,
        title=folder.name,
        folder=folder,
    )
    return Encoder(loading.load(spec, Settings()), device=CPU, dtype=dtype)


@pytest.fixture
def encoder(folder: Path) -> Encoder:
    return _encoder(folder, torch.float32)


def _assert_answers(scores: Scores, logits: Tensor, query: Query) -> None:
    """Compare with logits [layer, position, vocabulary]."""
    log_probs = logits.double().log_softmax(-1)
    best = log_probs.argsort(-1, descending=True)[..., : query.top_k]
    entropy = torch.distributions.Categorical(logits=logits.double()).entropy()

    np.testing.assert_array_equal(scores.top_ids, best)
    np.testing.assert_allclose(scores.top_log_probs, log_probs.gather(-1, best), atol=1e-5)
    targets = log_probs[..., list(query.targets)]
    np.testing.assert_allclose(scores.target_log_probs, targets, atol=1e-5)
    np.testing.assert_allclose(scores.entropy, entropy, atol=1e-5)


def _assert_same(one: Scores, other: Scores) -> None:
    np.testing.assert_array_equal(one.top_ids, other.top_ids)
    np.testing.assert_allclose(one.top_log_probs, other.top_log_probs, atol=1e-5)
    np.testing.assert_allclose(one.target_log_probs, other.target_log_probs, atol=1e-5)
    np.testing.assert_allclose(one.entropy, other.entropy, atol=1e-5)


def test_base_model_and_head_are_the_whole_model(reference: Reference) -> None:
    head = prediction_head(reference.model)

    for query in reference.queries:
        states = reference.hidden(query)[-1][list(query.positions)]
        torch.testing.assert_close(head(states), reference.logits(query), atol=1e-5, rtol=0)


def test_predictions_are_no_constants(reference: Reference) -> None:
    """The other tests would pass on a model that answers every text alike."""
    first, second, _ = (reference.logits(query)[0].log_softmax(-1) for query in reference.queries)

    assert (first - second).abs().max() > 0.5
    assert first.max() - first.median() > 1


def test_scores_are_the_softmax_of_the_models_own_logits(
    encoder: Encoder, reference: Reference
) -> None:
    for query in reference.queries:
        _assert_answers(encoder.scores([query])[0], reference.logits(query)[None], query)


def test_a_padded_batch_answers_like_one_text_at_a_time(
    encoder: Encoder, reference: Reference
) -> None:
    together = encoder.scores(reference.queries)
    apart = [encoder.scores([query])[0] for query in reference.queries]

    for one, other in zip(together, apart, strict=True):
        _assert_same(one, other)


@pytest.mark.parametrize("family", ["bert", "distilbert"], indirect=True)
def test_a_batch_waits_for_pythons_lock_at_its_two_traces_only(
    encoder: Encoder, reference: Reference
) -> None:
    with TorchCalls() as calls:
        encoder.scores(reference.queries)
    assert calls.operations == []
    with TorchCalls() as calls:
        encoder.scores([replace(reference.queries[0], every_layer=True)])
    assert "flatten" in calls.operations  # it does notice what is not traced


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("few", [states_first, weights_first])
def test_the_vocabulary_is_read_alike_for_any_number_of_states(
    few: Callable[..., Tensor], bias: bool
) -> None:
    torch.manual_seed(0)
    linear = torch.nn.Linear(24, 1_000, bias=bias)
    projection = VocabularyProjection(linear)
    projection.few = few  # whichever this processor prefers
    for count in range(1, 2 * MANY):
        states = torch.randn(count, 24)
        torch.testing.assert_close(projection(states), linear(states), atol=1e-5, rtol=0)


def test_every_layer_goes_through_the_same_head(encoder: Encoder, reference: Reference) -> None:
    head = prediction_head(reference.model)
    queries = [replace(query, every_layer=True) for query in reference.queries]

    for query, scores in zip(queries, encoder.scores(queries), strict=True):
        layers = torch.stack([head(s[list(query.positions)]) for s in reference.hidden(query)])
        assert len(layers) == 3  # the embedding output and two layers
        _assert_answers(scores, layers, query)


def test_the_last_layer_is_the_plain_answer(encoder: Encoder, reference: Reference) -> None:
    query = reference.queries[1]

    plain = encoder.scores([query])[0]
    layers = encoder.scores([replace(query, every_layer=True)])[0]

    np.testing.assert_array_equal(layers.top_ids[-1:], plain.top_ids)
    np.testing.assert_allclose(layers.top_log_probs[-1:], plain.top_log_probs, atol=1e-5)
    np.testing.assert_allclose(layers.entropy[-1:], plain.entropy, atol=1e-5)


def test_the_first_layer_is_the_embedding_output(encoder: Encoder, reference: Reference) -> None:
    model, query = reference.model, replace(reference.queries[0], every_layer=True)
    base = model.base_model
    states = base.embeddings(_row(query.input_ids))
    if model.config.model_type == "electra":  # these two widen narrow embeddings first
        states = base.embeddings_project(states)
    if model.config.model_type == "albert":
        states = base.encoder.embedding_hidden_mapping_in(states)

    logits = prediction_head(model)(states[0, list(query.positions)])

    first = encoder.scores([query])[0]
    expected = logits.double().log_softmax(-1)[:, list(query.targets)]
    np.testing.assert_allclose(first.target_log_probs[0], expected, atol=1e-5)


@pytest.mark.parametrize("every_layer", [False, True])
def test_bfloat16_layers_stay_close_to_fp32(
    folder: Path, reference: Reference, every_layer: bool
) -> None:
    vocabulary = tuple(range(reference.model.config.vocab_size))
    queries = [
        replace(query, targets=vocabulary, every_layer=every_layer) for query in reference.queries
    ]
    exact = _encoder(folder, torch.float32).scores(queries)
    encoder = _encoder(folder, torch.bfloat16)

    # transformers' code for DeBERTa's first version overflows in bfloat16.
    assert encoder.dtype is (
        torch.float32 if folder.name == "deberta-fill-mask" else torch.bfloat16
    )
    for one, other in zip(encoder.scores(queries), exact, strict=True):
        assert one.target_log_probs.dtype == np.float32
        error = np.abs(one.target_log_probs - other.target_log_probs)
        assert (error.max() > 0) == (encoder.dtype is torch.bfloat16)
        assert error.max() < BF16_TOLERANCE
        assert error.mean() < BF16_TOLERANCE / 5


@pytest.mark.parametrize("family", ["deberta", "deberta-v2"])
def test_the_newer_head_of_deberta_is_run_as_well(
    tiny_checkpoint: Callable[..., Path], tmp_path: Path, family: str
) -> None:
    """``legacy: false`` in a config asks for a head that multiplies with the embeddings itself."""
    folder = shutil.copytree(tiny_checkpoint(family), tmp_path / family)
    config = AutoConfig.from_pretrained(folder)
    config.legacy = False
    model = AutoModelForMaskedLM.from_config(config).eval()
    model.lm_predictions.lm_head.bias.normal_()
    model.save_pretrained(folder)
    query = Query(input_ids=(1, 20, 30, 40, 2), positions=(0, 2), top_k=5, targets=(7,))

    scores = _encoder(folder, torch.float32).scores([query])[0]

    _assert_answers(scores, model(_row(query.input_ids)).logits[:, [0, 2]], query)


def test_segments_reach_the_model(tiny_checkpoint: Callable[..., Path]) -> None:
    folder = tiny_checkpoint("bert")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForMaskedLM.from_pretrained(folder).eval()
    pair = tokenizer("He works as a [MASK].", "She works in Berlin.", return_tensors="pt")
    query = Query(
        input_ids=tuple(pair["input_ids"][0].tolist()),
        token_type_ids=tuple(pair["token_type_ids"][0].tolist()),
        positions=(int((pair["input_ids"][0] == tokenizer.mask_token_id).nonzero()),),
        top_k=5,
    )
    encoder = _encoder(folder, torch.float32)

    answer = encoder.scores([query])[0]
    _assert_answers(answer, model(**pair).logits[:, list(query.positions)], query)

    one_segment = replace(query, token_type_ids=None)
    assert np.abs(answer.entropy - encoder.scores([one_segment])[0].entropy).max() > 1e-3


def test_many_positions_answer_like_few(
    tiny_checkpoint: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vocabulary logits are held for a bounded number of positions at a time."""
    folder = tiny_checkpoint("bert")
    ids = (2, *range(10, 50), 3)
    query = Query(input_ids=ids, positions=tuple(range(len(ids))), top_k=3, every_layer=True)
    whole = _encoder(folder, torch.float32).scores([query])[0]

    monkeypatch.setattr("playground.models.encoder.LOGITS_AT_ONCE", 5 * 300)  # five positions
    _assert_same(_encoder(folder, torch.float32).scores([query])[0], whole)


def test_the_fast_dtype_is_one_the_processor_has_instructions_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert fast_dtype(CPU) is torch.bfloat16

    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert fast_dtype(CPU) is torch.float32
