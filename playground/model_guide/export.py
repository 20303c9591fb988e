"""Each view's result as the rows of a table; numbers are as computed, layers count from 1."""

from collections.abc import Mapping, Sequence

from playground.model_guide.answers import SENTENCES, Answer
from playground.model_guide.entries import Entry
from playground.model_guide.inside import Inside
from playground.model_guide.moved import Difference
from playground.model_guide.speed import Speed
from playground.model_guide.states import Similarity
from playground.tables import Row


def entries(found: Sequence[Entry]) -> list[Row]:
    """Return one row a model; what is not known is left empty."""
    return [
        {
            "id": one.spec.id,
            "title": one.spec.title,
            "task": one.spec.task.value,
            "source": one.spec.source.value,
            "on this machine": one.here,
            "family": one.shape.family if one.shape else None,
            "languages": one.languages,
            "parameters": one.parameters,
            "layers": one.shape.layers if one.shape else None,
            "hidden": one.shape.hidden if one.shape else None,
            "heads": one.shape.heads if one.shape else None,
            "vocabulary": one.shape.vocabulary if one.shape else None,
            "bytes on disk": one.file_bytes,
            "its own of these": one.own_bytes,
            "bytes in fp32": one.fp32_bytes,
            "bytes in bfloat16": one.bf16_bytes,
            "licence": one.licence,
            "good for": one.spec.note,
        }
        for one in found
    ]


def scores(found: Sequence[Entry]) -> list[Row]:
    """Return one row for each model and figure of its card."""
    return [
        {
            "model": one.spec.title,
            "figure": score.metric,
            "on": score.part,
            "value": score.value,
            "from": score.source,
        }
        for one in found
        for score in one.scores
    ]


def inside(found: Inside) -> list[Row]:
    """Return one row a part."""
    return [
        {
            "section": part.section,
            "layer": part.layer,
            "part": part.block,
            "parameters": part.parameters,
            "share": part.parameters / found.parameters,
            "bytes in the file": part.file_bytes,
            "bytes in fp32": 4 * part.parameters,
            "bytes in bfloat16": 2 * part.parameters,
        }
        for part in found.parts
    ]


def speed(measured: Mapping[str, Sequence[Speed]]) -> list[Row]:
    """Return one row for each model, by its title, and length."""
    return [
        {
            "model": title,
            "tokens": one.tokens,
            "milliseconds for one text": one.milliseconds,
            "fastest": one.fastest,
            "texts at once": one.batch,
            "texts a second": one.texts_a_second,
        }
        for title, speeds in measured.items()
        for one in speeds
    ]


def answers(found: Mapping[str, Sequence[Answer]]) -> list[Row]:
    """Return one row for each sentence and model, by its title."""
    return [
        {
            "sentence": sentence,
            "model": title,
            "answer": column[number].text,
            "probability": column[number].probability,
        }
        for number, (sentence, _) in enumerate(SENTENCES)
        for title, column in found.items()
    ]


def moved(found: Difference) -> list[Row]:
    """Return one row a tensor that both models have."""
    return [
        {
            "parameter": one.name,
            "layer": None if one.place.layer is None else one.place.layer + 1,
            "part": one.place.block,
            "matrix": one.place.matrix,
            "numbers": one.parameters,
            "distance": one.distance,
            "norm of the base": one.norm,
            "relative": one.relative,
        }
        for one in found.moved
    ]


def states(found: Similarity) -> list[Row]:
    """Return one row a layer, 0 being the embeddings' output; each token has its cosine."""
    return [
        {
            "layer": layer,
            "mean cosine": float(row.mean()),
            "cka": float(found.cka[layer]),
            "cosines": [float(value) for value in row],
        }
        for layer, row in enumerate(found.cosine)
    ]
