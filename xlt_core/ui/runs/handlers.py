"""The event handlers of the tab Runs: runs and files are opened, runs compared, named and deleted, outputs added."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from xlt_core.documents import export, texts
from xlt_core.findings import sentences
from xlt_core.findings.findings import condition_of
from xlt_core.findings.naming import side_by_side
from xlt_core.findings.versus import differences, setup_differences
from xlt_core.records import Comparison, InputError
from xlt_core.ui.results import listing, run_state, run_view
from xlt_core.ui.runs import view
from xlt_core.ui.runs.form import RunsForm
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.result_set import ResultSet
from xlt_core.ui.shared.updates import Updates, Values

NOTHING = (
    "<p class='xlt-empty'>Nothing is kept yet. What Evaluate computes is kept here; a file of results can be opened "
    "below.</p>"
)
HIDE = {"visible": False}


def refresh_list(form: RunsForm, values: Values, ticked: tuple[str, ...] | None = None) -> Updates:
    """The runs, the last changed first. ticked: the runs to tick; by default those that are ticked stay so."""
    manager, visitor = form.view.manager, values[form.view.visitor]
    runs = manager.store().runs(manager.visible_owner(visitor))
    menu = [(listing.menu_entry(kept, manager.is_running(kept.id, visitor)), kept.id) for kept in runs]
    wanted = values[form.list] if ticked is None else ticked
    chosen = [run for run in wanted or () if run in {kept.id for kept in runs}]
    return {form.list: gr.update(choices=menu, value=chosen), form.empty: "" if menu else NOTHING}


def show_ticked(form: RunsForm, values: Values) -> Updates:
    """Opens one ticked run, compares two, and shows nothing for none or for more than two."""
    ticked = list(values[form.list] or ())
    buttons = _buttons(form, ticked)
    if len(ticked) == 1:
        shown = run_view.open_run(form.view, values, ticked[0])
        kept = form.view.manager.store().run(ticked[0], _visible_owner(form, values))
        named = {form.name: gr.update(value=kept.name, visible=True), form.rename: gr.update(visible=True)}
        return buttons | shown | named | _outputs_panel(form, shown[form.view.overview.results])
    empty = run_view.show(form.view, values, run_state.empty())
    if len(ticked) == 2:
        return buttons | empty | {form.comparison: _compared(form, values, *ticked)}
    hint = "Tick two runs to compare them, or one to open it." if ticked else ""
    return buttons | empty | {form.view.message: message_html(hint)}


def rename(form: RunsForm, values: Values) -> Updates:
    """Names the ticked run; an empty name gives it back its description."""
    (run,) = values[form.list]
    form.view.manager.store().rename(run, str(values[form.name] or "")[:80], _visible_owner(form, values))
    return refresh_list(form, values)


def confirm_delete(form: RunsForm, values: Values) -> Updates:
    """Asks whether to delete the ticked runs. Raises InputError for a running one."""
    ticked = values[form.list] or ()
    if any(form.view.manager.is_running(run, values[form.view.visitor]) for run in ticked):
        raise InputError("A running run cannot be deleted; stop it first.")
    what = "this run" if len(ticked) == 1 else f"these {len(ticked)} runs"
    question = f"<p>Delete {what} with all answers that no other run shares?</p>"
    return {form.confirm: gr.update(visible=bool(ticked)), form.question: question}


def delete(form: RunsForm, values: Values) -> Updates:
    """Deletes the ticked runs."""
    manager = form.view.manager
    for run in values[form.list] or ():
        manager.forget_job(run, values[form.view.visitor])
        manager.store().delete(run, _visible_owner(form, values))
    empty = run_view.show(form.view, values, run_state.empty())
    return _buttons(form, []) | empty | refresh_list(form, values, ())


def open_files(form: RunsForm, values: Values) -> Updates:
    """Opens files of results. Raises InputError for a file that holds none."""
    paths = [Path(name) for name in values[form.file] or ()]
    comparisons = [one for path in paths for one in _read(path)]
    stem = paths[0].stem if len(paths) == 1 else f"{len(paths)} files"
    state = run_state.of_comparisons(comparisons, f"{stem}: {listing.describe_comparisons(comparisons)}")
    shown = run_view.show(form.view, values, state)
    results = state.results(latest=True)
    return _buttons(form, []) | {form.list: gr.update(value=[])} | shown | _outputs_panel(form, results)


def _read(path: Path) -> tuple[Comparison, ...]:
    try:
        found = texts.all_with_texts(export.load(path))
    except InputError as error:
        raise InputError(f"{path.name} cannot be opened: {error} Drop the file that Download or --out wrote.") from None
    if not any(comparison.runs for comparison in found):
        raise InputError(f"{path.name} has no columns in it.")
    return found


def add_outputs(form: RunsForm, values: Values) -> Updates:
    """Adds a file of outputs as a column to the cells of a place. Raises InputError where it fits none of them."""
    from xlt_core.documents import outputs

    results, path = values[form.view.overview.results], Path(values[form.outputs])
    made: list[Comparison] = []
    problem = InputError("Open a run or a file of results first.")
    for index in _cells(results, values[form.place]):
        try:
            made.append(outputs.joined(results.load(index), path))
        except InputError as error:
            problem = error
    if not made:
        raise problem
    state = run_state.of_comparisons(made, f"{values[form.place]} with {path.stem}")
    text = f"{path.stem} is now a column of {len(made)} cells. It is not kept: download what you need."
    return run_view.show(form.view, values, state) | {form.view.message: message_html(text)}


def _cells(results: ResultSet | None, place: object) -> list[int]:
    if results is None:
        return []
    summaries = side_by_side(results.summaries)
    names = [sentences.title_of(condition_of(one), results.findings) for one in summaries]
    return [index for index, name in enumerate(names) if name == place]


def _outputs_panel(form: RunsForm, results: ResultSet | None) -> Updates:
    """The places to which outputs of another system can be added."""
    findings = results.findings if results else None
    places = [sentences.title_of(place, findings) for place in findings.conditions] if findings else []
    return {
        form.outputs_panel: gr.update(visible=bool(places)),
        form.place: gr.update(choices=places, value=places[0] if places else None),
    }


def _buttons(form: RunsForm, ticked: list[str]) -> Updates:
    """The button Delete for the ticked runs; the other widgets are hidden."""
    return {
        form.delete: gr.update(interactive=bool(ticked)),
        form.name: gr.update(**HIDE),
        form.rename: gr.update(**HIDE),
        form.confirm: gr.update(**HIDE),
        form.outputs_panel: gr.update(**HIDE),
        form.comparison: "",
    }


def _compared(form: RunsForm, values: Values, first: str, second: str) -> str:
    store, owner = form.view.manager.store(), _visible_owner(form, values)
    sides = [list(store.comparisons(run, owner)) for run in (first, second)]
    titles = [listing.title(store.run(run, owner)) for run in (first, second)]
    return view.comparison_html(titles[0], titles[1], differences(*sides), setup_differences(*sides))


def _visible_owner(form: RunsForm, values: Values) -> str | None:
    return form.view.manager.visible_owner(values[form.view.visitor])
