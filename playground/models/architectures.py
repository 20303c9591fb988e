"""Which architectures and heads can be loaded, by what a config says of its weights."""

import re
from typing import Any

from playground.errors import UnsupportedModelError
from playground.models.catalog import ModelSpec, Task

# The class names by which a config says what its weights were trained for.
HEADS = {
    Task.FILL_MASK: re.compile(r"ForMaskedLM$|ForPreTraining$"),
    Task.TEXT_CLASSIFICATION: re.compile(r"ForSequenceClassification$"),
    Task.TOKEN_CLASSIFICATION: re.compile(r"ForTokenClassification$"),
}
FAMILIES = {
    "albert": "ALBERT",
    "bert": "BERT",
    "camembert": "CamemBERT",
    "deberta": "DeBERTa",
    "deberta-v2": "DeBERTa-v2",
    "distilbert": "DistilBERT",
    "electra": "ELECTRA",
    "mpnet": "MPNet",
    "roberta": "RoBERTa",
    "xlm-roberta": "XLM-R",
}


def check(spec: ModelSpec, config: dict[str, Any]) -> None:
    """Refuse other architectures and heads before any weights are fetched or read."""
    model_type = str(config.get("model_type", "model of unknown type"))
    if model_type not in FAMILIES:
        raise UnsupportedModelError(
            f"{spec.id} is a {model_type}. This app runs encoders of "
            f"the BERT family: {', '.join(sorted(set(FAMILIES.values())))}."
        )
    if spec.task is Task.FEATURE_EXTRACTION:
        return
    found = config.get("architectures")
    architectures = [str(name) for name in found] if isinstance(found, list) else []
    if any(HEADS[spec.task].search(name) for name in architectures):
        return
    for task, pattern in HEADS.items():
        if any(pattern.search(name) for name in architectures):
            raise UnsupportedModelError(
                f"{spec.id} was trained for {task}, this page needs {spec.task}. "
                f"Choose a model with that task."
            )
    raise UnsupportedModelError(
        f"{spec.id} has no head for {spec.task}: its config names "
        f"{', '.join(architectures) or 'no architecture'}. Choose a model trained for {spec.task}."
    )
