"""The code of each view: what it computes beyond loading a model.

Every function returns the ``Snippet`` for what a visitor chose. The text stands in it as the
tokenizer got it, with spaces for what no model can read, so places are those of the screen.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from playground.files.script import Reading
from playground.models.catalog import Task
from playground.named_entities.aggregation import Aggregation
from playground.named_entities.find import Found
from playground.named_entities.labels import LAST, ONLY, scheme
from playground.named_entities.tokens import Stretch
from playground.snippet import Snippet
from playground.text.language import UNSPACED_NAMES
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model

PAGE = "Named entities"
SET_UP = """\
model.eval()
names = [model.config.id2label[number] for number in range(model.config.num_labels)]
"""
READ = """\
encoding = tokenizer(
    TEXT, add_special_tokens=False, split_special_tokens=True, return_offsets_mapping=True
)
ids, words, spans = encoding["input_ids"], encoding.word_ids(), encoding["offset_mapping"]
cls, sep = tokenizer("")["input_ids"]

# A long text is read in windows that overlap. In each, the model sees the tokens from begin to
# end, and labels are taken from first to last.
logits = []
with torch.inference_mode():
    for begin, end, first, last in WINDOWS:
        row = model(torch.tensor([[cls, *ids[begin:end], sep]])).logits[0, 1:-1]
        logits.append(row[first - begin : last - begin])
probabilities = (torch.cat(logits) / TEMPERATURE).softmax(dim=-1)  # [token, label]
"""
OWN_SPANS = """\

# The space before a word belongs to no token, a character that tokens share to the last of them.
following = len(TEXT)
for token in reversed(range(len(ids))):
    start, end = spans[token]
    while start < end and TEXT[start].isspace():
        start += 1
    while start < end and TEXT[end - 1].isspace():
        end -= 1
    start = min(start, following)
    spans[token] = start, max(start, min(end, following))
    following = start
"""
WORDS_OF_TOKENIZER = """\
starts_word = [token == 0 or words[token] != words[token - 1] for token in range(len(ids))]
"""
WORDS_CUT = """\


def in_word(character):
    script = unicodedata.name(character, "").split(" ")[0]
    return unicodedata.category(character)[0] in "LMN" and script not in UNSPACED


# Letters and digits that touch are a word, any other sign is one by itself.
starts_word, reached, waiting = [], 0, None
for (start, end), word in zip(spans, words):
    joined = reached > 0 and all(in_word(c) for c in TEXT[reached - 1 : start + 1])
    starts_word.append(not joined and (start, word) != waiting)
    reached, waiting = (end, None) if start < end else (reached, (start, word))
"""
GROUP_TOKENS = """\
units = [[token] for token in range(len(ids))]
"""
GROUP_WORDS = """\
units = []
for token, starts in enumerate(starts_word):
    units += [[]] if starts else []
    units[-1].append(token)
"""
NO_EMPTY_WORDS = """\
units = [unit for unit in units if any(spans[token][0] < spans[token][1] for token in unit)]
"""
ROWS = {
    Aggregation.SIMPLE: "probabilities[unit[0]]",
    Aggregation.FIRST: "probabilities[unit[0]]",
    Aggregation.AVERAGE: "probabilities[unit].mean(dim=0)",
    Aggregation.MAX: "max((probabilities[token] for token in unit), key=torch.max)",
}
GROUP = """\


def parts(label):  # B-PER is of type PER and begins an entity
    prefix, _, kind = label.partition("-")
    return (prefix, kind) if kind and prefix in PREFIXES else ("", label)


entities, before, kind_before = [], "", None
for unit in units:
    row = $row
    prefix, kind = parts(names[row.argmax()])
    begins = kind != kind_before or prefix == "B"
$alone    if begins:
        entities.append((kind, [], []))
    entities[-1][1].extend(unit)
    entities[-1][2].append(row.max().item())
    before, kind_before = prefix, kind

for kind, tokens, scores in entities:
    places = [spans[token] for token in tokens if spans[token][0] < spans[token][1]]
    score = sum(scores) / len(scores)
    if kind != "O" and places and score >= THRESHOLD:
        start, end = places[0][0], places[-1][1]
        print(f"{score:.4f}  {kind}  {start} to {end}  {TEXT[start:end]}")
"""
ALONE = """\
    if starts_word[unit[0]]:  # the only word of an entity, or the one behind its last
        begins = begins or prefix in $only or before in $last
"""
EACH_TOKEN = """\

