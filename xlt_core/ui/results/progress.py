"""The picture of a grid filling in: tasks and languages by shots, each field as full as it is done; and what failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlt_core import catalog
from xlt_core.formats.durations import duration
from xlt_core.records import Plan
from xlt_core.sweeps.sweep import Cell
from xlt_core.ui.shared.html import escape

MOST_TROUBLES = 12
STATES = ("failed", "running", "waiting", "done", "cannot")  # a field of several seeds shows the first that it has
WORDS = {"waiting": "waiting", "running": "at work", "done": "done", "failed": "failed", "cannot": "cannot be combined"}

Row = tuple[str, str, str]


def filling_html(cells: Sequence[Cell]) -> str:
    """A table: a row for each task, language and dataset, a field for each number of shots."""
    if not cells:
        return ""
    shots = sorted({cell.plan.shots for cell in cells})
    rows: dict[Row, dict[int, list[Cell]]] = {}
    for cell in cells:
        rows.setdefault(_row(cell.plan), {}).setdefault(cell.plan.shots, []).append(cell)
    several = len({dataset for *_, dataset in rows}) > 1
    heads = "".join(f"<th scope='col'>{_shots(k)}</th>" for k in shots)
    body = "".join(
        f"<tr><th scope='row'>{_title(row, several)}</th>{''.join(_field(fields.get(k, [])) for k in shots)}</tr>"
        for row, fields in rows.items()
    )
    head = f"<thead><tr><td></td>{heads}</tr></thead>"
    return f"<div class='xlt-filling' tabindex='0'><table>{head}<tbody>{body}</tbody></table></div>"


def progress_html(cells: Sequence[Cell], seconds: float, left: float | None) -> str:
    """How far it is, in a line with a bar."""
    done, total = sum(cell.done for cell in cells), sum(cell.total for cell in cells)
    ended = sum(cell.state in ("done", "failed") for cell in cells)
    able = sum(cell.state != "cannot" for cell in cells)
    said = [f"<b>{done:,}</b> of {total:,} answers", f"{ended} of {able} cells", f"{duration(seconds)} so far"]
    said += [] if left is None else [f"about <b>{duration(left)}</b> left"]
    return f"<p class='xlt-far'>{' · '.join(said)}<progress max='{max(total, 1)}' value='{done}'></progress></p>"


def trouble_html(cells: Sequence[Cell]) -> str:
    """What failed, what lacks answers and what cannot be combined, each with its reason."""
    failed = [(cell.plan, cell.note) for cell in cells if cell.state == "failed"]
    lacking = [(cell.plan, cell.note) for cell in cells if cell.state == "done" and cell.note]
    parts = (_listed("Failed", failed), _listed("Done, but not whole", lacking), _impossible(cells))
    return "".join(parts)


def named(plan: Plan) -> str:
    """A cell in words."""
    language = catalog.languages().get(plan.language)
    seed = f", seed {plan.seed}" if plan.seed else ""
    name = language.name if language else plan.language
    return f"{catalog.task(plan.task).title} in {name}, {_shots(plan.shots)}{seed}"


def _row(plan: Plan) -> Row:
    return plan.task, plan.language, plan.dataset


def _title(row: Row, several: bool) -> str:
    task, code, dataset = row
    language = catalog.languages().get(code)
    more = f" <small>{escape(dataset)}</small>" if several else ""
    return f"{escape(catalog.task(task).title)} · {escape(language.name if language else code)}{more}"


def _shots(number: int) -> str:
    return "1 shot" if number == 1 else f"{number} shots"


def _field(cells: Sequence[Cell]) -> str:
    states = {cell.state for cell in cells}
    if not cells or states == {"cannot"}:
        return f"<td data-state='cannot' title='{escape(cells[0].note if cells else '')}'>not possible</td>"
    state = next(name for name in STATES if name in states)
    done, total = sum(cell.done for cell in cells), sum(cell.total for cell in cells)
    begun = "begun" if state == "waiting" and done else state
    share = 100 if state == "done" else round(100 * done / max(total, 1))
    text = f"{done} of {total}" if state in ("running", "waiting") and done else WORDS[state]
    return f"<td data-state='{begun}' style='--share:{share}%'>{text}</td>"


def _listed(head: str, rows: Sequence[tuple[Plan, str]]) -> str:
    if not rows:
        return ""
    items = "".join(f"<li>{escape(named(plan))}: {escape(note)}</li>" for plan, note in rows[:MOST_TROUBLES])
    more = f"<li>and {len(rows) - MOST_TROUBLES} more</li>" if len(rows) > MOST_TROUBLES else ""
    return f"<h3 class='xlt-group'>{head} <small>{len(rows)}</small></h3><ul class='xlt-troubles'>{items}{more}</ul>"


def _impossible(cells: Iterable[Cell]) -> str:
    reasons: dict[str, None] = {}
    for cell in cells:
        for column, reason in ({"": cell.note} if cell.state == "cannot" else cell.cannot).items():
            reasons[f"{column}: {reason}" if column else reason] = None
    if not reasons:
        return ""
    items = "".join(f"<li>{escape(reason)}</li>" for reason in [*reasons][:MOST_TROUBLES])
    return f"<h3 class='xlt-group'>Left out</h3><ul class='xlt-troubles'>{items}</ul>"
