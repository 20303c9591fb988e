"""Which part of a model a parameter belongs to, by its name; no torch.

The names are those of transformers' classes, for each family of ``architectures.FAMILIES``.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from playground.models.catalog import Task

Value = TypeVar("Value")


class Section(StrEnum):
    """The large parts of a model, from the input to the output."""

    EMBEDDINGS = "Embeddings"
    LAYERS = "Layers"
    RELATIVE = "Relative positions"  # what all layers share
    POOLER = "Pooler"
    HEAD = "Head"


ATTENTION, FEED_FORWARD = "Attention", "Feed-forward"
# The matrices of one layer, in the order of its computation; a "LayerNorm" ends either block.
JOINED = "Query, key, value"  # one matrix in DeBERTa's first version
MATRICES = (
    "Query",
    "Key",
    "Value",
    JOINED,
    "Attention output",
    "Feed-forward in",
    "Feed-forward out",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a parameter sits; ``layer`` counts from 0 and is None outside of the layers."""

    section: Section
    block: str  # such as "Token", "Attention"
    matrix: str  # such as "Query"; weight and bias have the same
    layer: int | None = None


_PREFIX = re.compile(
    r"^(?:base_model\.model\.)?(?:albert|bert|camembert|deberta|distilbert|electra|mpnet|roberta)\."
)
_LAYER = re.compile(r"^(?:encoder|transformer)\.layer\.(\d+)\.(.+)$")
# ALBERT's layers: each published one has a single layer in each group.
_SHARED_LAYER = re.compile(r"^encoder\.albert_layer_groups\.(\d+)\.albert_layers\.\d+\.(.+)$")
_EMBEDDINGS = {
    "word_embeddings": "Token",
    "position_embeddings": "Position",
    "token_type_embeddings": "Segment",
    "LayerNorm": "LayerNorm",
}
_PROJECTION = re.compile(r"^(embeddings_project|encoder\.embedding_hidden_mapping_in)\.")
# What stands behind the number of a layer: the first pattern that matches says what it is.
_IN_LAYER = tuple(
    (re.compile(pattern), block, matrix)
    for pattern, block, matrix in (
        (r"pos_\w*proj|in_proj_pos|pos_\w*dense", ATTENTION, "Relative position"),
        (r"self\.(in_proj|q_bias|v_bias)", ATTENTION, JOINED),
        (
            r"(self\.query|attention\.query|q_lin|attn\.q)\b|query_proj",
            ATTENTION,
            "Query",
        ),
        (r"(self\.key|attention\.key|k_lin|attn\.k)\b|key_proj", ATTENTION, "Key"),
        (
            r"(self\.value|attention\.value|v_lin|attn\.v)\b|value_proj",
            ATTENTION,
            "Value",
        ),
        (
            r"attention\.output\.dense|attention\.dense|out_lin|attn\.o\b",
            ATTENTION,
            "Attention output",
        ),
        (r"attention(\.output)?\.LayerNorm|sa_layer_norm", ATTENTION, "LayerNorm"),
        (r"^intermediate\.dense|ffn\.lin1|^ffn\.(weight|bias)", FEED_FORWARD, "Feed-forward in"),
        (r"^output\.dense|ffn\.lin2|^ffn_output", FEED_FORWARD, "Feed-forward out"),
        (r"^output\.LayerNorm|output_layer_norm|full_layer_layer_norm", FEED_FORWARD, "LayerNorm"),
    )
)
_RELATIVE = re.compile(r"^encoder\.(relative_attention_bias|rel_embeddings|LayerNorm|conv)\.")
# Heads by task; a checkpoint of pre-training may hold others, too, which nothing reads here.
_HEADS = {
    Task.FILL_MASK: re.compile(
        r"^(cls\.predictions|lm_predictions|lm_head|predictions|vocab_|generator_)"
    ),
    Task.TEXT_CLASSIFICATION: re.compile(r"^(classifier|pre_classifier|pooler\.dense)"),
    Task.TOKEN_CLASSIFICATION: re.compile(r"^classifier"),
    Task.NEXT_SENTENCE: re.compile(r"^cls\.seq_relationship"),
}
# Output layers that are the token embeddings again, and biases that a file may hold twice.
_TIED = re.compile(r"(decoder\.(weight|bias)|vocab_projector\.weight|generator_lm_head\.weight)$")
_POOLED = {"bert", "albert"}  # families whose text classifier reads the base model's pooler
_UNPOOLED = {"deberta", "deberta-v2"}  # families whose pooler is a part of the classifier


