"""The app on a fake training function: ``python -m tests.browser.fake_training_app run app.py``.

It measures the machine's speed for ever, so the Fine-tuning page goes on looking for that, and
notices without a click when it has another server.
"""

import sys
from concurrent.futures import Future
from functools import partial
from unittest.mock import patch

from streamlit.web import cli

from pages.train.fine_tuning import takes
from playground.fine_tuning.runs import launcher, queue
from tests.fine_tuning.fake_worker import MODULE

if __name__ == "__main__":
    with (
        patch.object(launcher, "configured", partial(launcher.configured, module=MODULE)),
        patch.object(queue, "WATCH_SECONDS", 0.2),
        patch.object(takes, "measured", Future),
    ):
        sys.exit(cli.main(prog_name="streamlit"))
