"""transformers' Trainer with a run's checkpoints, seeded batches and the best epoch's weights."""

import json
import os
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.utils.data import Dataset as Rows
from torch.utils.data import Sampler
from transformers import PrinterCallback, Trainer, TrainingArguments

from playground.fine_tuning.runs.settings import JSON
from playground.fine_tuning.runs.training_run import TrainingRun
from playground.fine_tuning.training import methods, reading
from playground.fine_tuning.training.lesson import Taught
from playground.fine_tuning.training.sampler import SeededBatches
from playground.fine_tuning.training.watch import Watch
from playground.fine_tuning.training_options import TrainingOptions

WEIGHTS, BEST, STATE = "weights.safetensors", "best.safetensors", "trainer_state.json"


class RunTrainer(Trainer):
    """The Trainer of one run.

    A checkpoint holds the weights that learn and the best epoch's, the optimizer, the schedule, the
    random generators and the Trainer's state.
    """

    def __init__(
        self, taught: Taught, score_name: str, options: TrainingOptions, run: TrainingRun
    ) -> None:
        self.taught = taught
        self.score_name = score_name
        self.best: dict[str, Tensor] = {}
        self._run = run
        self._options = options
        super().__init__(
            model=self.taught.model,
            args=_arguments(options, run, mixed=self.taught.mixed),
            data_collator=self.taught.collate,
            train_dataset=self.taught.rows,
            eval_dataset=self.taught.rows,  # asked for, and not read: see evaluate
            compute_loss_func=self.taught.objective,
        )
        self.remove_callback(PrinterCallback)
        self.watch = Watch(self, run)
        self.add_callback(self.watch)

    @property
    def steps_an_epoch(self) -> int:
        """Return the steps of one epoch."""
        return -(-len(self.taught.rows) // self._options.batch_size)

    def epoch(self) -> int:
        """Return the number of the epoch that is trained, from 0."""
        return int(self.state.global_step // self.steps_an_epoch)

    def learn(self) -> None:
        """Train, from the last checkpoint if there is one, and put the best epoch's weights in place.

        Raises:
            StoppedError: the run has to stop.
        """
        last = self._run.last_checkpoint()
        if last is None:
            self.train()
        elif self._has_ended(last.path):
            self._load_from_checkpoint(str(last.path))
            self.state = self.state.load_from_json(str(last.path / STATE))
        else:
            self.train(resume_from_checkpoint=str(last.path))
        self.accelerator.unwrap_model(self.model, keep_fp32_wrapper=False)
        methods.put_back(self.model, self.best)

    def is_patient(self, step: int, best_step: int) -> bool:
        """Tell whether at ``step`` a better score than that at ``best_step`` is still waited for."""
        patience = self._options.patience
        return not patience or step - best_step < patience * self.steps_an_epoch

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Measure the model on the validation part; ``Watch`` hears of it and keeps the best."""
        found = self.taught.measure()
        metrics = {"eval_loss": found.loss, "eval_score": found.score, "eval_rank": found.rank}
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics

    def keep_best(self) -> None:
        """Keep the weights as they are now as the best ones."""
        learned = methods.learned(self.model)
        self.best = {name: weight.detach().cpu().clone() for name, weight in learned.items()}

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Return 0: to count them takes a walk over all weights at each step, and nobody asks."""
        return 0

    def _has_ended(self, checkpoint: Path) -> bool:
        state = json.loads((checkpoint / STATE).read_text("utf-8"))
        step, best = state["global_step"], state["best_global_step"]
        last = self._options.epochs * self.steps_an_epoch
        return step >= last or (best is not None and not self.is_patient(step, best))

    def _get_train_sampler(self, train_dataset: Rows[Any] | None = None) -> Sampler[int]:
        rows, size = self.taught.rows, self._options.batch_size
        return SeededBatches(reading.lengths(rows), size, self.args.seed, self.epoch)

    def _save_checkpoint(self, model: Any = None, trial: Any = None) -> None:
        if not self.watch.may_save():
            return
        with self._run.checkpoint(self.state.global_step) as folder:
            weights = methods.learned(self.model)
            save_file({n: w.detach().contiguous() for n, w in weights.items()}, folder / WEIGHTS)
            if self.best and self.state.best_global_step != self.state.global_step:
                save_file(self.best, folder / BEST)
            self._save_optimizer_and_scheduler(str(folder))
            self._save_rng_state(str(folder))
            self.state.save_to_json(str(folder / STATE))
        self.watch.has_saved()

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        folder = Path(resume_from_checkpoint)
        methods.put_back(self.model, load_file(folder / WEIGHTS))
        if (folder / BEST).is_file():
            self.best = load_file(folder / BEST)
        elif json.loads((folder / STATE).read_text("utf-8"))["best_global_step"] is not None:
            self.keep_best()


def _arguments(options: TrainingOptions, run: TrainingRun, *, mixed: bool) -> TrainingArguments:
    given: dict[str, Any] = {
        "output_dir": os.fspath(run.outputs),  # nothing is written there: see _save_checkpoint
        "num_train_epochs": options.epochs,
        "per_device_train_batch_size": options.batch_size,
        "learning_rate": options.learning_rate,
        "weight_decay": options.weight_decay,
        "warmup_steps": options.warmup_share,  # below 1 it is a share
        "optim": "adamw_torch_fused",
        "bf16": mixed,
        "use_cpu": not torch.cuda.is_available(),
        "seed": run.settings.seed,
        "eval_strategy": "epoch",
        "save_strategy": "epoch",
        "logging_strategy": "no",  # Watch asks for a log when it wants one
        "report_to": "none",
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "dataloader_pin_memory": torch.cuda.is_available(),
    }
    return TrainingArguments(**given)
