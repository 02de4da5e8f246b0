"""Runs a column: prepares its strategy, asks it for the items step by step, and scores its predictions."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import replace

from xlt_core.comparison.building import finished
from xlt_core.comparison.endings import ended, scored
from xlt_core.comparison.job import Job
from xlt_core.comparison.signature import item_key
from xlt_core.contracts import Solver
from xlt_core.records import Column, HostError, InputError, Prediction, Reply, Run

SCORING_PAUSE = 1.0  # seconds at least between two scorings of a running column


class ColumnRunner:
    """Runs one column, a step at a time."""

    def __init__(self, job: Job, column: Column, others: Mapping[str, ColumnRunner] | None = None) -> None:
        """others: the runners of the columns that this one builds on, by their names."""
        self._bases = [(others or {})[name] for name in job.bases.get(column.name, ())]
        self._job, self._run = job, Run(column.name, column.strategy, examples=job.selection.examples)
        self._predictions: dict[str, Prediction] = {}
        self._notes: list[str] = list(job.selection.remarks)
        self._transient: list[str] = []
        self._scored: tuple[tuple[Prediction, ...], float] = ((), 0.0)
        self._steps = self._run_column(column)

    @property
    def ended(self) -> bool:
        return self._run.state not in ("waiting", "running")

    def step(self) -> bool:
        """Runs to the next thing to show; False where the column has ended. It waits for those that it builds on."""
        if not all(base.ended for base in self._bases):
            return True
        try:
            next(self._steps)
            return True
        except StopIteration:
            self._end("done")
        except (InputError, HostError) as error:
            self._fail(str(error))
        except Exception as error:
            # Whatever goes wrong in one column is shown as its failure and logged; the others must go on.
            logging.getLogger(__name__).exception("The column %s failed", self._run.name)
            self._fail(f"{type(error).__name__}: {error}")
        return False

    def close(self) -> None:
        self._steps.close()

    def snapshot(self) -> Run:
        """The column as it stands; while it is running, scored again if SCORING_PAUSE has passed."""
        if self._run.state in ("waiting", "running"):
            self._run = self._current()
            final, now = tuple(p for p in self._run.predictions if p.final), time.monotonic()
            if final != self._scored[0] and now - self._scored[1] >= SCORING_PAUSE:
                self._run, self._scored = scored(self._run, self._job.task, self._job.terms), (final, now)
        return self._run

    def _current(self) -> Run:
        predictions = tuple(self._predictions[e.id] for e in self._job.selection.examples if e.id in self._predictions)
        return replace(self._run, predictions=predictions, note="; ".join(self._notes + self._transient))

    def _fail(self, reason: str) -> None:
        self._notes, self._transient = [*self._notes, reason], []
        self._end("failed")

    def _end(self, state: str) -> None:
        self._run = ended(self._current(), state, self._job.task, self._job.terms)

    def _add_notes(self, replies: Sequence[Reply], final: bool) -> None:
        """Adds the notes on calls: those of final replies stay, those of partial ones are replaced by the next."""
        said = [reply.note for reply in replies if reply.note and reply.note not in self._notes]
        self._transient = [] if final else said
        self._notes += dict.fromkeys(said) if final else ()

    def _run_column(self, column: Column) -> Iterator[None]:
        self._run = replace(self._run, state="running")
        runs = [base.snapshot() for base in self._bases]
        finished(runs)
        solver = yield from self._prepare(self._job.prepare(column, runs))
        self._run = replace(self._run, parameters=self._job.parameters(column))
        keys = self._load_known(column)
        asked = [example for example in self._job.selection.examples if example.id not in self._predictions]
        if not self._job.parts.strategy(column).sees_gold:
            asked = [example.blanked() for example in asked]
        for prediction in solver(asked) if asked else ():
            if prediction.id not in keys:
                raise ValueError(f"an answer to an item that was not asked, {prediction.id!r}")
            self._predictions[prediction.id] = prediction
            self._add_notes(prediction.replies, prediction.final)
            if self._job.memory and prediction.final and not prediction.error:
                self._job.memory.keep(self._run.signature, keys[prediction.id], prediction)
            yield
        for name in keys:
            given = self._predictions.get(name, Prediction(name, final=False))
            if not given.final:
                self._predictions[name] = replace(given, final=True, error="The strategy ended without an answer.")

    def _load_known(self, column: Column) -> dict[str, str]:
        """Loads the predictions that the memory knows, and returns the items' keys by their ids."""
        job = self._job
        if job.memory is None:
            return {example.id: "" for example in job.selection.examples}
        keys = {example.id: item_key(example) for example in job.selection.examples}
        self._run = replace(self._run, signature=job.signature(column), held=tuple(job.held(column)))
        known = job.memory.known(self._run.signature, tuple(keys.values()))
        self._run = replace(self._run, recalled=len(known))
        for name, key in keys.items():
            if key in known:
                self._predictions[name] = known[key]
        return keys

    def _prepare(self, preparation: Generator[str | Reply, None, Solver]) -> Generator[None, None, Solver]:
        while True:
            try:
                made = next(preparation)
            except StopIteration as end:
                return end.value
            if isinstance(made, str):
                self._notes.append(made)
            else:
                done = (made,) if made.final else ()
                self._run = replace(self._run, preparation=self._run.preparation + done)
                self._add_notes([made], made.final)
            yield
