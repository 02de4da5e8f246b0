"""The one loop: compare(plan) yields snapshots of all columns at work on the same items."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from xlt_core.catalog import LLM, PARTS, PIVOT, Parts, needs_rows, translator_of, why_not
from xlt_core.comparison import selection
from xlt_core.comparison.columns import Job, Worker
from xlt_core.contracts import Memory, Setting
from xlt_core.formats import rows as rows_module
from xlt_core.records import Column, Comparison, Example, InputError, Plan, Reply, Row
from xlt_core.scoring.significance import between

PAUSE = 0.1  # seconds at least between snapshots
MOST_TOKENS = 4096


@dataclass(frozen=True)
class Preview:
    """A column's prompt for the first item. text: exactly what would be sent; tokens: its length; error: why not."""

    text: str = ""
    tokens: int = 0
    notes: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()
    error: str = ""


def sample(examples: Sequence[Example], n: int, seed: int) -> list[Example]:
    """At most n examples, stratified by label; those of a smaller n are among those of a larger one."""
    return selection.spread(examples, seed)[:n]


def tidied(plan: Plan, parts: Parts = PARTS) -> Plan:
    """The plan's own values in one form, whatever the data. Raises InputError for one that is off."""
    if not 1 <= plan.limits.tokens <= MOST_TOKENS:
        raise InputError(f"The output limit is {plan.limits.tokens} tokens; give 1 to {MOST_TOKENS}.")
    if not (math.isfinite(plan.limits.temperature) and 0 <= plan.limits.temperature <= 2):
        raise InputError(f"The temperature is {plan.limits.temperature}; give 0 to 2.")
    if plan.shots < 0:
        raise InputError(f"There cannot be {plan.shots} shots; give 0 or more.")
    if plan.seed < 0:
        raise InputError(f"The seed cannot be {plan.seed}; give 0 or more.")
    if plan.samples < 1 and not plan.inputs:
        raise InputError(f"There cannot be {plan.samples} samples; give 1 or more.")
    names = [column.name for column in plan.columns]
    if not names or len(set(names)) < len(names) or not all(names):
        raise InputError("Choose at least one strategy." if not names else "Give each column a name of its own.")
    labels = tuple(dict.fromkeys(filter(None, map(str.strip, plan.labels))))
    return replace(plan, language=parts.language(plan.language).code, inputs=_cleaned(plan.inputs), labels=labels,
                   limits=replace(plan.limits, seed=plan.seed),
                   demonstrations=None if plan.demonstrations is None else _cleaned(plan.demonstrations),
                   columns=tuple(_column(column, parts) for column in plan.columns))  # fmt: skip


def resolve(plan: Plan, parts: Parts = PARTS) -> Plan:
    """The plan with everything checked and filled in: demonstrations, revision, digest. Raises InputError."""
    plan = tidied(plan, parts)
    blocked = why_not(plan, parts).get("")
    if blocked:
        raise InputError(blocked)
    if any(parts.strategy(column).uses_translator for column in plan.columns):
        # Asked only so that a translator that cannot be had is the plan's error; the column answers for what it lacks.
        translator_of(plan, parts).lacks(parts.language(plan.language))
    known = _known(plan, parts)
    plan = replace(plan, model_revision=parts.host(plan.model).revision,
                   data_digest=selection.digest(known) if known else "")  # fmt: skip
    if plan.demonstrations is None:
        plan = replace(plan, demonstrations=draw(plan, parts))
    plan = replace(plan, shots=len(plan.demonstrations))
    demonstrations_of(plan, parts)
    examples_of(plan, parts)
    return plan


def draw(plan: Plan, parts: Parts = PARTS) -> tuple[Row, ...]:
    """Demonstrations by the seed from the train split: class-balanced, fewer shots among more, never a test text.

    None where the dataset has no train split.
    """
    if not plan.shots:
        return ()
    items = examples_of(plan, parts)
    if "train" not in parts.dataset(plan.dataset).splits(plan.task, plan.language):
        return ()
    others = items if plan.split == "train" else [*items, *_split(plan, parts)]
    train = _split(replace(plan, split="train"), parts)
    return selection.draw_rows(parts.task(plan.task), train, plan.shots, plan.seed, (e.text for e in others))


