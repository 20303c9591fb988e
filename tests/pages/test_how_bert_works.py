"""How BERT works on a tiny model: the tour, its link, what can be taken along, and bad input."""

import ast
import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from pages.learn.how_bert_works.domains import DOMAINS
from pages.learn.how_bert_works.tour import STEPS
from pages.shared import frame
from pages.shared.frame import Download
from playground.how_bert_works import bias, long_range
from playground.models import fake
from playground.models.engine import Engine

PAGE = "pages/learn/how_bert_works/page.py"
MOST_WORDS = 900
# The words that a newcomer meets, and the step that says what each of them means.
TERMS = {
    1: ("tokens", "vocabulary", "id"),
    2: ("vector", "segment", "LayerNorm"),
    3: ("attention", "query", "key", "values", "weight"),
    4: ("head",),
    5: ("feed-forward", "GELU"),
    6: ("layer",),
    7: ("output layer", "logit", "probabilities"),
    8: ("pre-training", "masked language modelling", "next-sentence prediction", "loss"),
}
Open = Callable[..., AppTest]


def step(open_page: Open, number: int, **query: str) -> AppTest:
    page = open_page(PAGE, tour_step=str(number), **query)
    assert not page.error
    assert not page.warning
    return page


def texts(page: AppTest) -> str:
    """What stands on the page to be read, labels of widgets left out."""
    blocks = [*page.header, *page.markdown, *page.latex, *page.caption, *page.info]
    return "\n".join(str(block.value) for block in blocks)


def prose(page: AppTest) -> str:
    """The words of a step itself: what stands on every step alike is left out, and the check."""
    written = [str(block.value) for block in (*page.markdown, *page.info)][1:]
    written += [str(one.value) for one in page.caption if "Checked" not in str(one.value)][1:]
    return " ".join(written)


def said(page: AppTest) -> str:
    """The page's messages, without the marks that keep Markdown from reading them."""
    return " ".join(str(one.value).replace("\\", "") for one in (*page.error, *page.warning))


def button(page: AppTest, label: str) -> Button:
    [found] = [one for one in page.button if one.label == label]
    return found


@pytest.mark.parametrize("number", range(1, 9))
def test_every_step_shows_a_picture_something_to_try_and_a_way_deeper(
    open_page: Open, number: int
) -> None:
    page = step(open_page, number)
    assert page.header[0].value == f"{number}. {STEPS[number - 1].name}"
    assert len(page.get("plotly_chart")) == 1
    assert len(page.info) == 1
    assert page.get("page_link")
    assert f"{number} of 8" in page.get("progress")[0].proto.text


def test_the_tour_is_short_and_names_every_term_where_it_first_stands(open_page: Open) -> None:
    words = 0
    for number in range(1, 9):
        found = prose(step(open_page, number))
        bold = re.findall(r"\*\*(.+?)\*\*", found.casefold())
        for term in TERMS[number]:
            assert any(term.casefold() == one for one in bold), (number, term)
        words += len(re.findall(r"[A-Za-z][\w'’-]*", re.sub(r"\$.*?\$", "", found)))
    assert 400 < words <= MOST_WORDS


@pytest.mark.parametrize("number", [2, 3, 4, 5, 7, 8])
def test_each_symbol_of_a_formula_is_named_below_it(open_page: Open, number: int) -> None:
    page = step(open_page, number)
    [formula] = [block.value for block in page.latex]
    named = [
        line for block in page.markdown for line in re.findall(r"^- \$(.+?)\$:", block.value, re.M)
    ]
    assert named
    for symbol in [part.strip() for line in named for part in line.split("(z)")[0].split(",")]:
        assert symbol.removesuffix("_i") in formula.replace(" ", ""), symbol
    operators = r"\\mathrm\{+\w+\}+|\\[A-Za-z]+"  # and names of functions
    letters = set(re.findall("[A-Za-z]", re.sub(operators, "", formula)))
    assert letters <= set("".join(named)), letters


