"""Filling masks with a model whose every distribution is known: exact numbers."""

from itertools import pairwise, permutations, product
from math import exp, log
from typing import TYPE_CHECKING

import numpy as np
import pytest

from playground.errors import (
    EmptyTextError,
    MaskMissingError,
    TargetError,
    TooManyMasksError,
)
from playground.mask_filling import (
    Choice,
    Order,
    compare,
    compare_targets,
    fill,
    fill_jointly,
    logit_lens,
    predict_everywhere,
    simulate,
)
from tests.mask_filling.tables import (
    LAYERS,
    MASK,
    SPECIAL,
    VOCABULARY,
    TableModel,
    as_model,
    log_softmax,
    table_model,
)

if TYPE_CHECKING:
    from playground.models.engine import Model

THE, CAT, DOG, SAT, RAN, S = range(5, 11)
CLS, SEP = 2, 3


def by_hand(table: dict[str, float], size: int) -> np.ndarray:
    """Return logits that give these words these probabilities, the other pieces the rest."""
    probabilities = np.full(size, (1 - sum(table.values())) / (size - len(table)))
    for word, probability in table.items():
        probabilities[VOCABULARY.index(word)] = probability
    return np.log(probabilities)


def test_fill_reports_the_models_distribution() -> None:
    logits = by_hand({"cat": 0.5, "dog": 0.25, "##s": 0.125}, len(VOCABULARY))
    model = as_model(TableModel(lambda ids, position, layer: logits))
    filling = fill("the [MASK] sat", model=model, top_k=3)
    [guesses] = filling.guesses
    assert [(g.token, g.token_id, g.starts_word) for g in guesses] == [
        *(("cat", CAT, True), ("dog", DOG, True), ("s", S, False))
    ]
    assert [g.probability for g in guesses] == pytest.approx([0.5, 0.25, 0.125])
    # 1/2 ln 2 + 1/4 ln 4 + 1/8 ln 8, and 1/8 spread over the 8 other pieces, 1/64 each: 1/8 ln 64
    entropy = 0.5 * log(2) + 0.25 * log(4) + 0.125 * log(8) + 0.125 * log(64)
    assert filling.entropy == pytest.approx((entropy,))


def test_each_mask_is_filled_while_the_others_stay_masked() -> None:
    table, model = table_model()
    filling = fill("the [MASK] [MASK] ran", model=model, top_k=len(VOCABULARY))
    ids = [CLS, THE, MASK, MASK, RAN, SEP]
    for guesses, position in zip(filling.guesses, (2, 3), strict=True):
        expected = np.exp(table.log_probs(ids, position))
        assert [g.probability for g in guesses] == pytest.approx(sorted(expected, reverse=True))
        assert [g.token_id for g in guesses] == np.argsort(-expected).tolist()
    assert len(table.calls) == 1


def enumerated(
    table: TableModel, ids: list[int], positions: list[int]
) -> dict[tuple[int, ...], float]:
    """Return the chain-rule score of every filling of ``positions``, taken in this order."""
    scores = {}
    for filling in product(range(len(VOCABULARY)), repeat=len(positions)):
        now, total = list(ids), 0.0
        for position, token in zip(positions, filling, strict=True):
            total += table.log_probs(now, position)[token]
            now[position] = token
        scores[filling] = total
    return scores


@pytest.mark.parametrize("seed", [0, 1])
def test_the_full_beam_is_exhaustive_search(seed: int) -> None:
    table, model = table_model(seed)
    ids = [CLS, THE, MASK, MASK, RAN, MASK, SEP]
    expected = sorted(enumerated(table, ids, [2, 3, 5]).items(), key=lambda item: -item[1])
    everything = len(VOCABULARY) ** 3
    found = fill_jointly(
        "the [MASK] [MASK] ran [MASK]", model=model, beam_width=everything, top_k=everything
    )
    assert found.order == (0, 1, 2)
    assert [f.token_ids for f in found.fillings] == [filling for filling, _ in expected]
    assert [f.log_prob for f in found.fillings] == pytest.approx([score for _, score in expected])
    assert len(table.calls) == 3  # all beams of a step go together
    # The probabilities of all fillings add up to one: it is a distribution over fillings.
    assert sum(exp(f.log_prob) for f in found.fillings) == pytest.approx(1)
    width = len(VOCABULARY) ** 2
    narrower = fill_jointly("the [MASK] [MASK] ran [MASK]", model=model, beam_width=width, top_k=5)
    assert [f.token_ids for f in narrower.fillings] == [f.token_ids for f in found.fillings[:5]]


