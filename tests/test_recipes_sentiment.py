"""The sentiment recipe: parts without a common sentence, windows, calibration, the adapter."""

import lzma
import math
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertForSequenceClassification

from playground import calibration
from playground.calibration import Outcomes
from playground.models import catalog, trunk
from playground.models.engine import Engine
from playground.recipes import reviews, sentiment
from playground.sentiment import classify
from playground.settings import Settings

LONG = "a warm and funny film that never drags ."
OTHER = "funny film , but a dull and slow second half ."
PHRASES = {
    LONG: 1,
    "a warm and funny film": 1,
    "warm and funny": 1,
    OTHER: 0,
    "a dull and slow second half": 0,
    "funny film": 1,  # in both sentences
    "warm and fun": 1,  # whole words count: "fun" is not the beginning of "funny"
}


def test_a_phrase_belongs_to_the_sentences_that_contain_it() -> None:
    assert reviews.sources(PHRASES) == {
        LONG: {LONG},
        "a warm and funny film": {LONG},
        "warm and funny": {LONG},
        OTHER: {OTHER},
        "a dull and slow second half": {OTHER},
        "funny film": {LONG, OTHER},
        "warm and fun": {"warm and fun"},
    }


def test_no_phrase_lies_on_two_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    dealt = {LONG: "development", OTHER: "training", "warm and fun": "training", "good": "training"}
    monkeypatch.setattr(reviews, "part_of", dealt.__getitem__)
    parts = reviews.cut(phrases=PHRASES, reviews={"good": 1})
    assert parts["development"].sentences == {LONG: 1}
    assert parts["development"].phrases == {"a warm and funny film": 1, "warm and funny": 1}
    assert parts["training"].sentences == {OTHER: 0, "warm and fun": 1}
    assert parts["training"].phrases == {"a dull and slow second half": 0}
    assert parts["training"].reviews == {"good": 1}
    assert parts["measurement"] == parts["calibration"] == reviews.Part()


def test_texts_keep_their_order() -> None:  # or a seed would mean other batches in each process
    phrases = {" ".join(["word"] * number): 1 for number in range(1, 40)}
    part = reviews.cut(phrases=phrases, reviews={})[reviews.part_of(" ".join(["word"] * 39))]
    assert [*part.phrases, *part.sentences] == list(phrases)


def test_each_held_out_part_is_a_twentieth() -> None:
    names = [reviews.part_of(f"sentence {number} .") for number in range(20_000)]
    for name in reviews.HELD_OUT:  # of 20,000 draws three standard deviations are 0.5 points
        assert names.count(name) / len(names) == pytest.approx(0.05, abs=0.005)


def test_a_text_with_both_labels_is_left_out() -> None:
    lines = ["so so \t1", "so so\t0", "a tab\tinside\t1", "fine\t1", "fine \t1", ""]
    assert reviews.labelled(lines) == {"a tab inside": 1, "fine": 1}


def test_windows_are_from_the_start_the_end_or_between() -> None:
    pieces = np.arange(100)
    rng = np.random.default_rng(0)
    begins = [int(sentiment.window(pieces, 20, rng)[0]) for _ in range(3000)]
    assert all(len(sentiment.window(pieces, 20, rng)) == 20 for _ in range(50))
    # A third each, and one in 81 of those between; three standard deviations are 2.6 points.
    assert begins.count(0) / 3000 == pytest.approx(0.337, abs=0.026)
    assert begins.count(80) / 3000 == pytest.approx(0.337, abs=0.026)
    assert len(set(begins)) > 50
    assert sentiment.window(pieces[:7], 20, rng).tolist() == list(range(7))


def test_one_temperature_by_hand() -> None:
    # Logits of 2 against 0 say 88 %, but only three of four are right. The likelihood is greatest
    # where they say 75 %: 2 / T = log 3.
    outcomes = Outcomes(np.array([[0.0, 2.0]] * 4), np.array([1, 1, 1, 0]))
    found = calibration.fitted_temperature([outcomes])
    assert found == pytest.approx(2 / math.log(3), rel=1e-4)
    assert outcomes.probabilities(found)[0].tolist() == pytest.approx([0.25, 0.75], abs=1e-4)


def test_calibration_lowers_the_loss_and_changes_no_decision() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(2, size=400)
    logits = np.eye(2)[labels] * 4 + rng.normal(0, 4, (400, 2))
    outcomes = Outcomes(logits, labels)

    def loss(temperature: float) -> float:
        return -float(np.log(outcomes.probabilities(temperature)[range(400), labels]).mean())

    found = calibration.fitted_temperature([outcomes])
    assert loss(found) < loss(1.0)
    assert loss(found) <= min(loss(found * 0.9), loss(found * 1.1))
    assert calibration.expected_error(outcomes, found) < calibration.expected_error(outcomes)
    assert (outcomes.probabilities(found) > 0.5).tolist() == (logits > logits[:, ::-1]).tolist()


