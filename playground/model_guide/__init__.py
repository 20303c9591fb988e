"""The models: what there is, what is inside, how fast, how good, and what fine-tuning moved."""

from playground.model_guide.answers import SENTENCES, Answer, answers, same
from playground.model_guide.cards import CardScore, Shared, in_common
from playground.model_guide.entries import Entry, entry, own, with_own_task
from playground.model_guide.inside import Adapter, Inside, Part, inside
from playground.model_guide.moved import Difference, Moved, by_layer, by_part, difference, ratio
from playground.model_guide.published import Shape
from playground.model_guide.speed import BATCHES, LENGTHS, REPEATS, Speed, kept, measure
from playground.model_guide.states import Similarity, similarity

__all__ = [
    "BATCHES",
    "LENGTHS",
    "REPEATS",
    "SENTENCES",
    "Adapter",
    "Answer",
    "CardScore",
    "Difference",
    "Entry",
    "Inside",
    "Moved",
    "Part",
    "Shape",
    "Shared",
    "Similarity",
    "Speed",
    "answers",
    "by_layer",
    "by_part",
    "difference",
    "entry",
    "in_common",
    "inside",
    "kept",
    "measure",
    "own",
    "ratio",
    "same",
    "similarity",
    "with_own_task",
]
