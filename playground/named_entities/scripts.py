"""The code of each view: what it computes beyond loading a model.

Every function returns the ``Snippet`` for what a visitor chose. The text stands in it as the
tokenizer got it, with spaces for what no model can read, so places are those of the screen.
"""

from typing import TYPE_CHECKING

from playground.models.catalog import Task
from playground.named_entities.aggregation import Aggregation
from playground.named_entities.find import Found
from playground.named_entities.labels import LAST, ONLY
from playground.snippet import Snippet
from playground.text.language import UNSPACED_NAMES
from playground.text.pieces import vocabulary

if TYPE_CHECKING:
    from playground.models.engine import Model

READ = """\
model.eval()
names = [model.config.id2label[number] for number in range(model.config.num_labels)]
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
EVERY_TOKEN = """\

for (start, end), row in zip(spans, probabilities.tolist()):
    labels = "  ".join(f"{name} {value:.4f}" for name, value in zip(names, row))
    print(f"{TEXT[start:end]}  {labels}")
"""


def mark(found: Found, *, model: "Model", aggregation: Aggregation, threshold: float) -> Snippet:
    """Return the code of ``find``, which found ``found``: entities with score, type and place."""
    constants: dict[str, object] = {"THRESHOLD": threshold}
    if aggregation is Aggregation.NONE:
        return _snippet("entities", found, model, constants, EACH_TOKEN)
    prefixes = list(found.scheme.prefixes)
    constants |= {"PREFIXES": prefixes}
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
    imports = ("import unicodedata",) if cut else ()
    return _snippet("entities", found, model, constants, "".join(parts), imports=imports)


def every_token(found: Found, *, model: "Model") -> Snippet:
    """Return the code of the labelled tokens: each with the probability of every label."""
    return _snippet("every token", found, model, {}, EVERY_TOKEN)


def _snippet(
    title: str,
    found: Found,
    model: "Model",
    constants: dict[str, object],
    body: str,
    *,
    imports: tuple[str, ...] = (),
) -> Snippet:
    windows = [(one.begin, one.end, one.first, one.last) for one in found.tokens.stretches]
    always: dict[str, object] = {
        "TEXT": found.tokens.seen,
        "WINDOWS": windows,
        "TEMPERATURE": model.labels.temperature,
    }
    spans = "" if vocabulary(model.tokenizer).marks_continuation else OWN_SPANS
    return Snippet(
        page="Named entities",
        title=title,
        task=Task.TOKEN_CLASSIFICATION,
        constants=always | constants,
        body=READ + spans + body,
        imports=imports,
    )
