"""Sentences with their places, by rules written down in the docstring."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.text.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        (" \n\t ", []),
        ("No end mark", ["No end mark"]),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("  Spaces  around.   Another one. ", ["Spaces  around.", "Another one."]),
        ("He left... and came back. Twice!!!", ["He left... and came back.", "Twice!!!"]),
        ("It cost 3.50 euros. Too much.", ["It cost 3.50 euros.", "Too much."]),
        ("Dr. Smith met Mrs. Jones. They talked.", ["Dr. Smith met Mrs. Jones.", "They talked."]),
        ("Fruit, e.g. apples. Fine.", ["Fruit, e.g. apples.", "Fine."]),
        ("By J. R. Smith. Good.", ["By J. R. Smith.", "Good."]),
        ("So did I. Then rain.", ["So did I.", "Then rain."]),
        ("“Stop!” He ran. (Really.) Yes.", ["“Stop!”", "He ran.", "(Really.)", "Yes."]),
        ("A heading\nand a line\n\nA new one", ["A heading", "and a line", "A new one"]),
        ("很好。不错！真的？是", ["很好。", "不错！", "真的？", "是"]),
        ("One.\0 Two.", ["One.", "Two."]),
    ],
)
def test_sentences_are_cut_by_the_rules(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@given(st.text(alphabet="aB1 .!?。\n\t\0)”", max_size=60))
def test_no_letter_is_lost_and_sentences_are_in_order(text: str) -> None:
    spans = sentence_spans(text)
    inside = "".join(text[start:end] for start, end in spans)
    assert [c for c in inside if c.isalnum()] == [c for c in text if c.isalnum()]
    places = [place for span in spans for place in span]
    assert places == sorted(places)
