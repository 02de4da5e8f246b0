"""The store: one SQLite file of every prediction and model call, and of the runs that they belong to."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from xlt_core import settings
from xlt_core.comparison.signature import item_key, signature_of
from xlt_core.formats.values import build, plain
from xlt_core.records import Comparison, Example, InputError, PairedTest, Plan, Prediction, Reply, Run
from xlt_core.store.schema import Database, pack, unpack

MAX_CALLS = 500_000  # cached calls, the latest ones; some 300 bytes each
ENDED = ("done", "failed", "stopped")


@dataclass(frozen=True)
class StoredRun:
    """A run in the store. kind: comparison or sweep; plan: as plain values, a sweep's grid or a comparison's plan;
    made, changed: seconds since 1970; states: how many of its cells are in each state."""

    id: str
    owner: str
    name: str
    kind: str
    plan: Mapping[str, Any]
    made: float
    changed: float
    states: Mapping[str, int]


@dataclass(frozen=True)
class StoredCell:
    """A cell of a run. state: waiting, done, failed, stopped, or cannot (note: why); plan: as asked for, and resolved
    once it has ended."""

    position: int
    plan: Plan
    state: str
    note: str


@dataclass(frozen=True)
class _StoredColumn:
    """A column of a cell without its shared predictions. others: those that only this cell has, such as errors."""

    run: Run
    others: tuple[Prediction, ...]


@dataclass(frozen=True)
class _CellBody:
    sides: tuple[_StoredColumn, ...]
    tests: tuple[PairedTest, ...]


class Store(Database):
    """The file, for all threads of a process; other processes may use the same file at the same time.

    owner: where given, only that owner's runs are seen (a public Space gives each browser a key); None sees all.
    path: as XLT_STORE says, where left out. Every method raises InputError where the file fails.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__(path or settings.STORE)
        with self.transact() as file:
            file.execute("DELETE FROM calls WHERE rowid <= (SELECT max(rowid) FROM calls) - ?", (MAX_CALLS,))

    def known(self, column: str, items: Sequence[str]) -> dict[str, Prediction]:
        """Predictions by the item's key, of those stored under the column's signature; without notes that were true
        only when they were computed."""
        found = self.select("SELECT item, body FROM predictions WHERE signature = ? AND item IN", (column,), items)
        return {item: _without_passing_notes(unpack(Prediction, body)) for item, body in found}

    def keep(self, column: str, item: str, prediction: Prediction) -> None:
        row = (column, item, pack(prediction))
        with self.connect() as file:
            file.execute("INSERT OR IGNORE INTO predictions VALUES (?, ?, ?)", row)

    def cached_replies(self, keys: Sequence[str]) -> dict[str, Reply]:
        """Replies by the call's key, of those that are cached; without their notes."""
        found = self.select("SELECT * FROM calls WHERE key IN", (), keys)
        return {key: replace(unpack(Reply, body), note="") for key, body in found}

    def cache_reply(self, key: str, reply: Reply) -> None:
        row = key, pack(reply)
        with self.connect() as file:
            file.execute("INSERT OR IGNORE INTO calls VALUES (?, ?)", row)

    def begin(self, kind: str, plan: Mapping[str, Any], cells: Sequence[StoredCell], owner: str = "") -> str:
        """The id of the run for a plan or grid: the one that there is, to go on with, or a new one."""
        name, now = run_id(kind, plan, owner), time.time()
        rows = [(name, c.position, json.dumps(plain(c.plan)), c.state, c.note, "[]", "[]", None) for c in cells]
        with self.transact() as file:
            file.execute("INSERT OR IGNORE INTO runs VALUES (?, ?, '', ?, ?, ?, ?)",
                         (name, owner, kind, json.dumps(plan), now, now))  # fmt: skip
            file.executemany(
                "INSERT INTO cells VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET plan = excluded.plan, "
                "state = excluded.state, note = excluded.note WHERE body IS NULL", rows)  # fmt: skip
        return name

    def claim(self, run: str, position: int, signatures: Sequence[str]) -> None:
        """Notes which predictions a cell needs, so that deleting another run leaves them."""
        with self.connect() as file:
            file.execute("UPDATE cells SET signatures = ? WHERE run = ? AND position = ?",
                         (json.dumps(signatures), run, position))  # fmt: skip

    def end(self, run: str, position: int, comparison: Comparison, state: str = "done", note: str = "") -> None:
        """Stores the end of a cell. state: done, failed or stopped."""
        examples = {item_key(e): e for side in comparison.runs for e in side.examples}
        keys = {example.id: key for key, example in examples.items()}
        body = _CellBody(tuple(map(_stored_column, comparison.runs)), comparison.tests)
        self.claim(run, position, [name for side in comparison.runs for name in (side.signature, *side.held)])
        with self.transact() as file:
            file.executemany("INSERT OR IGNORE INTO items VALUES (?, ?)", [(k, pack(e)) for k, e in examples.items()])
            for side in comparison.runs:
                self._complete(file, side, keys)
            plan, keys_of_items = json.dumps(plain(comparison.plan)), json.dumps([*examples])
            file.execute("UPDATE cells SET plan = ?, state = ?, note = ?, items = ?, body = ? WHERE run = ? AND "
                         "position = ?", (plan, state, note, keys_of_items, pack(body), run, position))  # fmt: skip
            file.execute("UPDATE runs SET changed = ? WHERE id = ?", (time.time(), run))

    def runs(self, owner: str | None = None) -> tuple[StoredRun, ...]:
        """The runs, the last changed first."""
        with self.connect() as file:
            whose = "SELECT * FROM runs WHERE ?1 IS NULL OR owner = ?1 ORDER BY changed DESC"
            rows = file.execute(whose, (owner,)).fetchall()
            counted = file.execute("SELECT run, state, count(*) FROM cells GROUP BY run, state").fetchall()
        states: dict[str, dict[str, int]] = {}
        for run, state, number in counted:
            states.setdefault(run, {})[state] = number
        return tuple(StoredRun(name, whose, title, kind, json.loads(plan), made, changed, states.get(name, {}))
                     for name, whose, title, kind, plan, made, changed in rows)  # fmt: skip

    def run(self, run: str, owner: str | None = None) -> StoredRun:
        """The run. Raises InputError where the owner has none of this id."""
        found = next((kept for kept in self.runs(owner) if kept.id == run), None)
        if found is None:
            raise InputError(f"There is no run {run[:40]!r}; choose one of the list.")
        return found

    def cells(self, run: str) -> tuple[StoredCell, ...]:
        """The run's cells in their order."""
        with self.connect() as file:
            rows = file.execute("SELECT position, plan, state, note FROM cells WHERE run = ? ORDER BY position", (run,))
            rows = rows.fetchall()
        return tuple(StoredCell(n, build(Plan, json.loads(plan), "plan"), *more) for n, plan, *more in rows)

    def comparison(self, run: str, position: int) -> Comparison | None:
        """A cell's comparison as it ended, bit by bit; None where it has not ended."""
        with self.connect() as file:
            found = file.execute("SELECT plan, items, body FROM cells WHERE run = ? AND position = ?", (run, position))
            plan, items, body = found.fetchone() or ("", "[]", None)
        if body is None:
            return None
        keys, parts = json.loads(items), unpack(_CellBody, body)
        bodies = dict(self.select("SELECT * FROM items WHERE key IN", (), keys))
        examples = {key: unpack(Example, bodies[key]) for key in keys}
        runs = tuple(self._read_run(side, examples) for side in parts.sides)
        return Comparison(build(Plan, json.loads(plan), "plan"), runs, parts.tests)

    def comparisons(self, run: str, owner: str | None = None) -> Iterator[Comparison]:
        """The comparisons of all cells that have ended, in their order, each read as it is asked for."""
        self.run(run, owner)
        for cell in self.cells(run):
            if cell.state in ENDED and (found := self.comparison(run, cell.position)):
                yield found

    def rename(self, run: str, name: str, owner: str | None = None) -> None:
        self.run(run, owner)
        with self.connect() as file:
            file.execute("UPDATE runs SET name = ? WHERE id = ?", (name.strip(), run))

    def delete(self, run: str, owner: str | None = None) -> None:
        """Deletes a run, with the predictions and items that no other run needs."""
        self.run(run, owner)
        with self.transact() as file:
            for table, key, named in (("predictions", "signature", "signatures"), ("items", "key", "items")):
                ours = f"SELECT value FROM cells, json_each({named}) WHERE run"
                file.execute(
                    f"DELETE FROM {table} WHERE {key} IN ({ours} = ?) AND {key} NOT IN ({ours} <> ?)", (run, run)
                )
            file.execute("DELETE FROM cells WHERE run = ?", (run,))
            file.execute("DELETE FROM runs WHERE id = ?", (run,))

    def _complete(self, file: sqlite3.Connection, run: Run, keys: Mapping[str, str]) -> None:
        """Stores the predictions that are not there yet, such as those that another process computed."""
        made = {keys[p.id]: p for p in run.predictions if _reusable(p, run)}
        found = self.select(
            "SELECT item, 0 FROM predictions WHERE signature = ? AND item IN", (run.signature,), [*made]
        )
        there = {item for item, _ in found}
        rows = [(run.signature, key, pack(p)) for key, p in made.items() if key not in there]
        file.executemany("INSERT OR IGNORE INTO predictions VALUES (?, ?, ?)", rows)

    def _read_run(self, side: _StoredColumn, examples: Mapping[str, Example]) -> Run:
        known = {p.id: p for p in self.known(side.run.signature, tuple(examples)).values()}
        known |= {p.id: p for p in side.others}
        predictions = tuple(known[e.id] for e in examples.values() if e.id in known)
        return replace(side.run, examples=tuple(examples.values()), predictions=predictions)


@cache
def store() -> Store:
    """The store that XLT_STORE names, opened once. Raises InputError where it cannot be."""
    return Store()


def run_id(kind: str, plan: Mapping[str, Any], owner: str = "") -> str:
    """The id that a plan or grid has as a run of an owner's, be it in the store or not."""
    return signature_of(kind, plan, owner)[:12]


def _reusable(prediction: Prediction, run: Run) -> bool:
    """Whether other runs may use the prediction; one without a signature is its cell's own."""
    return prediction.final and not prediction.error and bool(run.signature)


def _without_passing_notes(prediction: Prediction) -> Prediction:
    """The prediction without the notes of its calls, such as that memory ran out: a later run has no such trouble."""
    passing = {reply.note for reply in prediction.replies if reply.note}
    replies = tuple(replace(reply, note="") for reply in prediction.replies)
    return replace(prediction, replies=replies, notes=tuple(n for n in prediction.notes if n not in passing))


def _stored_column(run: Run) -> _StoredColumn:
    others = tuple(p for p in run.predictions if not _reusable(p, run) or p != _without_passing_notes(p))
    return _StoredColumn(replace(run, examples=(), predictions=()), others)
