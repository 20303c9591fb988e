"""The app on a fake training function: ``python -m tests.browser.fake_training_app run app.py``."""

import sys
from functools import partial
from unittest.mock import patch

from streamlit.web import cli

from playground.fine_tuning.runs import launcher, queue
from tests.fine_tuning.fake_worker import MODULE

if __name__ == "__main__":
    with (
        patch.object(launcher, "configured", partial(launcher.configured, module=MODULE)),
        patch.object(queue, "WATCH_SECONDS", 0.2),
    ):
        sys.exit(cli.main(prog_name="streamlit"))
