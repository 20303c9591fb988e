import io
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import psutil
import pytest

from playground.embeddings import Method, background, pca
from playground.embeddings.worker import Listener
from playground.errors import BusyError, LinesError
from playground.settings import Settings

WAIT = 300.0


def clusters(count: int = 60, groups: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors [line, 16] around a few centres, and the number of each one's centre."""
    rng = np.random.default_rng(1)
    of = np.arange(count) % groups
    vectors = np.eye(16)[of] * 4 + rng.normal(size=(count, 16)) * 0.3
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), of


def apart(points: np.ndarray, of: np.ndarray) -> bool:
    """Tell whether every point's nearest neighbour belongs to its own group."""
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(distances, np.inf)
    return bool((of[distances.argmin(axis=1)] == of).all())


def test_pca_finds_the_widest_directions() -> None:
    rng = np.random.default_rng(0)
    made = np.zeros((400, 5), dtype=np.float32)
    made[:, 3] = rng.normal(size=400) * 3
    made[:, 1] = rng.normal(size=400) * 2
    made[:, 0] = rng.normal(size=400)
    found = pca(made)
    variances = made.var(axis=0, dtype=np.float64)
    assert found.explained == pytest.approx(
        (variances[3] / variances.sum(), variances[1] / variances.sum()), abs=0.01
    )
    for axis, column in ((0, 3), (1, 1)):
        assert abs(np.corrcoef(found.points[:, axis], made[:, column])[0, 1]) > 0.98


def test_equal_lines_fall_on_one_point() -> None:
    found = pca(np.ones((6, 4), dtype=np.float32))
    np.testing.assert_allclose(found.points, 0, atol=1e-6)
    assert found.explained == (0.0, 0.0)


@pytest.mark.parametrize("method", [Method.TSNE, Method.UMAP])
def test_close_lines_stay_close(method: Method) -> None:
    vectors, of = clusters()
    run = background.start(vectors, method, neighbours=10)
    assert run.wait(WAIT)
    assert run.projection is not None
    assert run.projection.method is method
    assert run.share > 0.2
    assert run.projection.points.shape == (60, 2)
    assert run.projection.points.dtype == np.float32
    assert apart(run.projection.points, of)


def test_the_same_lines_make_the_same_map() -> None:
    vectors, _ = clusters()
    runs = [background.start(vectors, Method.TSNE) for _ in range(2)]
    assert all(run.wait(WAIT) for run in runs)
    first, second = (run.projection for run in runs)
    assert first is not None
    assert second is not None
    np.testing.assert_array_equal(first.points, second.points)


def test_the_fewest_lines_make_a_map() -> None:
    run = background.start(clusters(5)[0], Method.TSNE)
    assert run.wait(WAIT)
    assert run.projection is not None
    assert np.isfinite(run.projection.points).all()


def test_too_few_lines_are_refused() -> None:
    with pytest.raises(LinesError, match="there are 4"):
        pca(clusters(4)[0])
    with pytest.raises(LinesError, match="there are 4"):
        background.start(clusters(4)[0], Method.TSNE)


def test_a_map_is_stopped_at_once() -> None:
    run = background.start(clusters(3_000)[0], Method.TSNE)
    run.cancel()
    assert run.wait(WAIT)
    assert run.cancelled
    assert run.projection is None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere numbers say no priority")
def test_its_process_asks_for_no_higher_priority_than_the_app_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own = psutil.Process().nice()
    monkeypatch.setattr(background, "NICE", own - 5)
    run = background.start(clusters(3_000)[0], Method.TSNE)
    try:
        while not (children := processes()):
            assert not run.wait(0.05)
        assert not run.wait(0.5)
        assert [child.nice() for child in children] == [own]
    finally:
        run.cancel()
        assert run.wait(WAIT)


def processes() -> list[psutil.Process]:
    children = psutil.Process().children()
    return [child for child in children if background.WORKER in child.cmdline()]


def test_no_more_maps_than_the_setting_allows() -> None:
    run = background.start(clusters(3_000)[0], Method.TSNE)
    try:
        with pytest.raises(BusyError, match="being drawn: 1"):
            background.start(clusters()[0], Method.TSNE, settings=Settings(max_jobs=1))
    finally:
        run.cancel()
        assert run.wait(WAIT)


def test_a_process_that_fails_is_a_bug_that_surfaces() -> None:
    broken = np.full((6, 4), np.nan, dtype=np.float32)
    run = background.start(broken, Method.TSNE)
    assert run.wait(WAIT)
    with pytest.raises(RuntimeError, match="NaN"):
        _ = run.projection


def test_a_stop_before_the_process_is_there_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    arrived, go_on = threading.Event(), threading.Event()
    popen = subprocess.Popen

    def late(*args: Any, **options: Any) -> Any:
        arrived.set()
        assert go_on.wait(WAIT)
        return popen(*args, **options)

    monkeypatch.setattr(subprocess, "Popen", late)
    run = background.start(clusters(3_000)[0], Method.TSNE)
    assert arrived.wait(WAIT)
    run.cancel()
    go_on.set()
    assert run.wait(WAIT)
    assert run.projection is None


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (
            "[t-SNE] Iteration 250: error = 61.4, gradient norm = 0.1",
            "0.250\n",
        ),
        ("Epochs completed:  30%| ###        150/500 [00:01]", "0.300\n"),
        ("[t-SNE] Computed neighbors for 60 samples in 0.001s...", ""),
    ],
)
def test_what_libraries_print_becomes_a_share(printed: str, told: str) -> None:
    out = io.StringIO()
    assert Listener(out).write(printed) == len(printed)
    assert out.getvalue() == told
    assert sys.stdout is not out
