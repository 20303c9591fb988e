"""What may be wrong with labels. Each check reports, and returns the examples that stay."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from playground.errors import LabelsError
from playground.files.names import is_number
from playground.fine_tuning.checking.problems import Problems, counted, listed
from playground.fine_tuning.dataset import Example, Finding, Part, Span, Switch
from playground.fine_tuning.tasks import Task

FEW = 8  # examples of a label; below, neither training nor its measure has much to go by
_UNBALANCED = 10  # times as many examples of one label as of another
_SCALE = 10  # numbers above so many are rather measured than chosen
_MOST_NEW = 0.5  # labels for each example: above, they are ids or texts
_ONE_LABEL = (Task.CLASSIFICATION, Task.PAIRS)


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Return label names, each once: numbers in their order, then the others by the alphabet."""
    return tuple(sorted(set(names), key=_place))


def examples_of(examples: Sequence[Example]) -> Counter[str]:
    """Return the number of examples that have each label, an entity's label once a text."""
    return Counter(name for one in examples for name in set(one.label_names))


def without_unlabelled(examples: list[Example], task: Task, report: Problems) -> list[Example]:
    """Leave out texts without a label; of several labels none may be meant, so there it is asked.

    A text without entities is an example like others.
    """
    if task not in (*_ONE_LABEL, Task.MULTI_LABEL):
        return examples
    bare = [one for one in examples if not one.labels]
    found = f"{counted(len(bare), 'row')} without a label."
    if task is Task.MULTI_LABEL and report.decide(
        Switch.KEEP_UNLABELLED,
        Finding.NO_LABEL,
        bare,
        found,
        "They are kept as texts that no label fits. If nobody looked at them, switch this off.",
        otherwise="They are left out: keeping them is switched off.",
    ):
        return examples
    if task in _ONE_LABEL:
        report.add(Finding.NO_LABEL, bare, found, "They are left out.")
    return [one for one in examples if one.labels]


