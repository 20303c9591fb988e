"""Places of entities, exact to the character, in any script and with any tokenizer."""

import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, PreTrainedTokenizerBase

from playground.errors import EmptyTextError, PlaygroundError, TextTooLongError
from playground.models import fake
from playground.models.catalog import Task, bundled
from playground.models.engine import Engine, Model
from playground.models.queries import Labels
from playground.named_entities import Aggregation, Found, find, find_all
from playground.settings import Settings
from tests.named_entities.labelled import BIO, Span, Told, as_model

TEXTS_A_FAMILY = 50  # of ten families
NAMES = (
    *("Paris", "Zürich", "São", "Jean-Paul", "O'Brien", "U.S.", "北京", "東京タワー", "Ñandú"),
    *("Łódź", "Ｔokyo", "Москва", "İzmir", "Σίσυφος", "e\N{COMBINING ACUTE ACCENT}clair", "नई"),
    "42nd",
)
WORDS = (
    *("the", "is", "a", "café", "naïve", "été", "天気", "😀", "👩‍🚀", "🇫🇷", "❤️"),
    *("—", "€5", "(", ")", "..."),
)
SPACES = (" ", " ", " ", "  ", "\t", "\n", " \t ")
IN_NAMES = (*SPACES, "\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}")
# Written by hand: a text with its entities in ⟦PER …⟧ and ⟦LOC …⟧, read by ``marked``.
BY_HAND = (
    "⟦PER Angela Merkel⟧ flew to ⟦LOC Paris⟧.",
    "😀 ⟦PER Zoë⟧ 😀 saw ⟦LOC São Paulo⟧ 👩‍🚀 twice",
    "⟦PER Jürgen\tMüller⟧\tin  ⟦LOC Köln⟧",
    "我 在 ⟦LOC 北京⟧ 見 ⟦PER 王小明⟧",
    "\n\n ⟦LOC New  York⟧ \n",
    "so: ⟦PER O'Brien⟧, of ⟦LOC Łódź⟧; he",
    "⟦PER A⟧ ⟦PER B⟧ ⟦LOC C⟧",
    "🇫🇷 ⟦LOC Île-de-France⟧ 🇫🇷",
    "the ⟦LOC U.S.⟧ and the ⟦LOC U.K.⟧",
    "\N{ZERO WIDTH SPACE}⟦LOC Paris⟧ e\N{COMBINING ACUTE ACCENT}t ⟦LOC Rome⟧",
)


def marked(text: str) -> tuple[str, list[Span]]:
    """Return the text without its marks, and what they marked."""
    plain, spans = "", []
    for part in text.replace("⟧", "⟦").split("⟦"):
        kind, space, name = part.partition(" ")
        if space and kind in {"PER", "LOC"}:
            spans.append((len(plain), len(plain) + len(name), kind))
            plain += name
        else:
            plain += part
    return plain, spans


def generated(seed: int) -> tuple[str, list[Span]]:
    """Return a text of ten words or names, entities of one to three names, with any white space.

    Two entities never touch, or the same tokens might belong to both.
    """
    chance = random.Random(seed)
    text, spans = chance.choice(("", " ", "\t", "\n")), []
    for _ in range(5):
        text += chance.choice(WORDS) + chance.choice(SPACES)
        start = len(text)
        text += chance.choice(NAMES)
        for _ in range(chance.randrange(3)):
            text += chance.choice(IN_NAMES) + chance.choice(NAMES)
        spans.append((start, len(text), chance.choice(("PER", "LOC"))))
        text += chance.choice(SPACES)
    return text, spans


def shown(found: Found) -> list[Span]:
    assert all(found.text[e.start : e.end] == e.text for e in found.entities)
    return [(entity.start, entity.end, entity.type) for entity in found.entities]


@pytest.fixture(scope="module")
def tokenizer(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], PreTrainedTokenizerBase]:
    root = tmp_path_factory.mktemp("find")

    def load(family: str) -> PreTrainedTokenizerBase:
        folder = root / family
        if not folder.is_dir():
            fake.save(family, folder, task=Task.TOKEN_CLASSIFICATION)
        loaded: PreTrainedTokenizerBase = AutoTokenizer.from_pretrained(folder)
        return loaded

    return load


@pytest.mark.parametrize("aggregation", [Aggregation.SIMPLE, Aggregation.FIRST])
@pytest.mark.parametrize("family", fake.FAMILIES)
def test_places_are_exact_in_500_texts(
    tokenizer: Callable[[str], PreTrainedTokenizerBase], family: str, aggregation: Aggregation
) -> None:
    known = dict(generated(fake.FAMILIES.index(family) * 1_000 + i) for i in range(TEXTS_A_FAMILY))
    assert len(known) == TEXTS_A_FAMILY
    told = Told(tokenizer(family), known)
    answers = find_all(list(known), model=as_model(told), aggregation=aggregation, window=512)
    assert told.calls == [TEXTS_A_FAMILY]  # all texts in one call
    for text, found in zip(known, answers, strict=True):
        assert isinstance(found, Found)
        assert found.text == text
        assert shown(found) == known[text], repr(text)


@pytest.mark.parametrize("text", BY_HAND)
@pytest.mark.parametrize("family", fake.FAMILIES)
def test_places_by_hand(
    tokenizer: Callable[[str], PreTrainedTokenizerBase], family: str, text: str
) -> None:
    plain, spans = marked(text)
    for aggregation in (Aggregation.SIMPLE, Aggregation.FIRST):
        told = Told(tokenizer(family), {plain: spans})
        assert shown(find(plain, model=as_model(told), aggregation=aggregation)) == spans