def test_a_narrow_beam_is_greedy_and_scores_what_it_finds() -> None:
    table, model = table_model(3)
    ids = [CLS, MASK, MASK, SEP]
    scores = enumerated(table, ids, [1, 2])
    first = int(np.argmax(table.log_probs(ids, 1)))
    second = int(np.argmax(table.log_probs([CLS, first, MASK, SEP], 2)))
    [greedy] = fill_jointly("[MASK] [MASK]", model=model, beam_width=1).fillings
    assert greedy.token_ids == (first, second)
    assert greedy.log_prob == pytest.approx(scores[first, second])


def test_most_certain_first_orders_by_entropy_and_scores_in_that_order() -> None:
    ids = [CLS, MASK, THE, MASK, RAN, MASK, SEP]
    orders = set()
    for seed in range(8):
        table, model = table_model(seed)
        entropies = []
        for position in (1, 3, 5):
            log_probs = table.log_probs(ids, position)
            entropies.append(-(np.exp(log_probs) * log_probs).sum())
        expected = tuple(sorted(range(3), key=entropies.__getitem__))
        found = fill_jointly(
            "[MASK] the [MASK] ran [MASK]",
            model=model,
            order=Order.MOST_CERTAIN_FIRST,
            beam_width=len(VOCABULARY) ** 2,
        )
        assert found.order == expected
        scores = enumerated(table, ids, [(1, 3, 5)[mask] for mask in expected])
        best = max(scores, key=scores.__getitem__)
        # Fillings come in text order, whatever the order in which they were found.
        assert found.fillings[0].token_ids == tuple(best[expected.index(mask)] for mask in range(3))
        assert found.fillings[0].log_prob == pytest.approx(scores[best])
        orders.add(expected)
    assert len(orders) > 1
    assert orders <= set(permutations(range(3)))


def test_another_order_may_give_another_score() -> None:
    _, model = table_model(1)
    everything = len(VOCABULARY) ** 2
    scores = [
        {
            f.token_ids: f.log_prob
            for f in fill_jointly(
                "[MASK] [MASK] cat",
                model=model,
                order=order,
                beam_width=everything,
                top_k=everything,
            ).fillings
        }
        for order in Order
    ]
    entropy = fill("[MASK] [MASK] cat", model=model).entropy
    assert entropy[1] < entropy[0]  # so the two orders differ
    assert scores[0].keys() == scores[1].keys()
    assert max(abs(scores[0][f] - scores[1][f]) for f in scores[0]) > 0.1


def test_joint_fillings_are_readable() -> None:
    logits = {1: by_hand({"dog": 0.9}, len(VOCABULARY)), 2: by_hand({"##s": 0.9}, len(VOCABULARY))}
    model = as_model(TableModel(lambda ids, position, layer: logits[position]))
    best = fill_jointly("[MASK] [MASK] ran", model=model).fillings[0]
    assert (best.words, best.sentence) == (("dog", "s"), "dogs ran")
    assert best.log_prob == pytest.approx(2 * log(0.9))


def test_a_word_of_several_pieces_is_scored_over_all_of_them() -> None:
    table, model = table_model(5)
    scores = compare_targets("the [MASK] ran", ["cats", "dog", "catss"], model=model)
    before, after = [CLS, THE], [RAN, SEP]

    def direct(pieces: list[int]) -> list[float]:
        log_probs = []
        for index, piece in enumerate(pieces):
            masks = [MASK] * (len(pieces) - index)
            ids = before + pieces[:index] + masks + after
            log_probs.append(float(table.log_probs(ids, 2 + index)[piece]))
        return log_probs

    expected = {"cats": [CAT, S], "dog": [DOG], "catss": [CAT, S, S]}
    assert {score.word for score in scores} == set(expected)
    for score in scores:
        log_probs = direct(expected[score.word])
        assert score.piece_log_probs == pytest.approx(log_probs)
        assert score.log_prob == pytest.approx(sum(log_probs))
        assert score.probability == pytest.approx(exp(sum(log_probs)))
    assert all(one.log_prob >= other.log_prob for one, other in pairwise(scores))
    assert next(s.pieces for s in scores if s.word == "catss") == ("cat", "s", "s")
    assert [len(call) for call in table.calls] == [3, 2, 1]  # one request a step