def with_merged_spellings(examples: list[Example], report: Problems) -> list[Example]:
    """Give labels that differ in case, spaces or a decimal zero the spelling that most have."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name in (name for one in examples for name in one.label_names):
        spellings[_spelled(name)][name] += 1
    several = [counts for counts in spellings.values() if len(counts) > 1]
    best = {name: max(counts, key=counts.__getitem__) for counts in several for name in counts}
    rare = [
        one for one in examples if any(best.get(name, name) != name for name in one.label_names)
    ]
    merge = report.decide(
        Switch.MERGE_SPELLINGS,
        Finding.SPELLINGS,
        rare,
        "Labels that differ only in case, spaces or a decimal zero: "
        f"{'; '.join(listed(counts) for counts in several[:3])}.",
        f"The most frequent spelling stands for all: {listed(dict.fromkeys(best.values()))}.",
    )
    return [_renamed(one, best) for one in examples] if merge and rare else examples


def require_labels(examples: Sequence[Example], task: Task, most: int) -> None:
    """Do nothing if the labels can be learned.

    Raises:
        LabelsError: there are none, only one, more than ``most``, or nearly each is another.
    """
    counts = examples_of(examples)
    if not counts:
        raise LabelsError(
            "No text has a label, an entity or a topic. Choose another column for them, or domain "
            "adaptation, which needs texts only."
        )
    if len(counts) == 1 and counts.total() == len(examples) and task is not Task.ENTITIES:
        raise LabelsError(
            f"All {len(examples):,} examples to learn from are {listed(counts)}: there is nothing "
            "to tell apart. Add examples of another one, or choose another column."
        )
    hint = " They are numbers; put measurements into ranges first." if _are_numbers(counts) else ""
    if len(counts) > most:
        raise LabelsError(
            f"There are {len(counts):,} labels, and at most {most:,} are learned: "
            f"{listed(counts)}.{hint} Choose another column, or bring them together into fewer."
        )
    if len(counts) > _SCALE and len(counts) > _MOST_NEW * len(examples):
        raise LabelsError(
            f"{len(examples):,} examples have {len(counts):,} different labels, such as "
            f"{listed(counts, 2)}. Such a column holds numbers, names or texts.{hint} "
            "Choose the one with the labels."
        )


def without_single(examples: list[Example], report: Problems) -> list[Example]:
    """Leave out labels with one example, and that example with all that it has."""
    single = _single(examples)
    leave_out = report.decide(
        Switch.DROP_SINGLE,
        Finding.SINGLE,
        [one for one in examples if single & set(one.label_names)],
        f"{counted(len(single), 'label')} with one example, which cannot be both learned and "
        f"measured: {listed(in_order(single))}.",
        "Label and example are left out.",
        otherwise="They are kept for training, and not measured: this is switched off.",
    )
    while leave_out and single:  # a text that falls away may take other labels' second one along
        examples = [one for one in examples if not single & set(one.label_names)]
        single = _single(examples)
    return examples


def report_counts(examples: Sequence[Example], task: Task, report: Problems) -> None:
    """Problems labels with few examples, unbalanced ones, and numbers."""
    counts = examples_of(examples)
    few = {name for name, count in counts.items() if count < FEW}
    report.add(
        Finding.FEW,
        [one for one in examples if few & set(one.label_names)],
        f"{counted(len(few), 'label')} with fewer than {FEW} examples: {listed(in_order(few))}.",
        "They are kept; expect little of them. Add examples, or merge labels in the file.",
        count=len(few),
    )
    (most, many), (least, little) = counts.most_common()[0], counts.most_common()[-1]
    report.add(
        Finding.UNBALANCED,
        [one for one in examples if least in one.label_names]
        if many > _UNBALANCED * little
        else [],
        f"{listed([most])} has {counted(many, 'example')}, {listed([least])} {little:,}.",
        "Nothing is changed. Judge the model by each label's own figures: a high accuracy may "
        "come from the most frequent label alone.",
        count=1,
    )
    measured = len(counts) > _SCALE or not all(_is_whole(name) for name in counts)
    report.add(
        Finding.NUMBERS,
        examples if task in _ONE_LABEL and _are_numbers(counts) and measured else [],
        f"The labels are numbers, such as {listed(in_order(counts), 3)}. They look measured.",
        "Each number is a label of its own, and no nearer to the next than to any other. "
        "Put measurements into ranges in the file.",
        count=len(counts),
    )


def report_not_trained(examples: Sequence[Example], report: Problems) -> None:
    """Problems labels that validation or test has and training has not."""
    trained = examples_of([one for one in examples if one.part is Part.TRAINING])
    unknown = [one for one in examples if not trained.keys() >= set(one.label_names)]
    names = in_order(name for one in unknown for name in one.label_names if name not in trained)
    report.add(
        Finding.NOT_TRAINED,
        unknown,
        f"{counted(len(names), 'label')} without an example in training: {listed(names)}.",
        "They are kept, and count as mistakes of the model. Add examples to training.",
        count=len(names),
    )


def _single(examples: Sequence[Example]) -> set[str]:
    return {name for name, count in examples_of(examples).items() if count == 1}


def _spelled(name: str) -> str:
    without_zero = re.sub(r"^(-?\d+)\.0+$", r"\1", name)
    return re.sub(r"[\s_]+", "", without_zero).casefold()


def _renamed(example: Example, names: dict[str, str]) -> Example:
    labels = dict.fromkeys(names.get(name, name) for name in example.labels)
    spans = [Span(one.start, one.end, names.get(one.label, one.label)) for one in example.spans]
    return replace(example, labels=tuple(labels), spans=tuple(spans))


def _are_numbers(names: Iterable[str]) -> bool:
    return all(is_number(name) for name in names)


def _is_whole(name: str) -> bool:
    return re.fullmatch(r"[+-]?\d+(\.0+)?", name) is not None


def _place(name: str) -> tuple[float, str, str]:
    number = float(name) if _is_whole(name) else float("inf")
    return number, name.casefold(), name