def test_a_word_is_read_although_an_emoji_touches_it(
    tokenizer: Callable[[str], PreTrainedTokenizerBase],
) -> None:
    """WordPiece takes "Paris😀" for one unknown word; the model is shown "Paris " instead."""
    told = Told(tokenizer("bert"), {"love Paris ! or   Rome  ": [(5, 10, "LOC"), (18, 22, "LOC")]})
    found = find("love Paris😀! or 👍🏽Rome👍🏽", model=as_model(told))
    assert shown(found) == [(5, 10, "LOC"), (18, 22, "LOC")]


def test_a_score_is_a_softmax_over_the_temperature(
    tokenizer: Callable[[str], PreTrainedTokenizerBase],
) -> None:
    told = Told(tokenizer("bert"), {"Paris": [(0, 5, "LOC")]})
    told.labels = Labels(names=BIO, temperature=3.0)  # the logit of 9 becomes 3, the others stay 0
    [entity] = find("Paris", model=as_model(told)).entities
    assert entity.score == pytest.approx(np.exp(3) / (np.exp(3) + 4))
    assert entity.second is not None
    assert entity.second.probability == pytest.approx(2 / (np.exp(3) + 4))  # B-PER and I-PER


def test_a_threshold_leaves_entities_out(
    tokenizer: Callable[[str], PreTrainedTokenizerBase],
) -> None:
    found = find("Paris", model=as_model(Told(tokenizer("bert"), {"Paris": [(0, 5, "LOC")]})))
    score = found.entities[0].score
    assert found.at_least(score) == found.entities
    assert found.at_least(score + 0.0001) == ()


@pytest.mark.parametrize("text", ["", " \n\t", "\x00"])
def test_nothing_to_read(tokenizer: Callable[[str], PreTrainedTokenizerBase], text: str) -> None:
    with pytest.raises(EmptyTextError):
        find(text, model=as_model(Told(tokenizer("bert"), {})))


def test_texts_that_cannot_be_read_keep_their_place(
    tokenizer: Callable[[str], PreTrainedTokenizerBase],
) -> None:
    told = Told(tokenizer("bert"), {"Paris": [(0, 5, "LOC")], "the": []})
    texts = ["Paris", "", "a" * 21, "the"]
    answers = find_all(texts, model=as_model(told), settings=Settings(max_characters=20))
    assert [type(answer) for answer in answers] == [Found, EmptyTextError, TextTooLongError, Found]
    assert isinstance(answers[1], PlaygroundError)


def test_no_texts(tokenizer: Callable[[str], PreTrainedTokenizerBase]) -> None:
    told = Told(tokenizer("bert"), {})
    assert find_all([], model=as_model(told)) == []
    assert told.calls == []


def notices_of(told: Told, text: str) -> str:
    return " ".join(find(text, model=as_model(told)).notices)


def test_notices(tokenizer: Callable[[str], PreTrainedTokenizerBase]) -> None:
    bert, roberta = tokenizer("bert"), tokenizer("roberta")
    assert notices_of(Told(roberta, {"the": []}), "the") == ""
    assert "no words" in notices_of(Told(roberta, {"!!": []}), "!!")
    assert "3 of 3 tokens are unknown" in notices_of(Told(bert, {"我 在 你": []}), "我 在 你")
    numbered = Told(roberta, {"the": []})
    numbered.labels = Labels(names=("LABEL_0", "LABEL_1", "LABEL_2", "LABEL_3", "LABEL_4"))
    assert "numbers for names" in notices_of(numbered, "the")
    without = Told(roberta, {"the": []})
    without.labels = Labels(names=("A", "B", "C", "D", "E"))
    assert "no label O" in notices_of(without, "the")


# With the weights in the box. Sentences that no corpus of its training has.
WITH_WEIGHTS = (
    "⟦PER Angela Merkel⟧ met ⟦PER Emmanuel Macron⟧ in ⟦LOC Brussels⟧ on Thursday.",
    "😀 ⟦PER Zoë Müller⟧\tflew  from ⟦LOC São Paulo⟧ to ⟦LOC Zürich⟧ ✈️.",
    "We spent a week in ⟦LOC Paris⟧😍 and two days in ⟦LOC  New  York⟧.",
    "“⟦PER Maria Alvarez⟧” works in ⟦LOC Rochester⟧;\n\nher brother lives in ⟦LOC Chicago⟧.",
    "MY UNCLE ⟦PER JOHN SMITH⟧ WENT TO ⟦LOC GERMANY⟧.",
    "the train to ⟦LOC berlin⟧ was late, said ⟦PER anna schmidt⟧",
    "He sold his old bicycle and bought a new one.",
)


@pytest.fixture(scope="module")
def in_the_box() -> Model:
    spec = next(spec for spec in bundled() if spec.task is Task.TOKEN_CLASSIFICATION)
    return Engine(Settings(), dtype=torch.float32).model(spec)


@pytest.mark.weights
@pytest.mark.parametrize("text", WITH_WEIGHTS)
def test_the_weights_in_the_box(in_the_box: Model, text: str) -> None:
    plain, spans = marked(text.replace("⟦LOC  New", "⟦LOC New"))
    assert shown(find(plain, model=in_the_box)) == spans


@pytest.mark.weights
def test_a_text_in_another_script_is_noticed(in_the_box: Model) -> None:
    found = find("我住在北京。", model=in_the_box)
    assert "Han script" in " ".join(found.notices)
