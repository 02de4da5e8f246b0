"""Goes on from an edited step of one item: what comes before it is taken over, and only what follows runs again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.compare import run
from xlt_core.comparison.edits import Edit, KnownCalls, edited_parts
from xlt_core.comparison.sampling import to_row
from xlt_core.comparison.selection import Selection, select
from xlt_core.records import Column, Comparison, Example, InputError, Plan, Prediction, Reply, Run

HUMAN = "human English"  # the purpose of a step that no call made: the data's own English of the item
DEMONSTRATION = "translate demonstration"


@dataclass(frozen=True)
class Step:
    """A step of an item that a person may edit: a call by its purpose and what was sent, and the text that it gave.
    title: for a menu."""

    purpose: str
    sent: str
    text: str
    title: str


def steps(comparison: Comparison, column: str, item: str, parts: Parts = PARTS) -> tuple[Step, ...]:
    """The item's steps that something hangs on in the column, in their order, then those of its demonstrations; none
    for a column that does not go by way of another text, or builds on other columns."""
    side, example, prediction = _found(comparison, column, item)
    own = _column(comparison.plan, column)
    if parts.strategy(own).combines:
        return ()
    made = [reply for reply in prediction.replies if reply.final and not reply.purpose.endswith("back")]
    found = [Step(reply.purpose, reply.sent, reply.text, _title(reply)) for reply in made]
    translated = any(_is_input(step.purpose) for step in found)
    if _by_human(own, parts) and example.pivot and "text" in example.texts and not translated:
        found.insert(0, Step(HUMAN, "", example.pivot.text, "the English of the input"))
    shown = [reply for reply in side.preparation if reply.purpose == DEMONSTRATION]
    found += [Step(DEMONSTRATION, reply.sent, reply.text, f"translation {number} of the demonstrations")
              for number, reply in enumerate(shown, 1)]  # fmt: skip
    crosses = any(step.purpose == HUMAN or step.purpose.startswith("translate") for step in found)
    return tuple(found) if crosses or len(made) > 1 else ()


def go_on(
    comparison: Comparison, column: str, item: str, edit: Edit, parts: Parts = PARTS
) -> Iterator[Comparison]:  # fmt: skip
    """Snapshots of the column alone, on the one item, with the edited step. Raises InputError where it cannot be."""
    side, example, prediction = _found(comparison, column, item)
    if not edit.text.strip():
        raise InputError("The edited step is empty; write what it is to be, or choose another step.")
    if edit.purpose == HUMAN:
        example = with_english(example, edit.text)
    calls = KnownCalls.of(edit, (*side.preparation, *prediction.replies))
    selection = _selection(comparison.plan, _column(comparison.plan, column), example, parts)
    last, said = None, ""
    for last in run(selection, edited_parts(parts, calls)):
        if last.runs[0].state == "failed":
            raise InputError(last.runs[0].note.removeprefix(f"{said}; "))
        said = last.runs[0].note
        yield last
    if not (calls.used or edit.purpose == HUMAN):
        raise InputError("The edited step does not come up again with these parts; edit another one.")
    _check_label(selection, last, edit, parts)


def with_english(example: Example, english: str) -> Example:
    """The example with a human English of its text; a label is that of the example."""
    answer = example.answer if example.choices and isinstance(example.answer, str) else None
    pivot = example.pivot or Example(f"{example.id}-english", {}, answer, example.choices)
    return replace(example, pivot=replace(pivot, texts={**example.texts, **pivot.texts, "text": english.strip()}))


def keep_english(comparison: Comparison, item: str, english: str) -> Comparison:
    """The comparison whose item has this as its human English; so has the plan's row, where the item is typed."""
    example = next(example for run in comparison.runs for example in run.examples if example.id == item)
    if "text" not in example.texts:
        raise InputError("The English of a task with several fields cannot be kept here; write it into its file.")
    kept, plan = with_english(example, english), comparison.plan
    runs = tuple(replace(side, examples=tuple(kept if e.id == item else e for e in side.examples))
                 for side in comparison.runs)  # fmt: skip
    rows = tuple(replace(row, english=english.strip()) if row.text == example.text else row for row in plan.inputs)
    return replace(comparison, plan=replace(plan, inputs=rows), runs=runs)


def _found(comparison: Comparison, column: str, item: str) -> tuple[Run, Example, Prediction]:
    side = next((side for side in comparison.runs if side.name == column), None)
    example = next((one for one in side.examples if one.id == item), None) if side else None
    made = next((one for one in side.predictions if one.id == item and one.final), None) if side else None
    if side is None or example is None or made is None:
        raise InputError("There is no such answer to go on from; choose a column and an item that has ended.")
    return side, example, made


def _column(plan: Plan, name: str) -> Column:
    found = next((column for column in plan.columns if column.name == name), None)
    if found is None:
        raise InputError(f"The column {name} came from elsewhere: nothing can be run again there.")
    return found


def _by_human(column: Column, parts: Parts) -> bool:
    return getattr(parts.strategy(column), "pivot", "") == "human"


def _is_input(purpose: str) -> bool:  # of several texts, the field stands behind a colon
    return purpose.partition(":")[0] == "translate input"


def _title(reply: Reply) -> str:
    titles = {"translate input": "the English of the input", "answer": "the model's answer"}
    what, _, field = reply.purpose.partition(": ")
    return titles.get(what, what) + f": {field}" * bool(field)


def _selection(plan: Plan, column: Column, example: Example, parts: Parts) -> Selection:
    """The item with the demonstrations of the plan; the labels are those of the item."""
    row = to_row(parts.task(plan.task), example)
    typed = replace(row, answer="", english="", english_answer="", english_texts={})
    alone = replace(plan, columns=(column,), inputs=(typed,), labels=plan.labels or example.choices)
    return replace(select(alone, parts), examples=(example,))


def _check_label(selection: Selection, last: Comparison | None, edit: Edit, parts: Parts) -> None:
    """Raises InputError where the answer was edited to what is no label."""
    (example,), task = selection.examples, parts.task(selection.plan.task)
    made = last.runs[0].predictions[0] if last and last.runs[0].predictions else None
    if edit.purpose == "answer" and task.answer_kind == "label" and made and not made.valid:
        said, offered = edit.text.strip()[:80], ", ".join(example.choices)
        raise InputError(f"The edited answer {said!r} is none of the labels; write one of {offered}.")
