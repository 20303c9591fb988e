"""Places of tokens in texts of any script: emoji, marks that combine, zero width, right to left."""

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from playground.errors import EmptyTextError
from playground.models import fake
from playground.models.catalog import ModelSpec, Source, Task
from playground.models.engine import Engine, Model
from playground.settings import Settings
from playground.text.reading import ReadText, read_text

STRETCHES = st.sampled_from(
    [
        *("the", "Capital", "of", "France", " ", "  ", "\n", "\t", ".", ",", "'", "42", "_"),
        *("😀", "👩‍🚀", "🇫🇷", "❤️", "👍🏽", "e\N{COMBINING ACUTE ACCENT}", "İ", "ß", "ﬁ", "Å", "ǅ"),
        *("北京", "東京タワー", "한국", "한", "שָׁלוֹם", "مَرْحَبًا", "नमस्ते", "ไทย", "𝔘𝔫𝔦"),
        *("\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH JOINER}", "\N{RIGHT-TO-LEFT OVERRIDE}"),
        *("\N{SOFT HYPHEN}", "\N{WORD JOINER}", "\ufeff", "\N{NO-BREAK SPACE}", "\0", "\ufffd"),
    ]
)
FAMILIES = ("bert", "roberta", "albert", "xlm-roberta")
TEXTS = st.lists(STRETCHES | st.characters(codec="utf-8"), min_size=1, max_size=20).map("".join)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Model]:
    """Tiny models, one for each kind of tokenizer."""
    root = tmp_path_factory.mktemp("offsets")
    engine, task = Engine(Settings(max_loaded_models=len(FAMILIES))), Task.TOKEN_CLASSIFICATION
    made = {}
    for family in FAMILIES:
        folder = fake.save(family, root / family, task=task)
        spec = ModelSpec(
            id=f"local/{family}", task=task, source=Source.LOCAL, title=family, folder=folder
        )
        made[family] = engine.model(spec)
    return made


def read_or_nothing(text: str, model: Model) -> ReadText | None:
    """Read a text; None where the vocabulary sees nothing in it, which a message says."""
    try:
        return read_text(text, model=model)
    except EmptyTextError:
        return None


@settings(max_examples=60)
@given(text=TEXTS)
def test_every_letter_is_in_a_token_and_no_token_leaves_the_text(
    models: dict[str, Model], text: str
) -> None:
    for family, model in models.items():
        read = read_or_nothing(text, model)
        spans = read.spans if read else ()
        assert all(0 <= start <= end <= len(text) for start, end in spans), family
        stretches = [text[start:end] for start, end in spans]
        assert all(one == one.strip() for one in stretches), family
        assert all(
            a[0] <= b[0] and a[1] <= b[1] for a, b in pairwise(spans) if a[1] > a[0] and b[1] > b[0]
        ), family
        covered = {place for start, end in spans for place in range(start, end)}
        letters = {
            place for place, sign in enumerate(text) if unicodedata.category(sign)[0] in "LN"
        }
        assert letters <= covered, family


@settings(max_examples=100)
@given(text=TEXTS)
def test_a_place_holds_what_its_token_says(models: dict[str, Model], text: str) -> None:
    model = models["bert"]
    tokenizer = AutoTokenizer.from_pretrained(Path(str(model.spec.folder)))
    assert isinstance(tokenizer, PreTrainedTokenizerFast)
    normalizer = tokenizer.backend_tokenizer.normalizer
    read = read_or_nothing(text, model)
    for number, (start, end) in zip(read.ids, read.spans, strict=True) if read else ():
        said = tokenizer.convert_ids_to_tokens(number).removeprefix("##")
        if said != tokenizer.unk_token:
            assert normalizer.normalize_str(text[start:end]).strip() == said