def test_next_and_back_lead_through_the_steps_and_the_address_follows(open_page: Open) -> None:
    page = open_page(PAGE)
    assert button(page, "Back").disabled
    for number in range(2, 9):
        button(page, "Next").click().run()
        assert page.query_params["tour_step"] in (str(number), [str(number)])
        assert page.header[0].value.startswith(f"{number}. ")
    assert button(page, "Next").disabled
    button(page, "Back").click().run()
    assert page.header[0].value.startswith("7. ")


def test_token_layer_and_head_are_in_the_link(open_page: Open) -> None:
    page = step(open_page, 3, tour_token="2", tour_layer="1", tour_head="1")
    assert [box.value for box in page.selectbox if box.key != "tour_model"] == [2, 1, 1]
    [worked] = [one.value for one in page.markdown if one.value.startswith("From ")]
    assert worked.startswith("From the to ")


def test_numbers_beyond_the_model_become_its_last_ones(open_page: Open) -> None:
    page = step(open_page, 3, tour_token="30", tour_layer="60", tour_head="60")
    assert [box.value for box in page.selectbox if box.key != "tour_model"] == [0, 2, 2]


def test_the_numbers_shown_are_checked_against_the_formula(open_page: Open) -> None:
    for number in (2, 3, 4, 5, 7):
        captions = [one.value for one in step(open_page, number).caption]
        [share] = re.findall(r"Checked.* to ([\d.]+) %", "\n".join(captions))
        assert 0 <= float(share) < 0.005


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no text yet"),
        ("No word is hidden here.", "no mask"),
        ("[MASK] " + "a " * 40, "at most 32"),
        ("[MASK] " * 20, "at most 16"),
        ("[MASK] " + "x" * 1_000, "at most 1,000"),
    ],
)
def test_bad_input_gets_a_message(open_page: Open, text: str, message: str) -> None:
    page = open_page(PAGE, tour_text=text)
    assert message in said(page)
    assert not page.get("plotly_chart")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script> [MASK]", "😀 [MASK] \0", "**a** $x$ [MASK]", "[MASK] [MASK]"],
)
@pytest.mark.parametrize("number", [1, 3, 7])
def test_unusual_texts_are_shown(open_page: Open, text: str, number: int) -> None:
    page = open_page(PAGE, tour_step=str(number), tour_text=text)
    assert page.get("plotly_chart")
    assert "<script>" not in "".join(str(one.value) for one in page.markdown)


@pytest.fixture(params=["distilbert", "roberta"])
def other_family(request: pytest.FixtureRequest, tiny_folder: Path) -> Iterator[str]:
    """The id of a local model that is no BERT."""
    folder = fake.save(request.param, tiny_folder.parent / request.param)
    yield f"local/{folder.name}"
    shutil.rmtree(folder)


def test_other_families_are_told_why_not_and_still_have_the_other_views(
    open_page: Open, other_family: str
) -> None:
    page = open_page(PAGE, tour_model=other_family)
    assert "BERT's layout" in said(page)
    page = open_page(PAGE, tour_model=other_family, how_view="uses")
    assert not page.error
    assert page.get("plotly_chart")


def test_of_several_masks_the_first_is_followed(open_page: Open) -> None:
    page = open_page(PAGE, tour_text="[MASK] cat sat on the [MASK].", tour_step="3")
    assert page.info[0].value == "Of several masks the tour follows the first."
    names = page.selectbox(key="tour_token").options
    assert next(name for name in names if "[MASK]" in name).startswith("2 ")
    assert page.selectbox(key="tour_token").value == 0  # the first one, wherever it stands


def test_an_unknown_model_is_named(open_page: Open) -> None:
    page = open_page(PAGE, tour_model="local/none")
    assert "local/none" in said(page)


@pytest.fixture
def offered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Download]:
    """The files that the page offered last, by their label."""
    found: dict[str, Download] = {}
    show: Callable[[Sequence[Download]], None] = frame.downloads

    def downloads(files: Sequence[Download]) -> None:
        found.update({file.label: file for file in files})
        show(files)

    monkeypatch.setattr(frame, "downloads", downloads)
    return found


