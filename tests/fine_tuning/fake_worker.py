"""A worker with a fake training function: ``python -m tests.fine_tuning.fake_worker RUN_DIR``."""

import os
import sys

from playground.fine_tuning import worker
from playground.fine_tuning.runs import trainers
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.settings import Settings

MODULE = "tests.fine_tuning.fake_worker"
GRACE = 0.5

if __name__ == "__main__":
    trainers.TRAINERS["fake"] = "tests.fine_tuning.fake_training:train"
    print("threads", os.environ["OMP_NUM_THREADS"], "niceness", os.nice(0))  # noqa: T201
    print("secrets", sorted({"HF_TOKEN", "MY_SECRET"} & set(os.environ)))  # noqa: T201
    launcher = LocalLauncher(Settings.from_environment(), MODULE)
    sys.exit(worker.main(sys.argv[1:], launcher, GRACE))
