"""``streamlit run app.py`` in this process, with the engine's counters written to a file.

As ``pipeline`` the same app answers each request by itself through transformers' own pipeline: what
the engine is compared with under the same visitors.
"""

import json
import runpy
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

EVERY_SECONDS = 0.1


def write_counters(path: Path) -> None:
    """Write the shared engine's counters for as long as the process lives."""
    while True:
        time.sleep(EVERY_SECONDS)
        # To import the engine here would import torch, which the app may have yet to do.
        shared = getattr(sys.modules.get("playground.models.engine"), "shared", None)
        if shared is None:
            continue
        engine = shared()
        counters = {
            "loads": sum(engine.loads.values()),
            "requests": engine.batcher.requests,
            "batches": engine.batcher.batches,
            "busy_seconds": engine.batcher.busy_seconds,
        }
        temporary = path.with_suffix(".part")
        temporary.write_text(json.dumps(counters))
        temporary.replace(path)


def answer_through_the_pipeline() -> None:
    """Make the engine take one request at a time and hand it to ``pipeline("fill-mask")``."""
    import numpy as np
    import torch

    from benchmarks.models import reference
    from playground.models.batching import Batcher
    from playground.models.encoder import Encoder
    from playground.models.queries import Query, Scores

    def scores(_: Encoder, queries: Sequence[Query]) -> list[Scores]:
        [query] = queries
        ids = torch.tensor([query.input_ids])
        inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
        found = reference().postprocess(reference().forward(inputs), top_k=query.top_k)
        shape = 1, len(query.positions), query.top_k
        return [
            Scores(
                top_ids=np.array([guess["token"] for guess in found]).reshape(shape),
                top_log_probs=np.log([guess["score"] for guess in found]).reshape(shape),
                target_log_probs=np.zeros((1, len(query.positions), 0)),
                entropy=np.zeros((1, len(query.positions))),
            )
        ]

    patch.object(Encoder, "scores", scores).start()
    patch.object(Batcher, "_next_batch", lambda batcher: [batcher._items.popleft()]).start()
    reference()


if __name__ == "__main__":
    counters, port = Path(sys.argv[1]), sys.argv[2]
    if sys.argv[3] == "pipeline":
        answer_through_the_pipeline()
    threading.Thread(target=write_counters, args=(counters,), daemon=True).start()
    options = ["--server.port", port, "--server.address", "127.0.0.1", "--server.headless", "true"]
    sys.argv = ["streamlit", "run", "app.py", *options]
    runpy.run_module("streamlit", run_name="__main__")