def bare(name: str) -> str:
    """Return a parameter's name without its base model's, so that child and base have the same.

    Old checkpoints call the two parameters of LayerNorm gamma and beta.
    """
    name = _PREFIX.sub("", name)
    return re.sub(r"LayerNorm\.gamma$", "LayerNorm.weight", re.sub(r"\.beta$", ".bias", name))


def place(name: str) -> Place:
    """Return where the parameter of a bare name sits; what is no part of the base is head."""
    found = _LAYER.match(name) or _SHARED_LAYER.match(name)
    if found:
        return _in_layer(int(found[1]), found[2])
    first, _, rest = name.partition(".")
    if first == "embeddings" or _PROJECTION.match(name):
        block = _EMBEDDINGS.get(rest.split(".")[0], "Projection")
        return Place(section=Section.EMBEDDINGS, block=block, matrix=block)
    if _RELATIVE.match(name):
        return Place(section=Section.RELATIVE, block="Relative positions", matrix="Shared")
    if first == "pooler":
        return Place(section=Section.POOLER, block="Pooler", matrix="Pooler")
    return Place(section=Section.HEAD, block="Head", matrix=name.rpartition(".")[0])


def _in_layer(layer: int, name: str) -> Place:
    for pattern, block, matrix in _IN_LAYER:
        if pattern.search(name):
            return Place(section=Section.LAYERS, block=block, matrix=matrix, layer=layer)
    return Place(section=Section.LAYERS, block="Other", matrix=name, layer=layer)


def of_model(
    tensors: Mapping[str, Value], task: Task, config: Mapping[str, Any]
) -> dict[str, Value]:
    """Return those of ``tensors``, by bare names, that a model for ``task`` computes with.

    A file may hold more: heads of pre-training, a pooler that the task does not read, and output
    layers that are the token embeddings once again. ``config`` is the model's ``config.json``.
    """
    family = str(config.get("model_type"))
    tied = bool(config.get("tie_word_embeddings", True))
    return {
        name: tensor
        for name, tensor in tensors.items()
        if _is_read(name, task, family) and not (tied and _TIED.search(name))
    }


def _is_read(name: str, task: Task, family: str) -> bool:
    head = _HEADS.get(task)
    if head is not None and head.match(name) and not _is_base_pooler(name, family):
        return True
    section = place(name).section
    if section is Section.POOLER:
        if task is Task.FEATURE_EXTRACTION:
            return family not in _UNPOOLED
        return task in (Task.TEXT_CLASSIFICATION, Task.NEXT_SENTENCE) and family in _POOLED
    return section is not Section.HEAD


def _is_base_pooler(name: str, family: str) -> bool:
    return name.startswith("pooler.") and family not in _UNPOOLED


def in_order(names: Iterable[str]) -> list[str]:
    """Return bare names from the input to the output of their model."""
    return sorted(names, key=lambda name: _order(place(name)))


def _order(found: Place) -> tuple[int, ...]:
    """Return what sorts places: sections, layers, blocks and matrices as they are computed."""
    known = (*_EMBEDDINGS.values(), ATTENTION, FEED_FORWARD, *MATRICES)
    within = (
        known.index(one) if one in known else len(known) for one in (found.block, found.matrix)
    )
    layer = -1 if found.layer is None else found.layer
    return list(Section).index(found.section), layer, *within
