"""A comparison and its plan as documents: JSON, CSV, a share link, a command line."""

from __future__ import annotations

import csv
import io
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlt_core import catalog
from xlt_core.comparison.selection import draw
from xlt_core.contracts import Task
from xlt_core.documents.column_options import columns_fit_options, columns_words, picker_words
from xlt_core.documents.pivot_fields import column_fields, item_fields, item_figures
from xlt_core.documents.plan_link import decode as decode
from xlt_core.documents.plan_link import encode as encode
from xlt_core.documents.plan_link import shareable as shareable
from xlt_core.formats.fields import fields_of
from xlt_core.formats.rows import text_of
from xlt_core.formats.values import build, plain
from xlt_core.records import (
    Answer,
    Comparison,
    Example,
    InputError,
    Limits,
    PairedTest,
    Plan,
    Prediction,
    Reply,
    Row,
    Run,
    Score,
)
from xlt_core.scoring import metrics
from xlt_core.scoring.significance import MCNEMAR

Json = dict[str, Any]
DOWNLOAD = "comparison.json"
ITEM_PARTS = ("", " score", " valid", " error", " pivot chrF++")
VERSION = 1  # of the document: goes up where an older app would misread it
DERIVED = ("gold", "pivot")  # of a prediction: made of the rest when it is written


def document(comparison: Comparison) -> Json:
    """The comparison as plain JSON values; "examples" has the items' texts, each once."""
    examples = {example.id: example for run in comparison.runs for example in run.examples}
    metric, seed = catalog.task(comparison.plan.task).metrics[0], comparison.plan.seed
    return {
        "version": VERSION,
        "plan": plan_document(comparison.plan),
        "runs": [_run_document(run) | column_fields(run, metric, seed) for run in comparison.runs],
        "tests": _tests_document(comparison.tests),
        "examples": plain(tuple(examples.values())),
    }


def _run_document(run: Run) -> Json:
    examples, replies = {example.id: example for example in run.examples}, run.replies
    return {
        **{name: plain(getattr(run, name)) for name in ("name", "strategy", "state", "note", "scoring", "scores")},
        "valid": run.valid,
        "errors": run.errors,
        "tokens_in": sum(reply.tokens_in for reply in replies),
        "tokens_out": sum(reply.tokens_out for reply in replies),
        "seconds": round(sum(reply.seconds for reply in replies), 4),
        **({"parameters": run.parameters} if run.parameters else {}),
        "preparation": plain(run.preparation),
        "predictions": [_prediction_document(p, examples.get(p.id)) for p in run.predictions],
    }


def _prediction_document(prediction: Prediction, example: Example | None) -> Json:
    gold = {"gold": plain(example.answer) if example else None}
    return plain(prediction) | gold | (item_fields(example, prediction) if example else {})


def _tests_document(tests: Sequence[PairedTest]) -> list[Json]:
    """One row for each pair of columns: the randomization test, and McNemar's within it."""
    beside = {(test.a, test.b): plain(test) for test in tests if test.test == MCNEMAR}
    rows = [(test, beside.get((test.a, test.b))) for test in tests if test.test != MCNEMAR]
    return [plain(test) | ({"mcnemar": mcnemar} if mcnemar else {}) for test, mcnemar in rows]


def _read_tests(data: Any) -> tuple[PairedTest, ...]:
    rows: list[Any] = []
    for row in data if isinstance(data, list) else [data]:
        parts = dict(row) if isinstance(row, dict) else {}
        mcnemar = parts.pop("mcnemar", None)
        rows += [parts or row] if mcnemar is None else [parts, mcnemar]
    return build(tuple[PairedTest, ...], rows, "tests")


def read_document(data: Any) -> Comparison:
    """The comparison of a document. Raises InputError for one that is off."""
    if not isinstance(data, dict) or not isinstance(data.get("runs"), list):
        raise InputError("This is no comparison: it has no list of runs.")
    if not isinstance(version := data.get("version", 1), int) or version > VERSION:
        raise InputError("This result was written by a newer version of the app; update the app to open it.")
    examples = build(tuple[Example, ...], data.get("examples", []), "examples")
    runs = tuple(_read_run(run, examples, f"runs[{index}]") for index, run in enumerate(data["runs"]))
    return Comparison(read_plan(data.get("plan")), runs, _read_tests(data.get("tests", [])))


