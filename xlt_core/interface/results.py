"""What comes back from a comparison, a sweep or a training: it prints, shows as HTML in a notebook, and is saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlt_core import catalog
from xlt_core.cli import printing
from xlt_core.cli.options import check_out
from xlt_core.interface.tables import Rows, paragraphs, table_html
from xlt_core.records import Comparison, InputError, Plan, Run
from xlt_core.scoring import metrics

if TYPE_CHECKING:
    from pandas import DataFrame
    from plotly.graph_objects import Figure

    from xlt_core.findings.records import Findings

SETTING = ("task", "language", "dataset", "split", "model", "translator", "shots", "seed")


@dataclass(frozen=True, repr=False)
class Result:
    """Comparisons that have ended. notes: what could not be combined, or failed."""

    comparisons: tuple[Comparison, ...]
    notes: tuple[str, ...] = ()

    def scores(self) -> Rows:
        """A row for each column of each comparison: its setting, its state, every score with its interval, its cost."""
        return Rows(_scored(comparison.plan, run) for comparison in self.comparisons for run in comparison.runs)

    def to_pandas(self) -> DataFrame:
        """The scores as a data frame; for the items, `items().to_pandas()`."""
        return self.scores().to_pandas()

    def items(self) -> Rows:
        """A row for each item and column: text, gold answer, answer, score, the model's output, its cost."""
        from xlt_core.documents import export

        return Rows(export.items(self.comparisons))

    def save(self, path: str | Path) -> Path:
        """Writes the form that the name ends in: .json; .csv or .parquet (items); .md or .tex (scores); .html (report).

        Raises InputError for another ending, or a place that cannot be written to.
        """
        from xlt_core.documents import export, report

        path = Path(path).expanduser()
        check_out(path)
        (report if path.suffix.lower() == ".html" else export).write(path, self.comparisons)
        return path

    def figure(self) -> Figure:
        """The headline score against the number of shots, with 95% intervals; of several tasks or languages the mean.

        Raises InputError where no column has a score.
        """
        from xlt_core.findings import figures

        found = self._found
        if not found.cells:
            raise InputError("There is nothing to draw: no finished column has items with gold answers.")
        if len(found.conditions) > 1:
            return figures.average_over_shots(found)
        return figures.over_shots(found, found.conditions[0])

    @cached_property
    def _found(self) -> Findings:
        """What the scores show; its tests take a while, so they are made once."""
        from xlt_core.findings.findings import find

        return find(self.comparisons)


class ComparisonResult(Result):
    """One comparison, the columns side by side."""

    @property
    def comparison(self) -> Comparison:
        return self.comparisons[0]

    @property
    def plan(self) -> Plan:
        """Everything that makes these numbers: give it to `compare(plan=...)` to make them again."""
        return self.comparison.plan

    def steps(self, column: str, item: int | str = 0) -> Rows:
        """Every call of a model for one item, in order: what was sent and what came back.

        column: its name; item: its id, or its position. Raises InputError where there is none such.
        """
        run = next((run for run in self.comparison.runs if run.name == column), None)
        if run is None:
            raise InputError(f"There is no column {column!r}; choose one of {', '.join(r.name for r in self._runs)}.")
        names = [prediction.id for prediction in run.predictions]
        at = names.index(item) if item in names else item if isinstance(item, int) else -1
        if not 0 <= at < len(names):
            raise InputError(f"There is no item {item!r}; give an id of items(), or a position up to {len(names) - 1}.")
        kept = ("purpose", "sent", "text", "tokens_in", "tokens_out", "seconds")
        return Rows({name: getattr(reply, name) for name in kept} for reply in run.predictions[at].replies)

    def __repr__(self) -> str:
        table = printing.table(self.comparison, catalog.task(self.plan.task))
        return "\n\n".join(filter(None, [table, "\n".join(self._unfinished())]))

    def _repr_html_(self) -> str:
        plan, answers = self.plan, self._answers()
        title = (f"{plan.task} in {plan.language}, {plan.dataset} {plan.split}, {plan.shots} shots, "
                 f"model {', '.join(plan.models)}")  # fmt: skip
        notes = dict.fromkeys(run.note for run in self._runs if run.note and run.state == "done")
        return (table_html(*_texts(self.scores()), caption=title) + (answers._repr_html_() if answers else "")
                + paragraphs([*self._leads(), *notes, *self._unfinished()]))  # fmt: skip

    @property
    def _runs(self) -> tuple[Run, ...]:
        return self.comparison.runs

    def _answers(self) -> Rows:
        """Of texts of one's own: what each column answered."""
        texts: dict[str, dict[str, Any]] = {}
        for row in self.items() if self.plan.inputs else ():
            texts.setdefault(row["id"], {"text": row["text"]})[row["column"]] = row["answer"] or row["error"]
        return Rows(texts.values())

    def _leads(self) -> Iterator[str]:
        from xlt_core.findings.sentences import lead

        yield from (lead(self._found, leader) for leader in self._found.leaders if leader.shots is not None)

    def _unfinished(self) -> Iterator[str]:
        yield from (f"{run.name} {run.state}{': ' * bool(run.note)}{run.note}"
                    for run in self._runs if run.state != "done")  # fmt: skip


