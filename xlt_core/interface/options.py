"""The arguments of the Python interface, named as the command line's options are, and the plans that they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any, Literal, TypeVar

from xlt_core import catalog
from xlt_core.adaptation.records import Adaptation
from xlt_core.catalog import PARTS, Parts
from xlt_core.formats.fields import columns, given_row
from xlt_core.formats.rows import load_rows
from xlt_core.formats.values import build, plain
from xlt_core.records import Column, InputError, Plan, Row

R = TypeVar("R")
FRESH = Plan("", "")
TRAINING = Adaptation(())
Names = str | Sequence[str]  # "a,b" as on the command line, or a list
Missing = Literal["error", "wrong", "skip"]
Value = str | int | float | bool
Demonstrations = str | Path | Sequence[Row | Mapping[str, str] | tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What compare and sweep have in common. strategies: names, or columns of one's own; set: knobs, such as
    {"translate.pivot": "human"}; demonstrations_from: what picks the demonstrations; demonstrations_language: in whose
    train split, the items' own where left out; data_root: clones of the dataset's repository; parts: where tasks, hosts
    and so on are looked up, the catalog where left out; progress: whether a bar is shown."""

    strategies: str | Sequence[str | Column] = tuple(column.strategy for column in FRESH.columns)
    set: Mapping[str, Value] | None = None
    model: str = FRESH.model
    adapter: str | PathLike[str] | None = None
    translator: str = FRESH.translator
    demonstrations_from: str = FRESH.demonstrations_from
    demonstrations_language: str = ""
    data_root: str | Path | Sequence[str | Path] = ()
    split: str = FRESH.split
    labels: Names = ()
    samples: int = FRESH.samples
    parts: Parts | None = None
    progress: bool = True

    @property
    def columns(self) -> list[dict[str, Any]]:
        """The columns as plain values."""
        given = listed(self.strategies, "strategies")
        columns = [each if isinstance(each, Column) else Column(each, each) for each in given]
        if not isinstance(self.set or {}, Mapping):
            raise InputError('set must be a dict such as {"translate.pivot": "human"}.')
        settings = {**(self.set or {}), **_adapter(self.adapter, columns)}
        return [plain(column) for column in with_knobs(columns, settings)]


@dataclass(frozen=True, kw_only=True)
class Compare(Shared):
    """The arguments of compare. plan: a whole plan, or a file with one, in place of all the others."""

    task: str = ""
    language: str = ""
    dataset: str = FRESH.dataset
    shots: int = FRESH.shots
    seed: int = FRESH.seed
    texts: str | Mapping[str, str] | Sequence[str | Mapping[str, str]] = ()
    demonstrations: Demonstrations | None = None
    plan: Plan | str | Path | None = None

    def planned(self) -> Plan:
        """The plan that the arguments stand for. Raises InputError."""
        if self.plan is not None:
            return self._whole_plan(self.plan)
        if not self.task or not self.language:
            raise InputError("Give task and language, or plan.")
        texts = [self.texts] if isinstance(self.texts, str | Mapping) else listed(self.texts, "texts")
        fields = (self.parts or PARTS).task(self.task).fields
        same = ("task", "language", "dataset", "split", "model", "translator", "shots", "samples", "seed",
                "demonstrations_from", "demonstrations_language")  # fmt: skip
        rows = None if self.demonstrations is None else [plain(row) for row in read_rows(self.demonstrations, fields)]
        return checked(Plan, {
            **{name: getattr(self, name) for name in same}, "columns": self.columns, "demonstrations": rows,
            "labels": listed(self.labels, "labels"),
            "inputs": [plain(given_row(fields, text, "texts")) for text in texts],
        })  # fmt: skip

    def _whole_plan(self, plan: Plan | str | Path) -> Plan:
        from xlt_core.documents.document import load_plan

        beside = ("plan", "data_root", "parts", "progress")
        more = [f.name for f in fields(self) if f.name not in beside and getattr(self, f.name) != f.default]
        if more:
            raise InputError(f"plan holds the whole plan; leave out {more[0]}.")
        return plan if isinstance(plan, Plan) else load_plan(*paths([plan], "plan"))


@dataclass(frozen=True, kw_only=True)
class Sweep(Shared):
    """The arguments of sweep. dataset: of several, each that has the task; models, translators: several, in place of
    model and translator; out: a folder for what is computed."""

    tasks: Names
    languages: Names
    shots: Sequence[int] = (0, 2, 4)
    seeds: Sequence[int] = (0,)
    dataset: Names = FRESH.dataset
    models: Names = ()
    translators: Names = ()
    out: str | Path | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """The arguments of score. predictions: a file of outputs, or several; missing: what becomes of an item without an
    output: error refuses the file, wrong counts it as wrong, skip leaves it out; join: a result, or its .json file, to
    add columns to, in place of task and language."""

    predictions: str | Path | Sequence[str | Path]
    task: str = ""
    language: str = ""
    dataset: str = FRESH.dataset
    data_root: str | Path | Sequence[str | Path] = ()
    split: str = FRESH.split
    labels: Names = ()
    missing: Missing = "error"
    join: Any = None
    parts: Parts | None = None


