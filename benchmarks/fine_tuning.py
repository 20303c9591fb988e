"""Fine-tuning: from a start to a report, and the speed of training against a tutorial's script.

The reference is transformers' Trainer as its tutorials use it: fp32, texts padded to one length,
batches of 16, everything else by default. Both train the trunk with a new head on the same texts,
as often, in turns, and measure it after each epoch. The data set is not part of the project: set
``BERT_PLAYGROUND_DATA`` to the folder that holds ``sentiment/``.
"""

import csv
import io
import lzma
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from transformers import Trainer, TrainingArguments, set_seed

from benchmarks.table import Row
from playground import files, fine_tuning
from playground.fine_tuning import Dataset, Example, Part, Task, dataset_file
from playground.fine_tuning.runs import owners, trainers
from playground.fine_tuning.runs.launcher import LocalLauncher
from playground.fine_tuning.runs.queue import RunQueue
from playground.fine_tuning.runs.run_directory import Facts, RunDirectory
from playground.fine_tuning.runs.settings import JSON, RunSettings
from playground.fine_tuning.runs.state import ENDED, State
from playground.fine_tuning.runs.store import RunStore
from playground.fine_tuning.runs.trainers import FINE_TUNING
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.training import reading
from playground.fine_tuning.training import rows as reader
from playground.fine_tuning.training_options import Method, Preset, TrainingOptions
from playground.models import catalog, loading
from playground.settings import Settings

DATA = Path(os.environ.get("BERT_PLAYGROUND_DATA", "../shared/data"))
LABELS = ("negative", "positive")
SEEDS = (0, 1, 2)
UNSEEN = 500  # rows on which both models of the speed comparison are measured
LIMITS = {Method.LINEAR_PROBE: 30, Method.LORA: 90}  # seconds
LOOK_AGAIN = 0.1  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """A model, the examples a second that it learned from, and its accuracy."""

    rate: float
    accuracy: float


def rows() -> Iterator[Row]:
    """Yield the time to a report, and the rates with the accuracies of three seeds."""
    yield from _to_a_report()
    yield from _compared(
        "SST-2", texts("sst2_train", 2_500), 128, training=640, epochs=3, seeds=SEEDS
    )
    yield from _compared(
        "IMDB", texts("imdb_train", 1_000), 512, training=600, epochs=1, seeds=SEEDS[:1]
    )


def texts(name: str, count: int) -> tuple[Example, ...]:
    """Return ``count`` rows drawn at random from a file of the data folder."""
    with lzma.open(DATA / f"sentiment/{name}.tsv.xz", "rt", encoding="utf-8") as lines:
        found = [line.rstrip("\n").split("\t") for line in lines][1:]
    return tuple(
        Example(number=number, text=text, labels=(LABELS[int(label)],), part=Part.TRAINING)
        for number, (text, label) in enumerate(random.Random(0).sample(found, count))
    )


def dataset(examples: tuple[Example, ...], training: int, held_out: int) -> Dataset:
    """Return the first ``training`` examples to learn from, and the next ``held_out``."""
    parts = {
        Part.TRAINING: examples[:training],
        Part.VALIDATION: examples[training : training + held_out],
    }
    named = {part: tuple(replace(one, part=part) for one in found) for part, found in parts.items()}
    return Dataset(task=Task.CLASSIFICATION, labels=LABELS, parts=named)


def _to_a_report() -> Iterator[Row]:
    table = files.read(as_a_file(texts("sst2_train", 2_000)), "reviews.csv")
    columns = fine_tuning.guess(table, Task.CLASSIFICATION)
    data = dataset_file.dump(fine_tuning.check(table, columns, Task.CLASSIFICATION).dataset)
    for method, limit in LIMITS.items():
        with tempfile.TemporaryDirectory() as folder:
            settings = replace(Settings.from_environment(), runs_folder=Path(folder))
            store = RunStore(RunQueue(settings, LocalLauncher(settings)))
            owner = owners.new_owner()
            options = TrainingOptions.preset(method, Preset.BALANCED)
            wanted = RunSettings(
                task=FINE_TUNING, base_model=catalog.TRUNK, seed=0, options=options.to_json()
            )
            begin = time.perf_counter()
            run = store.submit(owner, wanted, "benchmark", {dataset_file.NAME: data})
            while run.state not in ENDED:
                time.sleep(LOOK_AGAIN)
                run = store.run(owner, run.id)
            seconds = time.perf_counter() - begin
            assert run.state is State.FINISHED, run.message
            score, baseline = (float(str(run.values[key])) for key in ("score", "baseline"))
        yield Row(
            what=f"2,000 rows of SST-2 as a file, {method}: from Start to the report",
            ours=f"{seconds:.0f} s",
            bar=f"{limit} s",
        )
        yield Row(
            what=f"the same, {run.values['score_name']} on its validation part",
            ours=f"{score:.1%}",
            reference=f"{baseline:.1%} (TF-IDF with logistic regression)",
            ratio=f"{100 * (score - baseline):+.1f} points",
            bar="better",
        )


