"""A plan's values in one form, and checked against the tasks, data, models and translators that there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xlt_core.catalog import PARTS, Parts, asks_model, translator_of
from xlt_core.comparison.combining import why_not
from xlt_core.formats.rows import clean
from xlt_core.records import Column, InputError, Plan, Row

MAX_TOKENS = 4096


def tidy(plan: Plan, parts: Parts = PARTS) -> Plan:
    """The plan with its own values in one form, whatever the data. Raises InputError for a value that is off."""
    _check_numbers(plan)
    names = [column.name for column in plan.columns]
    if not names or len(set(names)) < len(names) or not all(names):
        raise InputError("Choose at least one strategy." if not names else "Give each column a name of its own.")
    plan = _with_common_parts(plan, parts)
    language, shown = parts.language(plan.language).code, plan.demonstrations_language.strip()
    shown = parts.language(shown).code if shown else ""
    parts.picker(plan.demonstrations_from)
    plan = replace(plan, demonstrations_from=plan.demonstrations_from.strip().replace("-", "_"),
                   demonstrations_language="" if shown == language else shown)  # fmt: skip
    labels = tuple(dict.fromkeys(filter(None, map(str.strip, plan.labels))))
    return replace(plan, language=language, inputs=_clean_rows(plan.inputs), labels=labels,
                   limits=replace(plan.limits, seed=plan.seed),
                   demonstrations=None if plan.demonstrations is None else _clean_rows(plan.demonstrations),
                   columns=tuple(_tidy_column(plan, column, parts) for column in plan.columns))  # fmt: skip


def resolve(plan: Plan, parts: Parts = PARTS) -> Plan:
    """The plan, tidied, with its model's revision. Raises InputError where it cannot be run at all."""
    plan = tidy(plan, parts)
    blocked = why_not(plan, parts).get("")
    if blocked:
        raise InputError(blocked)
    if any(parts.strategy(column).uses_translator for column in plan.columns if not column.translator):
        # A translator that cannot be loaded is an error of the plan; one that lacks the language fails only a column.
        translator_of(plan, parts).lacks(parts.language(plan.language))
    columns = tuple(replace(c, model_revision=_revision(c.model, parts)) for c in plan.columns)
    asked = any(asks_model(column, parts) for column in plan.columns)
    return replace(plan, columns=columns, model_revision=_revision(plan.model, parts) if asked else "")


def _revision(model: str, parts: Parts) -> str:
    """The model's revision; "" where it cannot be loaded: its columns fail, and say why."""
    try:
        return parts.host(model).revision if model else ""
    except InputError:
        return ""


def _check_numbers(plan: Plan) -> None:
    if not 1 <= plan.limits.tokens <= MAX_TOKENS:
        raise InputError(f"The output limit is {plan.limits.tokens} tokens; give 1 to {MAX_TOKENS}.")
    if not (math.isfinite(plan.limits.temperature) and 0 <= plan.limits.temperature <= 2):
        raise InputError(f"The temperature is {plan.limits.temperature}; give 0 to 2.")
    if plan.shots < 0:
        raise InputError(f"There cannot be {plan.shots} shots; give 0 or more.")
    if plan.seed < 0:
        raise InputError(f"The seed cannot be {plan.seed}; give 0 or more.")
    if plan.samples < 1 and not plan.inputs:
        raise InputError(f"There cannot be {plan.samples} samples; give 1 or more.")


def _with_common_parts(plan: Plan, parts: Parts) -> Plan:
    """The plan with the first column's model and translator where each column has its own: nothing else is used."""
    translating = [column for column in plan.columns if parts.strategy(column).uses_translator]
    model = plan.columns[0].model if all(column.model for column in plan.columns) else plan.model
    own = translating and all(column.translator for column in translating)
    return replace(plan, model=model.strip(), translator=translating[0].translator.strip() if own else plan.translator)


def _tidy_column(plan: Plan, column: Column, parts: Parts) -> Column:
    """The column with its knobs in their own types, without what is the default or the plan's."""
    made, shots = parts.strategy(column), _own_shots(plan, column, parts)
    column = column if made.needs else replace(column, model="")
    defaults = parts.strategy(replace(column, knobs={}))
    values = {name: getattr(made, name) for name in column.knobs}
    model, translator = column.model.strip(), column.translator.strip()
    return replace(column, knobs={name: v for name, v in values.items() if v != getattr(defaults, name)}, shots=shots,
                   model="" if model == plan.model else model,
                   translator="" if translator == plan.translator else translator)  # fmt: skip


def _own_shots(plan: Plan, column: Column, parts: Parts) -> int | None:
    """None where they are the plan's. Raises InputError where there are no first ones."""
    shots = plan.shots if plan.demonstrations is None else len(plan.demonstrations)
    if column.shots is None or column.shots >= shots:
        return None
    if column.shots < 0 or parts.picker(plan.demonstrations_from).per_item:
        raise InputError(f"The column {column.name} cannot have {column.shots} shots of its own: give 0 or more, and "
                         "demonstrations that are the same for all items.")  # fmt: skip
    return column.shots


def _clean_rows(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(Row(*map(clean, (r.text, r.answer, r.id, r.english, r.english_answer)), *map(_clean_texts, (
        r.texts, r.english_texts))) for r in rows)  # fmt: skip


def _clean_texts(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: clean(text) for name, text in texts.items()}
