"""Plain sentences from the rows of the CIA World Factbook.

A row is a country, a field path and a text. Prose fields are kept as they are; a few short fields,
which a language model could not read as a table, become sentences ("The capital of X is Y.").
"""

import random
import re
from collections.abc import Iterable, Iterator

CAPITAL = "Government / Capital / name"
CONTINENT = "Geography / Map references"
LOCATION = "Geography / Location"
CURRENCY = "Economy / Exchange rates / Currency"
LANGUAGES = "People and Society / Languages / Languages"
ADJECTIVE = "People and Society / Nationality / adjective"
HIGHEST = "Geography / Elevation / highest point"
RESOURCES = "Geography / Natural resources"
INDUSTRIES = "Economy / Industries"
SAMPLES = "People and Society / Languages / major-language sample(s)"
GOVERNMENT = "Government / Government type"

TEMPLATES: dict[str, tuple[str, ...]] = {
    CAPITAL: (
        "The capital of {country} is {value}.",
        "{value} is the capital of {country}.",
        "The capital city of {country} is {value}.",
    ),
    CONTINENT: ("{country} is a country in {value}.", "{country} lies in {value}."),
    LOCATION: ("{country} is located in {value}.",),
    CURRENCY: (
        "The currency of {country} is the {value}.",
        "People in {country} pay in {value}.",
    ),
    LANGUAGES: (
        "The official language of {country} is {value}.",
        "People in {country} speak {value}.",
    ),
    ADJECTIVE: ("A person from {country} is {value}.", "The people of {country} are {value}."),
    HIGHEST: (
        "The highest mountain in {country} is {value}.",
        "The highest point of {country} is {value}.",
    ),
    RESOURCES: ("The natural resources of {country} are {value}.",),
    INDUSTRIES: ("The main industries of {country} are {value}.",),
    GOVERNMENT: ("{country} is a {value}.",),
}
ONE_NAME = {CAPITAL, CONTINENT, CURRENCY, LANGUAGES, ADJECTIVE, HIGHEST}
PROSE_WORDS = 12


def sentences(rows: Iterable[str]) -> Iterator[str]:
    """Yield short factual sentences from ``country<TAB>field<TAB>text`` rows, shuffled.

    In the order of the rows a fact's other wording stands next to it, and a masked name would be
    copied from there instead of learned.
    """
    made = list(_in_order(rows))
    random.Random(0).shuffle(made)
    yield from made


def _in_order(rows: Iterable[str]) -> Iterator[str]:
    for country, field, text in _fields(rows):
        value = _first_name(text) if field in ONE_NAME else text.split(";")[0].strip()
        if not value or len(value) > 200:
            continue
        for template in TEMPLATES.get(field, ()):
            yield template.format(country=country, value=value)


def prose(rows: Iterable[str]) -> Iterator[str]:
    """Yield the fields that are running text: mostly letters, at least a dozen words, English."""
    for _country, field, text in _fields(rows):
        letters = sum(char.isalpha() or char.isspace() for char in text)
        if field != SAMPLES and len(text.split()) >= PROSE_WORDS and letters > 0.85 * len(text):
            yield text


def _fields(rows: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        country, field, text = (part.strip() for part in row.split("\t", 2))
        if country and text:
            yield country, field, text


def _first_name(text: str) -> str:
    """Return the first name in a field: before notes, lists, shares and figures."""
    last = text.rsplit(": ", maxsplit=1)[-1]
    name = re.split(r"[;(\d]|,(?! D\.C\.)| per US dollar| note", last)[0]
    return name.strip(" -,.")
