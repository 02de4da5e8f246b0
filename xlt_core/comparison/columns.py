"""A comparison's columns at work: each prepares its strategy, answers the items step by step, and is scored."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlt_core.catalog import Parts, translator_of
from xlt_core.comparison.signature import column_key, item_key
from xlt_core.contracts import Memory, Setting, Solver, Translator
from xlt_core.records import Column, Example, HostError, InputError, Plan, Prediction, Reply, Row, Run, Score
from xlt_core.scoring import metrics
from xlt_core.scoring.significance import shared

SCORING_PAUSE = 1.0  # seconds at least between scores of a column at work


@dataclass(frozen=True)
class Job:
    """A resolved plan with its parts at hand. blocked: reasons by column why it cannot run; remarks: on the data;
    parallel: rows with their English for a translator to be shown; memory: of what was computed before."""

    plan: Plan
    parts: Parts
    setting: Setting
    examples: tuple[Example, ...]
    blocked: Mapping[str, str]
    remarks: tuple[str, ...] = ()
    parallel: tuple[Row, ...] = ()
    memory: Memory | None = None

    @cached_property
    def translator(self) -> Translator:
        """One for all columns, so that nothing is translated twice."""
        return translator_of(self.plan, self.parts, self.parallel)

    def prepare(self, column: Column) -> Generator[str | Reply, None, Solver]:
        """The column's strategy, getting ready. Raises InputError for a column that cannot run."""
        if column.name in self.blocked:
            raise InputError(self.blocked[column.name])
        setting = replace(self.setting, translator=self._translator_of(column))
        return (yield from self.parts.strategy(column).prepare(setting))

    def signature(self, column: Column) -> str:
        """Signs for all that the column's predictions hang on."""
        return column_key(self.plan, column, self.parts, self._translator_of(column))

    def _translator_of(self, column: Column) -> Translator | None:
        return self.translator if self.parts.strategy(column).uses_translator else None


class Worker:
    """One column at work, a step at a time."""

    def __init__(self, job: Job, column: Column) -> None:
        self._job, self._run = job, Run(column.name, column.strategy, examples=job.examples)
        self._predictions: dict[str, Prediction] = {}
        self._notes: list[str] = list(job.remarks)
        self._passing: list[str] = []
        self._scored = (0, 0.0)
        self._steps = self._work(column)

    def step(self) -> bool:
        """Goes on to the next thing to show; False when there is none any more."""
        try:
            next(self._steps)
            return True
        except StopIteration:
            self._run = replace(self._run, state="done")
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
        """The column as it stands, scored again if it has ended or a while has passed."""
        predictions = tuple(self._predictions[e.id] for e in self._job.examples if e.id in self._predictions)
        self._run = replace(self._run, predictions=predictions, note="; ".join(self._notes + self._passing))
        final, now = sum(p.final for p in predictions), time.monotonic()
        due = self._run.state != "running" or now - self._scored[1] >= SCORING_PAUSE
        if final != self._scored[0] and due:
            self._run = replace(self._run, scores=_scores(self._job, self._run), scoring=_scoring(predictions))
            self._scored = (final, now)
        return self._run

    def _fail(self, reason: str) -> None:
        self._run, self._notes, self._passing = replace(self._run, state="failed"), [*self._notes, reason], []

    def _hear(self, replies: Sequence[Reply], final: bool) -> None:
        """Takes up the notes on calls: those of what is final stay, of what is partial only the last counts."""
        said = [reply.note for reply in replies if reply.note and reply.note not in self._notes]
        self._passing = [] if final else said
        self._notes += dict.fromkeys(said) if final else ()

    def _work(self, column: Column) -> Iterator[None]:
        self._run = replace(self._run, state="running")
        solver = yield from self._prepared(self._job.prepare(column))
        keys = self._recall(column)
        asked = [example.blanked() for example in self._job.examples if example.id not in self._predictions]
        for prediction in solver(asked) if asked else ():
            if prediction.id not in keys:
                raise ValueError(f"an answer to an item that was not asked, {prediction.id!r}")
            self._predictions[prediction.id] = prediction
            self._hear(prediction.replies, prediction.final)
            if self._job.memory and prediction.final and not prediction.error:
                self._job.memory.keep(self._run.signature, keys[prediction.id], prediction)
            yield
        for name in keys:
            given = self._predictions.get(name, Prediction(name, final=False))
            if not given.final:
                self._predictions[name] = replace(given, final=True, error="The strategy ended without an answer.")

    def _recall(self, column: Column) -> dict[str, str]:
        """Takes over what was computed before, and returns the items' keys by their ids."""
        job = self._job
        if job.memory is None:
            return {example.id: "" for example in job.examples}
        keys = {example.id: item_key(example) for example in job.examples}
        self._run = replace(self._run, signature=job.signature(column))
        known = job.memory.known(self._run.signature, tuple(keys.values()))
        self._run = replace(self._run, recalled=len(known))
        for name, key in keys.items():
            if key in known:
                self._predictions[name] = known[key]
        return keys

    def _prepared(self, preparation: Generator[str | Reply, None, Solver]) -> Generator[None, None, Solver]:
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
                self._hear([made], made.final)
            yield


def _scores(job: Job, run: Run) -> dict[str, Score]:
    marked = shared(run)[0]
    return metrics.measure(job.setting.task.metrics, marked.golds, marked.answers, seed=job.plan.seed)


def _scoring(predictions: Sequence[Prediction]) -> str:
    """How the answers came about."""
    return "likelihood" if any(r.choices for p in predictions for r in p.replies) else "generated"
