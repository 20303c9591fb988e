from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer

from playground.embeddings import Embedded, Similarity, compare, embed
from playground.errors import EmptyTextError, LinesError, TextTooLongError
from playground.models import fake
from playground.models.engine import Model
from playground.models.queries import Pooling

LookInto = Callable[[str], Model]

LINES = ("The capital of France is Paris.", "Rain fell for three days.", "He works as a teacher.")


def vectors(lines: Sequence[str], model: Model) -> np.ndarray:
    found = embed(lines, model=model)
    return np.stack([one.vector for one in found if isinstance(one, Embedded)])


@pytest.mark.parametrize("family", fake.FAMILIES)
@pytest.mark.parametrize("pooling", Pooling)
def test_cosines_are_those_of_the_pooled_states(
    look_into: LookInto, tiny_checkpoint: Callable[..., Path], family: str, pooling: Pooling
) -> None:
    folder = tiny_checkpoint(family)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    vectors = []
    for line in (*LINES, "Paris"):
        with torch.inference_mode():
            states = model(**tokenizer(line, return_tensors="pt")).last_hidden_state[0].numpy()
        vector = states[0] if pooling is Pooling.FIRST else states.mean(axis=0)
        vectors.append(vector / np.linalg.norm(vector))
    expected = np.stack(vectors) @ np.stack(vectors).T
    found = compare(LINES, "Paris", model=look_into(family), pooling=pooling)
    np.testing.assert_allclose(found.cosines, expected[:3, :3], atol=1e-5)
    assert found.query_cosines is not None
    np.testing.assert_allclose(found.query_cosines, expected[3, :3], atol=1e-5)
    nearest = found.nearest_to_query[0]
    assert nearest.line == expected[3, :3].argmax()
    assert [one.line for one in found.neighbours(0)] == sorted(
        (1, 2), key=lambda n: -expected[0, n]
    )


def test_a_line_has_the_same_vector_alone_and_among_others(look_into: LookInto) -> None:
    model = look_into("bert")
    lines = [*LINES, "She opened the window because the room was warm and the air was cool."]
    for line, vector in zip(lines, vectors(lines, model), strict=True):
        np.testing.assert_allclose(vector, vectors([line], model)[0], atol=1e-5)


def test_a_line_that_cannot_be_read_keeps_no_other_from_it(look_into: LookInto) -> None:
    good, bad, other = embed(["Rain.", " ", "Sun."], model=look_into("bert"))
    assert isinstance(bad, EmptyTextError)
    assert isinstance(good, Embedded)
    assert isinstance(other, Embedded)
    assert good.vector.shape == other.vector.shape == (32,)
    assert [type(one) for one in embed(["", " "], model=look_into("bert"))] == [EmptyTextError] * 2


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([], LinesError),
        (["one"], LinesError),
        (["a"] * 31, LinesError),
        (["Rain.", "a" * 20_001], TextTooLongError),
    ],
)
def test_bad_lines_are_refused(
    look_into: LookInto, lines: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        compare(lines, model=look_into("bert"))


def test_what_is_cut_is_said(look_into: LookInto) -> None:
    model = look_into("bert")  # reads 64 tokens
    long = "rain " * 100
    found = compare([long, long + "snow", "rain"], model=model)
    assert found.cosines[0, 1] == pytest.approx(1, abs=1e-5)
    assert found.notices == ("2 lines are longer than 64 tokens; the rest of them is not read.",)


def test_a_foreign_script_is_noticed(trunk: Model) -> None:
    found = compare(["Это хороший фильм.", "Сегодня идёт дождь."], model=trunk)
    assert "Cyrillic script" in found.notices[0]


def test_the_trunk_tells_lines_apart(trunk: Model) -> None:
    lines = ["The bus is late.", "An egg, please.", "He sings.", "Snow fell on the hills."]
    assert not compare(lines, model=trunk).says_little
    assert not compare(["The same line."] * 5, model=trunk).says_little


def test_lines_that_all_come_out_alike_are_noticed() -> None:
    texts = ("one", "two", "three", "four")

    def found(lowest: float) -> Similarity:
        cosines = np.full((4, 4), lowest, dtype=np.float32)
        return Similarity(
            texts=texts, cosines=cosines, query="", query_cosines=None, pooling=Pooling.MEAN
        )

    assert found(0.85).says_little
    assert not found(0.75).says_little
    assert found(0.85).lowest == pytest.approx(0.85)


# Twenty pairs of two ways to say the same thing.
PARAPHRASES = (
    ("The child is asleep.", "The little one is sleeping."),
    ("I missed my train this morning.", "This morning the train left without me."),
    ("She bought a new bicycle.", "She got herself a new bike."),
    ("The restaurant was too expensive.", "The prices at the restaurant were far too high."),
    ("He forgot his keys at work.", "He left his keys in the office."),
    ("It rained all day long.", "There was rain from morning to night."),
    ("The doctor told him to rest.", "The physician advised him to take it easy."),
    ("How old is your sister?", "What is your sister's age?"),
    ("The film bored me.", "I found the movie dull."),
    ("They moved to another city.", "They now live in a different town."),
    ("The shop closes at six.", "The store is open until six o'clock."),
    ("My phone has no battery left.", "The battery of my phone is empty."),
    ("A man is playing the guitar.", "Someone plays a guitar."),
    ("The company dismissed fifty workers.", "Fifty employees lost their jobs at the firm."),
    ("We cancelled our holiday.", "Our vacation was called off."),
    ("The cat sat on the sofa.", "A cat was sitting on the couch."),
    ("Where can I buy a ticket?", "Where are tickets sold?"),
    ("The exam was very difficult.", "It was an extremely hard test."),
    ("He drives to work every day.", "Each day he goes to work by car."),
    ("The soup tastes too salty.", "There is too much salt in the soup."),
)


def test_paraphrases_are_nearer_than_unrelated_sentences(trunk: Model) -> None:
    firsts, seconds = (vectors(side, trunk) for side in zip(*PARAPHRASES, strict=True))
    cosines = firsts @ seconds.T
    alike = np.diag(cosines)
    # The first sentence of each pair with the second ones of all others: 380 unrelated pairs.
    unrelated = cosines[~np.eye(len(PARAPHRASES), dtype=bool)]
    assert len(alike) == 20
    assert alike.min() > unrelated.max(), (alike.min(), unrelated.max())
