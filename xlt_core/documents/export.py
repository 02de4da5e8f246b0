"""Comparisons for elsewhere: documents, their items as CSV and Parquet, their scores in Markdown and LaTeX."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xlt_core import catalog
from xlt_core.documents.document import document, read_document, write_answer
from xlt_core.documents.pivot_fields import NAMES, item_figures
from xlt_core.documents.shared_result import load_data
from xlt_core.findings import tables
from xlt_core.findings.findings import find
from xlt_core.formats import files
from xlt_core.records import Comparison, Example, InputError, Prediction
from xlt_core.scoring import metrics

SETTING = ("task", "language", "dataset", "split", "model", "model_revision", "translator", "shots", "seed")


def items(comparisons: Iterable[Comparison]) -> Iterator[dict[str, str | int | float | bool | None]]:
    """A row per item and column, with the setting; score None where there is no gold answer or no result."""
    for comparison in comparisons:
        plan = comparison.plan
        head = {name: getattr(plan, name) for name in SETTING}
        for run in comparison.runs:
            found = {prediction.id: prediction for prediction in run.predictions if prediction.final}
            for example in run.examples:
                if example.id in found:
                    yield head | {"column": run.name, "strategy": run.strategy} | _item(plan.task, example, found)


def _item(task_name: str, example: Example, found: Mapping[str, Prediction]) -> dict[str, Any]:
    task, prediction = catalog.task(task_name), found[example.id]
    marked = example.answer is not None and not prediction.error
    figures = item_figures(example, prediction)
    return {
        "id": example.id,
        "text": example.text,
        "gold": write_answer(task, example.answer),
        "answer": write_answer(task, prediction.answer),
        "score": metrics.item_score(task.metrics[0], example.answer, prediction.answer) if marked else None,
        "valid": None if prediction.error else prediction.valid,
        "error": prediction.error,
        "output": next((r.text for r in reversed(prediction.replies) if r.purpose == "answer"), ""),
        "tokens_in": sum(reply.tokens_in for reply in prediction.replies),
        "tokens_out": sum(reply.tokens_out for reply in prediction.replies),
        "seconds": sum(reply.seconds for reply in prediction.replies),
    } | {f"pivot_{name}": figures.get(name) for name in NAMES}


def items_csv(comparisons: Iterable[Comparison]) -> str:
    """The items as CSV, a row per item and column."""
    sheet, rows = io.StringIO(), list(items(comparisons))
    lines = csv.DictWriter(sheet, list(rows[0]) if rows else ["id"], lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows)
    return sheet.getvalue()


def items_parquet(comparisons: Iterable[Comparison]) -> bytes:
    """The items as Parquet."""
    import pyarrow
    import pyarrow.parquet

    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(items(comparisons))), buffer)
    return buffer.getvalue()


def documents(comparisons: Sequence[Comparison]) -> str:
    """One comparison as its document, several as {"comparisons": [document, ...]}."""
    made = [document(comparison) for comparison in comparisons]
    if len(made) == 1:
        return json.dumps(made[0], ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    return json.dumps({"comparisons": made}, ensure_ascii=False, allow_nan=False) + "\n"


def load(path: Path) -> tuple[Comparison, ...]:
    """The comparisons of a file of documents: JSON, packed by gzip or not, or a report. Raises InputError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"it cannot be read: {error.strerror or error}.") from None
    return read_documents(load_data(content))


def read_documents(data: Any) -> tuple[Comparison, ...]:
    """The comparisons of such a document. Raises InputError for one that is off."""
    if isinstance(data, dict) and isinstance(data.get("comparisons"), list):
        return tuple(read_document(one) for one in data["comparisons"])
    return (read_document(data),)


def packed_documents(comparisons: Sequence[Comparison]) -> bytes:
    """The documents, packed; the same comparisons give the same bytes."""
    return gzip.compress(documents(comparisons).encode(), mtime=0)


def scores_markdown(comparisons: Iterable[Comparison]) -> str:
    """The scores and the tests in Markdown."""
    return "\n".join(f"## {table.title}\n\n{tables.markdown(table)}" for table in _tables(comparisons))


def scores_latex(comparisons: Iterable[Comparison]) -> str:
    r"""The scores and the tests in LaTeX, for \usepackage{booktabs}."""
    return "\n".join(map(tables.latex, _tables(comparisons)))


def _tables(comparisons: Iterable[Comparison]) -> list[tables.Table]:
    found = find(comparisons)
    each = [tables.summary(found, shots) for shots in found.shots if len(found.shots) > 1]
    return [tables.summary(found), *each, *([tables.aggregates(found)] if found.aggregates else [])]


def write(path: Path, comparisons: Sequence[Comparison]) -> None:
    """Writes a file of the form that its name ends in. Raises InputError.

    .json, .gz: the documents; .csv, .parquet: the items; .md, .tex: the scores.
    """
    if path.suffix.lower() not in WRITERS:
        raise InputError(f"{path} must end in {', '.join(WRITERS)}.")
    files.write(path, WRITERS[path.suffix.lower()](comparisons))


WRITERS: dict[str, Callable[[Sequence[Comparison]], str | bytes]] = {
    ".json": documents, ".gz": packed_documents, ".csv": items_csv, ".parquet": items_parquet, ".md": scores_markdown,
    ".tex": scores_latex,
}  # fmt: skip
