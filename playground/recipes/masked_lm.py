"""Masked-LM adapter and prediction head for the bundled trunk (BERT paper, section 3.1, task 1)."""

from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import Tensor, nn
from torch.utils.data import Dataset
from transformers import AutoTokenizer, BertForMaskedLM, PreTrainedTokenizerBase

from playground.models import trunk
from playground.recipes import corpus
from playground.recipes.recipe import Prepared, Recipe, Schedule

LORA = LoraConfig(
    r=128,
    lora_alpha=128,
    lora_dropout=0.0,
    target_modules=r"bert\.encoder\..*\.(query|key|value|dense)",
    base_model_name_or_path=trunk.HUB_ID,
    revision=trunk.REVISION,
)
IGNORED = -100  # a label that cross-entropy leaves out
TOKENS_A_STEP = 2048
WINDOW_LENGTHS = {32: 0.15, 64: 0.25, 128: 0.6}
SENTENCE_SHARE = 0.25  # of the batches, whose windows are one sentence each, as visitors type
SENTENCE_LENGTH = 32
MASKED_SHARE = 0.20
EVALUATION_SHARE = 0.15
EVALUATION_LENGTH = 128
EVALUATION_PARAGRAPHS = 150


class MaskedWindows(Dataset[dict[str, Tensor]]):
    """Batches of masked windows; batch number i is a function of the seed and i alone.

    That makes a resumed run see the very batches an undisturbed one would have seen.
    """

    def __init__(
        self,
        streams: list[corpus.TokenStream],
        shares: list[float],
        tokenizer: PreTrainedTokenizerBase,
        *,
        batches: int,
        tokens: int,
        seed: int,
    ) -> None:
        self.streams = streams
        self.shares = np.asarray(shares) / sum(shares)
        self.tokenizer = tokenizer
        self.batches = batches
        self.tokens = tokens
        self.seed = seed

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        rng = np.random.default_rng((self.seed, index))
        alone = rng.random() < SENTENCE_SHARE
        lengths = {SENTENCE_LENGTH: 1.0} if alone else WINDOW_LENGTHS
        length = int(rng.choice(list(lengths), p=list(lengths.values())))
        sources = rng.choice(len(self.streams), self.tokens // length, p=self.shares)
        drawn = [self.streams[source] for source in sources]
        windows = [
            stream.sentence(rng, length - 2) if alone else stream.window(rng, length - 2)
            for stream in drawn
        ]
        return masked_batch(windows, self.tokenizer, rng, share=MASKED_SHARE, bert_mix=True)


def masked_batch(
    windows: list[np.ndarray],
    tokenizer: PreTrainedTokenizerBase,
    rng: np.random.Generator,
    *,
    share: float,
    bert_mix: bool,
) -> dict[str, Tensor]:
    """Frame windows with [CLS] and [SEP], pad them and mask ``share`` of their tokens.

    With ``bert_mix`` a chosen token becomes [MASK] in 80 % of the cases, another token in 10 % and
    stays in 10 %, as in the BERT paper; without, always [MASK]. [UNK] is never chosen.

    Returns:
        input_ids, attention_mask and labels, int64 [window, token]; labels are -100 where nothing
        is predicted.
    """
    width = max(map(len, windows)) + 2
    ids = np.full((len(windows), width), tokenizer.pad_token_id, dtype=np.int64)
    for row, window in zip(ids, windows, strict=True):
        row[: len(window) + 2] = [tokenizer.cls_token_id, *window, tokenizer.sep_token_id]
    chosen = (rng.random(ids.shape) < share) & ~np.isin(ids, tokenizer.all_special_ids)
    labels = np.where(chosen, ids, IGNORED)
    dice = rng.random(ids.shape) if bert_mix else np.zeros(ids.shape)
    masked = np.where(chosen & (dice < 0.8), tokenizer.mask_token_id, ids)
    replaced = chosen & (dice >= 0.8) & (dice < 0.9)
    masked[replaced] = rng.integers(len(tokenizer), size=int(replaced.sum()))
    return {
        "input_ids": torch.from_numpy(masked),
        "attention_mask": torch.from_numpy((ids != tokenizer.pad_token_id).astype(np.int64)),
        "labels": torch.from_numpy(labels),
    }


def masked_logits(model: BertForMaskedLM, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
    """Return logits [position, vocabulary] and labels [position] of the masked positions only."""
    hidden = model.bert(
        input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]
    ).last_hidden_state
    masked = batch["labels"] != IGNORED
    return model.cls(hidden[masked]), batch["labels"][masked]


def loss(model: BertForMaskedLM, batch: dict[str, Tensor]) -> Tensor:
    """Return the mean cross-entropy over the masked positions."""
    logits, labels = masked_logits(model, batch)
    return nn.functional.cross_entropy(logits.float(), labels)


def accuracy(
    model: BertForMaskedLM,
    texts: list[str],
    tokenizer: PreTrainedTokenizerBase,
    *,
    bert_mix: bool = False,
    seed: int = 0,
) -> dict[str, float]:
    """Return top-1 and top-5 accuracy and mean loss in nats at 15 % masking.

    Every chosen token becomes [MASK], or with ``bert_mix`` 80 % of them, as in pre-training. Each
    text is cut to 128 tokens. [UNK] is never asked for.
    """
    encoded = tokenizer(
        texts, add_special_tokens=False, truncation=True, max_length=EVALUATION_LENGTH - 2
    )["input_ids"]
    windows = [np.asarray(ids) for ids in sorted(encoded, key=len) if len(ids) > 1]
    rng = np.random.default_rng(seed)
    device = next(model.parameters()).device
    top1 = top5 = count = 0
    total_loss = 0.0
    for begin in range(0, len(windows), 16):
        batch = masked_batch(
            windows[begin : begin + 16], tokenizer, rng, share=EVALUATION_SHARE, bert_mix=bert_mix
        )
        with torch.inference_mode():
            logits, labels = masked_logits(model, {k: v.to(device) for k, v in batch.items()})
        best = logits.topk(5).indices == labels[:, None]
        top1 += int(best[:, 0].sum())
        top5 += int(best.any(dim=1).sum())
        total_loss += float(nn.functional.cross_entropy(logits.float(), labels, reduction="sum"))
        count += len(labels)
    return {"top1": top1 / count, "top5": top5 / count, "loss": total_loss / count}


def prepare(data: Path, *, seed: int, batches: int, batch_scale: int = 1) -> Prepared:
    """Load the trunk with a fresh adapter and head, and the training and development texts."""
    tokenizer = AutoTokenizer.from_pretrained(trunk.folder())
    # Without dropout and with eager attention a step on a CPU takes half the time at these lengths,
    # and so little text is seen that it does not overfit.
    model = BertForMaskedLM.from_pretrained(
        trunk.folder(),
        attn_implementation="eager",
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model.requires_grad_(False)
    model = inject_adapter_in_model(LORA, model)
    head = model.cls.predictions
    nn.init.eye_(head.transform.dense.weight)
    head.transform.requires_grad_(True)
    head.bias.requires_grad_(True)
    parts = [corpus.paragraphs(source, data) for source in corpus.SOURCES]
    streams = [corpus.token_stream(training, tokenizer) for training, _ in parts]
    development = {
        source.name: texts[:EVALUATION_PARAGRAPHS]
        for source, (_, texts) in zip(corpus.SOURCES, parts, strict=True)
        if texts
    }
    return Prepared(
        model=model,
        tokenizer=tokenizer,
        training=MaskedWindows(
            streams,
            [source.share for source in corpus.SOURCES],
            tokenizer,
            batches=batches,
            tokens=TOKENS_A_STEP * batch_scale,
            seed=seed,
        ),
        loss=loss,
        evaluate=lambda: {
            f"{metric} / {name}": value
            for name, texts in development.items()
            for metric, value in accuracy(model, texts, tokenizer).items()
        },
    )


RECIPE = Recipe(
    name="masked_lm",
    title="Masked-LM adapter for all-MiniLM-L6-v2",
    task="fill-mask",
    lora=LORA,
    sources=tuple(f"{s.name} ({s.origin}; {s.licence}), {s.share:.0%}" for s in corpus.SOURCES),
    prepare=prepare,
    schedule=Schedule(
        steps=7000, warmup_steps=100, decay_steps=6500, learning_rate=1e-3, weight_decay=0.01
    ),
    description=(
        "LoRA on every linear layer of the encoder and a prediction head (transform and bias) on "
        "top; the decoder is tied to the trunk's own word embeddings and not part of these files. "
        f"Windows of {min(WINDOW_LENGTHS)} to {max(WINDOW_LENGTHS)} tokens, in "
        f"{SENTENCE_SHARE:.0%} of the batches single sentences of up to {SENTENCE_LENGTH}; "
        f"{MASKED_SHARE:.0%} of the tokens chosen, of those 80 % masked, 10 % replaced, 10 % kept. "
        f"Development figures: the last twentieth of each source, at most "
        f"{EVALUATION_PARAGRAPHS} paragraphs of {EVALUATION_LENGTH} tokens, "
        f"{EVALUATION_SHARE:.0%} of the tokens masked, always with [MASK]."
    ),
    limits=(
        "English, lower-cased; other languages fall apart into unknown tokens.",
        "Trained on some 280 million tokens of 70 million different ones, where BERT saw over a "
        "hundred billion: facts beyond the common ones are guesses, and a confident guess may be "
        "wrong.",
        "Half of what it read is Wikipedia, as it stood some years ago. Its everyday sentences are "
        "examples for translators (Tatoeba), in which nearly everybody is called Tom; film reviews "
        "colour its idea of opinion.",
        "It repeats the associations of its texts, those between gender and occupation among "
        "them; compare two sentences in the app to see some.",
    ),
)
