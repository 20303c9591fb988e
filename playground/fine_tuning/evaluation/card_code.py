"""Code for a model card that uses the model with plain transformers."""

from playground.fine_tuning.dataset import Dataset
from playground.fine_tuning.tasks import Task

FOLDER = "model"  # where the code expects the card's folder
_ONE_LABEL = """\
import json
from pathlib import Path

import torch
from transformers import pipeline

folder = "{folder}"  # the folder with this file
classify = pipeline("text-classification", model=folder)
temperature = json.loads(Path(folder, "calibration.json").read_text())["temperature"]

found = classify({text}, top_k=None, function_to_apply="none")
logits = torch.tensor([one["score"] for one in found])
for one, probability in zip(found, (logits / temperature).softmax(dim=0).tolist()):
    print(one["label"], round(probability, 3))"""
_SEVERAL = """\
from transformers import pipeline

folder = "{folder}"  # the folder with this file
classify = pipeline("text-classification", model=folder)

for one in classify("A text of yours.", top_k=None, function_to_apply="sigmoid"):
    print(one["label"], round(one["score"], 3), "yes" if one["score"] >= 0.5 else "no")"""
_ENTITIES = """\
from transformers import pipeline

folder = "{folder}"  # the folder with this file
find = pipeline("token-classification", model=folder, aggregation_strategy="first")

for one in find("A text of yours."):
    print(one["entity_group"], one["word"], round(float(one["score"]), 3))"""
_MASKED = """\
from transformers import pipeline

folder = "{folder}"  # the folder with this file
fill = pipeline("fill-mask", model=folder)

for one in fill(f"A text of {{fill.tokenizer.mask_token}}."):
    print(one["token_str"], round(one["score"], 3))"""
_ADAPTER = """\
from peft import PeftModel
from transformers import {auto}, AutoTokenizer

base = {auto}.from_pretrained("{base}"{labels})
model = PeftModel.from_pretrained(base, "{folder}").eval()  # the folder with this file
tokenizer = AutoTokenizer.from_pretrained("{base}")"""
_AUTO = {
    Task.CLASSIFICATION: "AutoModelForSequenceClassification",
    Task.MULTI_LABEL: "AutoModelForSequenceClassification",
    Task.PAIRS: "AutoModelForSequenceClassification",
    Task.ENTITIES: "AutoModelForTokenClassification",
    Task.ADAPTATION: "AutoModelForMaskedLM",
}
_PAIR = '{"text": "A text.", "text_pair": "Another text."}'


def usage(dataset: Dataset, *, base: str | None, adapter: bool) -> str:
    """Return a block of Markdown with Python code that runs the model."""
    code = _adapter(dataset, base) if adapter else _model(dataset.task)
    return f"```python\n{code}\n```"


def _model(task: Task) -> str:
    if task is Task.ENTITIES:
        return _ENTITIES.format(folder=FOLDER)
    if task is Task.ADAPTATION:
        return _MASKED.format(folder=FOLDER)
    if task is Task.MULTI_LABEL:
        return _SEVERAL.format(folder=FOLDER)
    return _ONE_LABEL.format(
        folder=FOLDER, text=_PAIR if task is Task.PAIRS else '"A text of yours."'
    )


def _adapter(dataset: Dataset, base: str | None) -> str:
    # Of entities a type has two tags, B- and I-, and there is the tag of what is none.
    labels = 2 * len(dataset.labels) + 1 if dataset.task is Task.ENTITIES else len(dataset.labels)
    return _ADAPTER.format(
        auto=_AUTO[dataset.task],
        base=base or "base",
        folder=FOLDER,
        labels=f", num_labels={labels}" if labels else "",
    )