def test_other_masks_stay_masked_while_targets_are_compared() -> None:
    table, model = table_model()
    [score] = compare_targets("[MASK] the [MASK]", ["cats"], model=model, mask_index=1)
    first = table.log_probs([CLS, MASK, THE, MASK, MASK, SEP], 3)[CAT]
    second = table.log_probs([CLS, MASK, THE, CAT, MASK, SEP], 4)[S]
    assert score.piece_log_probs == pytest.approx((first, second))


def test_equal_target_words_come_back_once(table: "Model") -> None:
    assert len(compare_targets("the [MASK]", ["cat", " cat", "dog"], model=table)) == 2


@pytest.fixture
def table() -> "Model":
    return table_model()[1]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "empty"),
        (["cat", "  "], "empty"),
        (["\0"], "empty"),
        (["cat", "zebra"], "cannot spell 'zebra'"),
        (["[MASK]"], r"cannot spell '\[MASK\]'"),
        (["cat"] * 21, "21 words to compare; at most 20"),
        (["cat" + "s" * 80], "reads 64"),
    ],
)
def test_words_that_cannot_be_scored(words: list[str], message: str, table: "Model") -> None:
    with pytest.raises(TargetError, match=message):
        compare_targets("the [MASK] ran", words, model=table)


@pytest.mark.parametrize("index", [-1, 1])
def test_a_mask_that_is_not_there(index: int, table: "Model") -> None:
    with pytest.raises(MaskMissingError, match=f"no mask number {index + 1}: the text has 1"):
        compare_targets("the [MASK]", ["cat"], model=table, mask_index=index)
    with pytest.raises(MaskMissingError, match=f"no mask number {index + 1}: the text has 1"):
        logit_lens("the [MASK]", model=table, mask_index=index)


def test_predictions_everywhere_see_the_tokens_themselves() -> None:
    table, model = table_model(2)
    ids = [CLS, THE, CAT, S, SAT, SEP]
    found = predict_everywhere("the cats sat", model=model, top_k=4)
    assert [guesses.token.text for guesses in found] == ["the", "cat", "s", "sat"]
    for position, guesses in enumerate(found, start=1):
        log_probs = table.log_probs(ids, position)
        ranking = np.argsort(-log_probs).tolist()
        assert guesses.probability == pytest.approx(exp(log_probs[ids[position]]))
        assert [guess.token_id for guess in guesses.guesses] == ranking[:4]
        rank = ranking.index(ids[position]) + 1
        assert guesses.rank == (rank if rank <= 4 else None)
    assert len(table.calls) == 1


def test_logit_lens_reads_every_layer_through_the_head() -> None:
    table, model = table_model(4)
    lens = logit_lens("the [MASK] ran [MASK]", model=model, mask_index=1, top_k=2)
    ids = [CLS, THE, MASK, RAN, MASK, SEP]
    final = int(np.argmax(table.log_probs(ids, 4)))
    assert [layer.layer for layer in lens.layers] == [0, 1, 2]
    for layer in range(LAYERS):
        log_probs = log_softmax(table.logits(ids, 4, layer))
        seen = lens.layers[layer]
        assert seen.final_probability == pytest.approx(exp(log_probs[final]))
        assert seen.entropy == pytest.approx(-(np.exp(log_probs) * log_probs).sum())
        assert [g.token_id for g in seen.guesses] == np.argsort(-log_probs)[:2].tolist()
    assert lens.layers[-1].guesses[0].probability == lens.layers[-1].final_probability


TEXT = "the cat sat the dogs ran the cats sat " * 4  # 4 x 11 = 44 tokens; 15 % are 6.6, so 7


def test_the_simulator_keeps_to_15_percent_and_80_10_10() -> None:
    _, model = table_model()
    runs = [simulate(TEXT, model=model, seed=seed) for seed in range(300)]
    assert {run.chosen for run in runs} == {7}
    total = 300 * 7
    shares = {c: sum(run.count(c) for run in runs) / total for c in Choice}
    # Four standard deviations of a share of 2,100 draws: 0.035 around 0.8, 0.026 around 0.1.
    assert shares[Choice.MASKED] == pytest.approx(0.8, abs=0.035)
    assert shares[Choice.REPLACED] == pytest.approx(0.1, abs=0.026)
    assert shares[Choice.KEPT] == pytest.approx(0.1, abs=0.026)
    # Each of the 44 positions is chosen about as often: 300 x 7 / 44 = 47.7 times.
    counts = np.sum([[t.choice is not None for t in run.tokens] for run in runs], axis=0)
    assert (counts[0], counts[-1]) == (0, 0)  # special tokens never
    assert counts[1:-1].min() > 20
    assert counts[1:-1].max() < 80


