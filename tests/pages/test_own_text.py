"""A visitor's own text is one click away on the pages that come after."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from pages.explore.attention import inputs as attention
from pages.explore.mask_filling import inputs as mask_filling
from pages.explore.tokenizer import inputs as tokenizer
from pages.shared.escape import literal
from pages.tasks.named_entities import inputs as named_entities

Open = Callable[..., AppTest]
ATTENTION = "pages/explore/attention/page.py"
TOKENIZER = "pages/explore/tokenizer/page.py"
MASK_FILLING = "pages/explore/mask_filling/page.py"
NAMED_ENTITIES = "pages/tasks/named_entities/page.py"
OWN = "Ada *wrote* it [MASK] in London, long before anyone else in the world did."
ON_PILL = literal("Ada *wrote* it [MASK] in…")


def test_a_text_typed_on_one_page_is_offered_on_the_next(open_page: Open) -> None:
    app = open_page(NAMED_ENTITIES)
    app.text_area(key=named_entities.TEXT.name).set_value(OWN).run()
    assert app.pills(key="entities_example").options == list(named_entities.EXAMPLES)  # shown here

    app = open_page(TOKENIZER)
    app.pills(key="pieces_example").set_value("A pair").run()
    assert app.session_state[tokenizer.PAIR.name]
    pills = app.pills(key="pieces_example")
    assert pills.options == [*tokenizer.EXAMPLES, ON_PILL]
    pills.set_value(f":material/history_edu: {ON_PILL}").run()
    assert app.text_area(key=tokenizer.TEXT.name).value == OWN
    assert app.session_state[tokenizer.PAIR.name] == ""  # of the example
    assert app.pills(key="pieces_example").options == list(tokenizer.EXAMPLES)


def test_what_was_typed_last_is_offered(open_page: Open) -> None:
    app = open_page(NAMED_ENTITIES)
    app.text_area(key=named_entities.TEXT.name).set_value("The first text").run()
    app = open_page(TOKENIZER)
    app.text_area(key=tokenizer.TEXT.name).set_value("The second text").run()

    app = open_page(NAMED_ENTITIES)

    assert app.text_area(key=named_entities.TEXT.name).value == "The first text"
    assert "The second text" in app.pills(key="entities_example").options[-1]
    app = open_page(ATTENTION)
    assert "The second text" in app.pills(key="attention_example").options[-1]


def test_an_example_is_nobodys_own_text(open_page: Open) -> None:
    open_page(NAMED_ENTITIES).pills(key="entities_example").set_value("Finance").run()
    app = open_page(ATTENTION)
    assert app.pills(key="attention_example").options == list(attention.EXAMPLES)


@pytest.mark.parametrize(("text", "offered"), [(OWN, 1), ("No word is missing here.", 0)])
def test_where_a_mask_is_needed_a_text_without_one_is_not_offered(
    open_page: Open, text: str, offered: int
) -> None:
    app = open_page(ATTENTION)
    app.text_area(key=attention.TEXT.name).set_value(text).run()
    app = open_page(MASK_FILLING)
    pills = app.pills(key="sentence_example")
    assert len(pills.options) == len(mask_filling.EXAMPLES) + offered
