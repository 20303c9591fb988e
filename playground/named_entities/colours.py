"""A colour for each type, the same in every text and model, in a light and a dark pair.

The hues are Okabe and Ito's (2008), which differ for every common kind of colour blindness, and
four between them. The type is written beside each mark, so nothing rests on colour alone.
"""

from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True, slots=True)
class Colour:
    """Backgrounds and what is written on them, on a light and on a dark page."""

    light: str
    light_ink: str
    dark: str
    dark_ink: str


PEOPLE = Colour("#D3E7F7", "#0A4A7A", "#12395A", "#A8D3F5")
ORGANISATIONS = Colour("#FBE1C8", "#733604", "#55300F", "#F7C794")
PLACES = Colour("#CFEEE2", "#0A563E", "#0E4434", "#93E0C2")
OTHERS = Colour("#F3DCEB", "#742B5D", "#4C2441", "#EDB6DA")
FIXED = {
    "PER": PEOPLE,
    "PERSON": PEOPLE,
    "ORG": ORGANISATIONS,
    "ORGANIZATION": ORGANISATIONS,
    "LOC": PLACES,
    "LOCATION": PLACES,
    "MISC": OTHERS,
}
PALETTE = (
    Colour("#F6EFB2", "#574D00", "#443D05", "#EEE28B"),
    Colour("#CBEFF5", "#05525F", "#0A4049", "#92DFEC"),
    Colour("#FAD8D1", "#86200F", "#581E16", "#F7B5A9"),
    Colour("#E1DEFA", "#3D3790", "#312D64", "#C7C2F9"),
    Colour("#E3EFC9", "#3D5208", "#33420D", "#C9E08E"),
    Colour("#EBDFD2", "#5B3F1E", "#45341E", "#E2CAAC"),
    Colour("#F5D9DF", "#7D2038", "#511E2D", "#F4B4C2"),
    Colour("#E2E7EC", "#38434E", "#343F4B", "#D3DBE3"),
)


def colour(kind: str) -> Colour:
    """Return the colour of a type; those that are not CoNLL's get one by a hash of their name."""
    return FIXED.get(kind.upper()) or PALETTE[crc32(kind.encode()) % len(PALETTE)]
