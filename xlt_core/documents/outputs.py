"""Outputs of other systems, recorded elsewhere: read by the task's own reader, scored as one more column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from xlt_core import catalog
from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.data import digest, split_rows
from xlt_core.contracts import Task
from xlt_core.formats.lines import refuses
from xlt_core.formats.outputs import REMOVED, without_thoughts
from xlt_core.formats.rows import FORMATS, lines_of, separator_note, separator_of, text_of
from xlt_core.records import Comparison, Example, InputError, Plan, Prediction, Reply, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.item_answers import common_items
from xlt_core.scoring.significance import between

RECORDED = "recorded"  # stands where a column's strategy does
COLUMNS = ("id", "output")
UNREAD = "not readable: "  # begins the note on an output that could not be read
NO_OUTPUT = "no output in the file"


@dataclass(frozen=True)
class Fit:
    """How a file must fit the items. whole: it has outputs of these items only; missing: what becomes of an item
    without one: error refuses the file, wrong counts it as a wrong answer, skip leaves it out of the scores."""

    whole: bool = True
    missing: str = "error"


def score(plan: Plan, paths: Sequence[Path], parts: Parts = PARTS, missing: str = "error") -> Comparison:
    """Files of outputs for a whole split, as the columns of a comparison. plan: without columns; only its data counts.

    missing: as of a Fit. Raises InputError that names the first ids, or the token, that do not fit.
    """
    language = parts.language(plan.language).code
    data, task = parts.dataset(plan.dataset), parts.task(plan.task)
    if not data.serves(plan.task, language):
        raise InputError(f"The dataset {plan.dataset} has no {plan.task} in {language}; choose another language.")
    examples = split_rows(replace(plan, language=language), parts)
    names: list[str] = []
    runs = []
    for path in paths:
        names.append(_name(path, names))
        runs.append(column(names[-1], task, examples, path, Fit(missing=missing)))
    made = replace(plan, language=language, columns=(), model=RECORDED, translator="", shots=0, demonstrations=(),
                   samples=len(examples), data_digest=digest(examples))  # fmt: skip
    return Comparison(made, tuple(runs), between(runs, task.metrics[0]))


def joined(comparison: Comparison, path: Path, name: str = "", missing: str = "error") -> Comparison:
    """A finished comparison with the outputs of a file as one more column, and the tests made again.

    The file may hold outputs of other items too. missing: as of a Fit. Raises InputError.
    """
    task = catalog.task(comparison.plan.task)
    examples = next((run.examples for run in comparison.runs if run.examples), ())
    if not any(example.answer is not None for example in examples):
        raise InputError("This comparison has no items with gold answers; compare on test items first.")
    label = _name(Path(name) if name else path, [run.name for run in comparison.runs])
    runs = (*comparison.runs, column(label, task, examples, path, Fit(False, missing)))
    return replace(
        comparison,
        runs=runs,
        tests=between([run for run in runs if not catalog.is_bound(run.strategy)], task.metrics[0]),
    )


def column(
    name: str,
    task: Task,
    examples: Sequence[Example],
    path: Path,
    fit: Fit = Fit(),
) -> Run:
    """A file's outputs as a finished, scored column."""
    tabular = path.suffix.lower() in FORMATS and (task.answer_kind != "spans" or _is_table(path))
    if not tabular and task.answer_kind != "spans":
        raise InputError(f"{path.name} must end in {', '.join(FORMATS)}, with the columns {' and '.join(COLUMNS)}.")
    predictions = _of_table(task, examples, path, fit) if tabular else _of_sentences(examples, path, fit)
    run = Run(name, RECORDED, "done", scoring="generated", examples=tuple(examples), predictions=tuple(predictions))
    marked = common_items(run)[0]
    scores = metrics.measure(task.metrics, marked.golds, marked.answers)
    return replace(run, scores=scores, note=_note(run, path))


def _of_sentences(examples: Sequence[Example], path: Path, fit: Fit) -> list[Prediction]:
    """Those of a file of tokens and tags, whose sentences are known by their place, or else by their text."""
    from xlt_core.documents.conll import predictions_of

    if fit.missing == "error":
        return predictions_of(examples, path.name, text_of(path), fit.whole)
    there = {found.id: found for found in predictions_of(examples, path.name, text_of(path), fit.whole, partial=True)}
    return [there.get(example.id) or _lacking(example, fit.missing) for example in examples]


