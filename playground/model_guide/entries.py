"""What there is: each model of the catalog by its files, its card, or what is published of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from playground.errors import ModelError
from playground.model_guide import cards
from playground.model_guide.cards import CardScore
from playground.model_guide.published import PUBLISHED, Shape
from playground.models import trunk, weight_files
from playground.models.architectures import FAMILIES
from playground.models.catalog import TRUNK, ModelSpec, Source
from playground.models.weight_files import WeightFiles
from playground.settings import MEGABYTE

FP32, BF16 = 4, 2  # bytes a parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One model; ``spec.task`` is what its own head was trained for. None where nothing is known.

    ``problem`` says why its files cannot be used.
    """

    spec: ModelSpec
    here: bool  # on this machine
    shape: Shape | None = None
    parameters: int | None = None
    file_bytes: int | None = None  # of its weights, an adapter's trunk among them
    own_bytes: int | None = None  # of those the part that no other model shares
    languages: str = ""
    licence: str = ""
    scores: tuple[CardScore, ...] = ()
    problem: str = ""

    @property
    def fp32_bytes(self) -> int | None:
        """What the parameters take in memory, in 32-bit numbers."""
        return None if self.parameters is None else FP32 * self.parameters

    @property
    def bf16_bytes(self) -> int | None:
        """What they take in bfloat16."""
        return None if self.parameters is None else BF16 * self.parameters


def own(specs: Iterable[ModelSpec]) -> tuple[ModelSpec, ...]:
    """Return each model of ``specs`` once, with the task of its own head."""
    found: dict[str, ModelSpec] = {}
    for spec in specs:
        found.setdefault(spec.id, spec)
    return tuple(found.values())


def with_own_task(spec: ModelSpec) -> ModelSpec:
    """Return ``spec`` with the task that its files name; as it is where they cannot be read."""
    try:
        return replace(spec, task=weight_files.look(spec).task)
    except ModelError:
        return spec


def entry(spec: ModelSpec) -> Entry:
    """Return what is known of a model without loading it."""
    try:
        if weight_files.folder(spec) is None:
            return _absent(spec)
        return _present(weight_files.look(spec))
    except ModelError as error:
        return Entry(spec=spec, here=True, problem=str(error))


def shape(config: Mapping[str, Any]) -> Shape:
    """Return the sizes in a ``config.json``; DistilBERT has names of its own for three of them."""

    def size(*names: str) -> int:
        return next((int(config[name]) for name in names if name in config), 0)

    return Shape(
        family=FAMILIES.get(str(config.get("model_type")), "unknown"),
        layers=size("num_hidden_layers", "n_layers"),
        hidden=size("hidden_size", "dim"),
        heads=size("num_attention_heads", "n_heads"),
        vocabulary=size("vocab_size"),
    )


def _absent(spec: ModelSpec) -> Entry:
    known = PUBLISHED.get(spec.hub_id)
    size = None if spec.megabytes is None else spec.megabytes * MEGABYTE
    if known is None:
        return Entry(spec=spec, here=False, file_bytes=size, own_bytes=size)
    return Entry(
        spec=spec,
        here=False,
        shape=known.shape,
        parameters=known.parameters,
        file_bytes=size,
        own_bytes=size,
        languages=known.languages,
        licence=known.licence,
        scores=known.scores,
    )


def _present(found: WeightFiles) -> Entry:
    spec = replace(found.spec, task=found.task)
    licence, languages, scores = _said(spec)
    return Entry(
        spec=spec,
        here=True,
        shape=shape(found.config),
        parameters=sum(one.count for one in found.of_model().values()),
        file_bytes=found.bytes_on_disk,
        own_bytes=found.own_bytes,
        languages=languages or {"Latin": "", "any": ""}.get(spec.script, spec.script),
        licence=licence,
        scores=scores,
    )


def _said(spec: ModelSpec) -> tuple[str, str, tuple[CardScore, ...]]:
    """Return licence, languages and figures as cards state them."""
    if spec.source is Source.HUB:
        known = PUBLISHED.get(spec.hub_id)
        return (known.licence, known.languages, known.scores) if known else ("", "", ())
    folder = trunk.folder() if spec.id == TRUNK else spec.folder
    assert folder is not None
    licence, languages = cards.front_matter(folder)
    if spec.source is Source.RUN:
        return licence, languages, cards.of_run(folder.parent.parent)
    return licence, languages, cards.of_adapter(folder) if spec.source is Source.BUNDLED else ()