def test_expected_calibration_error_by_hand() -> None:
    # Four texts at 75 % of which two are right, and one at 100 % that is: 4/5 * |0.75 - 0.5|.
    logits = np.array([[0.0, math.log(3)]] * 4 + [[60.0, 0.0]])
    outcomes = Outcomes(logits, np.array([1, 1, 0, 0, 0]))
    assert calibration.expected_error(outcomes) == pytest.approx(0.2, abs=1e-6)
    assert outcomes.accuracy == pytest.approx(0.6)


def test_sentences_of_reviews_are_neither_short_nor_long() -> None:
    long = " ".join(["word"] * 46) + "."
    review = f'Dull! It was  far too long for me. {long} "Never again," she said to him.'
    assert reviews.sentences(review) == [
        "It was far too long for me.",
        '"Never again," she said to him.',
    ]


def test_the_loss_takes_probabilities() -> None:
    logits = torch.tensor([[0.0, math.log(3)], [0.0, 0.0]])
    model = cast(BertForSequenceClassification, lambda **_: SimpleNamespace(logits=logits))
    batch = {"labels": torch.tensor([[500], [1000]])}
    batch |= dict.fromkeys(("input_ids", "attention_mask"), torch.ones(2, 3))
    # Of the first text -(log 0.25 + log 0.75) / 2, of the second -log 0.5.
    assert sentiment.loss(model, batch).item() == pytest.approx((0.836988 + 0.693147) / 2, abs=1e-6)


def test_a_teacher_s_word_and_the_review_s_label_add_up() -> None:
    good = "This film is a joy from its first scene."
    bad = "This film is a waste of time and money."
    own = "A film that one forgets."
    part = reviews.Part(sentences={own: 1}, reviews={f"{good} {bad}": 1})
    encoder = sentiment.Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    model = sentiment.model_to_train()
    teachers = [catalog.BUNDLED / "sentiment"] * 2  # the mean of both is one of them
    plain = "The dog of the house plays a small part."
    found = sentiment.taught(
        part, model, encoder, teachers=teachers, unlabelled=[f"{plain} {good}"], seed=1
    )
    alike = set(found) - {own, good, bad, plain}
    assert 0 < len(alike) <= sentiment.VARIANTS
    [spec] = [one for one in catalog.bundled() if one.id.endswith("sentiment")]
    app = Engine(Settings(), dtype=torch.float32).model(spec)
    positive = {text: classify(text, model=app).probabilities[1] for text in found}
    for text in (good, bad):
        odds = positive[text] / (1 - positive[text]) * math.exp(0.8)
        assert found[text] == pytest.approx(odds / (1 + odds), abs=2e-3)
    for text in (*alike, plain):  # no label to add
        assert found[text] == pytest.approx(positive[text], abs=2e-3)
    assert found[own] == pytest.approx((1 + positive[own]) / 2, abs=2e-3)
    assert sentiment.taught(part, model, encoder, teachers=(), seed=1) == {}


def test_reviews_without_a_verdict_are_read_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / reviews.WITHOUT_VERDICT
    file.parent.mkdir()
    with lzma.open(file, "wt", encoding="utf-8") as stream:
        stream.write("First line.<br />Good.\nSecond.\n")
    assert reviews.without_verdict(tmp_path) == ["First line. Good.", "Second."]


def test_long_reviews_are_cut_where_the_model_ends() -> None:
    encoder = sentiment.Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    short, long = encoder.examples({"Good.": 1, "bad " * 600: 0})
    assert short.ids.tolist() == [101, 2204, 1012, 102]  # [CLS] good . [SEP]
    assert short.labels.tolist() == [1000]  # thousandths
    assert len(long.ids) == 512
    assert long.ids[-1] == 102


def test_what_teachers_say_replaces_a_label_or_adds_a_sentence() -> None:
    encoder = sentiment.Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    part = reviews.Part(sentences={"Good.": 1, "Bad.": 0})
    epoch = sentiment.Pass(part, encoder, {"Good.": 0.9, "Fine.": 0.7})(np.random.default_rng(1))
    assert [example.labels.tolist() for example in epoch] == [[900], [0], [700]]


def test_an_epoch_without_teachers_has_each_sentence() -> None:
    encoder = sentiment.Encoder(AutoTokenizer.from_pretrained(trunk.folder()))
    part = reviews.Part(sentences={"Good.": 1})
    epoch = sentiment.Pass(part, encoder, {})(np.random.default_rng(1))
    assert [example.ids.tolist() for example in epoch] == [[101, 2204, 1012, 102]]
