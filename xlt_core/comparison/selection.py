"""What a plan selects, drawn once: its items, demonstrations, parallel rows, and remarks on its data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xlt_core.catalog import LLM, PARTS, Parts
from xlt_core.comparison.data import digest, known_rows, labels_of, load_split, split_rows, with_translated
from xlt_core.comparison.plan import resolve
from xlt_core.comparison.sampling import draw_demonstrations, draw_parallel, english_too, sample
from xlt_core.comparison.training import has_train
from xlt_core.contracts import Task
from xlt_core.formats.rows import read_row
from xlt_core.records import Example, InputError, Plan, Row


@dataclass(frozen=True)
class Selection:
    """A resolved plan with the data that it selects.

    plan: with its demonstrations as rows, the model's revision and the data's digest; examples: the items, with their
    gold answers; parallel: rows with their English that a translating language model is shown; remarks: what a reader
    of the results should know of the data.
    """

    plan: Plan
    examples: tuple[Example, ...]
    demonstrations: tuple[Example, ...] = ()
    parallel: tuple[Row, ...] = ()
    remarks: tuple[str, ...] = ()


def select(plan: Plan, parts: Parts = PARTS) -> Selection:
    """Resolves the plan and draws what it leaves open. Raises InputError for a plan that is off.

    The plan of the result selects the same again.
    """
    plan = resolve(plan, parts)
    rows = known_rows(plan, parts)
    choices = plan.labels or labels_of(rows)
    examples = with_translated(plan, _examples(plan, rows, choices, parts), parts)
    if not _picked_per_item(plan, parts):
        if plan.demonstrations is None:
            plan = replace(plan, demonstrations=_draw(plan, parts, rows, examples))
        plan = replace(plan, shots=len(plan.demonstrations))
    plan = replace(plan, data_digest=digest(rows) if rows else "")
    demonstrations = _read(plan, parts, plan.demonstrations or (), choices, "Demonstration")
    parallel = _parallel(plan, parts, [*examples, *demonstrations])
    return Selection(plan, examples, demonstrations, parallel, _remarks(plan, parts, examples))


def draw(plan: Plan, parts: Parts = PARTS) -> tuple[Row, ...]:
    """The demonstrations that the seed draws for the plan, whether or not it has its own. Raises InputError.

    They come from the train split, by the plan's picker: fewer shots among more, never a test text. None where the
    dataset has no train split, and where the picker chooses for each item.
    """
    plan = replace(plan, demonstrations=None)
    if not plan.shots or _picked_per_item(plan, parts):
        return ()
    rows = split_rows(plan, parts)
    return _draw(plan, parts, rows, _examples(plan, rows, plan.labels or labels_of(rows), parts))


def _examples(plan: Plan, rows: Sequence[Example], choices: tuple[str, ...], parts: Parts) -> tuple[Example, ...]:
    """The typed texts, or else a sample of the split."""
    if plan.inputs:
        return _read(plan, parts, plan.inputs, choices, "Input")
    return tuple(sample(rows, plan.samples, plan.seed))


def _read(
    plan: Plan, parts: Parts, rows: Sequence[Row], choices: tuple[str, ...], what: str
) -> tuple[Example, ...]:  # fmt: skip
    """Rows as examples. Raises InputError that names the row by its number, which counts from 1."""
    is_demonstration, task = what == "Demonstration", parts.task(plan.task)
    spoken = (is_demonstration and plan.demonstrations_language) or plan.language
    elsewhere = parts.dataset(plan.dataset).written_in(plan.task, spoken)
    named = [replace(row, id=(is_demonstration and row.id) or f"{what.lower()}-{i + 1}") for i, row in enumerate(rows)]
    read = (read_row(task, row, choices, f"{what} {i + 1}", is_demonstration) for i, row in enumerate(named))
    return tuple(replace(example, languages=elsewhere) for example in read)


def _draw(plan: Plan, parts: Parts, rows: Sequence[Example], examples: Sequence[Example]) -> tuple[Row, ...]:
    language = plan.demonstrations_language or plan.language
    if not plan.shots or not has_train(plan, parts, language):
        return ()
    picker = parts.picker(plan.demonstrations_from)
    if picker.per_item:
        return ()
    others = examples if plan.split == "train" else [*examples, *rows]
    train = split_rows(replace(plan, split="train", language=language), parts)
    used = (text for e in others for text in (english_too(e) if language != plan.language else [e.text]))
    return draw_demonstrations(parts.task(plan.task), train, plan.shots, plan.seed, used, picker)


def _picked_per_item(plan: Plan, parts: Parts) -> bool:
    """Whether each item has demonstrations of its own. Raises InputError where the plan has both."""
    if not parts.picker(plan.demonstrations_from).per_item or not plan.shots:
        return False
    if plan.demonstrations:
        raise InputError("Demonstrations of your own are the same for all items; leave them out to have them picked by "
                         f"{plan.demonstrations_from}, or pick by balanced.")  # fmt: skip
    return plan.demonstrations is None and has_train(plan, parts, plan.demonstrations_language or plan.language)


def _parallel(plan: Plan, parts: Parts, selected: Sequence[Example]) -> tuple[Row, ...]:
    """Rows of the train split that have their English, none of which is an item, a demonstration or a test text."""
    data = parts.dataset(plan.dataset)
    served = data.serves(plan.task, plan.language) and "train" in data.splits(plan.task, plan.language)
    by_model = [parts.strategy(c).uses_translator for c in plan.columns if plan.of(c).translator == LLM]
    picks = plan.translator == LLM and parts.picker(plan.demonstrations_from).uses_translator
    if not served or not any([*by_model, picks]):
        return ()
    others = selected if plan.split == "train" else [*selected, *split_rows(plan, parts)]
    train = load_split(data, plan.task, plan.language, "train")
    return draw_parallel(train, plan.seed, others)


def _remarks(plan: Plan, parts: Parts, examples: Sequence[Example]) -> tuple[str, ...]:
    data, task = parts.dataset(plan.dataset), parts.task(plan.task)
    if not data.serves(plan.task, plan.language):
        kind = "" if plan.labels else {"label": "labels", "spans": "kinds of entities"}.get(task.answer_kind, "")
        theirs = f": the {kind} are those that it has in other languages" if kind else ""
        return (f"the dataset {plan.dataset} has no {plan.task} in this language{theirs}",)
    found = [data.note(plan.task, plan.language, plan.split)]
    if "train" not in data.splits(plan.task, plan.language):
        none = plan.demonstrations is not None and not plan.demonstrations
        found += ["the dataset has no train split here: no demonstrations (zero-shot)"] if none else []
    elif plan.demonstrations is None or any(row.id for row in plan.demonstrations or ()):
        found += data.note(plan.task, plan.language, "train").split("; ")
    return tuple(dict.fromkeys(filter(None, [*found, _unwritable(task, examples)])))


def _unwritable(task: Task, examples: Sequence[Example]) -> str:
    """How many gold answers are lost when they are written and read back, or ""."""
    golds = [e for e in examples if e.answer is not None]
    odd = sum(task.read(task.write(e.answer), e) != e.answer for e in golds)
    return (f"{odd} of {len(golds)} gold answers cannot be written and read back as they are: "
            "no column can be right there") if odd else ""  # fmt: skip