@dataclass(frozen=True, kw_only=True)
class Adapt:
    """The arguments of adapt, which are those of a training; of several languages, as many corpora in the same order.
    What is 0 is chosen. objective: what is learned by; set: its knobs; parallel: in place of corpus, where it learns
    from sentences with their English, a file or a dataset, of clones in data_root; replay: such as
    "eng:english.txt:0.2"; start: an adapter to train on (--from on the command line). dataset: in place of corpus,
    where it learns from train rows of a task, an id or a file; samples: how many of them."""

    language: Names
    corpus: str | Path | Sequence[str | Path] = ()
    parallel: str | Path | Sequence[str | Path] = ()
    dataset: str | Path | Sequence[str | Path] = ()
    task: str = ""
    samples: int = 0
    data_root: str | Path | Sequence[str | Path] = ()
    replay: str | Sequence[str] = ()
    start: str | PathLike[str] = ""
    model: str = FRESH.model
    out: str | Path | None = None
    objective: str = TRAINING.objective
    set: Mapping[str, Value] | None = None
    method: Literal["lora", "full"] = TRAINING.method
    steps: int = TRAINING.steps
    tokens: int = TRAINING.tokens
    rate: float = TRAINING.rate
    rank: int = TRAINING.rank
    alpha: int = TRAINING.alpha
    targets: str = TRAINING.targets
    block: int = TRAINING.block
    rows: int = TRAINING.rows
    held_out: float = TRAINING.held_out
    packed: bool = TRAINING.packed
    average: bool = TRAINING.average
    seed: int = TRAINING.seed
    resume: bool = False
    progress: bool = True


def listed(given: Any, name: str) -> list[Any]:
    """A list, or the parts of a text with commas. name: the argument's, for the InputError where it is neither."""
    if isinstance(given, str):
        return [part.strip() for part in given.split(",") if part.strip()]
    if not isinstance(given, Iterable):
        raise InputError(f"{name} must be a list, or a text with commas.")
    return list(given)


def each(given: Any, name: str) -> list[Any]:
    """One text or path, or a list of them, as a list; a text is not split at commas."""
    return [given] if isinstance(given, str | PathLike) else listed(given, name)


def paths(given: Any, name: str) -> list[Path]:
    """One path or several, as a list. Raises InputError."""
    found = [given] if isinstance(given, str | Path) else [*given] if isinstance(given, Iterable) else [None]
    if not all(isinstance(path, str | Path) for path in found):
        raise InputError(f"{name} must be a path, or a list of paths.")
    return [Path(path).expanduser() for path in found]


def rooted(parts: Parts | None, roots: str | Path | Sequence[str | Path]) -> Parts:
    """The parts, or the catalog's, with the rows of datasets read from the folders where there are any."""
    folders = paths(roots, "data_root")
    parts = parts or PARTS
    return replace(parts, dataset=lambda name: catalog.dataset(name, folders)) if folders else parts


def checked(kind: type[R], values: Mapping[str, Any]) -> R:
    """The record of these plain values. Raises InputError that names the one of a wrong type."""
    try:
        return build(kind, {name: plain(value) for name, value in values.items()}, "")
    except InputError as error:
        raise InputError(str(error).removeprefix(".")) from None


def with_knobs(columns: Sequence[Column], settings: Mapping[str, Value]) -> list[Column]:
    """The columns with the settings, each written strategy.knob or, for a column of one's own, name.knob."""
    knobs: dict[str, dict[str, Value]] = {column.name: {**column.knobs} for column in columns}
    for target, value in settings.items():
        name, _, knob = str(target).rpartition(".")
        if name not in knobs:
            offered = ", ".join(knobs) or "none"
            raise InputError(f"set has {target!r}; write strategy.knob, where the strategy is one of {offered}.")
        knobs[name][knob] = value
    return [replace(column, knobs=knobs[column.name]) for column in columns]


def _adapter(adapter: str | PathLike[str] | None, columns: Sequence[Column]) -> dict[str, Value]:
    """The adapter as settings of the columns that take one."""
    if adapter is None:
        return {}
    if not isinstance(adapter, str | PathLike):
        raise InputError("adapter must be a name or a path, or what adapt returned.")
    takers = [c.name for c in columns if any(knob.name == "adapter" for knob in catalog.knobs(c.strategy))]
    if not takers:
        raise InputError("adapter concerns no column; add laft to strategies.")
    return {f"{name}.adapter": fspath(adapter) for name in takers}


def read_rows(given: Any, fields: Sequence[str] = ("text",)) -> tuple[Row, ...]:
    """Demonstrations of a file, or as rows, dicts with their texts and answer, or pairs of text and answer (of several
    fields, one more each). Raises InputError."""
    if isinstance(given, str | Path):
        return load_rows(Path(given), fields)
    values = [_row_values(row, fields) for row in listed(given, "demonstrations")]
    return build(tuple[Row, ...], values, "demonstrations")


def _row_values(row: Any, fields: Sequence[str]) -> Any:
    given = dict(zip(columns(fields), row, strict=False)) if isinstance(row, tuple | list) else plain(row)
    several = len(fields) > 1 and isinstance(given, Mapping) and "texts" not in given
    return plain(given_row(fields, given, "A demonstration")) if several else given
