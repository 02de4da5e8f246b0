"""Opens a finished result from a link or a file: nothing is computed, and no model is needed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from xlt_core.documents import export, shared_result, texts
from xlt_core.records import Comparison, InputError
from xlt_core.ui.compare import view
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.items import matrix
from xlt_core.ui.shared.events import QUIET, bind
from xlt_core.ui.shared.html import message_html
from xlt_core.ui.shared.updates import Updates, Values, merge

# What stands behind # in the address never reaches the server by itself.
READ_LINK = f"() => location.hash.startsWith('#{shared_result.FRAGMENT}=') ? location.hash.slice(8) : ''"
SAID = (
    "A result that was computed before, opened from {what}: nothing was run here. Compare runs the setting in the form."
)


def wire(page: ComparePage, loaded: Any) -> None:
    """Binds the link and the file. loaded: the event of the page when its form has been filled."""
    results, message = page.results, page.message
    outputs = view.ended_outputs(results)
    linked = loaded.then(None, None, results.link, js=READ_LINK, **QUIET)
    bind(linked.then, partial(open_link, page), {results.link, results.earlier}, outputs, message)
    inputs = {results.share.opened, results.earlier}
    bind(results.share.opened.upload, partial(open_file, page), inputs, outputs, message)


def open_link(page: ComparePage, values: Values) -> Updates:
    """Shows the result of the link that the page was opened with, if there is one. Raises InputError."""
    code = values[page.results.link]
    return shown(page, shared_result.read_link(code), "a link", values) if code else {}


def open_file(page: ComparePage, values: Values) -> Updates:
    """Shows the result of a file. Raises InputError for one that holds none, or several."""
    path = Path(values[page.results.share.opened])
    try:
        found = export.load(path)
    except InputError as error:
        raise InputError(f"{path.name} cannot be opened: {error}") from None
    if len(found) != 1:
        raise InputError(f"{path.name} holds {len(found)} comparisons; open it on the page Runs.")
    return shown(page, texts.with_texts(found[0]), path.name, values)


def shown(page: ComparePage, comparison: Comparison, what: str, values: Values) -> Updates:
    """The updates that show a result that is opened."""
    if not comparison.runs:
        raise InputError("This result has no columns in it.")
    results = page.results
    ended = view.show_ended(results, comparison, values[results.earlier])
    updates = merge(view.clear(results), matrix.show(results.matrix), ended)
    heading = {results.heading: view.heading_html(comparison, "Opened result")}
    return updates | heading | {page.message: message_html(SAID.format(what=what))}
