"""The endpoint /compare, for gradio_client, curl and scripts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import selection
from xlt_core.comparison.combining import why_not
from xlt_core.documents import document
from xlt_core.findings.colours import PREFERRED
from xlt_core.formats.fields import given_row
from xlt_core.records import Column, InputError, Plan
from xlt_core.ui.fields import parameters
from xlt_core.ui.shared import zero_gpu
from xlt_core.ui.shared.errors import error_sentence
from xlt_core.ui.shared.limits import MAX_ROWS, check_offered

MAX_SEED = 2**32 - 1  # what the libraries take that draw by it


def compare_text(
    language: str,
    task: str,
    text: str,
    demonstrations: list[dict[str, str]] | None = None,
    strategies: list[str] | None = None,
    shots: int = 4,
    model: str = "pocket",
    translator: str = "pocket",
    seed: int = 0,
) -> dict[str, Any]:
    """Compares the strategies on one text and returns the finished document.

    language: a code such as kin; task: such as topic; text: of a task with several fields, JSON by their names, such as
    {"premise": ..., "hypothesis": ...}; demonstrations: rows {"text" (or the fields): ..., "answer": ...}, by default
    `shots` rows of the train split, and [] for none; strategies: by default those of prompt, translate and laft that
    can be combined.
    """
    try:
        plan = plan_of(language, task, text, demonstrations, shots, model, translator, seed)
        return document.document(_finished(selection.select(check_offered(_with_columns(plan, strategies))).plan))
    except Exception as error:
        raise gr.Error(error_sentence(error), print_exception=False) from None


def plan_of(
    language: Any,
    task: Any,
    text: Any,
    demonstrations: Any,
    shots: Any,
    model: Any,
    translator: Any,
    seed: Any,
) -> Plan:
    """The plan of a call, without columns. Raises InputError for arguments that cannot be read."""
    words = parameters.text_of("text", text)
    if not words.strip():
        raise InputError("The text is empty; give some.")
    known = catalog.tasks().get(task) if isinstance(task, str) else None
    fields = known.fields if known else ("text",)  # what there is not is refused below
    rows = parameters.rows_of(demonstrations, MAX_ROWS, fields)
    drawn = parameters.whole_number("shots", shots, MAX_ROWS)
    return Plan(
        task=parameters.name_of("task", task),
        language=catalog.language(parameters.name_of("language", language)).code,
        columns=(),
        model=parameters.name_of("model", model),
        translator=parameters.name_of("translator", translator),
        shots=drawn if rows is None else len(rows),
        demonstrations=rows,
        inputs=(given_row(fields, words, "text"),),
        seed=parameters.whole_number("seed", seed, MAX_SEED),
    )


def _with_columns(plan: Plan, strategies: Any) -> Plan:
    chosen = parameters.names_of("strategies", strategies)
    names = PREFERRED if chosen is None else chosen
    columns = tuple(Column(name, name) for name in names)
    full = replace(plan, columns=columns)
    if chosen is not None:
        return full
    reasons = why_not(check_offered(full))
    return replace(plan, columns=tuple(column for column in columns if column.name not in reasons))


def _finished(plan: Plan) -> Any:
    *_, last = zero_gpu.run_comparison(plan)
    return last
