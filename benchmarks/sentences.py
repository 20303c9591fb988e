"""600 sentences of our own with one mask each, made from frames and fillers."""

from itertools import product

FRAMES = (
    "{who} went to the {place} to buy [MASK].",
    "{who} has lived near the {place} for [MASK] years.",
    "In the evening {who} [MASK] a letter at the {place}.",
    "The {place} was closed because of the [MASK], so {who} went home.",
    "{who} told the children a story about an old [MASK] in the {place}.",
    "Nobody knew why {who} left the {place} so [MASK].",
    "When the [MASK] rang, {who} ran out of the {place}.",
    "{who} works at the {place} as a [MASK].",
    "After the [MASK] match everyone met at the {place}, and {who} paid.",
    "It was raining, so {who} waited under the roof of the {place} for the [MASK].",
)
PEOPLE = (
    "my sister",
    "the teacher",
    "a young doctor",
    "the mayor",
    "her uncle",
    "an old sailor",
    "the new student",
    "our neighbour",
    "the farmer",
    "the engineer",
)
PLACES = ("station", "market", "library", "river", "hospital", "museum")


def masked_sentences() -> list[str]:
    """Return the 600 sentences, always the same ones in the same order."""
    return [
        frame.format(who=who, place=place) for frame, who, place in product(FRAMES, PEOPLE, PLACES)
    ]
