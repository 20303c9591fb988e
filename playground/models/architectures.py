"""Which architectures and heads can be loaded, by what a config says of its weights."""

from typing import Any

from playground.errors import UnsupportedModelError
from playground.models.catalog import ModelSpec, Task, class_names, trained_for

# Why the other families cannot say whether a sentence follows.
WITHOUT_NEXT_SENTENCE = {
    "albert": "it learned sentence order in its place: two neighbours, swapped or not",
    "camembert": "like RoBERTa it was trained by masks alone",
    "deberta": "it was trained by masks alone",
    "deberta-v2": "it was trained by masks or by replaced tokens alone",
    "distilbert": "it was distilled from BERT without that head",
    "electra": "it was trained to find replaced tokens",
    "mpnet": "it was trained by masked and permuted words alone",
    "roberta": "its authors found that it does better without",
    "xlm-roberta": "like RoBERTa it was trained by masks alone",
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
    if spec.task is Task.STEP_BY_STEP:
        _check_layout(spec, model_type, str(config.get("hidden_act", "gelu")))
    if spec.task is Task.NEXT_SENTENCE and model_type in WITHOUT_NEXT_SENTENCE:
        raise UnsupportedModelError(
            f"{spec.id} is a {FAMILIES[model_type]}, which has no head for the next sentence: "
            f"{WITHOUT_NEXT_SENTENCE[model_type]}. Choose a BERT with its pre-training head, such "
            "as bert-base-uncased."
        )
    tasks = trained_for(config)
    if spec.task in tasks:
        return
    if tasks:
        raise UnsupportedModelError(
            f"{spec.id} was trained for {tasks[0]}, this page needs {spec.task}. "
            f"Choose a model with that task."
        )
    raise UnsupportedModelError(
        f"{spec.id} has no head for {spec.task}: its config names "
        f"{', '.join(class_names(config)) or 'no architecture'}. Choose a model trained for "
        f"{spec.task}."
    )


def _check_layout(spec: ModelSpec, model_type: str, activation: str) -> None:
    """Refuse what is built otherwise than the steps say that a BERT is."""
    if model_type == "bert" and activation == "gelu":
        return
    found = FAMILIES[model_type] + (f" with {activation}" if model_type == "bert" else "")
    raise UnsupportedModelError(
        f"{spec.id} is a {found}, and the tour needs BERT's layout: three embeddings, layers of "
        "attention and GELU, BERT's output layer. Its numbers are on the pages Mask filling and "
        "Attention; choose a BERT for the tour."
    )
