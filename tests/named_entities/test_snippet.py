"""The code that a visitor takes along prints what the screen shows."""

import ast
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from playground import files
from playground.files.script import reading
from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task, bundled
from playground.models.engine import Engine, Model
from playground.named_entities import Aggregation, Found, find, scripts
from playground.settings import Settings
from playground.snippet import python_code
from tests.named_entities.labelled import spec_of
from tests.named_entities.texts import TEXTS
from tests.scripts import run

ROOT = Path(__file__).resolve().parents[2]
TEXT = "Ada  Lovelace met\tZoë in São Paulo, (Paris) [SEP] 北京 x\x00y\nThe Seine is 42 km away. 😀"
HUB = ModelSpec(
    id="org/name@main",
    task=Task.TOKEN_CLASSIFICATION,
    source=Source.HUB,
    title="org/name",
    script="any",
)


def assert_printed(printed: str, found: Found, threshold: float) -> None:
    """Compare places, types and texts, and scores to three decimals."""
    # An entity with a line end in it is printed on two lines.
    lines = " ".join(printed.split())
    position = 0
    for entity in found.at_least(threshold):
        written = " ".join(found.tokens.seen[entity.start : entity.end].split())
        said = f"{entity.label} {entity.start} to {entity.end} {written}"
        assert said in lines[position:]
        place = lines.index(said, position)
        assert float(lines[position:place]) == pytest.approx(entity.score, abs=0.001)
        position = place + len(said)
    assert not lines[position:].strip()


def views(model: Model, text: str) -> list[tuple[str, Found, float]]:
    """Return the code of each way to aggregate, what it should find, and the threshold."""
    answers = []
    for aggregation in Aggregation:
        found = find(text, model=model, aggregation=aggregation)
        scores = sorted(entity.score for entity in found.entities)
        # Between two scores, so that a last digit does not decide; half of them are hidden.
        middle = len(scores) // 2
        threshold = round((scores[middle - 1] + scores[middle]) / 2, 4) if middle else 0.0
        snippet = scripts.mark(found, model=model, aggregation=aggregation, threshold=threshold)
        answers.append((python_code(snippet, spec=model.spec), found, threshold))
    return answers


def local(family: str, root: Path, **labels: tuple[str, ...]) -> Model:
    """Return a tiny model below ``root``, as the app loads it, in the fp32 of the scripts."""
    folder = fake.save(family, root / "models" / family, task=Task.TOKEN_CLASSIFICATION)
    if "names" in labels:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        config["id2label"] = dict(enumerate(labels["names"]))
        config["label2id"] = {name: i for i, name in enumerate(labels["names"])}
        (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return Engine(Settings(), dtype=torch.float32).model(spec_of(folder, family))


def test_the_code_reproduces_every_family_and_aggregation(tmp_path: Path) -> None:
    answers = []
    for family in fake.FAMILIES:
        # Typed special tokens apart: without "</s>" and "[SEP]" every family reads the same.
        answers += views(local(family, tmp_path), TEXT.replace("[SEP] ", ""))
    printed = run([code for code, _, _ in answers], tmp_path)
    for output, (_, found, threshold) in zip(printed, answers, strict=True):
        assert found.entities
        assert_printed(output, found, threshold)


def test_the_code_reads_a_long_text_in_windows(tmp_path: Path) -> None:
    model = local("roberta", tmp_path)
    answers = views(model, " ".join(fake.TEXT))
    assert all(len(found.tokens.stretches) > 2 for _, found, _ in answers)
    for output, (_, found, threshold) in zip(
        run([code for code, _, _ in answers], tmp_path), answers, strict=True
    ):
        assert_printed(output, found, threshold)


def test_the_code_knows_other_schemes_of_labels(tmp_path: Path) -> None:
    names = ("O", "B-PER", "I-PER", "E-PER", "S-PER", "I-LOC", "S-LOC")
    model = local("bert", tmp_path, names=names)
    answers = views(model, TEXT)
    for output, (_, found, threshold) in zip(
        run([code for code, _, _ in answers], tmp_path), answers, strict=True
    ):
        assert_printed(output, found, threshold)


@pytest.mark.parametrize("aggregation", [Aggregation.SIMPLE, Aggregation.AVERAGE])
def test_the_code_of_a_file_prints_every_row(aggregation: Aggregation, tmp_path: Path) -> None:
    model = local("roberta", tmp_path)
    texts = ["Ada Lovelace met Zoë in Paris.", " ".join(fake.TEXT).replace("\n", " "), "Rome"]
    data = "\n".join(["text", *(f'"{text}"' for text in texts), ""]).encode()
    (tmp_path / "texts.csv").write_bytes(data)
    table = files.read(data, "texts.csv")
    assert table.column("text") == tuple(texts)
    found = [find(text, model=model, aggregation=aggregation) for text in texts]
    assert [len(one.tokens.stretches) > 1 for one in found] == [False, True, False]
    snippet = scripts.file(
        reading("texts.csv", table, "text"),
        {1: found[1].tokens.stretches},
        model=model,
        aggregation=aggregation,
        threshold=0,
    )
    [printed] = run([python_code(snippet, spec=model.spec)], tmp_path)
    for one in reversed(found):
        before, _, rows = printed.rpartition(one.text[:60] + "\n")
        assert_printed(rows, one, 0)
        printed = before
    assert not printed


def test_the_code_prints_every_token(tmp_path: Path) -> None:
    model = local("bert", tmp_path)
    found = find("Paris is warm", model=model)
    [printed] = run(
        [python_code(scripts.every_token(found, model=model), spec=model.spec)], tmp_path
    )
    rows = [line.split() for line in printed.splitlines()]
    assert [row[0] for row in rows] == [found.text[a:b] for a, b in found.tokens.spans]
    assert [tuple(row[1::2]) for row in rows] == [model.labels.names] * len(rows)
    numbers = [[float(value) for value in row[2::2]] for row in rows]
    assert numbers == pytest.approx(found.tokens.probabilities, abs=0.001)


@pytest.mark.weights
def test_the_bundled_code_reproduces_the_screen() -> None:
    spec = next(spec for spec in bundled() if spec.task is Task.TOKEN_CLASSIFICATION)
    model = Engine(Settings(), dtype=torch.float32).model(spec)
    answers = views(model, TEXTS[-1]) + views(model, TEXT)
    for output, (_, found, threshold) in zip(
        run([code for code, _, _ in answers], ROOT), answers, strict=True
    ):
        assert len(found.entities) > 3
        assert_printed(output, found, threshold)


@pytest.mark.parametrize(
    "text",
    [
        '"""\nimport os\nos.system("touch broken")\n"""',
        "'); __import__('os').system('touch broken') #",
        "\\'\\\" \r\t\u2028 $row $alone ${revision} {x} %s",
    ],
)
def test_a_text_cannot_become_code(tmp_path: Path, text: str) -> None:
    model = local("bert", tmp_path)
    found = find(text, model=model)
    code = python_code(
        scripts.mark(found, model=model, aggregation=Aggregation.MAX, threshold=0), spec=HUB
    )
    tree = ast.parse(code)
    assigned = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id == "TEXT"
    }
    assert assigned == {"TEXT": text}
    plain = scripts.mark(
        replace(found, tokens=replace(found.tokens, seen="x")),
        model=model,
        aggregation=Aggregation.MAX,
        threshold=0,
    )
    other = ast.parse(python_code(plain, spec=HUB))
    assert [type(node) for node in tree.body] == [type(node) for node in other.body]
