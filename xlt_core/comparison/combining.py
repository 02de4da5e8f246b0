"""Why two choices cannot be combined: a strategy with a model, a translator or a task; a dataset with a plan."""

from __future__ import annotations

from xlt_core.catalog import PARTS, PIVOT, Parts, asks_model, translator_of
from xlt_core.contracts import ABILITIES
from xlt_core.language_table import listed_codes
from xlt_core.pivoting.crossing import TRANSLATE_TEST
from xlt_core.records import Column, InputError, Plan


def why_not(plan: Plan, parts: Parts = PARTS) -> dict[str, str]:
    """Reasons by column name why it cannot run; those that concern the whole plan under ""."""
    try:
        unserved = why_no_data(plan, parts)
        if unserved:
            return {"": unserved}
        parts.language(plan.language)
        if not any(c.model or _asks_none(c, parts) for c in plan.columns):  # else it concerns just its own columns
            parts.host(plan.model)
    except InputError as error:
        return {"": str(error)}
    reasons = {column.name: _reason(plan.of(column), column, parts) for column in plan.columns}
    return {name: reason for name, reason in reasons.items() if reason}


def _asks_none(column: Column, parts: Parts) -> bool:
    """Whether the column surely asks no model; one that is off says so by itself."""
    try:
        return not asks_model(column, parts)
    except InputError:
        return False


def needs_rows(plan: Plan) -> bool:
    """Whether the plan takes rows of its dataset in its language: as items, or as demonstrations."""
    return not plan.inputs or (plan.demonstrations is None and plan.shots > 0)


def why_no_data(plan: Plan, parts: Parts = PARTS) -> str:
    """Why the dataset cannot serve the plan; "" where it can. Raises InputError for what there is not.

    Typed texts with demonstrations of one's own, or none, take just its labels.
    """
    spoken, task = parts.language(plan.language), parts.task(plan.task)
    served = parts.dataset(plan.dataset).languages(plan.task)
    labelled = served or plan.labels or task.answer_kind in ("text", "number")
    if parts.dataset(plan.dataset).serves(plan.task, spoken.code) or (labelled and not needs_rows(plan)):
        return ""
    there = f"choose one of {listed_codes(served)}" if served else "choose another dataset or task"
    own = ", or write the demonstrations yourself, or take 0 shots" if plan.inputs and labelled else ""
    return f"The dataset {plan.dataset} has no {plan.task} in {spoken.name} ({spoken.code}); {there}{own}."


def _reason(plan: Plan, column: Column, parts: Parts) -> str:
    """Why a column cannot run; "" where it can. plan: as the column has it."""
    try:
        spoken, solver, task = parts.language(plan.language), parts.strategy(column), parts.task(plan.task)
        if unsuited := solver.unsuited(task.answer_kind) or solver.unfit(task):
            return unsuited
        host = parts.host(plan.model) if solver.needs else None
        for need in solver.needs:
            if not isinstance(host, ABILITIES[need]):
                return f"{column.strategy} needs a host that {need}; that of {plan.model} does not."
        if "adapts" in solver.needs:
            adapter = getattr(solver, "adapter", "") or next(iter(solver.adapters(host, spoken.code)), "")
            if not adapter:
                return (
                    f"The model {plan.model} has no adapter of {solver.objective} for {spoken.name} ({spoken.code}); "
                    "train one on the page Adapt, or with the command adapt."
                )
            host.adapted(adapter)
        if solver.uses_translator and spoken.code == PIVOT:
            return f"{spoken.name} is what {column.strategy} goes by: there is nothing to translate."
        if unpublished := _unpublished(plan, column, parts):
            return unpublished
        if solver.uses_translator:
            return solver.untranslated(task.answer_kind, spoken, parts.language(PIVOT), translator_of(plan, parts))
    except InputError as error:
        return str(error)
    return ""


def _unpublished(plan: Plan, column: Column, parts: Parts) -> str:
    """Why a column cannot take the machine-made English of the dataset's publishers; "" where it can, or does not."""
    if getattr(parts.strategy(column), "pivot", "") != TRANSLATE_TEST:
        return ""
    data = parts.dataset(plan.dataset)
    there = data.translated_splits(plan.task, plan.language)
    if plan.split in there:
        return ""
    what = f"of its split {plan.split}, only of {' and '.join(there)}" if there else "of its rows here"
    return (f"{data.title} has no published machine translation {what}; "
            f"set {column.strategy}.pivot to machine or human.")  # fmt: skip
