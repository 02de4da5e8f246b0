"""The tab Adapt: draws its widgets and binds their events to the handlers."""

from __future__ import annotations

from functools import partial

import gradio as gr

from xlt_core import settings
from xlt_core.ui.adapt import form as adapt_form
from xlt_core.ui.adapt import handlers, library
from xlt_core.ui.adapt.form import AdaptForm
from xlt_core.ui.compare import page as compare_page
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.errors import catch_errors_while_yielding
from xlt_core.ui.shared.events import QUIET, bind, left, quiet
from xlt_core.ui.shared.html import message_html

OFF = ("Adapting is off on this public page: a training takes its machine for minutes or hours. "
       "Run the app on a machine of your own, or use the command `python -m xlt_core adapt`.")  # fmt: skip


def build(tab: gr.Tab, compare: ComparePage, tabs: gr.Tabs) -> None:
    """Draws the tab, with its events. tab: the tab itself; compare, tabs: where adapted weights are used."""
    if settings.PUBLIC:
        gr.HTML(message_html(OFF), elem_id="adapt-off")
        return
    form = adapt_form.build()
    _wire_training(tab, form)
    _wire_library(form)
    use, outputs = partial(handlers.use, form, tabs), {tabs, form.library.message}
    compare_page.bind_from_outside(compare, form.library.use.click, use, {form.library.list}, outputs)


def _wire_training(tab: gr.Tab, form: AdaptForm) -> None:
    on_error = partial(handlers.show_error, form)
    for button, handler in ((form.survey, handlers.survey_texts), (form.start, handlers.start),
                            (form.resume, handlers.resume)):  # fmt: skip
        catching = catch_errors_while_yielding(partial(handler, form), on_error)
        button.click(catching, form.inputs(), form.outputs(), **quiet(form.message))
    bind(form.kind.input, partial(adapt_form.show_kind, form), {form.kind}, {form.file, form.hub}, form.message)
    shown = form.by.hidden() | {form.file, form.hub}
    bind(left(form.by.objective), partial(adapt_form.show_objective, form), {form.by.objective}, shown, form.message)
    outputs = {form.others, form.added, form.file, form.hub}
    bind(form.add.click, partial(adapt_form.add_text, form), form.inputs(), outputs, form.message)
    bind(form.stop.click, partial(handlers.stop, form), {form.stop}, {form.stop}, form.message)
    bind(tab.select, partial(handlers.open_page, form), {form.opened}, form.outputs() | {form.opened}, form.message,
         generator=True)  # fmt: skip


def _wire_library(form: AdaptForm) -> None:
    own, message, chosen = form.library, form.library.message, {form.library.list}
    made = bind(own.download.click, partial(library.make_file, own), chosen, {own.file}, message)
    made.then(None, js=downloads.click_script(library.PREFIX), **QUIET)
    bind(own.delete.click, partial(handlers.confirm_delete, form), chosen, {own.confirm, own.question}, message)
    bind(own.yes.click, partial(handlers.delete, form), chosen, form.outputs(), message)
    for event in (own.no.click, left(own.list)):
        bind(event, partial(library.hide_confirm, own), chosen, {own.confirm}, message)