def examples_of(plan: Plan, parts: Parts = PARTS) -> tuple[Example, ...]:
    """The items that the plan is about, with their gold answers."""
    if not plan.inputs:
        return tuple(sample(_split(plan, parts), plan.samples, plan.seed))
    return _read(plan, parts, plan.inputs, "Input")


def demonstrations_of(plan: Plan, parts: Parts = PARTS) -> tuple[Example, ...]:
    """The plan's demonstrations as examples; a bad one raises an InputError that names it."""
    return _read(plan, parts, plan.demonstrations or (), "Demonstration")


def remarks(plan: Plan, parts: Parts = PARTS) -> tuple[str, ...]:
    """What a reader of a resolved plan's results should know of its data."""
    data, task = parts.dataset(plan.dataset), parts.task(plan.task)
    if plan.language not in data.languages(plan.task):
        kind = "" if plan.labels else {"label": "labels", "spans": "kinds of entities"}.get(task.answer_kind, "")
        theirs = f": the {kind} are those that it has in other languages" if kind else ""
        return (f"the dataset {plan.dataset} has no {plan.task} in this language{theirs}",)
    found = [data.note(plan.task, plan.language, plan.split)]
    if "train" not in data.splits(plan.task, plan.language):
        found += [] if plan.demonstrations else ["the dataset has no train split here: no demonstrations (zero-shot)"]
    elif any(row.id for row in plan.demonstrations or ()):
        found += data.note(plan.task, plan.language, "train").split("; ")
    golds = [e for e in examples_of(plan, parts) if e.answer is not None]
    odd = sum(task.read(task.write(e.answer), e) != e.answer for e in golds)
    if odd:
        found.append(f"{odd} of {len(golds)} gold answers cannot be written and read back as they are: "
                     "no column can be right there")  # fmt: skip
    return tuple(dict.fromkeys(filter(None, found)))


def preview(plan: Plan, parts: Parts = PARTS) -> Iterator[dict[str, Preview]]:
    """Each column's prompt for the first item, as they come, without a call of the language model."""
    job = _job(resolve(plan, parts), parts)
    shown: dict[str, Preview] = {}
    for column in job.plan.columns:
        shown[column.name] = _previewed(job, column)
        yield dict(shown)


def compare(plan: Plan, parts: Parts = PARTS, memory: Memory | None = None) -> Iterator[Comparison]:
    """Snapshots of the plan at work, the first at once and the last when all columns have ended.

    The columns take turns, so that they advance together; one that fails is shown so and the others go on. Items that
    the memory knows are not computed again. Closing the iterator stops the work. Raises InputError, before the first
    snapshot, for a plan that is off.
    """
    job = replace(_job(resolve(plan, parts), parts), memory=memory)
    workers = [Worker(job, column) for column in job.plan.columns]
    yield _snapshot(job, workers)
    shown, active = time.monotonic(), list(workers)
    try:
        while active:
            for worker in tuple(active):
                if not worker.step():
                    active.remove(worker)
                if active and time.monotonic() - shown >= PAUSE:
                    yield _snapshot(job, workers)
                    shown = time.monotonic()
    finally:
        for worker in workers:
            worker.close()
    final = _snapshot(job, workers)
    yield replace(final, tests=between(final.runs, job.setting.task.metrics[0], job.plan.seed))


def signatures(plan: Plan, parts: Parts = PARTS) -> tuple[str, ...]:
    """Of each column of a resolved plan, signs for all that its predictions hang on. Raises InputError."""
    job = _job(plan, parts)
    return tuple(map(job.signature, plan.columns))


def stopped(comparison: Comparison) -> Comparison:
    """The snapshot as what remains of a comparison that was stopped."""
    ended = [replace(r, state="stopped") if r.state in ("waiting", "running") else r for r in comparison.runs]
    return replace(comparison, runs=tuple(ended))


