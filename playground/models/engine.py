"""One engine a process: loads each model once and keeps a bounded number of them."""

import itertools
import sys
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from transformers import PreTrainedTokenizerBase

from playground.models import garbage, hub, loading
from playground.models.aside import Aside
from playground.models.batching import Batcher
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.classifier import Classifier
from playground.models.encoder import Encoder
from playground.models.hidden_states import fast_dtype
from playground.models.inside import Inside
from playground.models.queries import (
    AttentionQuery,
    Attentions,
    AttributionQuery,
    Attributions,
    HeadParameters,
    InputLayer,
    InputQuery,
    LabelQuery,
    Labels,
    Query,
    Scores,
    StatesQuery,
    VectorQuery,
)
from playground.models.step_by_step import StepByStep
from playground.models.trace_queries import Trace, TraceParameters, TraceQuery
from playground.settings import MEGABYTE, Settings

LOADS_AT_ONCE = 2
PROGRESS_SECONDS = 0.2
# What runs a model in Python gives up the interpreter's lock at each operation, and to get it back
# waits so long for each thread that is busy. At Python's own 5 ms one text's explanation took
# 9 to 24 s beside two busy threads, at this 4 to 5.
SWITCH_SECONDS = 5e-4
ModelKey = tuple[str, str]
_sharing = threading.Lock()


