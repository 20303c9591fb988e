"""Figures of how runs learn."""

from playground.fine_tuning.runs.progress import SCREEN_POINTS, Loss, Progress, Validation
from playground.plots import runs as plots


def validation(step: int, score: float, score_name: str = "accuracy") -> Validation:
    return Validation(step=step, epoch=step / 10, loss=1 / step, score=score, score_name=score_name)


def losses(count: int) -> tuple[Loss, ...]:
    return tuple(Loss(step=step, epoch=step / 10, loss=1 / step) for step in range(1, count + 1))


ONE = Progress(losses=losses(20), validations=(validation(10, 0.8), validation(20, 0.7)))
OTHER = Progress(losses=losses(10), validations=(validation(10, 0.9),))


def test_losses_lie_over_epochs() -> None:
    training, measured = plots.losses(ONE).data
    assert (training.x[0], training.y[0], training.x[-1], training.y[-1]) == (0.1, 1.0, 2.0, 0.05)
    assert (list(measured.x), list(measured.y)) == ([1.0, 2.0], [0.1, 0.05])
    assert (training.name, measured.name) == ("training", "validation")


def test_a_first_point_is_seen_although_it_is_no_line() -> None:
    (training, _) = plots.losses(Progress(losses=losses(1))).data
    assert training.mode == "markers"


def test_long_curves_are_thinned() -> None:
    (training, _) = plots.losses(Progress(losses=losses(5_000))).data
    assert len(training.x) <= SCREEN_POINTS + 1
    assert training.customdata[-1] == 5_000


def test_the_best_score_is_marked() -> None:
    line, best = plots.scores(ONE).data
    assert list(line.y) == [0.8, 0.7]
    assert (list(best.x), list(best.y)) == ([1.0], [0.8])


def test_of_perplexities_the_lowest_is_marked() -> None:
    points = (validation(10, 30.0, "perplexity"), validation(20, 25.0, "perplexity"))
    made = plots.scores(Progress(validations=points))
    assert list(made.data[1].y) == [25.0]
    assert made.layout.yaxis.title.text == "Perplexity"


def test_runs_are_told_apart_by_colour_and_dash() -> None:
    compared = [(f"run {number}", ONE) for number in range(5)]
    lines = plots.losses_compared(compared).data
    assert [line.name for line in lines] == [name for name, _ in compared]
    assert len({line.line.color for line in lines}) == 5
    assert len({line.line.dash for line in lines}) == 5


def test_a_figure_compares_scores_of_one_kind() -> None:
    adapted = Progress(validations=(validation(10, 30.0, "perplexity"),))
    one, other, third = plots.scores_compared(
        [("a", ONE), ("b", OTHER), ("c", adapted)], "accuracy"
    ).data
    assert (list(one.y), list(other.y), list(third.y)) == ([0.8, 0.7], [0.9], [])


def test_names_are_shown_as_they_are() -> None:
    hostile = "<b>x</b><a href='http://x.example'>y</a>"
    for made in (
        plots.losses_compared([(hostile, ONE)]),
        plots.scores_compared([(hostile, ONE)], "accuracy"),
        plots.scores(Progress(validations=(validation(10, 0.5, "<b>x</b>"),))),
    ):
        text = made.to_json().replace("\\u003c", "<")
        assert "<b>" not in text
        assert "<a" not in text
