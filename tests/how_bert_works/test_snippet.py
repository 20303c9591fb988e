"""The code that a visitor takes along prints what the services return."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from playground.how_bert_works import bias, long_range, prediction, scripts, through_layers, walk
from playground.how_bert_works.bias import GENDER
from playground.how_bert_works.tour import Tour
from playground.models.catalog import ModelSpec, Task, find
from playground.models.engine import Engine, Model
from playground.settings import Settings
from playground.snippet import Snippet, notebook, python_code
from tests.how_bert_works.conftest import BUNDLED, TEXT
from tests.scripts import Numbered, assert_same, run_numbered

ROOT = Path(__file__).resolve().parents[2]
LAYER, HEAD, TOKEN = 1, 1, 3


@pytest.fixture
def tour(model: Model) -> Tour:
    return walk(TEXT, model=model, layer=LAYER)


def steps(tour: Tour, model: Model) -> list[tuple[Snippet, list[Numbered]]]:
    """Each step's code and what it is to print; a difference at its end is left out."""
    names = [model.tokenizer.decode([one]) for one in tour.masked.input_ids]
    trace, found = tour.trace, prediction(tour, model=model, top_k=4)
    inputs = trace.inputs
    vectors = {
        "token": inputs.token,
        "position": inputs.position,
        "segment": inputs.segment,
        "input": inputs.output,
    }
    before, after = trace.inner[TOKEN], trace.activated[TOKEN]
    units = np.argsort(-after, kind="stable")[:5]
    guesses = [model.tokenizer.decode([guess.token_id]) for guess in found.guesses]
    lens = through_layers(tour, model=model, top_k=3)
    attended = trace.weights[:, TOKEN]
    return [
        (scripts.pieces(TEXT), list(zip(map(float, tour.masked.input_ids), names, strict=True))),
        (
            scripts.vectors(TEXT, token=TOKEN, shown=6),
            [
                line
                for name, rows in vectors.items()
                if rows is not None
                for line in [(None, name), *((float(one), "") for one in rows[TOKEN, :6])]
            ],
        ),
        (
            scripts.attention(TEXT, layer=LAYER, head=HEAD, token=TOKEN),
            [
                line
                for place, name in enumerate(names)
                for line in (
                    (float(trace.scores[HEAD, TOKEN, place]), f"score of {name}"),
                    (float(trace.weights[HEAD, TOKEN, place]), f"weight of {name}"),
                )
            ],
        ),
        (
            scripts.heads(TEXT, layer=LAYER, token=TOKEN),
            [
                (float(row.max()), f"head {head} {names[row.argmax()]}")
                for head, row in enumerate(attended, start=1)
            ],
        ),
        (
            scripts.feed_forward(TEXT, layer=LAYER, token=TOKEN, shown=5),
            [
                line
                for unit in units
                for line in (
                    (float(before[unit]), f"before, unit {unit + 1}"),
                    (float(after[unit]), f"after, unit {unit + 1}"),
                )
            ],
        ),
        (
            scripts.layers(TEXT, top_k=3),
            [
                line
                for row in lens.layers
                for line in [
                    (row.final_probability, f"layer {row.layer} {guesses[0]}"),
                    *(
                        (guess.probability, model.tokenizer.decode([guess.token_id]))
                        for guess in row.guesses
                    ),
                ]
            ],
        ),
        (
            scripts.output(TEXT, top_k=4),
            [
                *(
                    line
                    for guess, name, logit in zip(found.guesses, guesses, found.logits, strict=True)
                    for line in (
                        (logit, f"logit of {name}"),
                        (guess.probability, f"probability of {name}"),
                    )
                ),
                (found.rest, "all others"),
            ],
        ),
        (
            scripts.learning(TEXT, top_k=4),
            [
                (-float(np.log(guess.probability)), f"loss if the word was {name}")
                for guess, name in zip(found.guesses, guesses, strict=True)
            ],
        ),
    ]


def test_the_code_of_each_step_prints_its_numbers(
    tour: Tour, model: Model, spec: ModelSpec, tmp_path: Path
) -> None:
    folder = ROOT
    if spec.id != "bundled/masked_lm":
        assert spec.folder is not None
        folder = tmp_path
        (tmp_path / "models").mkdir()
        (tmp_path / "models" / spec.folder.name).symlink_to(spec.folder)
    taken = steps(tour, model)
    if folder == ROOT:  # each loads the adapter anew, which takes seconds
        taken = taken[2:4]
    printed = run_numbered([python_code(snippet, spec=spec) for snippet, _ in taken], folder)
    checked = 0
    for lines, (snippet, shown) in zip(printed, taken, strict=True):
        if lines[-1][1].startswith("largest difference"):
            assert float(lines.pop()[1].split()[-1]) < 1e-4, snippet.title
            checked += 1
        assert_same(lines, shown)
    assert checked == (1 if folder == ROOT else 3)


@pytest.mark.weights
def test_the_code_of_the_limits_prints_what_was_measured(engine: Engine) -> None:
    spec = find("bundled/masked_lm", Task.FILL_MASK, Settings())
    model = engine.model(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_range, "FILLERS", (0, 2))
        patch.setattr(long_range, "STORIES", long_range.STORIES[2:5])
        reach = long_range.measure(model=model)
    few = replace(GENDER, pairs=GENDER.pairs[:2], sentences=GENDER.sentences[:2])
    effects = bias.measure(few, model=model)
    printed = run_numbered(
        [
            python_code(scripts.measured_reach(reach), spec=spec),
            python_code(scripts.measured_bias(effects), spec=spec),
        ],
        ROOT,
    )
    assert_same(
        printed[0],
        [
            line
            for one in reach.reaches
            for line in (
                (one.with_cue, f"with its cue, {one.fillers} sentences between"),
                (one.with_other, f"with another cue, {one.fillers} sentences between"),
            )
        ],
    )
    assert_same(
        printed[1],
        [
            line
            for one in effects.effects
            for line in ((one.difference, one.word), (one.error, f"standard error of {one.word}"))
        ],
    )


def test_what_a_visitor_typed_stays_text(local: Callable[..., ModelSpec]) -> None:
    typed = '"""; print("run") [MASK] [SEP]'
    code = python_code(scripts.pieces(typed), spec=local("bert"))
    compile(code, "code", "exec")
    assert "[ SEP ]" in code
    assert "AutoModelForMaskedLM" in notebook(scripts.pieces(typed), spec=local("bert"))
    assert BUNDLED not in code