def test_one_simulation_step_by_step() -> None:
    table, model = table_model()
    run = simulate(TEXT, model=model, seed=9, share=0.5)
    [[query]] = table.calls
    losses, hits = [], []
    for position, token in enumerate(run.tokens):
        seen = query.input_ids[position]
        assert token.shown == VOCABULARY[seen].removeprefix("##")
        match token.choice:
            case Choice.MASKED:
                assert seen == MASK
            case Choice.REPLACED:
                assert VOCABULARY[seen] not in SPECIAL
            case _:
                assert seen == token.token.id
        if token.choice is None:
            assert (token.guess, token.probability, token.correct) == (None, None, None)
            continue
        log_probs = table.log_probs(query.input_ids, position)
        assert token.guess is not None
        assert token.guess.token_id == np.argmax(log_probs)
        assert token.probability == pytest.approx(exp(log_probs[token.token.id]))
        losses.append(-log_probs[token.token.id])
        hits.append(np.argmax(log_probs) == token.token.id)
        assert token.correct == hits[-1]
    assert run.chosen == len(losses) == 22  # half of 44
    assert {t.choice for t in run.tokens} == {None, *Choice}
    assert run.loss == pytest.approx(np.mean(losses))
    assert run.accuracy == pytest.approx(np.mean(hits))


def test_a_seed_gives_the_same_simulation_again(table: "Model") -> None:
    assert simulate(TEXT, model=table, seed=3) == simulate(TEXT, model=table, seed=3)
    assert simulate(TEXT, model=table, seed=3) != simulate(TEXT, model=table, seed=4)


def test_a_short_text_has_one_chosen_token(table: "Model") -> None:
    assert simulate("the cat", model=table).chosen == 1


def test_typed_masks_are_never_chosen(table: "Model") -> None:
    for seed in range(20):
        run = simulate("[MASK] cat [MASK] [MASK]", model=table, seed=seed)
        assert [t.choice is not None for t in run.tokens] == [False, False, True, *[False] * 3]
    with pytest.raises(EmptyTextError, match="only masks"):
        simulate("[MASK] [MASK]", model=table)


def test_two_sentences_compared_with_exact_probabilities() -> None:
    size = len(VOCABULARY)
    distributions = {
        CAT: by_hand({"sat": 0.5, "ran": 0.25, "the": 0.125}, size),
        DOG: by_hand({"ran": 0.5, "dog": 0.25, "sat": 0.1}, size),
    }
    model = as_model(TableModel(lambda ids, position, layer: distributions[ids[2]]))
    found = compare("the cat [MASK]", "the dog [MASK]", model=model, top_k=2)
    assert [g.token for g in found.first.guesses[0]] == ["sat", "ran"]
    assert [g.token for g in found.second.guesses[0]] == ["ran", "dog"]
    # "dog" is among the 8 pieces that share the rest of the first distribution: 0.125 / 8.
    # By difference: 0.4, 0.25 and 0.234; by ratio "dog" would come first.
    assert [row.token for row in found.rows] == ["sat", "ran", "dog"]
    first = [row.first for row in found.rows]
    second = [row.second for row in found.rows]
    assert first == pytest.approx([0.5, 0.25, 0.125 / 8])
    assert second == pytest.approx([0.1, 0.5, 0.25])
    ratios = [log(0.1 / 0.5), log(0.5 / 0.25), log(0.25 / (0.125 / 8))]
    assert [row.log_ratio for row in found.rows] == pytest.approx(ratios)


def test_compared_sentences_have_one_mask_each(table: "Model") -> None:
    with pytest.raises(MaskMissingError):
        compare("the cat", "the [MASK]", model=table)
    with pytest.raises(TooManyMasksError, match="second sentence has 2 masks"):
        compare("the [MASK]", "[MASK] [MASK]", model=table)
