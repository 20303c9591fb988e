"""The model card that a recipe writes for its adapter."""

from typing import Any

from playground.models import trunk
from playground.recipes.recipe import Recipe


def render(recipe: Recipe, training: dict[str, Any]) -> str:
    """Return the card as Markdown with the Hub's front matter."""
    rows = "\n".join(
        f"| {name.removeprefix('eval_')} | {value:.4f} |"
        for name, value in training["development"].items()
    )
    return f"""---
base_model: {trunk.HUB_ID}
library_name: peft
pipeline_tag: {recipe.task}
language: en
license: {recipe.licence}
---

# {recipe.title}

{recipe.description}

Base: [{trunk.HUB_ID}](https://huggingface.co/{trunk.HUB_ID}), revision `{trunk.REVISION}`,
`model.safetensors` with SHA-256 `{trunk.SHA256}`.

## Training

{_bullets(recipe.sources)}

{"".join(_part(part) for part in _parts(training))}
## Development figures

| metric / part | value |
|---|---|
{rows}

{_calibration(training.get("calibration"))}## Limits and known biases

{_bullets(recipe.limits)}
"""


def _parts(training: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a run's records, the first one first; each names the run that it went on from."""
    earlier = training["earlier"]
    return [*(_parts(earlier) if earlier else []), training]


def _part(training: dict[str, Any]) -> str:
    schedule = ", ".join(f"{key} {value}" for key, value in training["schedule"].items())
    steps = training.get("averaged", [])
    others = "".join(f", the last of them of {work}" for work in training.get("soup", []))
    mean = f"The mean of the weights after {', '.join(map(str, steps))} steps{others}. "
    notes = (mean if len(steps) > 1 else "") + training["note"]
    return f"""{"Continued" if training["earlier"] else "Made"} with

    {training["command"]}

{training["steps"]} steps, {training["tokens_seen"]:,} tokens seen, {training["minutes"]} minutes
on {training["device"]}, seed {training["seed"]}. Schedule: {schedule}. {notes}
"""


def _calibration(found: dict[str, Any] | None) -> str:
    if found is None:
        return ""
    rows = "\n".join(
        f"| {figure.replace('_', ' ')} / {name} | {value:.4f} |"
        for figure, values in found.items()
        if isinstance(values, dict)
        for name, value in values.items()
    )
    return f"""## Calibration

Divide the logits by the temperature {found["temperature"]:.4f} (`calibration.json`) before the
softmax; it was fitted on {found["fitted_on"]} (Guo et al. 2017) and measured on
{found["measured_on"]} that neither training nor the fit saw.

| figure / part | value |
|---|---|
{rows}

"""


def _bullets(lines: tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)
