"""The app on a fake training function: ``python -m tests.browser.fake_training_app run app.py``."""

import sys
from functools import partial
from unittest.mock import patch

from streamlit.web import cli

from pages.shared import runs
from playground.fine_tuning.runs import queue
from playground.fine_tuning.runs.launcher import LocalLauncher
from tests.fine_tuning.fake_worker import MODULE

if __name__ == "__main__":
    with (
        patch.object(runs, "LocalLauncher", partial(LocalLauncher, module=MODULE)),
        patch.object(queue, "WATCH_SECONDS", 0.2),
    ):
        sys.exit(cli.main(prog_name="streamlit"))
