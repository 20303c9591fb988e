"""Vectors as points in the plane: PCA, t-SNE and UMAP, always with the same seed.

The latter two take long and cannot be stopped; ``background`` runs them in a process of its own.
"""

import sys
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from playground.errors import LinesError

FEWEST, MOST = 5, 5_000  # lines
NEIGHBOURS = 30  # that a line shall stay near to, as t-SNE's perplexity or UMAP's n_neighbors
SEED = 0
TSNE_STEPS = 1_000


class Method(StrEnum):
    """How vectors become points."""

    PCA = "PCA"
    TSNE = "t-SNE"
    UMAP = "UMAP"


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Points of vectors, in their order."""

    method: Method
    points: np.ndarray  # float32 [line, 2]
    explained: tuple[float, float] | None = None  # of PCA: each axis's share of all variance


def check(count: int) -> None:
    """Do nothing if ``count`` lines make a map.

    Raises:
        LinesError: too few of them.
    """
    if count < FEWEST:
        raise LinesError(f"A map needs {FEWEST} lines or more, and there are {count}. Add some.")


def pca(vectors: np.ndarray) -> Projection:
    """Return the first two principal components of ``vectors`` [line, hidden].

    Raises:
        LinesError: too few lines.
    """
    from sklearn.decomposition import PCA

    check(len(vectors))
    found = PCA(2, svd_solver="full")
    with np.errstate(invalid="ignore"):  # equal lines have no variance to share out
        points = found.fit_transform(vectors)
    first, second = np.nan_to_num(found.explained_variance_ratio_).tolist()
    return Projection(
        method=Method.PCA, points=points.astype(np.float32), explained=(first, second)
    )


def tsne(vectors: np.ndarray, neighbours: int) -> np.ndarray:
    """Return points float32 [line, 2] by t-SNE (van der Maaten and Hinton, 2008).

    ``neighbours`` is the perplexity, at most a third of the lines. It prints each 50th of
    ``TSNE_STEPS`` iterations.
    """
    from sklearn.manifold import TSNE

    made = TSNE(
        perplexity=min(neighbours, (len(vectors) - 1) / 3),
        metric="cosine",
        init="pca",
        max_iter=TSNE_STEPS,
        random_state=SEED,
        verbose=2,
        n_jobs=-1,
    )
    points: np.ndarray = made.fit_transform(vectors)
    return points.astype(np.float32)


def umap(vectors: np.ndarray, neighbours: int) -> np.ndarray:
    """Return points float32 [line, 2] by UMAP (McInnes et al., 2018, arXiv:1802.03426).

    The neighbours are looked up exactly, in a second for ``MOST`` lines: UMAP's own approximation
    compiles itself first, which took two thirds of the time. It prints a bar of its epochs.
    """
    from sklearn.neighbors import NearestNeighbors
    from umap import UMAP

    count = min(neighbours, len(vectors) - 1)
    searcher = NearestNeighbors(n_neighbors=count, metric="cosine", algorithm="brute")
    distances, nearest = searcher.fit(vectors).kneighbors(vectors)
    made = UMAP(
        n_neighbors=count,
        metric="cosine",
        precomputed_knn=(nearest, distances),
        init="pca",
        random_state=SEED,
        n_jobs=1,  # what a seed asks for
        verbose=True,
        tqdm_kwds={"file": sys.stdout},
    )
    points: np.ndarray = made.fit_transform(vectors)
    return points.astype(np.float32)
