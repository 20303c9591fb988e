import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from streamlit.testing.v1 import AppTest
from transformers import AutoModelForMaskedLM, AutoTokenizer

from pages.explore.mask_filling.views import VIEWS
from pages.shared import link
from playground.models.engine import Engine

PAGE = "pages/explore/mask_filling/page.py"
TEXT = "The capital of France is [MASK]."
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def reference(tiny_folder: Path) -> Callable[[str], torch.Tensor]:
    """What transformers itself computes: probabilities [token, vocabulary] of a text."""
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    model = AutoModelForMaskedLM.from_pretrained(tiny_folder).eval()

    def probabilities(text: str) -> torch.Tensor:
        with torch.inference_mode():
            return model(**tokenizer(text, return_tensors="pt")).logits[0].softmax(dim=-1)

    return probabilities


def tables(app: AppTest, column: str) -> list[Any]:
    """Return the tables on the screen that have a column of that name."""
    return [frame.value for frame in app.dataframe if column in frame.value.columns]


def messages(app: AppTest) -> str:
    return " ".join(element.value for element in (*app.error, *app.warning, *app.info))


def test_first_load_shows_what_transformers_computes(
    open_page: Open, reference: Callable[[str], torch.Tensor], tiny_folder: Path
) -> None:
    app = open_page(PAGE)
    tokenizer = AutoTokenizer.from_pretrained(tiny_folder)
    mask = tokenizer(TEXT)["input_ids"].index(tokenizer.mask_token_id)
    best = reference(TEXT)[mask].topk(8)
    [table] = tables(app, "Rank")
    assert table["Token id"].tolist() == best.indices.tolist()
    shown = [float(text.split()[0]) / 100 for text in table["Probability"]]
    assert shown == pytest.approx(best.values.tolist(), abs=0.0006)
    assert not messages(app)


def test_every_mask_gets_its_own_table(open_page: Open) -> None:
    app = open_page(PAGE, text="The [MASK] of [MASK] is [MASK].", top_k="3")
    assert [len(table) for table in tables(app, "Rank")] == [3, 3, 3]
    assert [heading.value for heading in app.header] == ["Mask 1", "Mask 2", "Mask 3"]


@pytest.mark.parametrize(
    ("view", "column", "rows"),
    [
        ("jointly", "Sentence", 5),
        ("compare-words", "Pieces", 4),
        ("every-position", "Guesses", None),
        ("layers", "First guess", 3),  # embeddings and two layers
        ("pre-training", "Treatment", None),
        ("side-by-side", "Log ratio", None),
    ],
)
def test_each_view_shows_a_result_at_once(
    open_page: Open, view: str, column: str, rows: int | None
) -> None:
    app = open_page(PAGE, view=view, top_k="5", passage="Rain fell for three days.")
    [table] = tables(app, column)
    assert len(table) == rows if rows else len(table) > 0
    assert not messages(app)


def test_only_the_chosen_view_computes(open_page: Open, engine: Engine) -> None:
    open_page(PAGE)
    assert engine.batcher.requests == 1
    assert engine.loads == {"bundled/masked_lm": 1}


def test_a_click_masks_the_token(open_page: Open) -> None:
    app = open_page(PAGE, text="The capital of France is Paris.")
    assert "has no mask" in messages(app)
    app.button_group(key="strip").set_value(3).run()
    assert app.text_area(key="text").value == "The capital of [MASK] is Paris."
    assert len(tables(app, "Rank")) == 1
    assert app.query_params["text"] == "The capital of [MASK] is Paris."


def test_an_example_replaces_the_text(open_page: Open) -> None:
    app = open_page(PAGE)
    app.button_group(key="sentence_example").set_value("Several masks").run()
    expected = "She opened the [MASK] and looked out at the [MASK]."
    assert app.text_area(key="text").value == expected
    assert len(tables(app, "Rank")) == 2