for (start, end), row in zip(spans, probabilities):
    score, label = row.max().item(), names[row.argmax()]
    if label != "O" and start < end and score >= THRESHOLD:
        print(f"{score:.4f}  {label}  {start} to {end}  {TEXT[start:end]}")
"""
A_FILE = """\


def show(TEXT, WINDOWS):
$body

for number, text in enumerate(texts):
    if text.strip():
        ids = tokenizer(text, add_special_tokens=False, split_special_tokens=True)["input_ids"]
        print(text[:60].replace("\\n", " "))
        show(text, WINDOWS.get(number) or [(0, len(ids), 0, len(ids))])
"""
EVERY_TOKEN = """\

for (start, end), row in zip(spans, probabilities.tolist()):
    labels = "  ".join(f"{name} {value:.4f}" for name, value in zip(names, row))
    print(f"{TEXT[start:end]}  {labels}")
"""


def mark(found: Found, *, model: "Model", aggregation: Aggregation, threshold: float) -> Snippet:
    """Return the code of ``find``, which found ``found``: entities with score, type and place."""
    how, body, imports = _entities(model, aggregation)
    return _snippet("entities", _of(found) | {"THRESHOLD": threshold} | how, model, body, imports)


def file(
    reading: Reading,
    windows: Mapping[int, Sequence[Stretch]],
    *,
    model: "Model",
    aggregation: Aggregation,
    threshold: float,
) -> Snippet:
    """Return the code of ``find_all`` for the texts that ``reading`` finds.

    ``windows`` has those of each text that needs several, by its place among all texts.
    """
    how, body, imports = _entities(model, aggregation)
    constants = {
        **reading.constants,
        "WINDOWS": {number: _windows(row) for number, row in windows.items()},
        "THRESHOLD": threshold,
        **how,
    }
    inner = textwrap.indent((_read(model) + body).replace("\n\n\n", "\n\n"), "    ")
    return Snippet(
        page=PAGE,
        title="a file",
        task=Task.TOKEN_CLASSIFICATION,
        constants={**constants, "TEMPERATURE": model.labels.temperature},
        body=SET_UP + reading.code + A_FILE.replace("$body", inner),
        imports=tuple(dict.fromkeys((*reading.imports, *imports))),
    )


def _entities(
    model: "Model", aggregation: Aggregation
) -> tuple[dict[str, object], str, tuple[str, ...]]:
    """Return constants, code and imports of what prints the entities of TEXT."""
    if aggregation is Aggregation.NONE:
        return {}, EACH_TOKEN, ()
    prefixes = list(scheme(model.labels.names).prefixes)
    constants: dict[str, object] = {"PREFIXES": prefixes}
    more = len(prefixes) > len("BI")
    by_token = aggregation is Aggregation.SIMPLE
    whole = vocabulary(model.tokenizer).marks_continuation  # the tokenizer's words are whole words
    cut = not whole and (more or not by_token)
    parts = (
        WORDS_OF_TOKENIZER * (whole and (more or not by_token)),
        WORDS_CUT * cut,
        GROUP_TOKENS if by_token else GROUP_WORDS,
        NO_EMPTY_WORDS * (cut and not by_token),
        GROUP.replace("$row", ROWS[aggregation])
        .replace("$alone", ALONE * more)
        .replace("$only", repr(tuple(ONLY)))
        .replace("$last", repr(tuple(LAST + ONLY))),
    )
    if cut:
        constants |= {"UNSPACED": UNSPACED_NAMES}
    return constants, "".join(parts), ("import unicodedata",) if cut else ()


def every_token(found: Found, *, model: "Model") -> Snippet:
    """Return the code of the labelled tokens: each with the probability of every label."""
    return _snippet("every token", _of(found), model, EVERY_TOKEN, ())


def _of(found: Found) -> dict[str, object]:
    return {"TEXT": found.tokens.seen, "WINDOWS": _windows(found.tokens.stretches)}


def _windows(stretches: Sequence[Stretch]) -> list[tuple[int, int, int, int]]:
    return [(one.begin, one.end, one.first, one.last) for one in stretches]


def _read(model: "Model") -> str:
    return READ + ("" if vocabulary(model.tokenizer).marks_continuation else OWN_SPANS)


def _snippet(
    title: str,
    constants: dict[str, object],
    model: "Model",
    body: str,
    imports: tuple[str, ...],
) -> Snippet:
    return Snippet(
        page=PAGE,
        title=title,
        task=Task.TOKEN_CLASSIFICATION,
        constants={**constants, "TEMPERATURE": model.labels.temperature},
        body=SET_UP + _read(model) + body,
        imports=imports,
    )