class Status(StrEnum):
    """Where a model's weights are right now."""

    LOADED = "loaded"
    LOADING = "loading"
    ON_DISK = "on this machine"
    TO_DOWNLOAD = "to download"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A loaded model as the service layer sees it; safe to use from any thread."""

    spec: ModelSpec
    tokenizer: PreTrainedTokenizerBase
    max_tokens: int
    encoder: Any  # an Encoder, a Classifier, an Inside or a StepByStep, by the task
    engine: "Engine"
    classes: Labels | None = None
    # Of the load that it comes from: loaded again, the same id may stand for other weights.
    load_number: int = field(default_factory=itertools.count().__next__)

    @property
    def labels(self) -> Labels:
        """What the model tells apart; only of a classifier."""
        assert self.classes is not None
        return self.classes

    def logits(self, queries: Sequence[LabelQuery]) -> list[np.ndarray]:
        """Return each query's logits, [label] or [token, label]; only of a classifier.

        Raises:
            BusyError: too many requests are waiting.
        """
        return self.engine.batcher.answers(self.encoder, queries)

    def attributions(self, query: AttributionQuery) -> Attributions:
        """Return each token's share in the score of a label; only of a text classifier.

        It takes seconds, so it does not hold up the engine's thread.

        Raises:
            BusyError: too many requests are waiting.
        """
        return self.engine.aside.run(partial(self.encoder.attributions, query))

    def attentions(self, query: AttentionQuery) -> Attentions:
        """Return all attention weights; only for a model of the task feature-extraction.

        Raises:
            BusyError: too many requests are waiting.
        """
        [found] = self.engine.batcher.answers(self.encoder, [query])
        return found

    def input_layer(self, query: InputQuery) -> InputLayer:
        """Return a text's embeddings; only for a model of the task feature-extraction.

        Raises:
            BusyError: too many requests are waiting.
            UnsupportedModelError: the family's input layer is built otherwise.
        """
        [found] = self.engine.batcher.answers(self.encoder, [query])
        return found

    def vectors(self, queries: Sequence[VectorQuery]) -> np.ndarray:
        """Return a vector a text, float32 [text, hidden]; only for the task feature-extraction.

        Raises:
            BusyError: too many requests are waiting.
        """
        self.encoder.make_reader()  # here: in the engine's thread everyone would wait for it
        return np.stack(self.engine.batcher.answers(self.encoder, queries))

    def states(self, queries: Sequence[StatesQuery]) -> list[np.ndarray]:
        """Return hidden states, [layer, position, hidden]; only for the task feature-extraction.

        Raises:
            BusyError: too many requests are waiting.
        """
        self.encoder.make_reader()
        return self.engine.batcher.answers(self.encoder, queries)

    @property
    def layers(self) -> int:
        """How many layers the model has."""
        return int(self.encoder.model.config.num_hidden_layers)

    def head_parameters(self, layer: int, head: int) -> HeadParameters:
        """Return the parameters of one head; only for a model of the task feature-extraction.

        Raises:
            UnsupportedModelError: the family's attention adds another term to the scores.
            IndexError: there is no such layer or head.
        """
        parameters: HeadParameters = self.encoder.head_parameters(layer, head)
        return parameters

    def trace(self, query: TraceQuery) -> Trace:
        """Return all numbers on the way of a text; only for a model of the task step by step.

        Raises:
            IndexError: there is no such layer.
            BusyError: too many requests are waiting.
        """
        [found] = self.engine.batcher.answers(self.encoder, [query])
        return found

    def trace_parameters(self, layer: int) -> TraceParameters:
        """Return what a trace was computed with; only for a model of the task step by step.

        Raises:
            IndexError: there is no such layer.
        """
        parameters: TraceParameters = self.encoder.parameters(layer)
        return parameters

    def scores(self, queries: Sequence[Query]) -> list[Scores]:
        """Return one answer a query, in order, batched with other visitors' requests.

        Raises:
            BusyError: too many requests are waiting.
        """
        return self.engine.batcher.answers(self.encoder, queries)


@dataclass(slots=True)
class _Loading:
    future: Future[Model] = field(default_factory=Future)
    share: float = 0.0


class Engine:
    """Loads models, keeps the most recently used and runs requests in batches."""

    def __init__(
        self,
        settings: Settings,
        *,
        load: Callable[..., loading.Checkpoint] = loading.load,
        dtype: torch.dtype | None = None,
    ) -> None:
        self.settings = settings
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.dtype = dtype or fast_dtype(self.device)
        self.loads: Counter[str] = Counter()  # by model id
        self._load_checkpoint = load
        self._loads_at_once = threading.Semaphore(LOADS_AT_ONCE)
        self._lock = threading.Lock()
        self._models: OrderedDict[ModelKey, Model] = OrderedDict()
        self._loading: dict[ModelKey, _Loading] = {}
        sys.setswitchinterval(SWITCH_SECONDS)
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self.batcher = Batcher(
            max_waiting=settings.max_waiting, max_tokens=settings.max_batch_tokens
        )
        self.aside = Aside(max_waiting=settings.max_waiting)

    def model(self, spec: ModelSpec, on_progress: Callable[[float], None] | None = None) -> Model:
        """Return the model of ``spec``, loading it if needed; callers of one model share one load.

        ``on_progress`` hears the downloaded share, 0 to 1, while the call waits.

        Raises:
            ModelError: it cannot be loaded; the next call tries again.
        """
        key = spec.task, spec.id
        with self._lock:
            if key in self._models:
                self._models.move_to_end(key)
                return self._models[key]
            waiting = self._loading.get(key)
            if waiting is None:
                waiting = self._loading[key] = _Loading()
                # A thread of its own, which ends: each thread that has run torch keeps helpers for
                # its parallel loops, and with more of them than processors all of them sleep
                # between two loops. Left alive, an idle loader made short texts take half again.
                threading.Thread(
                    target=self._load, args=(spec, waiting), name="loader", daemon=True
                ).start()
        while on_progress and not wait([waiting.future], timeout=PROGRESS_SECONDS).done:
            on_progress(waiting.share)
        return waiting.future.result()

    def status(self, spec: ModelSpec) -> Status:
        """Return where the weights of ``spec`` are."""
        key = spec.task, spec.id
        with self._lock:
            if key in self._models:
                return Status.LOADED
            if key in self._loading:
                return Status.LOADING
        if spec.source is not Source.HUB or hub.is_downloaded(spec):
            return Status.ON_DISK
        return Status.TO_DOWNLOAD

    def resident_bytes(self) -> int:
        """Return the bytes of all loaded weights, each shared tensor counted once."""
        with self._lock:
            return self._resident_bytes()

    def held_bytes(self) -> dict[ModelKey, tuple[int, int]]:
        """Return of each loaded model the bytes of its weights, and how many are its alone.

        The rest it shares with others, such as the embeddings of all adapters in the box.
        """
        with self._lock:
            held = {key: _held(model) for key, model in self._models.items()}
        holders = Counter(place for weights in held.values() for place in weights)
        return {
            key: (
                sum(weights.values()),
                sum(size for place, size in weights.items() if holders[place] == 1),
            )
            for key, weights in held.items()
        }

    def _load(self, spec: ModelSpec, waiting: _Loading) -> None:
        def heard(share: float) -> None:
            waiting.share = share

        key = spec.task, spec.id
        try:
            with self._loads_at_once, garbage.unwatched():
                checkpoint = self._load_checkpoint(spec, self.settings, heard)
                encoder = self._encoder(checkpoint)
        except BaseException as error:  # noqa: BLE001 - handed on to everyone who waits
            with self._lock:
                del self._loading[key]
            waiting.future.set_exception(error)
            return
        model = Model(
            spec=spec,
            tokenizer=checkpoint.tokenizer,
            max_tokens=checkpoint.max_tokens,
            encoder=encoder,
            engine=self,
            classes=checkpoint.labels,
        )
        with self._lock:
            self.loads[spec.id] += 1
            self._models[key] = model
            del self._loading[key]
            self._drop_least_recently_used()
        garbage.set_aside()
        waiting.future.set_result(model)

    def _encoder(
        self, checkpoint: loading.Checkpoint
    ) -> Encoder | Classifier | Inside | StepByStep:
        if checkpoint.spec.task is Task.FEATURE_EXTRACTION:
            return Inside(checkpoint, device=self.device, dtype=self.dtype)
        if checkpoint.spec.task is Task.STEP_BY_STEP:
            return StepByStep(checkpoint, device=self.device)
        if checkpoint.labels is not None:
            return Classifier(
                checkpoint,
                device=self.device,
                dtype=self.dtype,
                max_batch_tokens=self.settings.max_batch_tokens,
            )
        return Encoder(checkpoint, device=self.device, dtype=self.dtype)

    def _drop_least_recently_used(self) -> None:
        budget = self.settings.model_cache_mb * MEGABYTE
        while len(self._models) > 1 and (
            len(self._models) > self.settings.max_loaded_models or self._resident_bytes() > budget
        ):
            self._models.popitem(last=False)

    def _resident_bytes(self) -> int:
        weights: dict[int, int] = {}
        for model in self._models.values():
            weights |= _held(model)
        return sum(weights.values())


def _held(model: Model) -> dict[int, int]:
    """Return the bytes of a model's weights by their places in memory."""
    return {weight.data_ptr(): weight.nbytes for weight in _weights(model.encoder)}


def _weights(
    encoder: Encoder | Classifier | Inside | StepByStep,
) -> Iterator[torch.nn.Parameter]:
    return encoder.parameters() if isinstance(encoder, Inside) else encoder.model.parameters()


@cache
def _only_engine() -> Engine:
    return Engine(Settings.from_environment())


def is_running() -> bool:
    """Tell whether the process has its engine."""
    return bool(_only_engine.cache_info().currsize)


def shared() -> Engine:  # the last name here: who finds it, while this is imported, finds all
    """Return the process's one engine, set up from the environment."""
    with _sharing:  # functools.cache alone lets two threads that come at once both make one
        return _only_engine()