def as_a_file(examples: Sequence[Example]) -> bytes:
    """Return a CSV as Excel writes it in western Europe: semicolons, Windows-1252."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";")
    writer.writerows([("text", "label"), *((one.text, one.labels[0]) for one in examples)])
    return stream.getvalue().encode("cp1252", errors="replace")


def started(folder: Path, data: Dataset, options: TrainingOptions, seed: int) -> RunDirectory:
    """Return the folder of a run on the trunk."""
    directory = RunDirectory(folder / "run")
    settings = RunSettings(
        task="fine-tuning", base_model=catalog.TRUNK, seed=seed, options=options.to_json()
    )
    facts = Facts(owner="benchmark", submitted=time.time(), settings=settings)
    directory.create(facts, "benchmark", {dataset_file.NAME: dataset_file.dump(data)})
    return directory


def work(path: str) -> dict[str, JSON]:
    """Train the run in the folder ``path``; its last event has the values of its result."""
    directory = RunDirectory(Path(path))
    facts = directory.facts()
    assert facts is not None
    run = TrainingRun(directory, facts.settings, 3_600, lambda: None)
    values = trainers.load(facts.settings.task)(run)
    directory.record("result", values)
    return values


def _compared(
    name: str,
    examples: tuple[Example, ...],
    tokens: int,
    *,
    training: int,
    epochs: int,
    seeds: tuple[int, ...],
) -> Iterator[Row]:
    data = dataset(examples, training, held_out=training // 4)
    unseen = examples[-min(UNSEEN, len(examples) // 2) :]
    options = TrainingOptions.preset(Method.FULL, Preset.BALANCED, max_tokens=tokens)
    options = replace(options, epochs=epochs, patience=0)
    pairs = [
        (ours(data, unseen, options, seed), tutorial(data, unseen, options, seed)) for seed in seeds
    ]
    rates = [(one.rate, other.rate) for one, other in pairs]
    ratio = statistics.median(one / other for one, other in rates)
    yield Row(
        what=f"all weights, {training} texts of {name}, at most {tokens} tokens, epochs: {epochs}",
        ours=f"{statistics.median(one for one, _ in rates):.0f} examples/s",
        reference=f"{statistics.median(other for _, other in rates):.1f} examples/s (tutorial)",
        ratio=f"{ratio:.1f} x",
        bar="6 x" if tokens == 128 else "2.5 x",
    )
    scores = [
        statistics.mean(one.accuracy for one in of_one) for of_one in zip(*pairs, strict=True)
    ]
    yield Row(
        what=f"the same, mean accuracy of {len(seeds)} seeds on {len(unseen)} other texts",
        ours=f"{scores[0]:.1%}",
        reference=f"{scores[1]:.1%} (tutorial)",
        ratio=f"{100 * (scores[0] - scores[1]):+.1f} points",
        bar="-1 point or better" if len(seeds) > 1 else "",
    )


def ours(
    data: Dataset, unseen: tuple[Example, ...], options: TrainingOptions, seed: int
) -> Trained:
    """Train as the app does."""
    with tempfile.TemporaryDirectory() as folder:
        directory = started(Path(folder), data, options, seed)
        work(str(directory.path))
        phases = [event for event in directory.events() if event["kind"] == "phase"]
        names = [event["name"] for event in phases]
        begin = names.index("training")
        seconds = phases[begin + 1]["time"] - phases[begin]["time"]
        settings = Settings(models_folder=directory.outputs)
        spec = catalog.find("local/model", catalog.Task.TEXT_CLASSIFICATION, settings)
        checkpoint = loading.load(spec, settings)
    count = options.epochs * len(data.parts[Part.TRAINING])
    accuracy = _accuracy(checkpoint.model, checkpoint, data, unseen, options)
    return Trained(rate=count / seconds, accuracy=accuracy)


def tutorial(
    data: Dataset, unseen: tuple[Example, ...], options: TrainingOptions, seed: int
) -> Trained:
    """Train as a tutorial does."""
    set_seed(seed)
    spec = catalog.find(catalog.TRUNK, catalog.Task.FEATURE_EXTRACTION, Settings())
    base = loading.load_fresh(spec, Settings(), catalog.Task.TEXT_CLASSIFICATION, LABELS)
    base.model.set_attn_implementation("sdpa")  # what from_pretrained chooses
    parts = {
        part: [
            {
                **base.tokenizer(
                    one.text, padding="max_length", truncation=True, max_length=options.max_tokens
                ),
                "labels": LABELS.index(one.labels[0]),
            }
            for one in examples
        ]
        for part, examples in data.parts.items()
    }
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=options.epochs,
            per_device_train_batch_size=16,
            optim="adamw_torch",
            eval_strategy="epoch",
            save_strategy="epoch",
            report_to="none",
            disable_tqdm=True,
            seed=seed,
        )
        trainer = Trainer(
            base.model,
            arguments,
            train_dataset=parts[Part.TRAINING],
            eval_dataset=parts[Part.VALIDATION],
        )
        begin = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - begin
    count = options.epochs * len(data.parts[Part.TRAINING])
    accuracy = _accuracy(base.model, base, data, unseen, options)
    return Trained(rate=count / seconds, accuracy=accuracy)


def _accuracy(
    model: Any,
    checkpoint: loading.Checkpoint,
    data: Dataset,
    unseen: tuple[Example, ...],
    options: TrainingOptions,
) -> float:
    found = reader.texts(unseen, data, checkpoint, options.max_tokens)
    collate = reader.Collator(checkpoint.tokenizer, data.task)
    logits = reading.outputs(model, found, collate, lambda: None, mixed=True)
    right = [int(one.argmax()) == row["labels"] for one, row in zip(logits, found, strict=True)]
    return statistics.mean(right)
