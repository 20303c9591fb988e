"""What happens between the Trainer's steps: events, checkpoints, and whether the run has to stop."""

import time
from typing import TYPE_CHECKING, Any

import psutil
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from playground.fine_tuning.runs.training_run import StoppedError, TrainingRun
from playground.settings import MEGABYTE

if TYPE_CHECKING:
    from playground.fine_tuning.training.loop import RunTrainer

LOG_SECONDS = 1.0
SAVE_SECONDS = 15.0  # of work that may be lost when the process dies
# To write a checkpoint may take a tenth of the work's time: of a large model it takes seconds.
SAVE_SHARE = 0.1
QUICK = 5.0  # seconds in which a checkpoint is written before a stop


class Watch(TrainerCallback):
    """Looks after a run; the Trainer calls it."""

    def __init__(self, trainer: "RunTrainer", run: TrainingRun) -> None:
        self._trainer = trainer
        self._run = run
        self._process = psutil.Process()
        self._begin = self._logged = self._saved = time.monotonic()
        self._first_step = self._logged_step = 0
        self._save_cost = 0.0
        self._save_begin = 0.0
        self._stops = False

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Start the clocks."""
        self._begin = self._logged = self._saved = time.monotonic()
        self._first_step = self._logged_step = state.global_step

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Ask for a log and a checkpoint when it is time, and stop if the run has to.

        At an epoch's last step the model is measured first.
        """
        now = time.monotonic()
        ends_epoch = state.global_step % self._trainer.steps_an_epoch == 0
        control.should_log = ends_epoch or now - self._logged >= LOG_SECONDS
        if ends_epoch:
            return
        overdue = now - self._saved >= max(SAVE_SECONDS, self._save_cost / SAVE_SHARE)
        control.should_save = overdue
        try:
            self._run.check()
        except StoppedError:
            if self._save_cost < QUICK:
                self._stops = True
                self._trainer._save_checkpoint()
            raise

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Stop if the run has to."""
        self._run.check()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """Write down how far training is."""
        if not logs or "loss" not in logs:
            return  # the summary at the end
        now = time.monotonic()
        steps = state.global_step - self._logged_step
        a_step = (now - self._begin) / max(state.global_step - self._first_step, 1)
        self._run.record(
            "progress",
            step=state.global_step,
            steps=state.max_steps,
            epoch=state.global_step / self._trainer.steps_an_epoch,
            epochs=args.num_train_epochs,
            loss=logs["loss"],
            learning_rate=logs["learning_rate"],
            examples_per_second=steps * args.train_batch_size / max(now - self._logged, 1e-9),
            seconds_left=a_step * (state.max_steps - state.global_step),
            memory_mb=self._process.memory_info().rss / MEGABYTE,
        )
        self._logged, self._logged_step = now, state.global_step

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float],
        **_: Any,
    ) -> None:
        """Write down the score, keep the weights if it is the best, stop after too many worse."""
        step = state.global_step
        self._run.record(
            "validation",
            step=step,
            epoch=step / self._trainer.steps_an_epoch,
            loss=metrics["eval_loss"],
            score=metrics["eval_score"],
            score_name=self._trainer.score_name,
        )
        if state.best_metric is None or metrics["eval_rank"] > state.best_metric:
            state.best_metric, state.best_global_step = metrics["eval_rank"], step
            self._trainer.keep_best()
        elif not self._trainer.is_patient(step, state.best_global_step or 0):
            control.should_training_stop = True

    def may_save(self) -> bool:
        """Tell whether a checkpoint that is asked for is written: not too much time goes there."""
        now = time.monotonic()
        waits = min(SAVE_SECONDS, self._save_cost / SAVE_SHARE)
        self._save_begin = now
        return self._stops or now - self._saved >= waits

    def has_saved(self) -> None:
        """Hear that a checkpoint was written."""
        self._saved = time.monotonic()
        self._save_cost = self._saved - self._save_begin
