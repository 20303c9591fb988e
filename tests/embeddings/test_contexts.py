import csv
from collections.abc import Callable

import numpy as np
import pytest

from playground.embeddings import LineReader, LineStates, Token, follow, search, tokens
from playground.errors import EmptyTextError, LinesError
from playground.models import fake
from playground.models.catalog import ASSETS
from playground.models.engine import Model
from playground.models.queries import StatesQuery
from playground.text.reading import read_text

LookInto = Callable[[str], Model]


def line(text: str, *states: tuple[float, float]) -> LineStates:
    return LineStates(
        text=text,
        spans=np.array([(2 * n, 2 * n + 1) for n in range(len(states))], dtype=np.int32),
        states=np.array(states, dtype=np.float16),
        cut=False,
    )


def wanted(*state: float) -> Token:
    return Token(text="x", place=0, start=0, end=1, state=np.array(state, dtype=np.float32))


def test_each_line_is_found_by_its_nearest_token() -> None:
    lines = [
        (2, line("a b", (0.0, 1.0), (0.6, 0.8))),
        (5, line("c", (-1.0, 0.0))),
        (7, line("d e f", (0.8, 0.6), (1.0, 0.0), (0.0, 1.0))),
    ]
    found = search(lines, wanted(1.0, 0.0), most=2)
    assert [(hit.line, hit.start, hit.end, hit.text) for hit in found] == [
        (7, 2, 3, "d e f"),
        (2, 2, 3, "a b"),
    ]
    assert [hit.cosine for hit in found] == pytest.approx([1.0, 0.6], abs=1e-3)
    assert [hit.line for hit in search(lines, wanted(1.0, 0.0), most=9)] == [7, 2, 5]
    assert search([], wanted(1.0, 0.0), most=9) == []


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    units = rng.normal(size=(40, 3, 2))
    units /= np.linalg.norm(units, axis=-1, keepdims=True)
    lines = [(n, line("a b c", *map(tuple, unit.tolist()))) for n, unit in enumerate(units)]
    whole = search(lines, wanted(0.6, 0.8), most=40)
    monkeypatch.setattr("playground.embeddings.contexts.AT_ONCE", 7)
    again = search(lines, wanted(0.6, 0.8), most=40)
    assert {hit.line: hit.start for hit in again} == {hit.line: hit.start for hit in whole}
    assert [hit.cosine for hit in again] == pytest.approx([hit.cosine for hit in whole], abs=1e-6)


@pytest.mark.parametrize("family", fake.FAMILIES)
@pytest.mark.parametrize("layer", [0, 1, 2])
def test_states_are_those_of_the_layer(look_into: LookInto, family: str, layer: int) -> None:
    model = look_into(family)
    text = "Rain fell for three days."
    [found] = LineReader(model=model, layer=layer).read([text])
    assert isinstance(found, LineStates)
    read = read_text(text, model=model)
    positions = tuple(range(len(read.front), len(read.front) + len(read.ids)))
    ids = (*read.front, *read.ids, *read.back)
    [expected] = model.states([StatesQuery(input_ids=ids, positions=positions)])
    units = expected[layer] / np.linalg.norm(expected[layer], axis=1, keepdims=True)
    np.testing.assert_allclose(found.states, units, atol=2e-3)
    assert "".join(text[start:end] for start, end in found.spans.tolist()) == text.replace(" ", "")
    for token in tokens(text, model=model, layer=layer):
        assert text[token.start : token.end] == token.text
        np.testing.assert_allclose(token.state, units[token.place], atol=1e-5)


def test_lines_are_read_until_the_memory_is_full(look_into: LookInto) -> None:
    texts = ["rain " * 10] * 4
    model = look_into("bert")
    [one] = LineReader(model=model, layer=1).read(texts[:1])
    assert isinstance(one, LineStates)
    reader = LineReader(model=model, layer=1, most_bytes=2 * one.states.nbytes)
    found = [*reader.read(texts[:3]), *reader.read(texts[3:])]
    assert [type(answer) for answer in found] == [LineStates, LineStates, LinesError, LinesError]
    assert "that one search may take" in str(found[3])


def test_a_line_that_cannot_be_read_keeps_no_other_from_it(look_into: LookInto) -> None:
    good, bad = LineReader(model=look_into("bert"), layer=1).read(["Rain.", " "])
    assert isinstance(good, LineStates)
    assert isinstance(bad, EmptyTextError)


def test_a_sentence_without_text_is_refused(look_into: LookInto) -> None:
    with pytest.raises(EmptyTextError):
        tokens("  ", model=look_into("bert"), layer=1)


@pytest.mark.parametrize(
    ("sentence", "word", "topics"),
    [
        ("He opened an account at the bank.", "bank", ["money"]),
        ("They fished from the bank of the stream.", "bank", ["nature", "travel"]),
        ("He hit the ball with his bat.", "bat", ["sport"]),
        ("A bat flew through the night.", "bat", ["nature"]),
    ],
)
def test_contexts_of_the_same_sense_come_first(
    trunk: Model, sentence: str, word: str, topics: list[str]
) -> None:
    with (ASSETS / "samples/sentences.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    read = LineReader(model=trunk, layer=4).read([row["text"] for row in rows])
    lines = [(n, one) for n, one in enumerate(read) if isinstance(one, LineStates)]
    assert len(lines) == len(rows) == 240
    [token] = [one for one in tokens(sentence, model=trunk, layer=4) if one.text == word]
    first, second = search(lines, token, most=2)
    for hit in (first, second):
        assert hit.text[hit.start : hit.end].lower() == word
        assert rows[hit.line]["topic"] in topics, hit.text


# By hand: the lines of the sample file that have a word, a group for each of its meanings.
MEANINGS = {
    "bank": ((2, 10, 26, 42, 130), (3, 35, 56, 219)),  # of money, of a river
    "bat": ((4, 36, 148), (11, 99)),  # in sport, the animal
    "match": ((9, 41), (12, 20, 100, 196), (65, 94, 101, 199)),  # that burns, a game, to fit
    "spring": ((19, 72, 154, 157, 164, 174, 187), (27, 115), (25, 81, 233)),  # season, water, coil
    "light": ((14, 24, 39, 52, 78), (17, 33, 59, 135, 161, 176, 204)),  # not heavy, not dark
    "mouse": ((67, 89), (7, 159)),  # the animal, of a computer
    "note": ((5, 93), (104, 105)),  # in music, a letter
}


@pytest.mark.weights
def test_later_layers_tell_meanings_apart_as_the_page_says(trunk: Model) -> None:
    lines = (ASSETS / "samples/sentences.csv").read_text("utf-8").splitlines()
    texts = [row[0] if row else "" for row in csv.reader(lines)]
    right = np.zeros(7, dtype=int)
    for word, groups in MEANINGS.items():
        meaning = np.array([number for number, group in enumerate(groups) for _ in group])
        places = [place for group in groups for place in group]
        found = follow(word, [texts[place - 1] for place in places], model=trunk)
        assert len(found.occurrences) == len(places)
        cosines = found.cosines - 9 * np.eye(len(places))
        right += (meaning[cosines.argmax(axis=2)] == meaning).sum(axis=1)
    # Of 56; bfloat16 may turn a close one.
    assert right[[0, 4, 6]] == pytest.approx([34, 43, 48], abs=2)


def test_our_sentences_are_thirty_of_each_topic() -> None:
    with (ASSETS / "samples/sentences.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    topics = [row["topic"] for row in rows]
    assert {topics.count(topic) for topic in topics} == {30}
    assert len({row["text"] for row in rows}) == 240
