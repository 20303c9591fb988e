"""Every setting, read from environment variables named ``BERT_PLAYGROUND_<NAME>``."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

PREFIX = "BERT_PLAYGROUND_"
SQLITE = "sqlite"  # the database that is a file in the folder for runs
MEGABYTE = 1_000_000


class RunsKept(StrEnum):
    """Whether runs are still there after a restart of the machine or container."""

    AUTO = "auto"  # not on a Hugging Face Space, and else they are
    TRUE = "true"
    FALSE = "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a deployer may change; sizes in megabytes (10^6 bytes)."""

    models_folder: Path = Path("models")  # local model folders lie below it
    hub: bool = True  # whether visitors may load models from the Hugging Face Hub
    max_model_mb: int = 2_000  # larger weights are refused before they are downloaded
    model_cache_mb: int = 3_000  # loaded models above this are dropped, least recently used first
    max_loaded_models: int = 12  # the box alone has ten
    attention_cache_mb: int = 400  # attention maps kept; one of 512 tokens takes about 80
    max_waiting: int = 64  # requests that may wait for the engine before it says "busy"
    max_batch_tokens: int = 1_024  # run through a model at once, padding too; others wait
    max_characters: int = 20_000  # of one text
    max_masks: int = 16  # of one text
    max_upload_mb: int = 50  # of one file; Streamlit's server.maxUploadSize caps it, too
    max_rows: int = 20_000  # of one file
    max_labels: int = 200  # that one data set may have
    max_training_tokens: int = 512  # of one text in training; longer ones are cut
    max_jobs: int = 2  # files that the process works on at once
    threads: int = 0  # torch threads; 0 leaves the choice to torch
    runs_folder: Path = Path("runs")  # fine-tuning runs, a folder each, and their index
    database: str = SQLITE  # of that index; or the address of a PostgreSQL database
    runs_kept: RunsKept = RunsKept.AUTO  # whether that folder outlives a restart
    max_running_runs: int = 1  # runs that train at once on a machine; the others wait
    max_pending_runs: int = 20  # runs that may wait
    max_owner_pending_runs: int = 3  # of one visitor
    max_run_minutes: int = 60  # of one run, from its start or from where it was resumed
    max_owner_disk_mb: int = 2_000  # of all runs of one visitor
    max_runs_disk_mb: int = 10_000  # of all runs
    run_retention_days: int = 14  # after its end a run is kept that long
    push_with_server_token: bool = False  # whether visitors may push models with its HF_TOKEN
    run_threads: int = 0  # threads of a run; 0 is half of the processors
    ray_address: str = ""  # a Ray cluster's job server; without, runs are processes of this machine
    ray_cpus: float = 1.0  # processors that a run asks the cluster for
    ray_memory_mb: int = 4_000  # memory that a run asks the cluster for
    ray_project: str = ""  # folder of the project on the cluster's machines; else the same as here

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Return the settings that the environment asks for.

        Raises:
            ValueError: a variable cannot be read as its type; the message names it.
        """
        found: dict[str, Any] = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            if name in environment:
                found[field.name] = _read(name, environment[name], type(field.default))
        return cls(**found)


def _read(name: str, text: str, kind: type) -> object:
    if kind is bool:
        if text.lower() not in {"1", "0", "true", "false", "yes", "no"}:
            raise ValueError(f"{name} is {text!r}; it takes true or false.")
        return text.lower() in {"1", "true", "yes"}
    if issubclass(kind, StrEnum) and text not in list(kind):
        raise ValueError(f"{name} is {text!r}; it takes {', '.join(kind)}.")
    try:
        return kind(text)
    except ValueError:
        raise ValueError(f"{name} is {text!r}; it takes a value of type {kind.__name__}.") from None
