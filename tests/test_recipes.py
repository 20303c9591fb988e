"""Recipes: what is masked and sampled; a resumed run ends where an undisturbed one does."""

import json
import lzma
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from peft import LoraConfig, inject_adapter_in_model
from safetensors.torch import load_file
from torch.utils.data import Dataset
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM

from playground.models import trunk
from playground.recipes import corpus, factbook, masked_lm, runner, weights
from playground.recipes.corpus import Source, TokenStream
from playground.recipes.recipe import Order, Prepared, Recipe, Schedule

FACTS = [
    "France\tGovernment / Capital / name\tParis",
    "Fiji\tGovernment / Capital / name\tSuva (on Viti Levu)",
    "United States\tGovernment / Capital / name\tWashington, D.C.",
    "Japan\tEconomy / Exchange rates / Currency\tyen (JPY) per US dollar -",
    "Egypt\tGeography / Elevation / highest point\tMount Catherine 2,629 m",
    "France\tGeography / Map references\tmetropolitan France: Europe",
    "\tGovernment / Capital / name\tNowhere",
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return AutoTokenizer.from_pretrained(trunk.folder())


def test_facts_become_sentences() -> None:
    sentences = list(factbook.sentences(FACTS))
    assert "The capital of France is Paris." in sentences
    assert "The capital of Fiji is Suva." in sentences
    assert "The capital of United States is Washington, D.C." in sentences
    assert "The currency of Japan is the yen." in sentences
    assert "The highest mountain in Egypt is Mount Catherine." in sentences
    assert "France is a country in Europe." in sentences
    assert not any("Nowhere" in sentence for sentence in sentences)


def test_only_running_text_counts_as_prose() -> None:
    text = (
        "The land rises from the coast to a high plateau, where rivers begin and winters are cold."
    )
    rows = [
        f"X\tGeography / Terrain\t{text}",
        "X\tGeography / Area / total\t643,801 sq km ; 551,500 sq km ; 1 ; 2 ; 3 ; 4 ; 5 ; 6 ; 7",
        f"X\tPeople and Society / Languages / major-language sample(s)\t{text}",
    ]
    assert list(factbook.prose(rows)) == [text]


def test_development_part_is_the_last_twentieth(tmp_path: Path) -> None:
    with lzma.open(tmp_path / "some.xz", "wt", encoding="utf-8") as file:
        file.writelines(f"paragraph {number}\n\n" for number in range(100))
    source = Source(name="some", file="some.xz", share=1, origin="", licence="")
    training, development = corpus.paragraphs(source, tmp_path)
    assert training == [f"paragraph {number}" for number in range(95)]
    assert development == [f"paragraph {number}" for number in range(95, 100)]


def test_windows_start_with_a_sentence_and_mostly_end_with_one() -> None:
    starts = np.array([0, 4, 9, 11, 30])
    stream = TokenStream(ids=np.arange(30, dtype=np.int32), starts=starts)
    rng = np.random.default_rng(0)
    for _ in range(200):
        window = stream.window(rng, 8)
        assert window[0] in starts
        assert len(window) <= 8
        if window[0] == 0:  # [4, 9): five tokens end with a sentence; [0, 4) is half of eight
            assert window.tolist() == [0, 1, 2, 3]


def test_a_sentence_stands_alone_and_is_cut_where_it_is_too_long() -> None:
    stream = TokenStream(ids=np.arange(30, dtype=np.int32), starts=np.array([0, 4, 9, 11, 30]))
    rng = np.random.default_rng(0)
    found = {tuple(stream.sentence(rng, 8).tolist()) for _ in range(200)}
    assert found == {(0, 1, 2, 3), (4, 5, 6, 7, 8), (9, 10), tuple(range(11, 19))}


def test_a_window_is_a_run_of_the_text(tokenizer: Any) -> None:
    text = "A cat sat on the mat. It was a fine day! Was it warm? Nobody knew.. The end."
    stream = corpus.token_stream([text], tokenizer)
    assert tokenizer.decode(stream.ids[: stream.starts[1]]) == "a cat sat on the mat."
    assert len(stream.starts) == 6
    assert "knew. the" in tokenizer.decode(stream.ids)


def test_masking_follows_the_paper(tokenizer: Any) -> None:
    rng = np.random.default_rng(3)
    windows = [rng.integers(1000, 20000, 126) for _ in range(400)]
    batch = masked_lm.masked_batch(windows, tokenizer, rng, share=0.15, bert_mix=True)
    chosen = batch["labels"] != -100
    original = torch.where(chosen, batch["labels"], batch["input_ids"])
    assert original[:, 1:-1].numpy().tolist() == [window.tolist() for window in windows]
    assert not chosen[:, [0, -1]].any()
    share = chosen[:, 1:-1].float().mean().item()
    masked = (batch["input_ids"][chosen] == tokenizer.mask_token_id).float().mean().item()
    kept = (batch["input_ids"][chosen] == batch["labels"][chosen]).float().mean().item()
    # 50,400 tokens, about 7,560 of them chosen: three standard deviations are 0.5 and 1.4 points.
    assert share == pytest.approx(0.15, abs=0.005)
    assert masked == pytest.approx(0.80, abs=0.014)
    assert kept == pytest.approx(0.10, abs=0.011)


def test_unknown_tokens_and_padding_are_never_asked_for(tokenizer: Any) -> None:
    rng = np.random.default_rng(0)
    windows = [np.full(40, tokenizer.unk_token_id), np.array([2003])]
    batch = masked_lm.masked_batch(windows, tokenizer, rng, share=1.0, bert_mix=False)
    assert (batch["labels"] != -100).nonzero().tolist() == [[1, 1]]
    assert batch["attention_mask"].sum(dim=1).tolist() == [42, 3]


def test_accuracy_counts_hits_among_the_asked(tokenizer: Any) -> None:
    class AlwaysThe(torch.nn.Module):
        """Says "the" first and "of" second, wherever it is asked."""

        def bert(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
            return SimpleNamespace(last_hidden_state=input_ids[..., None].float())

        def cls(self, hidden: torch.Tensor) -> torch.Tensor:
            logits = torch.zeros(len(hidden), len(tokenizer))
            logits[:, the], logits[:, of] = 2.0, 1.0
            return logits

    the, of = tokenizer.convert_tokens_to_ids(["the", "of"])
    model: Any = AlwaysThe()
    model.register_parameter("unused", torch.nn.Parameter(torch.zeros(1)))
    only_the = masked_lm.accuracy(model, ["the " * 100] * 20, tokenizer)
    only_of = masked_lm.accuracy(model, ["of " * 100] * 20, tokenizer)
    assert (only_the["top1"], only_the["top5"]) == (1.0, 1.0)
    assert (only_of["top1"], only_of["top5"]) == (0.0, 1.0)
    # ln(e^2 + e + 30520) - 2, by hand
    assert only_the["loss"] == pytest.approx(8.32646, abs=1e-4)


def test_batch_number_alone_decides_its_content(tokenizer: Any) -> None:
    stream = corpus.token_stream(["The sea was calm. " * 400], tokenizer)
    twice = [
        masked_lm.MaskedWindows([stream], [1.0], tokenizer, batches=10, tokens=2048, seed=5)
        for _ in range(2)
    ]
    first, second = twice[0][7], [twice[1][i] for i in range(8)][7]
    assert torch.equal(first["input_ids"], second["input_ids"])
    assert not torch.equal(first["labels"], twice[0][6]["labels"])


def test_some_batches_hold_single_sentences(tokenizer: Any) -> None:
    stream = corpus.token_stream(["The sea was calm. " * 400], tokenizer)
    batches = masked_lm.MaskedWindows([stream], [1.0], tokenizer, batches=400, tokens=256, seed=5)
    drawn = [batches[number] for number in range(len(batches))]
    alone = [batch for batch in drawn if batch["input_ids"].shape[1] == 7]  # framed
    # Of 400 draws three standard deviations are 6.5 points.
    assert len(alone) / len(batches) == pytest.approx(masked_lm.SENTENCE_SHARE, abs=0.065)
    assert all(batch["attention_mask"].all() for batch in alone)
    assert {len(batch["input_ids"]) for batch in alone} == {256 // masked_lm.SENTENCE_LENGTH}


class Batches(Dataset):
    """Six fixed batches for the tiny model."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def __len__(self) -> int:
        return self.steps

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        generator = torch.Generator().manual_seed(index)
        ids = torch.randint(5, 40, (4, 12), generator=generator)
        labels = torch.where(torch.rand((4, 12), generator=generator) < 0.3, ids, -100)
        return {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels}


LORA = LoraConfig(r=2, lora_alpha=2, target_modules=["query", "value"])


def tiny(_data: Path, *, seed: int, batches: int, batch_scale: int = 1) -> Prepared:
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=40,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertForMaskedLM(config).requires_grad_(False)
    model = inject_adapter_in_model(LORA, model)
    model.cls.predictions.bias.requires_grad_(True)
    return Prepared(
        model=model,
        tokenizer=None,
        training=Batches(batches),
        loss=masked_lm.loss,
        evaluate=lambda: {"bias": model.cls.predictions.bias.abs().sum().item()},
    )


def schedule(steps: int) -> Schedule:
    return Schedule(
        steps=steps, warmup_steps=0, decay_steps=1, learning_rate=0.01, weight_decay=0.0
    )


def train(
    folder: Path, steps: int, work: str, average: int = 1, soup: str = ""
) -> dict[str, torch.Tensor]:
    plan = Recipe(
        name="tiny",
        title="Tiny",
        task="fill-mask",
        description="A test.",
        sources=("none",),
        limits=("all",),
        lora=LORA,
        schedule=schedule(steps),
        prepare=tiny,
    )
    order = Order(
        data=folder,
        work=folder / work,
        output=folder / f"out_{work}",
        schedule=schedule(steps),
        seed=4,
        command="python -m playground.recipes tiny",
        average=average,
        soup=(folder / soup,) if soup else (),
    )
    runner.run(plan, order)
    return weights.adapter_weights(folder / f"out_{work}")


def test_a_resumed_run_ends_like_an_undisturbed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(self: Batches, index: int) -> dict[str, torch.Tensor]:
        if index == 300:
            raise KeyboardInterrupt
        return original(self, index)

    original = Batches.__getitem__
    undisturbed = train(tmp_path, 310, "whole")
    with monkeypatch.context() as patch:
        patch.setattr(Batches, "__getitem__", interrupted)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path, 310, "broken")
    checkpoint = runner.last_complete_checkpoint(tmp_path / "broken")
    assert checkpoint == str(tmp_path / "broken" / "checkpoint-250")
    resumed = train(tmp_path, 310, "broken")
    assert undisturbed.keys() == resumed.keys()
    for name, weight in undisturbed.items():
        torch.testing.assert_close(resumed[name], weight, msg=name)
    assert undisturbed["cls.predictions.bias"].abs().max() > 0.1
    seen = json.loads((tmp_path / "out_broken" / "training.json").read_text())["tokens_seen"]
    assert seen == 310 * 4 * 12


def test_the_card_says_how_it_was_made(tmp_path: Path) -> None:
    train(tmp_path, 3, "card")
    card = (tmp_path / "out_card" / "README.md").read_text()
    assert "    python -m playground.recipes tiny" in card
    assert "3 steps, 144 tokens seen" in card  # three batches of four texts of twelve tokens
    assert "base_model: sentence-transformers/all-MiniLM-L6-v2" in card
    assert "| bias |" in card


def test_the_result_may_be_the_mean_of_checkpoints(tmp_path: Path) -> None:
    found = train(tmp_path, 510, "mean", average=2)
    kept = [load_file(tmp_path / "mean" / f"checkpoint-{n}" / runner.WEIGHTS) for n in (500, 510)]
    for name, weight in found.items():
        mean = (kept[0][name] + kept[1][name]) / 2
        torch.testing.assert_close(weight, mean, msg=name, atol=1e-3, rtol=1e-3)  # saved in fp16
    assert not torch.equal(*(one["cls.predictions.bias"] for one in kept))
    card = (tmp_path / "out_mean" / "README.md").read_text()
    assert "The mean of the weights after 500, 510 steps." in card


def test_the_result_may_be_the_mean_of_runs(tmp_path: Path) -> None:
    first = train(tmp_path, 3, "first")
    found = train(tmp_path, 5, "second", soup="first")
    second = load_file(tmp_path / "second" / "checkpoint-5" / runner.WEIGHTS)
    for name, weight in found.items():
        mean = (first[name] + second[name]) / 2
        torch.testing.assert_close(weight, mean, msg=name, atol=1e-3, rtol=1e-3)  # saved in fp16
    assert not torch.equal(first["cls.predictions.bias"], second["cls.predictions.bias"])
    card = (tmp_path / "out_second" / "README.md").read_text()
    assert (
        f"The mean of the weights after 5, 3 steps, the last of them of {tmp_path}/first." in card
    )


def test_the_recipe_itself_stays_as_it_is(tmp_path: Path) -> None:
    train(tmp_path, 1, "once")
    assert not LORA.inference_mode


def test_an_unfinished_checkpoint_is_passed_over(tmp_path: Path) -> None:
    for step in (250, 500, 1000):
        (tmp_path / f"checkpoint-{step}").mkdir()
        (tmp_path / f"checkpoint-{step}" / "trainer_state.json").touch()
    (tmp_path / "checkpoint-1000" / "checkpoint-is-incomplete.txt").touch()
    (tmp_path / "checkpoint-500" / "trainer_state.json").unlink()
    assert runner.last_complete_checkpoint(tmp_path) == str(tmp_path / "checkpoint-250")
    assert runner.last_complete_checkpoint(tmp_path / "none") is None


def test_loading_other_weights_is_refused(tmp_path: Path) -> None:
    model = tiny(tmp_path, seed=0, batches=1).model
    with pytest.raises(ValueError, match="weights differ"):
        weights.load_trained(model, {"cls.predictions.bias": torch.zeros(40)})
