"""Train a bundled adapter: ``python -m playground.recipes masked_lm --data DATA --work WORK``."""

import argparse
import logging
import shlex
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from playground.recipes import runner
from playground.recipes.recipe import Order

NAMES = ("masked_lm", "sentiment", "named_entities", "next_sentence")
MODELS = Path("assets/models")


def main() -> None:
    """Read the command line and run one recipe."""
    parser = argparse.ArgumentParser(prog="python -m playground.recipes", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--output", type=Path, help="default: assets/models/NAME")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--decay-steps", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--batch-scale", type=int, help="1 for a CPU, 16 or so for a GPU")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--continue-from", type=Path, help="a finished adapter to start from")
    parser.add_argument(
        "--average", type=int, default=1, help="the result is the mean of so many checkpoints"
    )
    parser.add_argument(
        "--soup",
        type=Path,
        nargs="+",
        default=[],
        metavar="WORK",
        help="… and of as many of each of these other runs",
    )
    parser.add_argument(
        "--teachers",
        type=Path,
        nargs="+",
        help="of sentiment: finished adapters, and what recipes.teacher wrote",
    )
    parser.add_argument("--note", default="", help="a sentence for the model card")
    asked = parser.parse_args()
    if asked.teachers and asked.name != "sentiment":
        parser.error("only sentiment has teachers")
    logging.basicConfig(level=logging.INFO)
    recipes = import_module(f"playground.recipes.{asked.name}")
    recipe = recipes.taught_by(asked.teachers) if asked.teachers else recipes.RECIPE
    changes = {
        key: value
        for key in ("steps", "decay_steps", "learning_rate", "batch_scale")
        if (value := getattr(asked, key)) is not None
    }
    order = Order(
        data=asked.data,
        work=asked.work,
        output=asked.output or MODELS / asked.name,
        schedule=replace(recipe.schedule, **changes),
        seed=asked.seed,
        command=shlex.join(["python", "-m", "playground.recipes", *sys.argv[1:]]),
        continue_from=asked.continue_from,
        average=asked.average,
        soup=tuple(asked.soup),
        note=asked.note,
    )
    runner.run(recipe, order)


if __name__ == "__main__":
    main()
