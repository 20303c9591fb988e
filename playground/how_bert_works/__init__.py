"""How BERT works: a tour with the numbers of a running model, and what limits such models."""

from playground.how_bert_works.recompute import Differences
from playground.how_bert_works.tour import (
    MAX_TOKENS,
    Prediction,
    Tour,
    prediction,
    through_layers,
    walk,
)

__all__ = [
    "MAX_TOKENS",
    "Differences",
    "Prediction",
    "Tour",
    "prediction",
    "through_layers",
    "walk",
]