def test_a_link_shows_the_same_screen(open_page: Open) -> None:
    app = open_page(
        PAGE, view="jointly", text="[MASK] is [MASK].", top_k="3", order="left to right"
    )
    assert app.segmented_control(key="view").value == "jointly"
    assert app.text_area(key="text").value == "[MASK] is [MASK]."
    assert len(tables(app, "Sentence")[0]) == 3
    assert "view=jointly" in app.code[0].value
    assert "model=bundled%2Fmasked_lm" in app.code[0].value
    assert "text=%5BMASK%5D+is+%5BMASK%5D." in app.code[0].value


def test_the_address_follows_what_the_visitor_does(open_page: Open) -> None:
    app = open_page(PAGE)
    app.text_area(key="text").set_value("Rain fell for three [MASK].").run()
    assert app.query_params["text"] == "Rain fell for three [MASK]."
    app.segmented_control(key="view").set_value("layers").run()
    assert app.query_params["view"] == "layers"
    assert app.text_area(key="text").value == "Rain fell for three [MASK]."


def test_the_way_back_shows_the_screen_before(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(PAGE, text="First [MASK].")
    app.text_area(key="text").set_value("Second [MASK].").run()
    before, app.query_params = dict(app.query_params), {"text": "First [MASK]."}
    monkeypatch.setattr(link, "went_through_history", lambda: True)
    app.run()
    assert app.text_area(key="text").value == "First [MASK]."
    assert app.query_params == {"text": "First [MASK]."}
    assert before["text"] == "Second [MASK]."


def test_an_address_that_lags_behind_changes_nothing(open_page: Open) -> None:
    """A page runs by itself, too, and may be asked to before the browser has its new address."""
    app = open_page(PAGE, text="First [MASK].")
    app.text_area(key="text").set_value("Second [MASK].").run()
    app.query_params = {"text": "First [MASK]."}
    app.run()
    assert app.text_area(key="text").value == "Second [MASK]."


def test_a_click_wins_over_the_address_of_the_screen_before(open_page: Open) -> None:
    app = open_page(PAGE, text="First [MASK].")
    app.text_area(key="text").set_value("Second [MASK].").run()
    app.query_params = {"text": "First [MASK]."}
    app.text_area(key="text").set_value("Third [MASK].").run()
    assert app.text_area(key="text").value == "Third [MASK]."
    assert app.query_params["text"] == "Third [MASK]."


def test_the_text_survives_a_visit_to_another_page(open_page: Open) -> None:
    app = open_page(PAGE)
    app.text_area(key="text").set_value("Rain fell for three [MASK].").run()
    app.switch_page("../start/home/page.py").run()
    assert app.text_area(key="text").value == "Rain fell for three [MASK]."


@pytest.mark.parametrize(
    ("name", "value"),
    [("top_k", "0"), ("top_k", "21"), ("top_k", "many"), ("top_k", "²"), ("view", "shell"),
     ("order", "backwards"), ("seed", "-1"), ("share", "100")],
)  # fmt: skip
def test_a_link_with_an_unusable_value_says_so(open_page: Open, name: str, value: str) -> None:
    app = open_page(PAGE, **{name: value})
    [warning] = app.warning
    assert name.replace("_", r"\_") in warning.value or name in warning.value
    assert len(tables(app, "Rank")) == 1


def test_a_text_too_long_for_a_link_stays_out_of_it(open_page: Open) -> None:
    app = open_page(PAGE)
    app.text_area(key="text").set_value("This is [MASK]. " + "It is so long. " * 500).run()
    assert "text" not in app.query_params
    assert "too long for a link" in " ".join(block.value for block in app.markdown)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no text"),
        ("   \n ", "There is no text"),
        ("No word is missing.", "has no mask"),
        ("[MASK] " * 40, "40 masks"),
        ("a" * 100_000 + "[MASK]", "100,006 characters"),
        ("[MASK] and \0 more", "Control characters"),
        ("😀😀 [MASK] 😀", "no words"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(open_page: Open, text: str, said: str) -> None:
    app = open_page(PAGE)
    app.text_area(key="text").set_value(text).run()
    assert said in messages(app).replace("\\", "")


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script> is [MASK].", "**a** $b$ :red[c] [MASK] <b>", "שלום [MASK] x"],
)
def test_markup_is_only_text(open_page: Open, text: str) -> None:
    app = open_page(PAGE, text=text)
    assert app.text_area(key="text").value == text
    assert len(tables(app, "Rank")) == 1
    raw = [block for block in app.markdown if block.allow_html]
    assert not raw


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("no/such/model", "is not a model id"),
        ("local/absent", "There is no model"),
        ("nobody/nothing", "could not be fetched"),
    ],
)
def test_a_model_that_is_not_there_leaves_the_page_usable(
    open_page: Open, model: str, said: str
) -> None:
    app = open_page(PAGE, model=model)
    [error] = app.error
    assert said in error.value.replace("\\", "")
    app.selectbox(key="model").set_value("bundled/masked_lm").run()
    assert not app.error
    assert len(tables(app, "Rank")) == 1


