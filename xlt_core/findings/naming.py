"""Column names across comparisons: where the same column was run with several models or translators, they tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from xlt_core import catalog
from xlt_core.models.suggested import Suggestion, suggestions
from xlt_core.records import Column, Comparison, InputError, Plan, Run

PARTS = ("model", "translator")
UNITS = {"K": 1e3, "M": 1e6, "B": 1e9}


@dataclass(frozen=True)
class _Used:
    """What a column is answered with; "" where its strategy has no use for it, or nothing is known of the column."""

    model: str = ""
    translator: str = ""


def side_by_side(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The comparisons, with columns of one name told apart where the same data were given to several models (or
    translators): "prompt (small)" beside "prompt (large)" under one condition. Others stay as they are."""
    given = list(comparisons)
    used = {id(one): {run.name: _used(one.plan, run) for run in one.runs} for one in given}
    telling = [part for part in PARTS if _is_axis(part, given, used)]
    if not telling:
        return given
    seen: dict[str, list[_Used]] = {}
    for columns in used.values():
        for name, one in columns.items():
            seen.setdefault(name, []).append(one)
    vary = {name: [part for part in telling if len({getattr(one, part) for one in ones}) > 1]
            for name, ones in seen.items()}  # fmt: skip
    all_used = [one for columns in used.values() for one in columns.values()]
    merged = {part: ", ".join(dict.fromkeys(filter(None, (getattr(one, part) for one in all_used))))
              for part in telling}  # fmt: skip

    names = {part: _short(getattr(one, part) for one in all_used) for part in PARTS}

    def told(name: str, one: _Used) -> str:
        own = [names[part][getattr(one, part)] for part in vary[name] if getattr(one, part)]
        return f"{name} ({', '.join(own)})" if own else name

    return [_renamed(one, {name: told(name, use) for name, use in used[id(one)].items()}, merged) for one in given]


def with_sizes(comparisons: Iterable[Comparison]) -> list[Comparison]:
    """The comparisons, with the parameters of the models that answered each run, the translator's among them: as
    recorded, else by the table of suggested models; 0 where that does not know them."""
    return [replace(one, runs=tuple(replace(run, parameters=run.parameters or _parameters(one.plan, run))
                                    for run in one.runs)) for one in comparisons]  # fmt: skip


def _parameters(plan: Plan, run: Run) -> int:
    used = _used(plan, run)
    sizes = [_size("model", used.model), _size("translator", used.translator)]
    return 0 if None in sizes else sum(filter(None, sizes))


def _size(part: str, name: str) -> int | None:
    """0 where there is none."""
    if name in ("", catalog.LLM) or name.partition(":")[0] == catalog.APERTIUM:
        return 0
    found = next((row for row in suggestions() if row.kind == part and name in (row.key, row.id)), None)
    return _parsed(found) if found else None


def _parsed(entry: Suggestion) -> int | None:
    number, unit = entry.parameters[:-1], entry.parameters[-1:]
    return round(float(number) * UNITS[unit]) if unit in UNITS else None


def _used(plan: Plan, run: Run) -> _Used:
    column = next((column for column in plan.columns if column.name == run.name), None)
    if column is None:  # outputs recorded elsewhere
        return _Used()
    own = plan.of(column)
    try:
        strategy = catalog.strategy(column)
    except InputError:  # of another version
        return _Used(own.model, own.translator)
    by_others = strategy.combines  # then it hangs on whatever they do
    return _Used(own.model if strategy.needs or by_others else "",
                 own.translator if strategy.uses_translator or by_others else "")  # fmt: skip


def _is_axis(part: str, comparisons: Sequence[Comparison], used: Mapping[int, Mapping[str, _Used]]) -> bool:
    """Whether the same column was given the same data with several of them."""
    seen: dict[tuple[str, ...], set[str]] = {}
    for one in comparisons:
        plan = one.plan
        for name, use in used[id(one)].items():
            key = (plan.task, plan.language, plan.dataset, plan.split, name)
            seen.setdefault(key, set()).add(getattr(use, part))
    return any(len(values - {""}) > 1 for values in seen.values())


def _short(names: Iterable[str]) -> dict[str, str]:
    """Names without their folders or owners, where that tells them apart."""
    given = {*names}
    last = {name: name if "://" in name else PurePath(name).name for name in given}
    return last if len({*last.values()}) == len(given) else {name: name for name in given}


def _renamed(one: Comparison, names: Mapping[str, str], merged: Mapping[str, str]) -> Comparison:
    """The comparison under the names, as if one model (translator) stood for all."""
    columns = tuple(_without(replace(column, name=names.get(column.name, column.name)), merged)
                    for column in one.plan.columns)  # fmt: skip
    runs = tuple(replace(run, name=names[run.name]) for run in one.runs)
    tests = tuple(replace(test, a=names.get(test.a, test.a), b=names.get(test.b, test.b)) for test in one.tests)
    return replace(one, plan=replace(one.plan, columns=columns, **merged), runs=runs, tests=tests)


def _without(column: Column, merged: Mapping[str, str]) -> Column:
    return replace(column, **dict.fromkeys(merged, ""))
