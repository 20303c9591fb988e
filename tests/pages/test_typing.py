from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

Open = Callable[..., AppTest]


@pytest.mark.parametrize(
    "page",
    [
        "explore/mask_filling",
        "explore/attention",
        "explore/tokenizer",
        "explore/embeddings",
        "tasks/sentiment",
        "tasks/named_entities",
        "tasks/next_sentence",
        "learn/how_bert_works",
    ],
)
def test_a_run_of_the_page_leaves_what_is_being_typed(open_page: Open, page: str) -> None:
    """A value that the server sets takes the place of letters that have not been sent yet.

    Pages run again by themselves, say when the browser has answered whose runs there are.
    """
    app = open_page(f"pages/{page}/page.py")
    app.run()
    boxes = [*app.text_area, *app.text_input]
    assert boxes
    assert [box.label for box in boxes if box.proto.set_value] == []
