"""One training run by transformers.Trainer: its checkpoints, what it tells, and what it does when memory runs out."""

from __future__ import annotations

import json
import math
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

import torch
from accelerate import PartialState
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from xlt_core.adaptation import card
from xlt_core.adaptation.halving import SHORT, HalvesBatches
from xlt_core.models.adapted import read_json
from xlt_core.models.memory import is_out_of_memory
from xlt_core.records import InputError

if TYPE_CHECKING:
    from xlt_core.adaptation.records import Base, Estimate, Snapshot

MOST_BETWEEN = 100  # steps from one checkpoint to the next
CHECKPOINTS = 10  # of a run, where it is short
POINTS = 200  # of the loss curve


class Learning(Protocol):
    """What of an objective one step asks; see objective.Objective."""

    cycle: int

    def collate(self, rows: Sequence[Any]) -> dict[str, torch.Tensor]: ...

    def loss(self, model: Any, batch: Mapping[str, torch.Tensor], count: Any = None, step: int = 0) -> torch.Tensor: ...


def processes() -> PartialState:
    """The processes that train together. Without GPUs, accelerate takes each for the only one unless it is told."""
    return PartialState(cpu=not torch.cuda.is_available())


@contextmanager
def memory_told() -> Iterator[None]:
    """Raises InputError where what is done within runs out of memory."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise InputError(SHORT) from error


class Run:
    """The folder of a run's checkpoints. finished: the run ended before; before: its first measurement, if it has one.

    identity: what must be the same for a run to go on. Raises InputError where it is not.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], resume: bool, main: bool) -> None:
        self.folder, self._identity, self._main = folder, identity, main
        if main and not resume:
            shutil.rmtree(folder, ignore_errors=True)
        processes().wait_for_everyone()
        begun = read_json(folder / "run.json") if resume else {}
        done = card.identity(folder.parent) if resume and not begun else {}
        for former in filter(None, (begun.get("identity"), done)):
            _check_same(former, identity)
        self.finished = bool(done)
        self.before: dict[str, dict[str, float]] = begun.get("before", {})
        if "bits" not in self.before:  # of a run that wrote it down otherwise
            self.before = {}

    def begin(self, before: Mapping[str, Mapping[str, float]], asked: Mapping[str, Any]) -> None:
        """Writes down what a later call needs in order to go on."""
        if self._main:
            self.folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"identity": self._identity, "before": before, "asked": asked}, indent=1)
            (self.folder / "run.json").write_text(text, encoding="utf-8")

    def checkpoints(self) -> list[Path]:
        """Whole checkpoints, the first step first: a process may have been killed while it wrote one."""
        whole = (path.parent for path in self.folder.glob("checkpoint-*/trainer_state.json") if read_json(path))
        return sorted(whole, key=lambda path: int(path.name.partition("-")[2]))


class Progress(TrainerCallback):
    """Turns what happens into snapshots; asks the training to end once `stop` is set."""

    def __init__(self, first: Snapshot, report: Callable[[Snapshot], None], stop: Event) -> None:
        self.now, self._report, self._stop = first, report, stop
        self._began, self._first = 0.0, 0

    def say(self, doing: str) -> None:
        self._update(doing=doing, left=None)

    def told(self, estimate: Estimate) -> None:
        self._update(doing="measuring the model before", estimate=estimate)

    def note(self, note: str) -> None:
        self._update(notes=(*self.now.notes, note))

    def measured(self, values: Mapping[str, Mapping[str, float]]) -> None:
        """Adds a measurement: bits per byte by language, and figures by name."""
        now = {"bits": self.now.bits, "figures": self.now.figures}
        self._update(**{kind: {name: (*now[kind].get(name, ()), value) for name, value in values[kind].items()}
                        for kind in now})  # fmt: skip

    def _update(self, **changed: Any) -> None:
        self.now = replace(self.now, **changed)
        self._report(self.now)

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        losses = tuple((row["step"], round(row["loss"], 4)) for row in state.log_history if "loss" in row)
        self._update(doing="training", step=state.global_step, losses=losses)
        self._first = 0

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        if logs and "loss" in logs:
            point = (state.global_step, round(float(logs["loss"]), 4))
            self._update(losses=(*self.now.losses, point), rate=float(logs["learning_rate"]))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if not self._first:  # the first step is slower than the others, and is not measured
            self._began, self._first = time.perf_counter(), state.global_step
        done = state.global_step - self._first
        pace = (time.perf_counter() - self._began) / done if done else None
        left = None if pace is None else pace * (state.max_steps - state.global_step)
        self._update(step=state.global_step, left=left)
        if self._stop.is_set():
            control.should_training_stop = control.should_save = True


class _Trainer(HalvesBatches, Trainer):
    """Takes the objective's loss."""

    objective: Learning

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor:
        loss = self.objective.loss(model, inputs, num_items_in_batch, self.state.global_step)
        return loss * self.accelerator.num_processes  # gradients are averaged over them, and the count is that of all


def fit(base: Base, objective: Learning, rows: Sequence[Any], run: Run, progress: Progress) -> bool:
    """Trains base.model in place, from the run's last checkpoint on; returns whether it came to its end."""
    trainer = _Trainer(
        model=base.model, args=arguments(base, run, objective.cycle), train_dataset=rows,
        data_collator=objective.collate, compute_loss_func=objective.loss,  # so that the labels of a step are counted
    )  # fmt: skip
    trainer.objective = objective
    return run_through(trainer, run, progress)


def run_through(trainer: Any, run: Run, progress: Progress) -> bool:
    """As `fit`. trainer: one that halves batches."""
    last = run.checkpoints()[-1:]
    trainer.progress = progress
    trainer.add_callback(progress)
    trainer.remove_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=str(last[0]) if last else None)
    return trainer.state.global_step >= trainer.state.max_steps


def arguments(
    base: Base, run: Run, cycle: int = 1, kind: type[TrainingArguments] = TrainingArguments, **more: Any
) -> TrainingArguments:
    """What every trainer is given, of its own kind. more: of that kind."""
    plan, on_gpu, workers = base.plan, torch.cuda.is_available(), processes().num_processes
    made = kind(
        output_dir=str(run.folder),
        max_steps=plan.steps,
        learning_rate=plan.rate,
        per_device_train_batch_size=math.ceil(plan.rows / workers),
        lr_scheduler_type="cosine",
        warmup_steps=max(1, round(0.03 * plan.steps)),
        logging_steps=_each_cycle(max(1, plan.steps // POINTS), cycle),
        save_steps=min(MOST_BETWEEN, math.ceil(plan.steps / CHECKPOINTS)),
        save_total_limit=None if plan.average else 2,
        bf16=True,
        activation_checkpointing=on_gpu,
        use_cpu=not on_gpu,
        seed=plan.seed,
        report_to=[],
        log_level="error",
        disable_tqdm=True,
        dataloader_pin_memory=on_gpu,
        remove_unused_columns=False,
        **more,
    )
    made._n_gpu = min(1, made.n_gpu)  # several GPUs are for `accelerate launch`, one process each
    return made


def _each_cycle(steps: int, cycle: int) -> int:
    """So many steps or a little more, that all kinds of step are among them alike."""
    return -(-steps // cycle) * cycle


def _check_same(former: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    for name, was in (former.get("plan", {}) | {k: v for k, v in former.items() if k != "plan"}).items():
        new = (now["plan"] | now)[name]
        if was != new:
            what = {"base": "another base model", "text": "another text"}.get(name, f"{name} {was}, not {new}")
            raise InputError(
                f"The training here was begun with {what}; give the same, or leave out --resume to begin anew."
            )