def test_a_local_folder_is_offered_and_runs(open_page: Open) -> None:
    app = open_page(PAGE, model="local/tiny")
    assert not app.error
    assert len(tables(app, "Rank")) == 1


def test_the_table_of_all_models_is_made_when_it_is_opened(open_page: Open) -> None:
    app = open_page(PAGE)
    assert not tables(app, "Status")
    app.session_state["all_fill-mask"] = True
    [table] = tables(app.run(), "Status")
    assert "tiny" in table["Model"].tolist()


def test_a_text_in_another_script_offers_a_model_that_fits(open_page: Open) -> None:
    app = open_page(PAGE, text="我喜欢[MASK]京。")
    assert "Han script" in messages(app)
    app.button(key="use_bert-base-chinese").click().run()
    assert app.selectbox(key="model").value == "bert-base-chinese"


def test_a_long_text_says_what_was_cut(open_page: Open) -> None:
    app = open_page(PAGE, text="The [MASK] is here. " + "one two three " * 40)
    assert "were cut" in messages(app)
    assert len(tables(app, "Rank")) == 1


def test_targets_are_named_as_they_were_typed(open_page: Open) -> None:
    app = open_page(PAGE, view="compare-words", words="Paris, , Seine")
    assert set(tables(app, "Pieces")[0]["Word"]) == {"Paris", "Seine"}


def test_without_words_the_first_guesses_are_compared(open_page: Open) -> None:
    text = "The [MASK] is here."
    guesses = tables(open_page(PAGE, text=text, top_k="20"), "Rank")[0]
    app = open_page(PAGE, view="compare-words", text=text)
    compared = tables(app, "Pieces")[0]
    assert (
        list(compared["Word"]) == [word for word in guesses["Word"] if not word.startswith("·")][:4]
    )
    assert app.text_input(key="words").value == ""


def test_an_example_brings_its_words(open_page: Open) -> None:
    app = open_page(PAGE, view="compare-words")
    app.pills(key="sentence_example").set_value("Grammar").run()
    assert set(tables(app, "Pieces")[0]["Word"]) == {"are", "is", "were", "was"}


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_offers_its_code_and_files(open_page: Open, view: str) -> None:
    app = open_page(PAGE, view=view)
    python = next(block.value for block in app.code if block.language == "python")
    compile(python, "snippet", "exec")
    labels = [button.label for button in app.download_button]
    assert labels == ["CSV", "JSON", "Model adapter", "Notebook"]


def test_the_code_has_the_text_and_the_count(open_page: Open) -> None:
    app = open_page(PAGE, text="Rain fell for [MASK] days.", top_k="4")
    python = next(block.value for block in app.code if block.language == "python")
    assert "'Rain fell for [MASK] days.'" in python
    assert "TOP_K = 4" in python


def test_the_simulator_repeats_itself_with_the_same_seed(open_page: Open) -> None:
    app = open_page(PAGE, view="pre-training", seed="7")
    first = tables(app, "Treatment")[0]
    app.number_input(key="seed").set_value(8).run()
    other = tables(app, "Treatment")[0]
    app.number_input(key="seed").set_value(7).run()
    assert tables(app, "Treatment")[0].equals(first)
    assert not other.equals(first)


def test_every_view_names_fields_that_differ() -> None:
    for view in VIEWS.values():
        names = [field.name for field in view.fields]
        assert len(names) == len(set(names))
    assert json.dumps(list(VIEWS))  # names travel in links as they are
