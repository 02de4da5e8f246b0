"""The options of the command line that stand for the columns of a plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from xlt_core.records import Column, Plan


class Picking(Protocol):
    """A plan, or a grid of plans."""

    @property
    def demonstrations_from(self) -> str: ...

    @property
    def demonstrations_language(self) -> str: ...


def columns_words(columns: Sequence[Column]) -> list[str]:
    """The options that stand for the columns: their strategies and knobs, or each column by itself."""
    if any(c.name != c.strategy or c.model or c.translator or c.shots is not None for c in columns):
        return [word for column in columns for word in ("--column", _column_word(column))]
    settings = [f"{c.strategy}.{name}={value}" for c in columns for name, value in _written(c.knobs).items()]
    return ["--strategies", ",".join(c.strategy for c in columns), *(w for s in settings for w in ("--set", s))]


def picker_words(plan: Picking) -> list[str]:
    """The options of what picks the demonstrations, where it is not the usual."""
    own = {"--demonstrations-from": plan.demonstrations_from, "--demonstrations-language": plan.demonstrations_language}
    usual = ("", Plan("", "").demonstrations_from)
    return [word for option, value in own.items() if value not in usual for word in (option, value)]


def _column_word(column: Column) -> str:
    own = {"model": column.model, "translator": column.translator,
           "shots": "" if column.shots is None else column.shots, **_written(column.knobs)}  # fmt: skip
    return ",".join([f"{column.name}={column.strategy}", *(f"{name}={v}" for name, v in own.items() if v != "")])


def _written(knobs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in knobs.items()}


def columns_fit_options(columns: Sequence[Column]) -> bool:
    """Whether options can express the columns: a comma in a value would end it, and no name may hold an equals sign."""
    own = [str(value) for c in columns for value in (c.name, c.model, c.translator, *c.knobs.values())]
    return not any("," in value for value in own) and not any("=" in column.name for column in columns)
