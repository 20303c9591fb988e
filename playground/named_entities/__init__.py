"""Named entities: everything its page shows."""

from playground.named_entities.aggregation import Aggregation
from playground.named_entities.find import Alternative, Entity, Found, find, find_all
from playground.named_entities.frequencies import Frequency, frequencies
from playground.named_entities.labels import OUTSIDE, Scheme, scheme
from playground.named_entities.tokens import Stretch, Tokens

__all__ = [
    "OUTSIDE",
    "Aggregation",
    "Alternative",
    "Entity",
    "Found",
    "Frequency",
    "Scheme",
    "Stretch",
    "Tokens",
    "find",
    "find_all",
    "frequencies",
    "scheme",
]
