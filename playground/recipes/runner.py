"""The recipe runner: one resumable, seeded training run that ends in an adapter and its card."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import (
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
    set_seed,
)
from transformers.trainer_callback import ExportableState

from playground.models.hidden_states import fast_dtype
from playground.recipes import model_card
from playground.recipes.recipe import Order, Prepared, Recipe
from playground.recipes.weights import (
    adapter_weights,
    load_trained,
    trained_weights,
    write_adapter,
)

WEIGHTS = "model.safetensors"
RECORD = "training.json"
CALIBRATION = "calibration.json"
LOADERS = 6  # processes that make batches for a GPU; on a CPU they would only take turns


def run(recipe: Recipe, order: Order) -> None:
    """Train ``recipe``, or go on from the last checkpoint of the order, and write its output."""
    set_seed(order.seed)
    earlier: dict[str, Any] | None = None
    schedule = order.schedule
    prepared = recipe.prepare(
        order.data, seed=order.seed, batches=schedule.steps, batch_scale=schedule.batch_scale
    )
    if order.continue_from:
        load_trained(prepared.model, adapter_weights(order.continue_from))
        earlier = json.loads((order.continue_from / RECORD).read_text())
    trainer = AdapterTrainer(prepared, args=_arguments(order))
    trainer.train(resume_from_checkpoint=last_complete_checkpoint(order.work))
    spent = trainer.progress
    averaged = [
        checkpoint
        for work in (order.work, *order.soup)
        for checkpoint in complete_checkpoints(work)[-order.average :]
    ]
    load_trained(prepared.model, mean_weights(averaged))
    write_adapter(prepared.model, recipe, order.output)
    training = {
        "steps": trainer.state.global_step,
        "tokens_seen": spent.tokens,
        "minutes": round(spent.seconds / 60, 1),
        "device": str(trainer.args.device),
        "seed": order.seed,
        "schedule": asdict(schedule),
        "command": order.command,
        "note": order.note,
        "averaged": [_step(checkpoint) for checkpoint in averaged],
        "soup": list(map(str, order.soup)),
        "development": trainer.evaluate(),
        "earlier": earlier,
    }
    if prepared.calibrate:
        prepared.model.eval()
        training["calibration"] = prepared.calibrate()
        (order.output / CALIBRATION).write_text(
            json.dumps(training["calibration"], indent=2) + "\n"
        )
    (order.output / RECORD).write_text(json.dumps(training, indent=2) + "\n")
    (order.output / "README.md").write_text(model_card.render(recipe, training))


def _arguments(order: Order) -> TrainingArguments:
    schedule = order.schedule
    on_cpu = not torch.cuda.is_available()
    return TrainingArguments(
        output_dir=str(order.work),
        max_steps=schedule.steps,
        per_device_train_batch_size=1,
        train_sampling_strategy="sequential",
        learning_rate=schedule.learning_rate,
        weight_decay=schedule.weight_decay,
        warmup_steps=schedule.warmup_steps,
        lr_scheduler_type="warmup_stable_decay",
        lr_scheduler_kwargs={"num_decay_steps": schedule.decay_steps, "decay_type": "linear"},
        optim="adamw_torch_fused",
        use_cpu=on_cpu,
        dataloader_num_workers=0 if on_cpu else LOADERS,
        dataloader_persistent_workers=not on_cpu,
        logging_steps=50,
        eval_strategy="steps",
        eval_steps=1000,
        save_steps=250,
        save_total_limit=max(2, order.average),
        restore_callback_states_from_checkpoint=True,
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to=[],
        seed=order.seed,
    )


def complete_checkpoints(work: Path) -> list[Path]:
    """Return the checkpoints that were written to their end, the newest last."""
    return [
        path
        for path in sorted(work.glob("checkpoint-*"), key=_step)
        if (path / "trainer_state.json").is_file()
        and not (path / "checkpoint-is-incomplete.txt").exists()
    ]


def last_complete_checkpoint(work: Path) -> str | None:
    """Return the newest checkpoint that was written to its end, or None."""
    whole = complete_checkpoints(work)
    return str(whole[-1]) if whole else None


def mean_weights(checkpoints: Sequence[Path]) -> dict[str, Tensor]:
    """Return the mean of the checkpoints' weights, by name.

    Of one run as in Izmailov et al. 2018, of several from one adapter as in Wortsman et al. 2022.
    """
    loaded = [load_file(checkpoint / WEIGHTS) for checkpoint in checkpoints]
    return {name: torch.stack([one[name] for one in loaded]).mean(dim=0) for name in loaded[0]}


def _step(checkpoint: Path) -> int:
    return int(checkpoint.name.split("-")[1])


class Progress(TrainerCallback, ExportableState):
    """Counts training seconds and tokens over all parts of an interrupted run."""

    def __init__(self, seconds: float = 0.0, tokens: int = 0) -> None:
        self.seconds = seconds
        self.tokens = tokens
        self._since = time.monotonic()

    def state(self) -> dict[str, dict[str, float]]:
        """Return what a checkpoint keeps."""
        return {"args": {"seconds": self.seconds, "tokens": self.tokens}, "attributes": {}}

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Start the clock of one step."""
        self._since = time.monotonic()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Stop it; evaluation and saving are not training time."""
        self.seconds += time.monotonic() - self._since


class AdapterTrainer(Trainer):
    """Trainer whose batches come ready-made and whose checkpoints hold trained weights only."""

    def __init__(self, prepared: Prepared, **kwargs: Any) -> None:
        super().__init__(
            model=prepared.model,
            train_dataset=prepared.training,
            eval_dataset=prepared.training,  # never read: evaluate() asks the recipe
            data_collator=lambda batches: batches[0],
            callbacks=[Progress()],
            **kwargs,
        )
        self.prepared = prepared

    @property
    def progress(self) -> Progress:
        """The run's counters; resuming replaces the callback by one with the saved figures."""
        found = (c for c in self.callback_handler.callbacks if isinstance(c, Progress))
        return next(found)

    def compute_loss(
        self, model: nn.Module, inputs: dict[str, Tensor], *_: Any, **__: Any
    ) -> Tensor:
        """Return the recipe's loss and count the batch's tokens."""
        self.progress.tokens += int(inputs["attention_mask"].sum())
        # Accelerate's own autocast covers model.forward only, and a recipe calls the model's parts.
        # A processor without bfloat16 instructions would take a hundred times as long in it.
        lower = fast_dtype(self.args.device) is torch.bfloat16
        with torch.autocast(self.args.device.type, torch.bfloat16, enabled=lower):
            return self.prepared.loss(model, inputs)

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Return the recipe's development metrics, in fp32, and log them."""
        self.model.eval()
        metrics = {f"eval_{name}": value for name, value in self.prepared.evaluate().items()}
        self.model.train()
        self.log(dict(metrics))  # which adds the epoch to what it is given
        return metrics

    def _save(self, output_dir: str | None = None, state_dict: dict | None = None) -> None:
        folder = Path(output_dir or self.args.output_dir)
        folder.mkdir(parents=True, exist_ok=True)
        save_file(trained_weights(self.model), folder / WEIGHTS)

    def _load_from_checkpoint(
        self, resume_from_checkpoint: str, model: nn.Module | None = None
    ) -> None:
        weights = load_file(Path(resume_from_checkpoint) / WEIGHTS)
        load_trained(model or self.model, weights)