def _read_run(data: Any, examples: tuple[Example, ...], path_in_document: str) -> Run:
    if not isinstance(data, dict) or not isinstance(data.get("predictions"), list):
        raise InputError(f"{path_in_document} has no list of predictions.")
    names = ("name", "strategy", "state", "note", "scoring", "parameters")
    given = {name: data[name] for name in names if name in data}
    run = build(Run, given, path_in_document)
    bare = [{k: v for k, v in p.items() if k not in DERIVED} if isinstance(p, dict) else p for p in data["predictions"]]
    return replace(
        run,
        examples=examples,
        predictions=build(tuple[Prediction, ...], bare, f"{path_in_document}.predictions"),
        scores=build(Mapping[str, Score], data.get("scores", {}), f"{path_in_document}.scores"),
        preparation=build(tuple[Reply, ...], data.get("preparation", []), f"{path_in_document}.preparation"),
    )


def plan_document(plan: Plan) -> Json:
    """The plan as plain JSON values."""
    return plain(plan)


def read_plan(data: Any) -> Plan:
    """The plan of a document's "plan". Raises InputError that names the value that is off."""
    return build(Plan, data, "plan")


def load_plan(path: Path) -> Plan:
    """The plan of a file: a plan alone, or a comparison with its "plan". Raises InputError."""
    try:
        data = json.loads(text_of(path))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is no JSON: {error}.") from None
    return read_plan(data["plan"] if isinstance(data, dict) and "plan" in data else data)


def command(plan: Plan, dataset: str = "") -> str:
    """The command line that reproduces a resolved plan; one that no options can express is replayed from its download.

    dataset: its name where the command will run, if that differs.
    """
    data = _data(replace(plan, dataset=dataset or plan.dataset))
    if not plan.columns:
        return shlex.join(["python", "-m", "xlt_core", "score", *data, "--predictions", "FILE"])
    if not _fits_options(plan):
        return shlex.join(["python", "-m", "xlt_core", "compare", "--plan", DOWNLOAD])
    words = ["python", "-m", "xlt_core", "compare", *data]
    words += columns_words(plan.columns) + picker_words(plan)
    words += ["--shots", str(plan.shots), "--seed", str(plan.seed)]
    words += [f"--text={_typed(row)}" for row in plan.inputs] or ["--samples", str(plan.samples)]
    return shlex.join([*words, "--model", plan.model, "--translator", plan.translator])


def _typed(row: Row) -> str:
    """An input as the option takes it: of several texts, JSON by their fields."""
    return json.dumps(dict(row.texts), ensure_ascii=False) if row.texts else row.text


def _data(plan: Plan) -> list[str]:
    labels = [f"--labels={','.join(plan.labels)}"] if plan.labels else []
    return ["--task", plan.task, "--language", plan.language, "--dataset", plan.dataset, "--split", plan.split, *labels]


def _fits_options(plan: Plan) -> bool:
    """Whether options can express it: plain texts, usual limits, demonstrations as drawn."""
    texts_only = all(row == Row(row.text, id=row.id, texts=row.texts) for row in plan.inputs)
    usual = plan.limits == Limits(seed=plan.limits.seed)
    listed = not any("," in label for label in plan.labels)
    if not (columns_fit_options(plan.columns) and texts_only and usual and listed):
        return False
    try:
        at_hand = catalog.dataset(plan.dataset).at_hand()  # no server is asked for the sake of a command line
        return plan.demonstrations is None or (at_hand and draw(plan) == plan.demonstrations)
    except InputError:
        return False


def write_answer(task: Task, answer: Answer | None) -> str:
    """The answer as the task writes it; "" where there is none."""
    return "" if answer is None else task.write(answer)


def items_csv(comparison: Comparison) -> str:
    """A line per item: id, its texts, gold; per column its answer, score, validity, error and the pivot's chrF++."""
    task = catalog.task(comparison.plan.task)
    heads = [f"{run.name}{part}" for run in comparison.runs for part in ITEM_PARTS]
    sheet = io.StringIO()
    lines = csv.writer(sheet, lineterminator="\n")
    lines.writerow(["id", *task.fields, "gold", *heads])
    examples = {example.id: example for run in comparison.runs for example in run.examples}
    for example in examples.values():
        cells = [cell for run in comparison.runs for cell in _cells(task, run, example)]
        lines.writerow([example.id, *fields_of(task, example).values(), write_answer(task, example.answer), *cells])
    return sheet.getvalue()


def _cells(task: Task, run: Run, example: Example) -> tuple[str, ...]:
    found = next((p for p in run.predictions if p.id == example.id and p.final), None)
    if found is None or found.error:
        return "", "", "", found.error if found else "", ""
    marked = example.answer is not None
    score = f"{metrics.item_score(task.metrics[0], example.answer, found.answer):.4f}" if marked else ""
    pivot = item_figures(example, found).get("chrf_pp")
    return (
        write_answer(task, found.answer),
        score,
        str(found.valid).lower(),
        "",
        "" if pivot is None else f"{pivot:.4f}",
    )
