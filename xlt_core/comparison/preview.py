"""Each column's prompt for the first item, without a call of the language model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.job import Job
from xlt_core.comparison.selection import select
from xlt_core.records import Column, InputError, Plan, Reply


@dataclass(frozen=True)
class Preview:
    """A column's prompt for the first item. text: exactly what would be sent; tokens: its length; error: why not."""

    text: str = ""
    tokens: int = 0
    notes: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()
    error: str = ""


def preview(plan: Plan, parts: Parts = PARTS) -> Iterator[dict[str, Preview]]:
    """The previews by column name, one more each time. Raises InputError for a plan that is off."""
    job = Job.of(select(plan, parts), parts)
    shown: dict[str, Preview] = {}
    for column in job.selection.plan.columns:
        shown[column.name] = _preview(job, column)
        yield dict(shown)


def _preview(job: Job, column: Column) -> Preview:
    if column.name not in job.blocked and job.bases.get(column.name):
        return Preview(notes=(f"no prompt of its own: it builds on {', '.join(job.bases[column.name])}",))
    preparation, made = job.prepare(column), []
    first = job.selection.examples[0].blanked()
    try:
        while True:
            try:
                made.append(next(preparation))
            except StopIteration as end:
                reader, (prompt, notes, replies) = end.value.reader, end.value.preview(first)
                break
    except InputError as error:
        return Preview(error=str(error))
    early = [piece for piece in made if isinstance(piece, Reply) and piece.final]
    said = [piece for piece in made if isinstance(piece, str)]
    if reader is None:
        return Preview(notes=(*said, *notes, "no language model is asked"), replies=(*early, *replies))
    return Preview(reader.render(prompt), reader.count(prompt), (*said, *notes), (*early, *replies))
