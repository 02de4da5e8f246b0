"""The progress of a sweep as HTML: a table of its cells, a progress bar, and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlt_core import catalog
from xlt_core.formats.durations import duration
from xlt_core.records import Plan
from xlt_core.store.store import ENDED
from xlt_core.sweeps.sweep import Cell
from xlt_core.sweeps.titles import models_of, varying
from xlt_core.ui.shared.html import escape

MAX_PROBLEMS = 12
# By state, what a field says; one with several seeds shows the first of these.
LABELS = {
    "failed": "failed",
    "running": "running",
    "stopped": "stopped",
    "waiting": "waiting",
    "done": "done",
    "cannot": "cannot be combined",
}

Row = tuple[str, ...]  # task, language, dataset, and the models that are told


def grid_html(cells: Sequence[Cell]) -> str:
    """A table with a row for each task, language, dataset and model, and a field for each number of shots."""
    if not cells:
        return ""
    shots, told = sorted({cell.plan.shots for cell in cells}), varying(cell.plan for cell in cells)
    rows: dict[Row, dict[int, list[Cell]]] = {}
    for cell in cells:
        rows.setdefault(_row(cell.plan, told), {}).setdefault(cell.plan.shots, []).append(cell)
    several = len({row[2] for row in rows}) > 1
    heads = "".join(f"<th scope='col'>{_shots(k)}</th>" for k in shots)
    body = "".join(
        f"<tr><th scope='row'>{_title(row, several)}</th>{''.join(_field(fields.get(k, [])) for k in shots)}</tr>"
        for row, fields in rows.items()
    )
    head = f"<thead><tr><td></td>{heads}</tr></thead>"
    return f"<div class='xlt-grid' tabindex='0'><table>{head}<tbody>{body}</tbody></table></div>"


def progress_html(cells: Sequence[Cell], seconds: float, left: float | None) -> str:
    """The numbers of answers and cells that are done, the elapsed seconds, those left, and a progress bar."""
    done, total = sum(cell.done for cell in cells), sum(cell.total for cell in cells)
    ended = sum(cell.state in ENDED for cell in cells)
    possible = sum(cell.state != "cannot" for cell in cells)
    parts = [f"<b>{done:,}</b> of {total:,} answers", f"{ended} of {possible} cells", f"{duration(seconds)} so far"]
    parts += [] if left is None else [f"about <b>{duration(left)}</b> left"]
    bar = f"<progress max='{max(total, 1)}' value='{done}'></progress>"
    return f"<p class='xlt-grid-progress'>{' · '.join(parts)}{bar}</p>"


def problems_html(cells: Sequence[Cell]) -> str:
    """The cells that failed, those without all answers, and those that cannot be combined, each with the reason."""
    told = varying(cell.plan for cell in cells)
    failed = [(cell_name(cell.plan, told), cell.note) for cell in cells if cell.state == "failed"]
    incomplete = [(cell_name(cell.plan, told), cell.note) for cell in cells if cell.state == "done" and cell.note]
    return _listed("Failed", failed) + _listed("Done, but incomplete", incomplete) + _impossible(cells)


def cell_name(plan: Plan, told: Sequence[str] = ()) -> str:
    """A cell by task, language, shots and seed, and by those models that are told (as of `varying`)."""
    language = catalog.by_code(plan.language)
    name = language.name if language else plan.language
    seed = [f"seed {plan.seed}"] if plan.seed else []
    return ", ".join([f"{catalog.task(plan.task).title} in {name}", _shots(plan.shots), *seed, *models_of(plan, told)])


def _row(plan: Plan, told: Sequence[str]) -> Row:
    return plan.task, plan.language, plan.dataset, *models_of(plan, told)


def _title(row: Row, several: bool) -> str:
    task, code, dataset, *models = row
    language = catalog.by_code(code)
    more = "".join(f" <small>{escape(name)}</small>" for name in (*[dataset] * several, *models))
    return f"{escape(catalog.task(task).title)} · {escape(language.name if language else code)}{more}"


def _shots(number: int) -> str:
    return "1 shot" if number == 1 else f"{number} shots"


def _field(cells: Sequence[Cell]) -> str:
    states = {cell.state for cell in cells}
    if not cells or states == {"cannot"}:
        return f"<td data-state='cannot' title='{escape(cells[0].note if cells else '')}'>not possible</td>"
    state = next(name for name in LABELS if name in states)
    done, total = sum(cell.done for cell in cells), sum(cell.total for cell in cells)
    shown = "begun" if state == "waiting" and done else state
    share = 100 if state == "done" else round(100 * done / max(total, 1))
    far = f"{done} of {total}" + ", stopped" * (state == "stopped")
    text = far if state in ("running", "stopped", "waiting") and done else LABELS[state]
    return f"<td data-state='{shown}' style='--share:{share}%'>{text}</td>"


def _listed(heading: str, rows: Sequence[tuple[str, str]]) -> str:
    if not rows:
        return ""
    items = "".join(f"<li>{escape(name)}: {escape(note)}</li>" for name, note in rows[:MAX_PROBLEMS])
    more = f"<li>and {len(rows) - MAX_PROBLEMS} more</li>" if len(rows) > MAX_PROBLEMS else ""
    return f"<h3 class='xlt-group'>{heading} <small>{len(rows)}</small></h3><ul class='xlt-problems'>{items}{more}</ul>"


def _impossible(cells: Iterable[Cell]) -> str:
    reasons: dict[str, None] = {}
    for cell in cells:
        for column, reason in ({"": cell.note} if cell.state == "cannot" else cell.cannot).items():
            reasons[f"{column}: {reason}" if column else reason] = None
    if not reasons:
        return ""
    items = "".join(f"<li>{escape(reason)}</li>" for reason in [*reasons][:MAX_PROBLEMS])
    return f"<h3 class='xlt-group'>Left out</h3><ul class='xlt-problems'>{items}</ul>"
