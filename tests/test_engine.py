"""One load a model, answers that do not depend on who else asks, bounds that hold."""

import gc
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from playground.errors import BusyError, UnknownModelError
from playground.models import batching, loading
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine, Model, Status
from playground.models.loading import Checkpoint
from playground.models.queries import Asked, LabelQuery, Query, Scores, VectorQuery
from playground.settings import Settings

VOCABULARY = 50
TOLERANCE = 5e-4  # of a log probability in fp32: padding changes the order of sums


def spec(name: str) -> ModelSpec:
    return ModelSpec(id=name, task=Task.FILL_MASK, source=Source.LOCAL, title=name)


def checkpoint(wanted: ModelSpec, *_: object) -> Checkpoint:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=VOCABULARY,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=1.0,
    )
    return Checkpoint(
        spec=wanted,
        model=BertForMaskedLM(config).eval(),
        tokenizer=SimpleNamespace(pad_token_id=0),
        max_tokens=64,
    )


def engine(load: Callable[..., Checkpoint] = checkpoint, **settings: Any) -> Engine:
    return Engine(replace(Settings(), **settings), load=load, dtype=torch.float32)


def query(length: int, seed: int, **options: Any) -> Query:
    ids = np.random.default_rng(seed).integers(1, VOCABULARY, length)
    return Query(input_ids=tuple(ids.tolist()), positions=(length // 2,), top_k=5, **options)


def expected_log_probs(asked: Query) -> np.ndarray:
    """Return the reference: transformers' own forward pass, one text at a time."""
    model = checkpoint(spec("reference")).model
    with torch.inference_mode():
        logits = model(torch.tensor([asked.input_ids])).logits[0, list(asked.positions)]
    return logits.log_softmax(dim=-1).numpy()


def assert_right(asked: Query, scores: Scores) -> None:
    log_probs = expected_log_probs(asked)
    top = np.argsort(-log_probs, axis=-1)[:, :5]
    assert scores.top_ids[0].tolist() == top.tolist()
    np.testing.assert_allclose(
        scores.top_log_probs[0], np.take_along_axis(log_probs, top, 1), atol=TOLERANCE
    )
    entropy = -(np.exp(log_probs) * log_probs).sum(axis=-1)
    np.testing.assert_allclose(scores.entropy[0], entropy, atol=TOLERANCE)


def gate(model: Model, monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Hold the worker inside its next batch; returns (it is inside, let it go)."""
    inside, go = threading.Event(), threading.Event()
    answer = model.encoder.scores

    def held(queries: list[Query]) -> list[Scores]:
        inside.set()
        assert go.wait(10)
        return answer(queries)

    monkeypatch.setattr(model.encoder, "scores", held)
    return inside, go


def test_thirty_visitors_share_one_load() -> None:
    def slow(*arguments: Any) -> Checkpoint:
        time.sleep(0.2)
        return checkpoint(*arguments)

    running = engine(slow)
    with ThreadPoolExecutor(30) as visitors:
        models = list(visitors.map(lambda _: running.model(spec("one")), range(30)))
    assert running.loads == {"one": 1}
    assert all(model is models[0] for model in models)
    assert running.status(spec("one")) is Status.LOADED


def test_every_visitor_gets_the_answer_to_their_own_text() -> None:
    running = engine()
    model = running.model(spec("one"))
    asked = [query(5 + seed % 40, seed, targets=(seed % VOCABULARY, 7)) for seed in range(60)]
    with ThreadPoolExecutor(30) as visitors:
        answers = list(visitors.map(lambda one: model.scores([one])[0], asked))
    for one, scores in zip(asked, answers, strict=True):
        assert_right(one, scores)
        np.testing.assert_allclose(
            scores.target_log_probs[0],
            expected_log_probs(one)[:, list(one.targets)],
            atol=TOLERANCE,
        )
    assert running.batcher.requests == 60


def test_requests_that_wait_run_in_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    running = engine()
    model = running.model(spec("one"))
    inside, go = gate(model, monkeypatch)
    with ThreadPoolExecutor(9) as visitors:
        first = visitors.submit(model.scores, [query(10, 0)])
        assert inside.wait(10)
        others = [visitors.submit(model.scores, [query(10, seed)]) for seed in range(1, 9)]
        while running.batcher.requests < 9:
            time.sleep(0.01)
        go.set()
        for seed, answer in enumerate([first, *others]):
            assert_right(query(10, seed), answer.result(10)[0])
    assert running.batcher.batches == 2


def test_a_batch_waits_for_pages_that_are_yet_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "GATHER_SECONDS", 60.0)
    running = engine()
    model = running.model(spec("one"))
    all_begun = threading.Barrier(3)

    def page(number: int, *, asks: bool) -> list[Scores]:
        with running.batcher.beside_page():
            all_begun.wait(10)
            while running.batcher.requests < number:
                time.sleep(0.01)
            return model.scores([query(10, number)]) if asks else []

    with ThreadPoolExecutor(3) as visitors:
        pages = [visitors.submit(page, number, asks=number < 2) for number in range(3)]
        answers = [one.result(30) for one in pages]
    for number in range(2):
        assert_right(query(10, number), answers[number][0])
    assert (running.batcher.requests, running.batcher.batches) == (2, 1)


def test_a_page_that_never_asks_keeps_a_batch_for_a_moment_only() -> None:
    running = engine()
    model = running.model(spec("one"))
    with running.batcher.beside_page(), ThreadPoolExecutor(1) as visitor:
        assert_right(query(10, 0), visitor.submit(model.scores, [query(10, 0)]).result(10)[0])


def test_while_several_pages_are_drawn_a_short_batch_leaves_them_a_processor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = engine(threads=2)
    model = running.model(spec("one"))
    answer, used = model.encoder.scores, []

    def noted(queries: list[Query]) -> list[Scores]:
        used.append(torch.get_num_threads())
        return answer(queries)

    monkeypatch.setattr(model.encoder, "scores", noted)
    short, long = [query(10, 0)], [query(60, seed) for seed in range(5)]
    page = running.batcher.beside_page
    with page():
        model.scores(short)
        with page():
            model.scores(short)
            model.scores(long)
        model.scores(short)
    model.scores(short)
    monkeypatch.setattr(batching, "CROWD_SECONDS", 0.0)  # a while later
    model.scores(short)
    assert used == [2, 1, 2, 1, 1, 2]


def test_a_long_request_lets_a_short_one_have_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    running = engine(max_batch_tokens=20)
    model = running.model(spec("one"))
    inside, go = gate(model, monkeypatch)
    done: list[str] = []
    with ThreadPoolExecutor(2) as visitors:
        long = visitors.submit(model.scores, [query(20, seed) for seed in range(6)])
        long.add_done_callback(lambda _: done.append("long"))
        assert inside.wait(10)  # in the first of six batches
        short = visitors.submit(model.scores, [query(20, 9)])
        short.add_done_callback(lambda _: done.append(f"short after {running.batcher.batches}"))
        while running.batcher.requests < 2:
            time.sleep(0.01)
        go.set()
        assert_right(query(20, 9), short.result(10)[0])
        for seed, scores in enumerate(long.result(10)):
            assert_right(query(20, seed), scores)
    assert done[1] == "long"
    assert running.batcher.batches == 7


def test_a_batch_keeps_to_its_token_cap() -> None:
    running = engine(max_batch_tokens=40)
    model = running.model(spec("one"))
    asked = [query(20, seed) for seed in range(5)]
    for one, scores in zip(asked, model.scores(asked), strict=True):
        assert_right(one, scores)
    assert running.batcher.batches == 3


def test_kinds_of_queries_do_not_share_a_batch() -> None:
    labels = [LabelQuery(input_ids=(1,) * 32) for _ in range(2)]
    vectors = [VectorQuery(input_ids=(1,) * 32) for _ in range(2)]
    asked: list[Asked] = [labels[0], vectors[0], labels[1], vectors[1]]
    heard: list[list[Any]] = []

    def scores(queries: list[Any]) -> list[int]:
        heard.append(queries)
        return [0] * len(queries)

    engine().batcher.answers(SimpleNamespace(scores=scores), asked)
    assert [[type(one) for one in batch] for batch in heard] == [
        [LabelQuery] * 2,
        [VectorQuery] * 2,
    ]


def test_full_queue_says_busy_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    running = engine(max_waiting=2)
    model = running.model(spec("one"))
    inside, go = gate(model, monkeypatch)
    with ThreadPoolExecutor(2) as visitors:
        waiting = [visitors.submit(model.scores, [query(8, seed)]) for seed in range(2)]
        assert inside.wait(10)
        while running.batcher.requests < 2:
            time.sleep(0.01)
        with pytest.raises(BusyError, match="2 requests are waiting"):
            model.scores([query(8, 3)])
        go.set()
        assert all(answer.result(10) for answer in waiting)
    assert_right(query(8, 3), model.scores([query(8, 3)])[0])


def test_a_failing_batch_reaches_its_callers_and_spares_the_next() -> None:
    running = engine()
    model = running.model(spec("one"))
    with pytest.raises((IndexError, RuntimeError), match="index out of range"):
        model.scores([replace(query(8, 1), input_ids=(VOCABULARY + 5,) * 8)])
    assert_right(query(8, 2), model.scores([query(8, 2)])[0])


def test_a_failed_load_is_told_to_all_and_tried_again() -> None:
    attempts = []

    def failing_once(*arguments: Any) -> Checkpoint:
        attempts.append(arguments)
        if len(attempts) == 1:
            time.sleep(0.2)
            raise UnknownModelError("not there")
        return checkpoint(*arguments)

    running = engine(failing_once)
    with ThreadPoolExecutor(5) as visitors:
        calls = [visitors.submit(running.model, spec("one")) for _ in range(5)]
        errors = [call.exception(10) for call in calls]
    assert all(isinstance(error, UnknownModelError) for error in errors)
    assert len(attempts) == 1
    assert running.model(spec("one")).max_tokens == 64


def test_least_recently_used_model_goes_first() -> None:
    running = engine(max_loaded_models=2)
    for name in ("one", "two"):
        running.model(spec(name))
    running.model(spec("one"))
    running.model(spec("three"))
    loaded = [n for n in ("one", "two", "three") if running.status(spec(n)) is Status.LOADED]
    assert loaded == ["one", "three"]


def test_a_dropped_model_goes_although_it_was_the_last_to_answer() -> None:
    running = engine(max_loaded_models=1)
    first = running.model(spec("a"))
    first.scores([query(5, seed=1)])
    encoder = weakref.ref(first.encoder)
    del first
    running.model(spec("b"))
    running.model(spec("c"))  # a load collects circles first, so those of "a" go with the second
    assert encoder() is None


def test_cache_is_bounded_in_bytes() -> None:
    running = engine(model_cache_mb=0)
    running.model(spec("one"))
    one = running.resident_bytes()
    parameters = checkpoint(spec("one")).model.parameters()
    assert one == sum(weight.nbytes for weight in parameters)
    running.model(spec("two"))
    assert running.resident_bytes() == one
    assert running.status(spec("one")) is not Status.LOADED


def test_what_models_share_is_held_once_and_alone_is_what_one_would_free() -> None:
    common = checkpoint(spec("common")).model.bert.embeddings

    def on_common_embeddings(wanted: ModelSpec, *_: object) -> Checkpoint:
        made = checkpoint(wanted)
        made.model.bert.embeddings = common
        made.model.tie_weights()
        return made

    running = engine(on_common_embeddings)
    assert running.held_bytes() == {}
    for name in ("one", "two"):
        running.model(spec(name))
    held = running.held_bytes()
    assert set(held) == {(Task.FILL_MASK, "one"), (Task.FILL_MASK, "two")}
    whole = sum(weight.nbytes for weight in checkpoint(spec("x")).model.parameters())
    shared = sum(weight.nbytes for weight in common.parameters())
    assert set(held.values()) == {(whole, whole - shared)}
    assert running.resident_bytes() == 2 * whole - shared


def test_progress_is_heard_while_a_model_loads() -> None:
    heard: list[float] = []

    def telling(
        wanted: ModelSpec, _settings: Settings, on_progress: Callable[[float], None]
    ) -> Checkpoint:
        on_progress(0.5)
        time.sleep(0.6)
        return checkpoint(wanted)

    engine(telling).model(spec("one"), on_progress=heard.append)
    assert 0.5 in heard


def test_a_load_that_times_out_does_not_keep_its_callers() -> None:
    def timing_out(*_: Any) -> Checkpoint:
        raise TimeoutError("the Hub took too long")

    with pytest.raises(TimeoutError, match="too long"):
        engine(timing_out).model(spec("one"), on_progress=lambda _: None)


def test_where_a_batch_takes_long_the_next_ones_are_smaller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batching, "LATEST", 1.0)
    model = engine(max_batch_tokens=1_024).model(spec("one"))
    answer, sizes = model.encoder.scores, []

    def slow(queries: list[Query]) -> list[Scores]:
        sizes.append(len(queries))
        time.sleep(2 * batching.TURN_SECONDS)
        return answer(queries)

    monkeypatch.setattr(model.encoder, "scores", slow)
    model.scores([query(32, seed) for seed in range(64)])
    first, *later = sizes
    assert first * 32 == 1_024
    assert sum(sizes) == 64
    assert max(later) * 32 <= 1_024 / 2
    assert min(later[:-1]) * 32 >= batching.SHORT  # the last one has what is left


def test_different_models_load_at_the_same_time(tiny_checkpoint: Callable[..., Path]) -> None:
    families = ("bert", "distilbert", "electra", "roberta", "mpnet", "deberta")
    running = engine(loading.load, max_loaded_models=6)
    specs = [replace(spec(family), folder=tiny_checkpoint(family)) for family in families]
    with ThreadPoolExecutor(12) as visitors:
        models = list(visitors.map(running.model, specs * 2))
    assert [model.spec.id for model in models] == list(families) * 2
    assert running.loads == dict.fromkeys(families, 1)


def test_garbage_collection_passes_over_loaded_models_until_the_next_load() -> None:
    running = engine(max_loaded_models=1)
    first = running.model(spec("a"))
    weights = weakref.ref(first.encoder.model)
    assert not any(one is first.encoder.model for one in gc.get_objects())
    first.encoder.model.own = first.encoder.model  # a circle, which only a collection takes apart
    del first
    running.model(spec("b"))
    running.model(spec("c"))
    assert weights() is None
