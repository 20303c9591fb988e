"""``streamlit run app.py`` in this process, with the engine's counters written to a file."""

import json
import runpy
import sys
import threading
import time
from pathlib import Path

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
            "requests": engine.requests,
            "batches": engine.batches,
            "busy_seconds": engine.busy_seconds,
        }
        temporary = path.with_suffix(".part")
        temporary.write_text(json.dumps(counters))
        temporary.replace(path)


if __name__ == "__main__":
    counters, port = Path(sys.argv[1]), sys.argv[2]
    threading.Thread(target=write_counters, args=(counters,), daemon=True).start()
    options = ["--server.port", port, "--server.address", "127.0.0.1", "--server.headless", "true"]
    sys.argv = ["streamlit", "run", "app.py", *options]
    runpy.run_module("streamlit", run_name="__main__")
