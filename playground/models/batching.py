"""Requests of many visitors to one thread that runs the models, in batches.

Visitors' threads hand in queries and wait. While a batch runs, further requests gather, and the
next batch takes along all that fit, so batches grow with the load and a lone request never waits.
A request of many batches lets the others have their turn after each of them. A batch waits a moment
for pages that have just begun to be drawn and may ask, too: thirty pages' requests then come in
fewer batches, and the pages get the processors meanwhile.

While several pages are drawn, and a while after, torch uses a thread less for short batches. A
thread of torch's that waits for a processor keeps the others waiting, busily, at the end of each
loop, and a text of sixteen tokens then took up to 500 ms instead of 10. The first of many that ask
at once was as slow, since the others' pages came while its batch ran: hence the while after.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from playground.errors import BusyError
from playground.models.queries import Asked

# Texts in one batch differ at most by this factor in length, or padding would eat the gain.
LENGTH_RATIO = 2.0
SHORT = 256  # padded tokens; above, two threads beside others' are no slower than one
TURN_SECONDS = 0.1  # that a batch is to take, while others wait for it
LATEST = 0.1  # weight of the latest batch in the pace, a running mean
CROWD_SECONDS = 10.0  # after several pages were drawn at once others are soon to be expected
GATHER_SECONDS = 0.05  # from a page's start, in which a batch waits for its first request


@dataclass(slots=True)
class _Call:
    """One visitor's request: all its answers, or one error."""

    answers: list[Any]
    left: int
    since: float = field(default_factory=time.monotonic)  # that it waits for its turn
    future: Future[list[Any]] = field(default_factory=Future)


@dataclass(frozen=True, slots=True)
class _Item:
    call: _Call
    index: int
    encoder: Any
    query: Asked


class Batcher:
    """Answers requests in batches of up to ``max_tokens`` padded tokens, in a thread of its own.

    Where so many take longer than a turn is to take, batches are smaller: a processor without
    bfloat16 reads as many texts a second in those, and the others have their turn sooner. At most
    ``max_waiting`` requests wait.
    """

    def __init__(self, *, max_waiting: int, max_tokens: int) -> None:
        self.max_waiting = max_waiting
        self.max_tokens = max_tokens
        self.requests = 0
        self.batches = 0
        self.busy_seconds = 0.0  # spent running batches
        self._pace = max_tokens / TURN_SECONDS  # tokens a second of batches that are not short
        self._items: deque[_Item] = deque()
        self._calls = 0
        self._pages = 0  # that are drawn now
        self._crowded = float("-inf")  # when several were last
        # Until when a batch waits for those that have asked nothing so far, by their threads.
        self._yet_to_ask: dict[int, float] = {}
        self._threads = torch.get_num_threads()
        self._arrived = threading.Condition()
        threading.Thread(target=self._work, name="engine", daemon=True).start()

    def answers(self, encoder: Any, queries: Sequence[Asked]) -> list[Any]:
        """Answer ``queries`` with ``encoder``; blocks until all are done.

        Raises:
            BusyError: ``max_waiting`` requests are waiting already.
        """
        if not queries:
            return []
        call = _Call(answers=[None] * len(queries), left=len(queries))
        with self._arrived:
            self._yet_to_ask.pop(threading.get_ident(), None)
            if self._calls >= self.max_waiting:
                raise BusyError(
                    f"The models are busy: {self._calls} requests are waiting already. Try again "
                    "in a few seconds."
                )
            self._calls += 1
            self.requests += 1
            self._items.extend(
                _Item(call, index, encoder, query) for index, query in enumerate(queries)
            )
            self._arrived.notify()
        try:
            return call.future.result()
        finally:
            with self._arrived:
                self._calls -= 1

    def _work(self) -> None:
        while True:  # no name holds the batch while the next is awaited: its model may be dropped
            self._run(self._awaited_batch())

    def _awaited_batch(self) -> list[_Item]:
        with self._arrived:
            while not self._items:
                self._arrived.wait()
            latest = time.monotonic() + GATHER_SECONDS
            while (until := min(latest, max(self._yet_to_ask.values(), default=0.0))) > (
                now := time.monotonic()
            ):
                self._arrived.wait(until - now)
            return self._next_batch()

    def _next_batch(self) -> list[_Item]:
        """Take an item and those like it, nearest in length first, up to the token cap.

        It is the first item of the request that has waited for its turn the longest.
        """
        first = min(self._items, key=lambda item: item.call.since)  # the first of several
        most = min(self.max_tokens, max(SHORT, self._pace * TURN_SECONDS))
        length = first.query.tokens
        alike = sorted(
            (
                item
                for item in self._items
                if item.encoder is first.encoder
                and item.query.kind == first.query.kind
                and max(item.query.tokens, length) <= LENGTH_RATIO * min(item.query.tokens, length)
            ),
            key=lambda item: abs(item.query.tokens - length),
        )
        batch = [first]
        width = length
        for item in alike:
            if item is first:
                continue
            width = max(width, item.query.tokens)
            if width * (len(batch) + 1) > most:
                break
            batch.append(item)
        taken = set(map(id, batch))
        self._items = deque(item for item in self._items if id(item) not in taken)
        return batch

    @contextmanager
    def beside_page(self) -> Iterator[None]:
        """Know that a page is drawn in this thread while the block runs."""
        with self._arrived:
            self._pages += 1
            self._yet_to_ask[threading.get_ident()] = time.monotonic() + GATHER_SECONDS
        try:
            yield
        finally:
            with self._arrived:
                if self._pages > 1:
                    self._crowded = time.monotonic()
                self._pages -= 1
                self._yet_to_ask.pop(threading.get_ident(), None)
                self._arrived.notify()

    def _run(self, batch: list[_Item]) -> None:
        self.batches += 1
        begin = time.perf_counter()
        tokens = len(batch) * max(item.query.tokens for item in batch)
        crowd = self._pages > 1 or time.monotonic() - self._crowded < CROWD_SECONDS
        spared = crowd and tokens <= SHORT
        threads = max(self._threads - spared, 1)
        if threads != torch.get_num_threads():  # to set it takes some tenths of a ms
            torch.set_num_threads(threads)
        try:
            answers = batch[0].encoder.scores([item.query for item in batch])
        except Exception as error:  # noqa: BLE001 - the worker lives on; the callers see the error
            for item in batch:
                if not item.call.future.done():
                    item.call.future.set_exception(error)
            return
        finally:
            took = time.perf_counter() - begin
            self.busy_seconds += took
            if tokens > SHORT:
                self._pace += LATEST * (tokens / took - self._pace)
        ended = time.monotonic()
        for item, answer in zip(batch, answers, strict=True):
            item.call.since = ended
            item.call.answers[item.index] = answer
            item.call.left -= 1
            if not item.call.left and not item.call.future.done():
                item.call.future.set_result([a for a in item.call.answers if a is not None])
