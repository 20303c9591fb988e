"""The figures of a data set hold its counts."""

import numpy as np

from playground.fine_tuning import Dataset, Example, Lengths, Part, Span, Task
from playground.plots import fine_tuning as plots
from playground.plots.template import BLUE, ORANGE


def example(number: int, label: str) -> Example:
    return Example(number=number, text=f"text {number}", labels=(label,))


def test_parts_stand_side_by_side_with_a_bar_for_each_label() -> None:
    parts = {
        Part.TRAINING: (example(1, "yes"), example(2, "yes"), example(3, "no")),
        Part.VALIDATION: (example(4, "yes"),),
    }
    made = plots.label_counts(Dataset(task=Task.CLASSIFICATION, labels=("no", "yes"), parts=parts))
    training, validation = made.data
    assert (training.name, list(training.x)) == ("Training", [1, 2])
    assert (validation.name, list(validation.x)) == ("Validation", [0, 1])
    assert made.layout.barmode == "group"
    assert list(made.layout.yaxis.range) == [1.5, -0.5]


def test_entities_are_counted_and_not_their_texts() -> None:
    spans = (Span(0, 4, "PLACE"), Span(5, 6, "PLACE"))
    parts = {Part.TRAINING: (Example(number=1, text="text 1", spans=spans),)}
    made = plots.label_counts(Dataset(task=Task.ENTITIES, labels=("PLACE",), parts=parts))
    assert list(made.data[0].x) == [2]


def test_markup_in_a_label_stays_text_and_long_names_are_cut() -> None:
    names = ("<b>x</b>", "a" * 30)
    parts = {Part.TRAINING: tuple(example(n, name) for n, name in enumerate(names))}
    made = plots.label_counts(Dataset(task=Task.CLASSIFICATION, labels=names, parts=parts))
    assert list(made.layout.yaxis.ticktext) == ["&lt;b&gt;x&lt;/b&gt;", "a" * 23 + "…"]
    assert made.data[0].customdata[0] == "&lt;b&gt;x&lt;/b&gt;"


def test_texts_that_the_limit_cuts_have_bars_of_their_own() -> None:
    made = plots.lengths(Lengths(tokens=(3, 3, 4, 5), limit=4))
    [bars] = made.data
    np.testing.assert_array_equal(bars.x, [3, 4, 5])
    np.testing.assert_array_equal(bars.y, [2, 1, 1])
    assert list(bars.marker.color) == [BLUE, BLUE, ORANGE]
    assert made.layout.shapes[0].x0 == 4.5
    assert made.layout.annotations[0].text == "limit: 4"


def test_a_limit_far_beyond_all_texts_is_written_at_the_edge() -> None:
    made = plots.lengths(Lengths(tokens=(3, 4), limit=128))
    assert made.layout.shapes == ()
    assert made.layout.annotations[0].text == "limit: 128 →"


def test_bars_of_long_texts_are_wide_and_end_at_the_limit() -> None:
    [bars] = plots.lengths(Lengths(tokens=(1, 128, 129, 400), limit=128)).data
    assert bars.width == 10
    assert bars.customdata.tolist() == [[0, 8], [119, 128], [129, 138], [399, 408]]
    assert list(bars.y) == [1, 1, 1, 1]
