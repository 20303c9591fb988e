"""A larger teacher of sentiment, which is not shipped: another encoder, all weights trained.

``python -m playground.recipes.teacher --base BASE --data DATA --output FOLDER``, where BASE is a
classifier's encoder on the Hub or in a folder. FOLDER then serves as one of the ``--teachers`` of
``python -m playground.recipes sentiment``.
"""

import argparse
import json
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    Trainer,
    TrainingArguments,
    set_seed,
)

from playground.calibration import Outcomes, fitted_temperature
from playground.models.hidden_states import fast_dtype
from playground.models.loading import CALIBRATION_FILE
from playground.recipes import reviews
from playground.recipes.batches import EVALUATION_TOKENS, grouped
from playground.recipes.reviews import Part

SENTENCE_TIMES = 2  # that training holds a sentence
PHRASE_SHARE = 0.6  # of the phrases
LONGEST = 202  # pieces of a text, special tokens included
TEXTS_A_STEP = 32
log = logging.getLogger(__name__)


def is_teacher(folder: Path) -> bool:
    """Return whether ``folder`` holds a model of its own, not an adapter for the trunk."""
    return (folder / "config.json").is_file()


def log_odds(folder: Path, texts: Sequence[str]) -> np.ndarray:
    """Return the calibrated log-odds of POSITIVE, float [text], by the teacher in ``folder``."""
    model = AutoModelForSequenceClassification.from_pretrained(folder, use_safetensors=True)
    model.to(_device())
    logits = _logits(model, AutoTokenizer.from_pretrained(folder), texts)
    temperature = json.loads((folder / CALIBRATION_FILE).read_text())["temperature"]
    return (logits[:, 1] - logits[:, 0]) / temperature


def train(base: str, *, data: Path, output: Path, seed: int) -> dict[str, float]:
    """Train on SST-2's training part; write model, tokenizer and temperature to ``output``.

    Returns:
        The temperature, fitted on the calibration part, and the accuracy on development sentences.
    """
    set_seed(seed)
    parts = reviews.read(data)
    tokenizer = AutoTokenizer.from_pretrained(base)
    model = AutoModelForSequenceClassification.from_pretrained(
        base,
        num_labels=2,
        use_safetensors=True,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model.get_input_embeddings().requires_grad_(False)
    device = _device()
    Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=str(output),
            num_train_epochs=1,
            per_device_train_batch_size=TEXTS_A_STEP,
            train_sampling_strategy="group_by_length",
            learning_rate=4e-5,
            adam_beta2=0.98,
            weight_decay=0.01,
            warmup_steps=100,
            label_smoothing_factor=0.03,
            optim="adamw_torch_fused",
            bf16=fast_dtype(device) is torch.bfloat16,
            use_cpu=device.type == "cpu",
            save_strategy="no",
            report_to=[],
            seed=seed,
        ),
        data_collator=DataCollatorWithPadding(tokenizer),
        train_dataset=_lesson(parts[reviews.TRAINING], tokenizer, seed=seed),
    ).train()
    found = {
        name: Outcomes(
            _logits(model, tokenizer, list(parts[name].sentences)),
            np.array(list(parts[name].sentences.values())),
        )
        for name in ("development", "calibration")
    }
    figures = {
        "temperature": fitted_temperature([found["calibration"]]),
        "accuracy": found["development"].accuracy,
    }
    model.save_pretrained(output)
    tokenizer.save_pretrained(output)
    (output / CALIBRATION_FILE).write_text(json.dumps(figures, indent=2) + "\n")
    return figures


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _lesson(part: Part, tokenizer: PreTrainedTokenizerBase, *, seed: int) -> list[dict]:
    rng = np.random.default_rng(seed)
    phrases = [one for one in part.phrases.items() if rng.random() < PHRASE_SHARE]
    rows = [*list(part.sentences.items()) * SENTENCE_TIMES, *phrases]
    encoded = tokenizer([text for text, _ in rows], truncation=True, max_length=LONGEST)
    return [
        {"input_ids": ids, "labels": label}
        for ids, (_, label) in zip(encoded["input_ids"], rows, strict=True)
    ]


@torch.inference_mode()
def _logits(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]
) -> np.ndarray:
    model.eval()
    encoded = tokenizer(list(texts), truncation=True, max_length=LONGEST)["input_ids"]
    found = np.empty((len(texts), 2), dtype=np.float32)
    lengths = np.array([len(ids) for ids in encoded])
    lower = fast_dtype(model.device) is torch.bfloat16
    for rows in grouped(lengths, texts=len(texts), tokens=EVALUATION_TOKENS):
        batch = tokenizer.pad({"input_ids": [encoded[row] for row in rows]}, return_tensors="pt")
        with torch.autocast(model.device.type, torch.bfloat16, enabled=lower):
            found[rows] = model(**batch.to(model.device)).logits.float().cpu()
    return found


def main() -> None:
    """Train the teacher that the command line describes."""
    parser = argparse.ArgumentParser(prog="python -m playground.recipes.teacher")
    parser.add_argument("--base", required=True, help="on the Hub, or a folder")
    parser.add_argument("--data", type=Path, required=True, help="folder with the data sets")
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    log.info("%s", train(asked.base, data=asked.data, output=asked.output, seed=asked.seed))


if __name__ == "__main__":
    main()
