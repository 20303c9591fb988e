"""Texts of our own, of one sentence to thirty, made from frames and fillers."""

import random
from itertools import accumulate, cycle, islice

FRAMES = (
    "{who} flew from {place} to {other} and {judged} the journey.",
    "The new office of {company} in {place} is {quality}, says {who}.",
    "I {judged} the film about {place}; the ending was {quality}.",
    "{company} sold its factory near {place} to a group from {other} last year.",
    "{who} met the mayor of {other} at the station and found the speech {quality}.",
    "The battery of my phone from {company} is {quality} and I {judged} the camera.",
    "In {place}, {who} opened a hotel that most guests call {quality}.",
    "The doctors in {other} {judged} the treatment that {company} had tested.",
)
WHO = ("Maria Lopez", "John Smith", "Aisha Khan", "Peter Novak", "Wei Zhang", "Emma Larsen")
PLACES = ("Paris", "Nairobi", "Lima", "Osaka", "Berlin", "Toronto", "Cairo", "Sydney")
COMPANIES = ("Siemens", "Toyota", "Nokia", "Reuters", "Unilever", "Boeing")
JUDGED = ("loved", "hated", "enjoyed", "regretted", "praised", "cursed", "remembered")
QUALITIES = ("wonderful", "dreadful", "fine", "a disappointment", "better than before", "not bad")
SENTENCES = (1, 1, 2, 1, 3, 1, 2, 5, 1, 30, 2, 1, 8, 1, 3, 1, 2, 15)
COUNT = 2_000


def mixed_texts() -> list[str]:
    """Return the texts, always the same ones in the same order."""
    draw = random.Random(1)
    sizes = list(islice(cycle(SENTENCES), COUNT))
    sentences = [_sentence(draw) for _ in range(sum(sizes))]
    return [
        " ".join(sentences[end - size : end])
        for size, end in zip(sizes, accumulate(sizes), strict=True)
    ]


def short_texts(count: int) -> list[str]:
    """Return ``count`` texts of one or two sentences, always the same ones."""
    draw = random.Random(2)
    return [" ".join(_sentence(draw) for _ in range(1 + draw.randrange(2))) for _ in range(count)]


def _sentence(draw: random.Random) -> str:
    place, other = draw.sample(PLACES, 2)
    return draw.choice(FRAMES).format(
        who=draw.choice(WHO),
        place=place,
        other=other,
        company=draw.choice(COMPANIES),
        judged=draw.choice(JUDGED),
        quality=draw.choice(QUALITIES),
    )