def _column(column: Column, parts: Parts) -> Column:
    """The column with its knobs in their own types, without those that are as by default."""
    made = parts.strategy(column)
    defaults = parts.strategy(replace(column, knobs={}))
    values = {name: getattr(made, name) for name in column.knobs}
    return replace(column, knobs={name: v for name, v in values.items() if v != getattr(defaults, name)})


def _cleaned(rows: Sequence[Row]) -> tuple[Row, ...]:
    return tuple(Row(*map(rows_module.clean, (r.text, r.answer, r.id, r.english, r.english_answer))) for r in rows)


def _split(plan: Plan, parts: Parts) -> tuple[Example, ...]:
    found = selection.load(parts.dataset(plan.dataset), plan.task, plan.language, plan.split)
    return selection.relabelled(found, plan.labels) if plan.labels else found


def _known(plan: Plan, parts: Parts) -> tuple[Example, ...]:
    """The rows that the plan takes, or that tell its labels: where nothing else is asked of them, those of another
    language or split will do; () where the plan has labels of its own."""
    if needs_rows(plan):
        return _split(plan, parts)
    served = (data := parts.dataset(plan.dataset)).languages(plan.task)
    if plan.labels or not served:
        return ()
    language = next(code for code in (plan.language, PIVOT, served[0]) if code in served)
    splits = data.splits(plan.task, language)
    return _split(replace(plan, language=language, split=plan.split if plan.split in splits else splits[0]), parts)


def _read(plan: Plan, parts: Parts, rows: Sequence[Row], what: str) -> tuple[Example, ...]:
    """Rows as examples; the numbers that name them count from 1."""
    task, choices = parts.task(plan.task), plan.labels or selection.labels(_known(plan, parts))
    drawn = what == "Demonstration"
    named = [replace(row, id=(drawn and row.id) or f"{what.lower()}-{i + 1}") for i, row in enumerate(rows)]
    return tuple(rows_module.read_row(task, row, choices, f"{what} {i + 1}", drawn) for i, row in enumerate(named))


def _job(plan: Plan, parts: Parts) -> Job:
    setting = Setting(
        parts.task(plan.task), parts.language(plan.language), parts.language(PIVOT), parts.host(plan.model), None,
        demonstrations_of(plan, parts), plan.limits, plan.seed)  # fmt: skip
    return Job(plan, parts, setting, examples_of(plan, parts), why_not(plan, parts), remarks(plan, parts),
               _parallel(plan, parts))  # fmt: skip


def _parallel(plan: Plan, parts: Parts) -> tuple[Row, ...]:
    """What the model is shown where it is to translate: rows of the train split that have their English, none of which
    is among the plan's items and demonstrations."""
    data = parts.dataset(plan.dataset)
    served = plan.language in data.languages(plan.task) and "train" in data.splits(plan.task, plan.language)
    if plan.translator != LLM or not served or not any(parts.strategy(c).uses_translator for c in plan.columns):
        return ()
    items = [*examples_of(plan, parts), *demonstrations_of(plan, parts)]
    others = items if plan.split == "train" else [*items, *_split(plan, parts)]
    train = selection.load(data, plan.task, plan.language, "train")
    return selection.draw_parallel(train, plan.seed, others)


def _previewed(job: Job, column: Column) -> Preview:
    preparation, made = job.prepare(column), []
    try:
        while True:
            try:
                made.append(next(preparation))
            except StopIteration as end:
                reader, (prompt, notes, replies) = end.value.reader, end.value.preview(job.examples[0].blanked())
                break
    except InputError as error:
        return Preview(error=str(error))
    early = [piece for piece in made if isinstance(piece, Reply) and piece.final]
    said = [piece for piece in made if isinstance(piece, str)]
    return Preview(reader.render(prompt), reader.count(prompt), (*said, *notes), (*early, *replies))


def _snapshot(job: Job, workers: Sequence[Worker]) -> Comparison:
    return Comparison(job.plan, tuple(worker.snapshot() for worker in workers))
