"""Columns that build on other columns: on which ones, and how those answer examples that are not items."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace

from xlt_core.catalog import Parts
from xlt_core.comparison.signature import item_key, signature_of
from xlt_core.contracts import Memory, Solver
from xlt_core.records import Example, InputError, Plan, Prediction, Reply, Run


def bases_of(plan: Plan, parts: Parts, blocked: Mapping[str, str]) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """The names of the columns that each combining column builds on, and why one cannot run."""
    strategies = {c.name: parts.strategy(c) for c in plan.columns if c.name not in blocked}
    others = {name: strategy for name, strategy in strategies.items() if not strategy.combines}
    bases, reasons = {}, {}
    for name, strategy in strategies.items():
        try:
            bases[name] = strategy.builds_on(others) if strategy.combines else ()
        except InputError as error:
            reasons[name] = str(error)
    return bases, reasons


def finished(runs: Sequence[Run]) -> None:
    """Raises InputError where a column that is built on has no results."""
    for run in runs:
        if run.state != "done":
            raise InputError(f"{run.name} {run.state}, and this column builds on it.")


def answered(
    solver: Solver, examples: Sequence[Example], memory: Memory | None, column: str
) -> Generator[Reply, None, Mapping[str, Prediction]]:
    """Has a solver answer examples that are not items, those that the memory knows aside; yields the calls, and returns
    the final predictions by id. column: the signature of the column with what it was prepared without."""
    keys = {example.id: item_key(example) for example in examples}
    known = memory.known(column, tuple(keys.values())) if memory else {}
    found = {name: replace(known[key], id=name) for name, key in keys.items() if key in known}
    for prediction in found.values():
        yield from prediction.replies
    asked = [example.blanked() for example in examples if example.id not in found]
    for prediction in solver(asked) if asked else ():
        for reply in prediction.replies:
            if prediction.final or not reply.final:  # those of partial predictions come again with the final one
                yield reply
        if prediction.final:
            found[prediction.id] = prediction
            if memory and not prediction.error:
                memory.keep(column, keys[prediction.id], prediction)
    return found


def prepared_without(signature: str, examples: Sequence[Example]) -> str:
    """The signature of a column that is prepared without these examples."""
    return signature_of(signature, [item_key(example) for example in examples])
