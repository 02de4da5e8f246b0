"""The endpoint /compare, for gradio_client, curl and scripts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.comparison import compare
from xlt_core.documents import document
from xlt_core.findings.colours import ordered
from xlt_core.records import Column, InputError, Plan, Row
from xlt_core.ui.shared import zero_gpu
from xlt_core.ui.shared.errors import error_sentence
from xlt_core.ui.shared.limits import check_offered


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

    language: a code such as kin; task: topic, ner or summary; demonstrations: rows {"text": ..., "answer": ...}, by
    default `shots` rows of the train split, and [] for none; strategies: by default all that can be combined.
    """
    try:
        plan = plan_of(language, task, text, demonstrations, shots, model, translator, seed)
        return document.document(_finished(compare.resolve(check_offered(_with_columns(plan, strategies)))))
    except Exception as error:
        raise gr.Error(error_sentence(error), print_exception=False) from None


def plan_of(
    language: str,
    task: str,
    text: str,
    demonstrations: list[dict[str, str]] | None,
    shots: int,
    model: str,
    translator: str,
    seed: int,
) -> Plan:
    """The plan of a call, without columns. Raises InputError for arguments that cannot be read."""
    if not isinstance(text, str) or not text.strip():
        raise InputError("The text is empty; give some.")
    rows = None if demonstrations is None else tuple(_row(index, row) for index, row in enumerate(demonstrations, 1))
    return Plan(
        task=task,
        language=catalog.language(str(language)).code,
        columns=(),
        model=model,
        translator=translator,
        shots=_whole("shots", shots) if rows is None else len(rows),
        demonstrations=rows,
        inputs=(Row(text),),
        seed=_whole("seed", seed),
    )


def _with_columns(plan: Plan, strategies: list[str] | None) -> Plan:
    names = ordered(tuple(catalog.strategies())) if strategies is None else list(dict.fromkeys(map(str, strategies)))
    columns = tuple(Column(name, name) for name in names)
    full = replace(plan, columns=columns)
    if strategies is not None:
        return full
    reasons = catalog.why_not(check_offered(full))
    return replace(plan, columns=tuple(column for column in columns if column.name not in reasons))


def _finished(plan: Plan) -> Any:
    *_, last = zero_gpu.run_comparison(plan)
    return last


def _row(index: int, row: Any) -> Row:
    if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not isinstance(row.get("answer"), str):
        raise InputError(f'Demonstration {index} must look like {{"text": "...", "answer": "..."}}.')
    return Row(row["text"], row["answer"])


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise InputError(f"{name} must be a whole number.")
    return int(value)
