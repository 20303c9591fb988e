"""What columns are called: names that people give, and names that need repair."""

import re
from collections.abc import Sequence
from itertools import chain, count

from playground.files.text import UNREADABLE

ONLY = "text"  # what the only column is called where the file does not say


def _listed(names: str) -> frozenset[str]:
    return frozenset(names.split())


# In English, German, French, Spanish and Chinese, as datasets for text classification call them.
_TEXTS = _listed(
    "text texts sentence sentences review reviews content contents comment comments tweet tweets "
    "body message messages document documents utterance passage post description abstract "
    "satz kommentar bewertung rezension inhalt nachricht texte phrase avis commentaire texto frase "
    "reseña comentario 文本 评论 评价 内容 句子 正文 評論 內容"
)
_OTHERS = _listed(
    "label labels class category categories sentiment rating ratings score scores stars target "
    "polarity emotion topic tag tags id index idx key number name title date time year price "
    "lang language source split user author url note klasse kategorie stimmung sterne datum preis "
    "sprache quelle étiquette catégorie prix date etiqueta categoría precio fecha "
    "标签 类别 情感 评分 标题 编号 日期"
)
_MOST_CHARACTERS, _MOST_WORDS = 40, 4  # of what still looks like a name
_ENDS_A_SENTENCE = re.compile(r"[.!?…。！？][\"'”’»]*$")


def holds_texts(name: str) -> bool:
    """Tell whether a column of this name usually holds texts."""
    return bool(_words(name) & _TEXTS)


def is_usual(name: str, *, wholly: bool = False) -> bool:
    """Tell whether ``name`` has a word that columns are often called by, or ``wholly`` such words.

    "Review" and "Review of 2024" do; "reviewText" does wholly.
    """
    known = [word in _TEXTS | _OTHERS for word in _words(name)]
    return looks_like_name(name) and (all(known) if wholly else any(known))


def looks_like_name(cell: str) -> bool:
    """Tell whether ``cell`` could be a column's name: short, neither number nor sentence."""
    return (
        bool(cell.strip())
        and len(cell) <= _MOST_CHARACTERS
        and len(cell.split()) <= _MOST_WORDS
        and not is_number(cell)
        and not _ENDS_A_SENTENCE.search(cell.strip())
    )


def is_number(cell: str) -> bool:
    """Tell whether ``cell`` is a number, with a point or a comma."""
    try:
        float(cell.strip().rstrip("%").replace(",", "."))
    except ValueError:
        return False
    return True


def repaired(given: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return column names that are there and differ, and a notice for each that was repaired."""
    made: list[str] = []
    notices = []
    names = [UNREADABLE.sub("\N{REPLACEMENT CHARACTER}", name).strip() for name in given]
    taken = set(names)
    for place, name in enumerate(names, start=1):
        if not name:
            made.append(_free(f"column {place}", taken))
            notices.append(f"Column {place} has no name; it is called “{made[-1]}” here.")
        elif name in made:
            made.append(_free(name, taken))
            notices.append(f"Two columns are called “{name}”; column {place} is “{made[-1]}” here.")
        else:
            made.append(name)
        taken.add(made[-1])
    return tuple(made), tuple(notices)


def _free(name: str, taken: set[str]) -> str:
    numbered = (f"{name} {number}" for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)


def _words(name: str) -> set[str]:
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)  # reviewText
    return set(re.split(r"[\s_.:/\-]+", split.casefold()))
