"""What a visitor should know before trusting the labels of a text."""

from playground.models.catalog import ModelSpec
from playground.named_entities.labels import OUTSIDE, Scheme
from playground.named_entities.tokens import Tokens
from playground.text import language


def notices(tokens: Tokens, scheme: Scheme, spec: ModelSpec) -> tuple[str, ...]:
    """Return notices on the text, its length and the model's labels; mostly none."""
    found = language.classifier_notices(
        tokens.text, unknown=tokens.unknown, tokens=len(tokens.ids), spec=spec
    )
    if len(tokens.stretches) > 1:
        found.append(
            f"The text has {len(tokens.ids):,} tokens. It was read in {len(tokens.stretches)} "
            "windows that overlap: models that learned from sentences miss names in long texts."
        )
    if all(name.startswith("LABEL_") for name in scheme.names):
        found.append(
            f"The labels of {spec.title} have numbers for names. What they stand for may be "
            "written on the model's page."
        )
    elif not scheme.has_outside:
        found.append(
            f"{spec.title} has no label {OUTSIDE} for what belongs to no entity: it gives every "
            "word a type."
        )
    return tuple(found)
