"""What happens on the page Runs: runs are opened, compared, named, deleted; files are opened, outputs joined."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core.documents import export
from xlt_core.findings import sentences
from xlt_core.findings.findings import condition_of
from xlt_core.findings.versus import differences, setup_differences
from xlt_core.records import Comparison, InputError
from xlt_core.ui.results import listing, run_state, run_view
from xlt_core.ui.results.run_view import Viewer
from xlt_core.ui.runs import versus
from xlt_core.ui.shared.found_results import Shown
from xlt_core.ui.shared.html import message

Values = Mapping[Any, Any]
Updates = dict[Any, Any]

NOTHING = (
    "<p class='xlt-empty'>Nothing is kept yet. What Evaluate computes is kept here; a file of results can be opened "
    "below.</p>"
)
HIDE = {"visible": False}


@dataclass(frozen=True)
class Runs:
    """The regions of the page. sure: asks before something is deleted; own: takes outputs of other systems."""

    viewer: Viewer
    list: gr.CheckboxGroup
    empty: gr.HTML
    delete: gr.Button
    name: gr.Textbox
    rename: gr.Button
    sure: gr.Row
    question: gr.HTML
    yes: gr.Button
    no: gr.Button
    file: gr.File
    against: gr.HTML
    own: gr.Accordion
    place: gr.Dropdown
    outputs: gr.File

    def shown(self) -> set[Any]:
        """Everything, the viewer aside, that another choice may change."""
        buttons = {self.delete, self.name, self.rename, self.sure, self.question}
        return buttons | {self.list, self.empty, self.against, self.own, self.place}


def came(page: Runs, values: Values) -> Updates:
    """On coming to the page: the runs as they are now."""
    return listed(page, values)


def listed(page: Runs, values: Values, ticked: tuple[str, ...] | None = None) -> Updates:
    """The runs, the last changed first; what is ticked stays so where it is there."""
    keeping, visitor = page.viewer.keeping, values[page.viewer.visitor]
    runs = keeping.store().runs(keeping.sees(visitor))
    rows = [(listing.line(kept, keeping.at_work(kept.id, visitor)), kept.id) for kept in runs]
    wanted = values[page.list] if ticked is None else ticked
    there = [run for run in wanted or () if run in {kept.id for kept in runs}]
    return {page.list: gr.update(choices=rows, value=there), page.empty: "" if rows else NOTHING}


def ticked(page: Runs, values: Values) -> Updates:
    """One opens, two are compared, none clears, of more the last two are compared."""
    chosen = list(values[page.list] or ())
    bare = _cleared(page, chosen)
    if len(chosen) == 1:
        shown = run_view.opened(page.viewer, values, chosen[0])
        kept = page.viewer.keeping.store().run(chosen[0], page.viewer.keeping.sees(values[page.viewer.visitor]))
        named = {page.name: gr.update(value=kept.name, visible=True), page.rename: gr.update(visible=True)}
        return bare | shown | named | _places(page, shown[page.viewer.showing.shown])
    empty = run_view.put(page.viewer, values, run_state.nothing())
    if len(chosen) == 2:
        return bare | empty | {page.against: _compared(page, values, *chosen)}
    more = "Tick two runs to compare them, or one to open it." if chosen else ""
    return bare | empty | {page.viewer.message: message(more)}


def renamed(page: Runs, values: Values) -> Updates:
    """Gives the run that is ticked a name; an empty one gives it back its own."""
    (run,) = values[page.list]
    page.viewer.keeping.store().rename(run, str(values[page.name] or "")[:80], _sees(page, values))
    return listed(page, values)


def asked(page: Runs, values: Values) -> Updates:
    """Asks whether what is ticked is to be deleted. Raises InputError for a run at work."""
    chosen = values[page.list] or ()
    if any(page.viewer.keeping.at_work(run, values[page.viewer.visitor]) for run in chosen):
        raise InputError("A run at work cannot be deleted; stop it first.")
    what = "this run" if len(chosen) == 1 else f"these {len(chosen)} runs"
    said = f"<p>Delete {what} with all answers that no other run shares?</p>"
    return {page.sure: gr.update(visible=bool(chosen)), page.question: said}


def deleted(page: Runs, values: Values) -> Updates:
    """Deletes what is ticked."""
    for run in values[page.list] or ():
        page.viewer.keeping.forget(run, values[page.viewer.visitor])
        page.viewer.keeping.store().delete(run, _sees(page, values))
    empty = run_view.put(page.viewer, values, run_state.nothing())
    return _cleared(page, []) | empty | listed(page, values, ())


def dropped(page: Runs, values: Values) -> Updates:
    """Opens a file of results. Raises InputError for one that is none."""
    paths = [Path(name) for name in values[page.file] or ()]
    comparisons = [one for path in paths for one in _read(path)]
    stem = paths[0].stem if len(paths) == 1 else f"{len(paths)} files"
    seen = run_state.of_comparisons(comparisons, f"{stem}: {listing.of_comparisons(comparisons)}")
    shown = run_view.put(page.viewer, values, seen)
    return _cleared(page, []) | {page.list: gr.update(value=[])} | shown | _places(page, seen.shown(hurry=True))


def _read(path: Path) -> tuple[Comparison, ...]:
    try:
        found = export.read_documents(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, RecursionError):
        raise InputError(f"{path.name} is no JSON; drop the file that Download or --out wrote.") from None
    except InputError as error:
        raise InputError(f"{path.name} cannot be opened: {error}") from None
    if not any(comparison.runs for comparison in found):
        raise InputError(f"{path.name} has no columns in it.")
    return found


def joined(page: Runs, values: Values) -> Updates:
    """The cells of a place with a file of outputs as one more column. Raises InputError where none takes it."""
    from xlt_core.documents import outputs

    shown, path = values[page.viewer.showing.shown], Path(values[page.outputs])
    made: list[Comparison] = []
    why = InputError("Open a run or a file of results first.")
    for number in _cells(shown, values[page.place]):
        try:
            made.append(outputs.joined(shown.whole(number), path))
        except InputError as error:
            why = error
    if not made:
        raise why
    seen = run_state.of_comparisons(made, f"{values[page.place]} with {path.stem}")
    told = f"{path.stem} stands beside the others in {len(made)} cells. It is not kept: download what you need."
    return run_view.put(page.viewer, values, seen) | {page.viewer.message: message(told)}


def _cells(shown: Shown | None, place: object) -> list[int]:
    if shown is None:
        return []
    return [n for n, one in enumerate(shown.lean) if sentences.title_of(condition_of(one), shown.found) == place]


def _places(page: Runs, shown: Shown | None) -> Updates:
    """Where outputs of other systems can be joined."""
    places = [sentences.title_of(place, shown.found) for place in shown.found.conditions] if shown else []
    return {
        page.own: gr.update(visible=bool(places)),
        page.place: gr.update(choices=places, value=places[0] if places else None),
    }


def _cleared(page: Runs, chosen: list[str]) -> Updates:
    """The buttons for what is ticked, with everything else away."""
    return {
        page.delete: gr.update(interactive=bool(chosen)),
        page.name: gr.update(**HIDE),
        page.rename: gr.update(**HIDE),
        page.sure: gr.update(**HIDE),
        page.own: gr.update(**HIDE),
        page.against: "",
    }


def _compared(page: Runs, values: Values, first: str, second: str) -> str:
    store, sees = page.viewer.keeping.store(), _sees(page, values)
    sides = [list(store.comparisons(run, sees)) for run in (first, second)]
    titles = [listing.entitled(store.run(run, sees)) for run in (first, second)]
    return versus.against_html(titles[0], titles[1], differences(*sides), setup_differences(*sides))


def _sees(page: Runs, values: Values) -> str | None:
    return page.viewer.keeping.sees(values[page.viewer.visitor])
