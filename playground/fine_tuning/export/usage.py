"""Code that loads an exported model and asks it, with plain transformers, for its model card."""

import json
from pathlib import Path
from string import Template
from typing import Any

from playground.fine_tuning.runs import disk

HEADING = "## How to use it"
MODEL_LOADING = """\
MODEL = $path

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = $auto_class.from_pretrained(MODEL).eval()
"""
ADAPTER_LOADING = """\
BASE = $base
ADAPTER = $path
$labels
tokenizer = AutoTokenizer.from_pretrained(BASE$revision)
base = $auto_class.from_pretrained(BASE$options)
model = PeftModel.from_pretrained(base, ADAPTER).merge_and_unload().eval()
"""
LABELS = """\
LABELS = $labels
"""
CLASSIFYING = """
inputs = tokenizer($texts, truncation=True, return_tensors="pt")
with torch.inference_mode():
    logits = model(**inputs).logits[0]
probabilities = $probabilities
for label, probability in zip(model.config.id2label.values(), probabilities.tolist()):
    print(f"{probability:.4f}  {label}")
"""
TAGGING = """
tag = pipeline(
    "token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first"
)
for entity in tag("Write a sentence here."):
    print(f"{entity['score']:.4f}  {entity['entity_group']}  {entity['word']}")
"""
FILLING = """
fill = pipeline("fill-mask", model=model, tokenizer=tokenizer)
for guess in fill(f"Write a sentence with a {tokenizer.mask_token} here."):
    print(f"{guess['score']:.4f}  {guess['token_str']}")
"""
TEXTS = ("Write a text here.", "Write the other text here.")
CLASSES = ("SequenceClassification", "TokenClassification", "MaskedLM")


def of_model(folder: Path, path: str, *, texts: int = 1) -> str:
    """Return code that loads the model in ``folder`` from ``path`` and asks it for an answer.

    ``path`` is where it will lie then: a folder, or a name on the Hub. ``texts`` is how many a
    classifier reads together.
    """
    loading = Template(MODEL_LOADING).substitute(path=repr(path), auto_class=_auto_class(folder))
    return _code(folder, loading, texts, peft=False)


def of_adapter(folder: Path, model: Path, path: str, *, texts: int = 1) -> str:
    """Return code that puts the adapter in ``folder`` on its base and asks it for an answer.

    ``model`` is the folder of the whole model, which knows the labels; ``path`` is where the
    adapter will lie then. ``texts`` is how many a classifier reads together.
    """
    config = _read(folder / "adapter_config.json")
    labelled = "MaskedLM" not in _auto_class(model)
    revision = f", revision={config['revision']!r}" if config.get("revision") else ""
    loading = Template(ADAPTER_LOADING).substitute(
        base=repr(base_of(folder)),
        path=repr(path),
        labels=Template(LABELS).substitute(labels=repr(_labels(model))) if labelled else "",
        revision=revision,
        auto_class=_auto_class(model),
        options=revision + ", id2label=dict(enumerate(LABELS))" * labelled,
    )
    return _code(model, loading, texts, peft=True)


def base_of(adapter: Path) -> str:
    """Return the id of the model that the adapter belongs on, as its config names it."""
    return str(_read(adapter / "adapter_config.json").get("base_model_name_or_path", ""))


def with_code(card: str, code: str) -> str:
    """Return a model card that ends with ``code``; an earlier one gives way to it."""
    before = card.partition(f"\n{HEADING}\n")[0].rstrip()
    return f"{before}\n\n{HEADING}\n\n```python\n{code}```\n"


def _code(model: Path, loading: str, texts: int, *, peft: bool) -> str:
    auto_class = _auto_class(model)
    classifies = "SequenceClassification" in auto_class
    names = ", ".join([auto_class, "AutoTokenizer", *([] if classifies else ["pipeline"])])
    imports = [
        *(["import torch"] if classifies else []),
        *(["from peft import PeftModel"] if peft else []),
        f"from transformers import {names}",
    ]
    return "\n".join([*imports, "", loading.rstrip("\n"), ""]) + _asking(model, texts)


def _asking(model: Path, texts: int) -> str:
    auto_class = _auto_class(model)
    if "SequenceClassification" not in auto_class:
        return TAGGING if "TokenClassification" in auto_class else FILLING
    config = _read(model / "config.json")
    several = config.get("problem_type") == "multi_label_classification"
    temperature = _read(model / "calibration.json").get("temperature", 1.0)
    scaled = f"(logits / {temperature!r})" if temperature != 1.0 else "logits"
    return Template(CLASSIFYING).substitute(
        texts=", ".join(map(json.dumps, TEXTS[:texts])),
        probabilities=f"{scaled}.sigmoid()" if several else f"{scaled}.softmax(-1)",
    )


def _auto_class(model: Path) -> str:
    """Return the class that loads what the config says that ``model`` is."""
    names = _read(model / "config.json").get("architectures") or [""]
    return next((f"AutoModelFor{head}" for head in CLASSES if names[0].endswith(head)), "AutoModel")


def _labels(model: Path) -> list[str]:
    names: dict[str, str] = _read(model / "config.json").get("id2label", {})
    return [names[key] for key in sorted(names, key=int)]


def _read(file: Path) -> dict[str, Any]:
    return disk.read_json(file) or {}