@pytest.mark.parametrize("number", range(1, 9))
def test_every_step_can_be_taken_along(
    open_page: Open, offered: dict[str, Download], number: int
) -> None:
    page = step(open_page, number)
    rows = json.loads(offered["JSON"].data())
    assert rows
    assert str(offered["CSV"].data()).splitlines()[0].split(",") == list(rows[0])
    [code] = [block.value for block in page.code if block.language == "python"]
    ast.parse(code)
    assert "AutoModelForMaskedLM" in json.dumps(json.loads(offered["Notebook"].data()))


@pytest.mark.parametrize("domain", DOMAINS)
def test_texts_of_every_field_run_on_a_click(open_page: Open, domain: str) -> None:
    page = open_page(PAGE, how_view="uses", how_domain=domain)
    assert len(page.get("plotly_chart")) == 1
    assert [one.value for one in page.markdown if one.value.startswith("**")] == [
        f"**{sample.use}**" for sample in DOMAINS[domain].samples
    ]
    for _ in range(2):
        run = next(one for one in page.button if one.label == "Run it here")
        run.click().run()
    assert not page.exception
    assert not page.error
    assert len(page.get("plotly_chart")) == 2  # and the entities, marked in their text
    assert not [one for one in page.button if one.label == "Run it here"]
    assert "huggingface.co" in texts(page)


@pytest.fixture
def words_of_the_tiny_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measurements with words that its vocabulary has."""
    story = long_range.Story(
        first="The {} is near.", last="He works at the [MASK].", cues=("river", "school")
    )
    stories = tuple(
        long_range.Story(first=first, last=story.last, cues=story.cues)
        for first in (story.first, "She said the {} was old.", "The {} was small.")
    )
    monkeypatch.setattr(long_range, "STORIES", stories)
    words = bias.GENDER.words
    monkeypatch.setitem(
        bias.ASSOCIATIONS,
        "gender",
        bias.Association(
            title=bias.GENDER.title,
            first="men",
            second="women",
            pairs=bias.GENDER.pairs[:2],
            sentences=bias.GENDER.sentences[:1],
            words=("teacher", "film", *words[:1]),
        ),
    )


@pytest.mark.usefixtures("words_of_the_tiny_model")
def test_limits_are_measured_once_and_can_be_taken_along(
    open_page: Open, offered: dict[str, Download], engine: Engine
) -> None:
    page = open_page(PAGE, how_view="limits")
    assert "times" in texts(page)
    assert page.get("plotly_chart")
    assert {"fillers", "distance", "with_cue", "cues"} <= set(json.loads(offered["JSON"].data())[0])
    asked = engine.batcher.requests
    page.run()
    assert engine.batcher.requests == asked
    page = open_page(PAGE, how_view="limits", how_limit="bias")
    assert "not facts about people" in said(page)
    assert {row["word"] for row in json.loads(offered["JSON"].data())} == {"teacher", "film"}


def test_a_model_without_the_words_says_so(open_page: Open) -> None:
    for limit in ("long-range", "bias"):
        page = open_page(PAGE, how_view="limits", how_limit=limit)
        assert "model for English" in said(page)


def test_a_model_from_elsewhere_is_measured_on_a_click(
    open_page: Open, engine: Engine, tiny_folder: Path
) -> None:
    page = open_page(PAGE, how_view="limits", tour_model=f"local/{tiny_folder.name}")
    assert not page.warning
    button(page, "Measure").click().run()
    assert "model for English" in said(page)


def test_privacy_says_what_the_readme_says(open_page: Open) -> None:
    shown = " ".join(texts(open_page(PAGE, how_view="limits", how_limit="privacy")).split())
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
    section = " ".join(readme.split("## Privacy")[1].split("##")[0].split())
    for claim in (
        "dropped with the browser tab",
        "until you delete the run",
        "random id by which it finds its runs",
        "carries the text in its address",
        "which model, never the text",
    ):
        assert claim in section
        assert claim in shown


def test_little_data_leads_to_the_runs(open_page: Open) -> None:
    page = open_page(PAGE, how_view="limits", how_limit="little-data")
    assert "learning curve" in texts(page)
    assert len(page.get("page_link")) == 2
