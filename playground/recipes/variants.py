"""Sentences like others, for teachers to judge: some words hidden, and filled in by the masked LM.

So Jiao et al. made texts for TinyBERT (2020): the few that have labels a small model soon knows by
heart, and a large one has more to say.
"""

from collections.abc import Iterable

import numpy as np

from playground.models import catalog
from playground.models.catalog import Task
from playground.models.engine import Engine, Model
from playground.models.queries import Query
from playground.settings import Settings
from playground.text.cleaning import MASK

WORDS = range(5, 46)  # of a sentence that is rewritten
HIDDEN = 0.15, 0.4  # of the words, a share drawn for each sentence
CHOICES = 30  # the likeliest pieces, of which one is drawn
TEMPERATURE = 0.9
FIRST_WORD = 1996  # before it the vocabulary has special tokens and single characters
AT_ONCE = 2_000  # sentences


def rewritten(sentences: Iterable[str], *, times: int, seed: int) -> list[str]:
    """Return new sentences in lower case, sorted: at most ``times`` of each that is not too long.

    One that comes out as it was, or twice, is left out.
    """
    old = [sentence for sentence in sentences if len(sentence.split()) in WORDS]
    if not old:
        return []
    [spec] = [one for one in catalog.bundled() if one.task is Task.FILL_MASK]
    model = Engine(Settings()).model(spec)
    rng = np.random.default_rng(seed)
    drawn = [_hidden(sentence.split(), rng) for sentence in old for _ in range(times)]
    hidden = [text for text in drawn if MASK in text]
    new = {
        text
        for begin in range(0, len(hidden), AT_ONCE)
        for text in _filled(hidden[begin : begin + AT_ONCE], model, rng)
    }
    return sorted(new - {_plain(sentence, model) for sentence in old})


def _hidden(words: list[str], rng: np.random.Generator) -> str:
    """Return the words with some in letters hidden behind [MASK], at least one if there is any."""
    places = [place for place, word in enumerate(words) if word.isalpha()]
    chosen = rng.random(len(places)) < rng.uniform(*HIDDEN)
    if places and not chosen.any():
        chosen[rng.integers(len(places))] = True
    hide = {place for place, taken in zip(places, chosen, strict=True) if taken}
    return " ".join(MASK if place in hide else word for place, word in enumerate(words))


def _filled(texts: list[str], model: Model, rng: np.random.Generator) -> list[str]:
    rows = [np.array(ids) for ids in model.tokenizer(texts)["input_ids"]]
    masks = [np.flatnonzero(row == model.tokenizer.mask_token_id) for row in rows]
    queries = [
        Query(input_ids=tuple(row.tolist()), positions=tuple(places.tolist()), top_k=CHOICES)
        for row, places in zip(rows, masks, strict=True)
    ]
    for row, places, scores in zip(rows, masks, model.scores(queries), strict=True):
        for place, ids, log_probs in zip(
            places, scores.top_ids[0], scores.top_log_probs[0], strict=True
        ):
            # Signs as good as never, but where there is nothing else.
            weights = np.exp(log_probs / TEMPERATURE) * np.where(ids >= FIRST_WORD, 1, 1e-9)
            row[place] = rng.choice(ids, p=weights / weights.sum())
    return [model.tokenizer.decode(row, skip_special_tokens=True) for row in rows]


def _plain(sentence: str, model: Model) -> str:
    """Return a sentence as it comes back from its pieces."""
    return model.tokenizer.decode(model.tokenizer(sentence)["input_ids"], skip_special_tokens=True)