class SweepResult(Result):
    """The comparisons of a grid, those first that came first."""

    def __repr__(self) -> str:
        heads, rows = self._summary()
        return "\n\n".join(filter(None, [printing.aligned([heads, *rows]), "\n".join(self.notes)]))

    def _repr_html_(self) -> str:
        from xlt_core.findings.sentences import where_best

        return table_html(*self._summary()) + paragraphs([where_best(self._found), *self.notes])

    def _summary(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """The headline scores with their intervals: a row for each task, language and number of shots."""
        from xlt_core.findings import tables

        each = [(str(shots), tables.summary(self._found, shots)) for shots in self._found.shots]
        heads = each[0][1].heads if each else ("task", "language")
        return ("shots", *heads), [(shots, *row) for shots, table in each for row in table.rows]


@dataclass(frozen=True, repr=False)
class AdaptationResult:
    """Adapted weights. folder: where they are, which is what `compare(adapter=...)` takes; card: how they were made;
    bits: bits per byte of held-out text by language, before and after; losses: by step; figures: what else the
    objective measures, by name, before and after."""

    folder: Path
    card: Mapping[str, Any] = field(default_factory=dict)
    bits: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    losses: tuple[tuple[int, float], ...] = ()
    notes: tuple[str, ...] = ()
    figures: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def to_pandas(self) -> DataFrame:
        """The losses as a data frame: step, loss in nats per token."""
        return Rows({"step": step, "loss": loss} for step, loss in self.losses).to_pandas()

    def __fspath__(self) -> str:
        return str(self.folder)

    def __repr__(self) -> str:
        tables = [repr(self._bits()), *([repr(self._figures())] if self.figures else [])]
        return "\n".join([f"adapted weights in {self.folder}", *tables, *self.notes])

    def _repr_html_(self) -> str:
        tables = self._bits()._repr_html_() + (self._figures()._repr_html_() if self.figures else "")
        return paragraphs([f"Adapted weights in {self.folder}"]) + tables + paragraphs(self.notes)

    def _bits(self) -> Rows:
        ends = ("bits per byte before", "after")
        return Rows({"language": code} | dict(zip(ends, values, strict=False)) for code, values in self.bits.items())

    def _figures(self) -> Rows:
        ends = ("before", "after")
        return Rows({"figure": name} | dict(zip(ends, values, strict=False)) for name, values in self.figures.items())


def _scored(plan: Plan, run: Run) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(plan, name) for name in SETTING}
    row |= {"column": run.name, "strategy": run.strategy, "state": run.state}
    for name, score in run.scores.items():
        row |= {name: score.value, f"{name}_low": score.low, f"{name}_high": score.high}
    replies = run.replies
    costs = {name: sum(getattr(reply, name) for reply in replies) for name in ("tokens_in", "tokens_out", "seconds")}
    return row | {"valid": run.valid, "errors": run.errors} | costs


def _texts(rows: Rows) -> tuple[list[str], list[list[str]]]:
    """The scores of one comparison as texts: those of its metrics with their intervals."""
    names = list(dict.fromkeys(name for row in rows for name in row if f"{name}_low" in row))
    heads = ["column", "state", *map(metrics.title, names), "valid", "errors", "tokens in", "tokens out", "seconds"]
    lines = []
    for row in rows:
        scores = [f"{row[n]:.3f} ({row[f'{n}_low']:.3f} to {row[f'{n}_high']:.3f})" if n in row else "-" for n in names]
        valid = "-" if row["valid"] is None else f"{row['valid']:.2f}"
        costs = [str(row["errors"]), str(row["tokens_in"]), str(row["tokens_out"]), f"{row['seconds']:.1f}"]
        lines.append([row["column"], row["state"], *scores, valid, *costs])
    return heads, lines
