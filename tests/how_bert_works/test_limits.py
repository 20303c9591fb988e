"""Long range and bias, on models whose every answer is known, and on the one in the box."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from transformers import AutoTokenizer

from playground.errors import TargetError
from playground.how_bert_works import bias, export, long_range
from playground.how_bert_works.bias import AGE, GENDER
from playground.how_bert_works.long_range import STORIES
from playground.models import trunk
from playground.models.catalog import ModelSpec, Source, Task, find
from playground.models.engine import Engine
from playground.models.queries import Query, Scores
from playground.settings import Settings

Rule = Callable[[list[str], int, str], float]


@dataclass
class Known:
    """A model that answers ln p by a rule over the tokens, the place of the mask and the word."""

    rule: Rule
    tokenizer: Any
    max_tokens: int = 512
    spec: ModelSpec = field(
        default_factory=lambda: ModelSpec(
            id="x", task=Task.FILL_MASK, source=Source.LOCAL, title="Known", script="any"
        )
    )

    def scores(self, queries: Sequence[Query]) -> list[Scores]:
        return [self._one(query) for query in queries]

    def _one(self, query: Query) -> Scores:
        names = self.tokenizer.convert_ids_to_tokens
        tokens, [position] = names(list(query.input_ids)), query.positions
        found = [self.rule(tokens, position, names(one)) for one in query.targets]
        none = np.zeros((1, 1, 0), np.float32)
        return Scores(
            top_ids=none.astype(np.int64),
            top_log_probs=none,
            target_log_probs=np.array([[found]], np.float32),
            entropy=np.zeros((1, 1), np.float32),
        )


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(trunk.folder())


def near_only(tokens: list[str], position: int, word: str) -> float:
    """A half for a word at most 40 tokens before the mask, a hundredth for any other."""
    return float(np.log(0.5 if word in tokens[max(0, position - 40) : position] else 0.01))


def test_a_cue_counts_as_far_as_the_model_sees(tokenizer: Any) -> None:
    model: Any = Known(near_only, tokenizer)
    heard: list[float] = []
    found = long_range.measure(model=model, on_progress=heard.append)
    assert found.cues == 2 * len(STORIES) == 16
    assert heard[-1] == 1.0
    distances = [one.distance for one in found.reaches]
    assert distances == sorted(distances)
    assert distances[-1] > 440
    near = [one for one in found.reaches if one.distance < 30]
    far = [one for one in found.reaches if one.distance > 60]
    assert len(near) + len(far) + 1 == len(found.reaches) == 8
    for one in near:
        assert one.with_cue == pytest.approx(0.5, abs=1e-6)
        assert one.with_other == pytest.approx(0.01, abs=1e-6)
        assert one.log_ratio == pytest.approx(np.log(50), abs=1e-5)
        assert one.log_ratio_error == pytest.approx(0, abs=1e-6)
    for one in far:
        assert one.log_ratio == 0
        assert one.with_cue == one.with_other == pytest.approx(0.01, abs=1e-6)


def test_the_distance_is_counted_from_the_cue_to_the_mask(tokenizer: Any) -> None:
    model: Any = Known(near_only, tokenizer)
    story = STORIES[0]
    first = tokenizer.tokenize(story.first.replace("{}", story.cues[0]))
    last = tokenizer.tokenize(story.last)
    with pytest.MonkeyPatch.context() as patch:
        alike = tuple(replace(story, cues=("tea", other)) for other in ("coffee", "milk", "wine"))
        patch.setattr(long_range, "STORIES", alike)
        patch.setattr(long_range, "FILLERS", (0,))
        [reach] = long_range.measure(model=model).reaches
    away = len(first) - first.index("tea") + last.index("[MASK]")
    assert reach.distance == away


def test_distances_that_the_model_cannot_read_are_left_out(tokenizer: Any) -> None:
    model: Any = Known(near_only, tokenizer, max_tokens=64)
    found = long_range.measure(model=model)
    assert [one.fillers for one in found.reaches] == [0, 1, 2]


def test_fillers_have_nothing_to_do_with_the_stories() -> None:
    cues = {cue.lower() for story in STORIES for cue in story.cues}
    for sentence in long_range.NEUTRAL:
        assert not cues.intersection(sentence.lower().strip(".").split())


def shifted(tokens: list[str], position: int, word: str) -> float:
    """Men: 0.3 more for a soldier, 0.2 less for a nurse, in each sentence alike."""
    male = {"he", "man", "brother", "father", "husband"}.intersection(tokens)
    return -5.0 + bool(male) * {"soldier": 0.3, "nurse": -0.2}.get(word, 0.0)


def test_effects_are_differences_of_log_probabilities(tokenizer: Any) -> None:
    model: Any = Known(shifted, tokenizer)
    found = bias.measure(GENDER, model=model)
    assert found.comparisons == 20
    assert [found.effects[0].word, found.effects[-1].word] == ["soldier", "nurse"]
    soldier, nurse = found.effects[0], found.effects[-1]
    assert soldier.difference == pytest.approx(0.3, abs=1e-6)
    assert nurse.difference == pytest.approx(-0.2, abs=1e-6)
    assert soldier.first == pytest.approx(np.exp(-4.7), rel=1e-5)
    assert soldier.second == pytest.approx(np.exp(-5.0), rel=1e-5)
    assert soldier.is_clear
    teacher = next(one for one in found.effects if one.word == "teacher")
    assert (teacher.difference, teacher.error) == (0, 0)


def test_the_error_is_that_of_a_mean(tokenizer: Any) -> None:
    few = replace(
        GENDER, pairs=(("he", "she"), ("the man", "the woman")), sentences=("Now {} is a [MASK].",)
    )

    def only_he(tokens: list[str], position: int, word: str) -> float:
        return -1.0 if "he" in tokens else -3.0

    model: Any = Known(only_he, tokenizer)
    effect = bias.measure(few, model=model).effects[0]
    # differences 2 and 0: mean 1, deviation sqrt(2), error of the mean 1
    assert effect.difference == pytest.approx(1)
    assert effect.error == pytest.approx(1)
    assert not effect.is_clear


@pytest.mark.parametrize("association", [GENDER, AGE])
def test_every_word_and_pair_is_whole_in_berts_vocabulary(
    tokenizer: Any, association: bias.Association
) -> None:
    model: Any = Known(shifted, tokenizer)
    assert len(bias.measure(association, model=model).effects) == len(association.words)
    assert all(sentence.count("[MASK]") == 1 for sentence in association.sentences)
    assert all(bias.WHO in sentence for sentence in association.sentences)


def test_a_vocabulary_without_the_words_is_refused(
    engine: Engine, local: Callable[..., ModelSpec]
) -> None:
    model = engine.model(local("bert", Task.FILL_MASK))
    with pytest.raises(TargetError, match="model for English"):
        long_range.measure(model=model)
    with pytest.raises(TargetError, match="model for English"):
        bias.measure(AGE, model=model)


@pytest.mark.weights
def test_the_model_in_the_box_forgets_with_distance_and_tells_men_from_women(
    engine: Engine,
) -> None:
    model = engine.model(find("bundled/masked_lm", Task.FILL_MASK, Settings()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_range, "FILLERS", (0, 16))
        near, far = long_range.measure(model=model).reaches
    assert near.log_ratio > far.log_ratio > 0
    assert near.log_ratio - near.log_ratio_error > far.log_ratio + far.log_ratio_error
    effects = {one.word: one for one in bias.measure(GENDER, model=model).effects}
    assert effects["soldier"].difference > 0 > effects["nurse"].difference
    assert effects["soldier"].is_clear
    assert effects["nurse"].is_clear


def test_rows_carry_what_was_measured(tokenizer: Any) -> None:
    model: Any = Known(shifted, tokenizer)
    [row, *others] = export.bias(bias.measure(GENDER, model=model))
    assert len(others) == len(GENDER.words) - 1
    assert row["word"] == "soldier"
    assert (row["first_group"], row["second_group"]) == ("men", "women")
    reach = export.long_range(long_range.measure(model=Known(near_only, tokenizer)))  # type: ignore[arg-type]
    assert [one["fillers"] for one in reach] == list(long_range.FILLERS)
    assert {one["cues"] for one in reach} == {16}
