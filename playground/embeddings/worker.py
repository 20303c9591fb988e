"""The process of a projection: ``python -m playground.embeddings.worker FOLDER METHOD COUNT``.

It reads ``vectors.npy``, prints the share that is done, a number in each line, and leaves
``points.npy``.
"""

import io
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TextIO

import numpy as np

from playground.embeddings.projection import TSNE_STEPS, Method, tsne, umap

VECTORS, POINTS = "vectors.npy", "points.npy"
METHODS = {Method.TSNE: tsne, Method.UMAP: umap}
_ITERATION = re.compile(r"Iteration (\d+)")  # of scikit-learn's t-SNE
_PERCENT = re.compile(r"(\d+)%")  # of the bar that UMAP draws


class Listener(io.TextIOBase):
    """Takes what a library prints and tells ``told`` the share that is done: neither has a hook."""

    def __init__(self, told: TextIO) -> None:
        self._told = told

    def write(self, text: str) -> int:
        """Print the share that ``text`` speaks of, if it does."""
        if found := _ITERATION.search(text):
            self._tell(int(found[1]) / TSNE_STEPS)
        elif found := _PERCENT.search(text):
            self._tell(int(found[1]) / 100)
        return len(text)

    def _tell(self, share: float) -> None:
        self._told.write(f"{share:.3f}\n")
        self._told.flush()


def main(folder: Path, method: Method, neighbours: int) -> None:
    """Project the vectors in ``folder``."""
    with redirect_stdout(Listener(sys.stdout)):
        points = METHODS[method](np.load(folder / VECTORS), neighbours)
    np.save(folder / POINTS, points)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Method(sys.argv[2]), int(sys.argv[3]))
