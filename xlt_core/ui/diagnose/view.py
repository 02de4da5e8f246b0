"""A diagnosis as HTML: pictures and sentences first, the numbers in a fold."""

from __future__ import annotations

from xlt_core import catalog
from xlt_core.contracts import Measured
from xlt_core.diagnosis.document import tables
from xlt_core.diagnosis.pictures import picture_html
from xlt_core.diagnosis.records import Snapshot
from xlt_core.jobs import Job
from xlt_core.records import Language
from xlt_core.ui.shared.html import details_html, escape, with_code

STATES = {"done": "Measured", "failed": "Failed", "stopped": "Stopped; what was measured stays"}


def about_html(language: Language, model: str) -> str:
    """What will be measured."""
    return (f"<p>Measures {escape(language.name)} with the model {escape(model)} on sentences that have their English. "
            "Choose another language, model or translator in Choices, and press Measure again.</p>")  # fmt: skip


def progress_html(job: Job[Snapshot]) -> str:
    """What is at work, with a bar, or how it ended."""
    now = job.last
    if now is None:
        return "<p class='xlt-quiet' role='status'>Beginning</p>"
    said = STATES.get(job.state, now.doing)
    bar = f"<progress value='{now.done}' max='{max(now.total, 1)}' aria-label='measured'></progress>"
    return (f"<div class='xlt-progress' style='--strategy:var(--primary-500)' data-state='{job.state}' role='status'>"
            f"{escape(said)}{bar if job.state == 'running' else ''}</div>")  # fmt: skip


def results_html(snapshot: Snapshot) -> str:
    """Each diagnostic that has ended."""
    names = dict.fromkeys(one.diagnostic for one in snapshot.found)
    return "".join(_section([one for one in snapshot.found if one.diagnostic == name]) for name in names)


def _section(found: list[Measured]) -> str:
    made = catalog.diagnostic(found[0].diagnostic)
    own = [one for one in found if not one.refused]
    pictures = "".join(picture_html(chart) for chart in made.charts(own)) if own else ""
    said = "".join(f"<p class='xlt-conclusion'>{escape(made.says(catalog.language(one.language).name, one.values))}</p>"
                   for one in own)  # fmt: skip
    refused = "".join(f"<p class='xlt-note'>{escape(one.refused)}</p>" for one in found if one.refused)
    return (f"<section class='xlt-diagnostic'><h3 class='xlt-group'>{escape(made.title)}</h3>"
            f"<p class='xlt-quiet'>{with_code(made.summary)}</p>{said}<div class='xlt-pictures'>{pictures}</div>"
            f"{refused}{_numbers(own)}</section>")  # fmt: skip


def _numbers(found: list[Measured]) -> str:
    """The table, turned so that it fits a phone: a line for each number."""
    rows = ""
    for _, (heads, *lines) in tables(found):
        for place, head in enumerate(heads[1:], 1):
            cells = "".join(f"<td>{escape(line[place])}</td>" for line in lines)
            rows += f"<tr><th scope='row'>{escape(head)}</th>{cells}</tr>"
    table = f"<div class='xlt-plain' tabindex='0'><table><tbody>{rows}</tbody></table></div>"
    return details_html(f"diagnose/{found[0].diagnostic}", "The numbers", table) if rows else ""
