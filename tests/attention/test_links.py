"""The strongest links against rows written out by hand, and the file that shows them."""

import json
import re
import time
from base64 import b64decode
from itertools import pairwise

import numpy as np
import pytest

from playground.attention import links_html
from playground.attention.links import HeadLinks, Links, strongest

ROWS = np.array(
    [
        [0.1, 0.6, 0.3],  # a plain row
        [0.25, 0.25, 0.5],  # a tie
        [0.0, 0.0, 0.0],  # hidden by a switch
        [0.0, 0.2, 0.1],  # what a switch left of a row
    ],
    dtype=np.float32,
)


def found(share: float, rows: np.ndarray = ROWS) -> list[list[tuple[int, float]]]:
    links = strongest(rows, share)
    pairs = list(zip(links.targets.tolist(), links.weights.round(3).tolist(), strict=True))
    starts = links.starts.tolist()
    return [pairs[a:b] for a, b in pairwise(starts)]


def head(links: Links, number: int = 0) -> HeadLinks:
    return HeadLinks(name=f"Layer 1, head {number + 1}", number=number, links=links)


@pytest.mark.parametrize(
    ("share", "targets"),
    [
        (0.0, [[], [], [], []]),
        (0.5, [[1], [2], [], [1]]),
        (0.6, [[1], [2, 0], [], [1]]),
        (0.7, [[1, 2], [2, 0], [], [1, 2]]),
        (0.8, [[1, 2], [2, 0, 1], [], [1, 2]]),
        (1.0, [[1, 2, 0], [2, 0, 1], [], [1, 2]]),
    ],
)
def test_fewest_strongest_links_reach_the_share(share: float, targets: list[list[int]]) -> None:
    assert [[target for target, _ in row] for row in found(share)] == targets


def test_links_carry_their_weights_strongest_first() -> None:
    assert strongest(ROWS, 0.7).weights[:2].tolist() == [ROWS[0, 1], ROWS[0, 2]]


def test_rounding_asks_for_no_further_link() -> None:
    tenths = np.full((1, 10), 0.1, np.float32)
    assert [len(found(n / 10, tenths)[0]) for n in range(11)] == list(range(11))


def test_sources_name_the_row_of_each_link() -> None:
    assert strongest(ROWS, 0.6).sources.tolist() == [0, 1, 1, 3]


def test_equals_a_loop_over_random_rows() -> None:
    weights = np.random.default_rng(5).dirichlet(np.full(40, 0.3), 40).astype(np.float32)
    for row, links in zip(weights, found(0.7, weights), strict=True):
        order = np.argsort(-row, kind="stable")
        needed = int(np.searchsorted(np.cumsum(row[order], dtype=float), 0.7 * row.sum())) + 1
        assert [target for target, _ in links] == order[:needed].tolist()


def test_is_quick_at_full_length() -> None:
    weights = np.random.default_rng(5).dirichlet(np.full(512, 0.1), 512).astype(np.float32)
    seconds = []
    for _ in range(5):
        begin = time.perf_counter()
        strongest(weights, 0.5)
        seconds.append(time.perf_counter() - begin)
    assert min(seconds) < 0.1  # some 10 ms; the margin is for a busy machine


def test_a_head_keeps_its_colour_and_no_two_share_one() -> None:
    links = strongest(ROWS, 0.5)
    palette = links_html.PALETTE
    assert links_html.colors([head(links, 3)]) == [palette[3]]
    assert links_html.colors([head(links, n) for n in (3, 11, 4)]) == [
        palette[3],
        palette[4],
        palette[5],
    ]
    twelve = links_html.colors([head(links, n) for n in range(12)])
    assert twelve == [*palette, *palette[:4]]


def test_drawing_holds_every_link_in_three_bytes() -> None:
    rows = np.array([[0.5, 0.0005], [0.1, 0.2]], np.float32)
    data = links_html.drawing(["a", "b"], [head(strongest(rows, 1.0))], picked=1)
    (sent,) = data["heads"]
    assert (data["tokens"], data["picked"], data["strongest"]) == (["a", "b"], 1, 0.5)
    assert sent["starts"] == [0, 2, 4]
    assert np.frombuffer(b64decode(sent["targets"]), "<u2").tolist() == [0, 1, 1, 0]
    assert list(b64decode(sent["weights"])) == [255, 1, 102, 51]  # 0.0005 is faint, not gone


def test_drawing_without_links() -> None:
    data = links_html.drawing(["a"], [head(strongest(np.zeros((1, 1), np.float32), 1.0))])
    assert (data["heads"][0]["starts"], data["heads"][0]["targets"]) == ([0, 0], "")


def test_full_length_is_light() -> None:
    weights = np.random.default_rng(5).dirichlet(np.full(512, 0.1), 512).astype(np.float32)
    data = links_html.drawing(["word"] * 512, [head(strongest(weights, 0.5))])
    assert len(json.dumps(data)) < 100_000


HOSTILE = ["</script><script>alert(1)</script>", "<!--", "&amp;", "שלום", "\u2028", "a"]


def test_saved_file_reaches_no_other_host() -> None:
    page = links_html.export_html(HOSTILE, [head(strongest(np.eye(6, dtype=np.float32), 1))], "T")
    fetched = page.replace('"http://www.w3.org/2000/svg"', "")  # a name that browsers know
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(", fetched)
    assert "default-src 'none'" in page


def test_saved_file_holds_tokens_as_data() -> None:
    links = strongest(np.eye(6, dtype=np.float32), 1)
    page = links_html.export_html(HOSTILE, [head(links)], "<b>Title</b>")
    assert page.count("</script>") == 2
    assert "<!--" not in page
    assert '<h1 dir="auto">&lt;b&gt;Title&lt;/b&gt;</h1>' in page
    data = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert data
    assert json.loads(data[1]) == links_html.drawing(HOSTILE, [head(links)])


def test_saved_file_holds_the_drawing_code_of_the_page() -> None:
    page = links_html.export_html(["a"], [head(strongest(np.eye(1, dtype=np.float32), 1))], "T")
    assert links_html.script() in page
    assert links_html.style() in page