def _name(path: Path, taken: Iterable[str]) -> str:
    """The file's name without its ending, with a number where another column has that name."""
    number, stem = 1, path.stem
    while (name := stem if number == 1 else f"{stem} {number}") in set(taken):
        number += 1
    return name


def _is_table(path: Path) -> bool:
    """Whether a file that may also be of tokens and tags is a table with a first line."""
    if path.suffix.lower() != ".tsv":
        return True
    text = text_of(path)
    return set(COLUMNS) <= set(text.partition("\n")[0].strip("\r").split(separator_of(text, path)))


def _of_table(task: Task, examples: Sequence[Example], path: Path, fit: Fit) -> list[Prediction]:
    found: dict[str, str] = {}
    known = {example.id for example in examples}
    for number, cells in lines_of(path):
        line_name = f"Line {number} of {path.name}"
        name, output = _cells(cells, line_name, path)
        if name in found:
            raise InputError(f"{line_name} has the id {name!r}, as an earlier line has; give each item one output.")
        if fit.whole and name not in known:
            raise InputError(f"{line_name} has the id {name!r}, which is no item of these data; theirs are such as "
                             f"{', '.join(repr(example.id) for example in examples[:2])}.")  # fmt: skip
        found[name] = output
    lacking = [example.id for example in examples if example.id not in found]
    if lacking and fit.missing == "error":
        raise InputError(f"{path.name} has no output for {_listed(lacking)}; add a line for each, or count them as "
                         "wrong (--missing wrong) or leave them out (--missing skip).")  # fmt: skip
    return [_prediction(task, example, found[example.id]) if example.id in found else _lacking(example, fit.missing)
            for example in examples]  # fmt: skip


def _listed(names: Sequence[str]) -> str:
    """The first three, and how many more there are."""
    more = f" and {len(names) - 3} more" if names[3:] else ""
    return f"the {'items' if names[1:] else 'item'} {', '.join(map(repr, names[:3]))}{more}"


def _lacking(example: Example, missing: str) -> Prediction:
    """What stands for an output that is not there: a wrong answer, or one that is left out of the scores."""
    if missing == "skip":
        return Prediction(example.id, error=NO_OUTPUT)
    return Prediction(example.id, notes=(UNREAD + "missing",))


def _cells(cells: Any, line_name: str, path: Path) -> tuple[str, str]:
    if not isinstance(cells, Mapping):
        raise InputError(f"{line_name} is no JSON object.")
    lacking = next((name for name in COLUMNS if name not in cells), "")
    if lacking:
        header = line_name if path.suffix.lower() == ".jsonl" else f"Line 1 of {path.name}"
        raise InputError(f"{header} lacks the column {lacking}; the columns are {' and '.join(COLUMNS)}.")
    name, output = cells["id"], cells["output"]
    if not isinstance(name, str | int) or isinstance(name, bool) or not isinstance(output, str | None):
        raise InputError(f"{line_name} must have text as its id and output; put it in quotation marks.")
    return str(name).strip(), output or ""


def _prediction(task: Task, example: Example, output: str) -> Prediction:
    said = without_thoughts(output)
    answer = task.read(said, example)
    why = "" if answer is not None else "empty" if not said.strip() else "a refusal" if refuses(said) else "unclear"
    notes = [REMOVED] * (said != output) + [UNREAD + why] * bool(why)
    return Prediction(example.id, answer, (Reply("answer", "", output),), answer is not None, notes=tuple(notes))


def _note(run: Run, path: Path) -> str:
    """Where the column is from, how many of its outputs held thoughts, and how many could not be read, by why."""
    said = [note for prediction in run.predictions for note in prediction.notes]
    reasons = [note.removeprefix(UNREAD) for note in said if note.startswith(UNREAD)]
    counted = ", ".join(f"{reasons.count(why)} {why}" for why in dict.fromkeys(sorted(reasons)))
    unread = f"; {len(reasons)} of {len(run.predictions)} could not be read: {counted}" if reasons else ""
    thoughts = f"; {REMOVED} from {said.count(REMOVED)}" if REMOVED in said else ""
    skipped = f"; {run.errors} without an output are left out" if run.errors else ""
    separated = separator_note(path) if path.suffix.lower() in FORMATS and _is_table(path) else ""
    return f"recorded elsewhere, from {path.name}{'; ' * bool(separated)}{separated}{thoughts}{unread}{skipped}"
