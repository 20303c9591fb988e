"""The card of a trained model: what it is for, how good it is, what it learned from, its limits.

It names labels and no text of the visitor's examples. Labels, notices and the run's name are a
visitor's words: in the Markdown they are escaped, and the front matter holds none of them.
"""

from collections.abc import Iterable, Sequence

from playground.fine_tuning.dataset import Dataset
from playground.fine_tuning.evaluation import card_limits
from playground.fine_tuning.evaluation.report import PartReport, Report, Score
from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.tasks import Task
from playground.fine_tuning.training_options import METHODS, Method, TrainingOptions
from playground.markdown import line

NAME = "README.md"
PIPELINES = {
    Task.CLASSIFICATION: "text-classification",
    Task.MULTI_LABEL: "text-classification",
    Task.PAIRS: "text-classification",
    Task.ENTITIES: "token-classification",
    Task.ADAPTATION: "fill-mask",
}
_WHAT = {
    Task.CLASSIFICATION: "Gives a text exactly one of {labels} labels.",
    Task.MULTI_LABEL: "Gives a text any number of {labels} labels.",
    Task.PAIRS: "Gives a pair of texts exactly one of {labels} labels.",
    Task.ENTITIES: "Finds entities of {labels} types in a text.",
    Task.ADAPTATION: "Fills masks in texts of one field: a masked LM that went on reading there.",
}
_METRICS = {"accuracy": "accuracy", "perplexity": "perplexity"}  # by the Hub's names; else f1
_OF_LORA = {"lora_rank"}  # options that say nothing of other methods


def render(
    report: Report,
    dataset: Dataset,
    *,
    title: str,
    options: TrainingOptions,
    seed: int,
    base: str | None = None,
    adapter: bool = False,
) -> str:
    """Return the card as Markdown with the Hub's front matter.

    ``title`` is the run's name. ``base`` is the public id of the base model, None if it has none.
    With ``adapter`` the card is for a peft adapter, else for a whole model. The code that uses it
    is added by ``export.usage``, which knows the files.
    """
    named = f"`{base}`" if base else "a model without a public name"
    sections = [
        f"# {line(title) or 'A model of mine'}",
        f"{_WHAT[report.task].format(labels=len(dataset.labels))} Trained with BERT Playground "
        f"from {named}.",
        "## How good it is",
        *_measured(report),
        "## What it learned from",
        *_data(dataset, seed),
        "## How it was trained",
        METHODS[options.method],
        _table(["option", "value"], _options(options)),
        "## Limits",
        _bullets(card_limits.found(report, dataset, options)),
    ]
    return f"---\n{_front_matter(report, base, adapter)}\n---\n\n" + "\n\n".join(sections) + "\n"


def _front_matter(report: Report, base: str | None, adapter: bool) -> str:
    from huggingface_hub import ModelCardData

    scores = report.adaptation.after[:1] if report.adaptation else report.headline.scores
    made = ModelCardData(
        base_model=base,
        library_name="peft" if adapter else "transformers",
        pipeline_tag=PIPELINES[report.task],
        metrics=list(dict.fromkeys(_METRICS.get(score.name, "f1") for score in scores)),
        tags=["bert-playground"],
    )
    text: str = made.to_yaml()
    return text


def _measured(report: Report) -> Iterable[str]:
    if (adaptation := report.adaptation) is not None:
        yield adaptation.comparison.sentence
        yield _scores({"this model": adaptation.after, "the model before": adaptation.before})
        yield f"Measured on {adaptation.tokens:,} masked tokens, the same for both."
        return
    yield report.headline.strongest.comparison.sentence
    for part in report.parts:
        yield f"### {part.part.capitalize()} part, {part.examples:,} examples"
        yield from _part(part)
    yield from _calibration(report)
    yield from report.notes


def _part(part: PartReport) -> Iterable[str]:
    yield _scores({"this model": part.scores, **{one.name: one.scores for one in part.baselines}})
    yield _bullets(f"{one.name.capitalize()}: {line(one.about)}" for one in part.baselines)
    partial = any(one.partial_f1 is not None for one in part.labels)
    yield _table(
        ["label", "precision", "recall", "F1", *["partial F1"] * partial, "examples"],
        (
            [
                line(one.label),
                *map(_percent, (one.precision, one.recall, one.f1)),
                *([_percent(one.partial_f1 or 0.0)] if partial else []),
                f"{one.support:,}",
            ]
            for one in part.labels
        ),
    )


def _scores(systems: dict[str, tuple[Score, ...]]) -> str:
    """Return a table with a row a system, and below it how the intervals were made."""
    first = next(iter(systems.values()))
    table = _table(
        ["", *(f"{score.name} (95 % interval)" for score in first)],
        ([name, *map(_interval, scores)] for name, scores in systems.items()),
    )
    names = {
        score.method: [one.name for one in first if one.method == score.method] for score in first
    }
    methods = "; ".join(f"{', '.join(of_it)}: {method}" for method, of_it in names.items())
    return f"{table}\n\nIntervals: {methods}."


def _interval(score: Score) -> str:
    shown = _number if score.name == "perplexity" else _percent
    if score.low is None or score.high is None:
        return shown(score.value)
    return f"{shown(score.value)} ({shown(score.low)} to {shown(score.high)})"


def _calibration(report: Report) -> Iterable[str]:
    found = report.headline.reliability
    if not found:
        return
    yield "### Calibration"
    yield (
        "The expected calibration error is the mean gap between how sure the model is and how "
        "often it is right, over 15 bins (Guo et al. 2017, arXiv:1706.04599)."
    )
    yield _bullets(f"{_percent(one.error)}: {one.about}" for one in found)
    if report.temperature is not None:
        yield (
            f"Divide the logits by the temperature {report.temperature:.4f}, as in "
            "`calibration.json`; it changes no decision."
        )


def _data(dataset: Dataset, seed: int) -> Iterable[str]:
    parts = dataset.parts
    counts = ", ".join(f"{len(found):,} for {part}" for part, found in parts.items())
    yield f"Examples: {counts}. Training had the seed {seed}."
    if dataset.labels:
        yield _table(
            ["label", *parts],
            (
                [line(label), *(f"{dataset.label_counts[part][label]:,}" for part in parts)]
                for label in dataset.labels
            ),
        )
    if dataset.notices:
        yield _bullets(map(line, dataset.notices))


def _options(options: TrainingOptions) -> Iterable[Sequence[str]]:
    for name, value in options.to_json().items():
        if name not in _OF_LORA or options.method is Method.LORA:
            yield name.replace("_", " "), _value(value)


def _value(value: JSON) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _number(value: float) -> str:
    return f"{value:.2f}"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {one}" for one in lines)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
