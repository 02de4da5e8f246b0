"""The choice of columns: a checkbox and the knobs of each strategy, and second columns with other knobs or models."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.catalog import Knob
from xlt_core.findings.colours import PREFERRED, ordered
from xlt_core.pivoting.crossing import TRANSLATE_TEST
from xlt_core.records import Column, InputError
from xlt_core.ui.fields import knob_fields, server_value
from xlt_core.ui.fields.knob_fields import Offers
from xlt_core.ui.shared.html import escape
from xlt_core.ui.shared.updates import Updates, Values

PIVOT = "pivot"  # the knob of strategies that go by way of English
ADAPTER = "adapter"
DEFAULT_ADAPTER = ("the first one for the language", "")


@dataclass(frozen=True)
class Strategies:
    """The widgets. boxes: a form of checkboxes, whose value holds which strategies are ticked, and which were before
    they had to be disabled; reasons: why some cannot run, by strategy. knobs: a form of the knobs of all strategies,
    with buttons that add a second column of one; offers: what its menus offer. extras: these columns; extra_names:
    those of them that are ticked."""

    boxes: gr.HTML
    reasons: gr.HTML
    knobs: gr.HTML
    offers: gr.HTML
    extras: gr.State
    extra_names: gr.CheckboxGroup

    def widgets(self) -> set[Any]:
        """Everything from which the columns are read."""
        return {self.boxes, self.knobs, self.extras, self.extra_names}

    def outputs(self) -> set[Any]:
        """Everything that other columns or choices update."""
        return self.widgets() | {self.reasons, self.offers}


def build(prefix: str) -> Strategies:
    """Draws the checkboxes, those of the paper's three ticked, and the knobs. prefix: of the element ids."""
    boxes, reasons, extra_names = build_boxes(PREFERRED, prefix)
    with gr.Accordion("Knobs", open=False, elem_id=f"{prefix}knobs"):
        knobs, offers = build_knobs(prefix)
    return Strategies(boxes, reasons, knobs, offers, gr.State(()), extra_names)


def build_boxes(ticked: Container[str], prefix: str = "") -> tuple[gr.HTML, gr.HTML, gr.CheckboxGroup]:
    """A checkbox for each strategy, the paper's in view, the others folded unless one of them is ticked; why some
    cannot run; and the checkboxes of second columns, hidden until there are some."""
    names = all_names()
    others = "".join(_box(name, prefix) for name in names if name not in PREFERRED)
    count = len([name for name in names if name not in PREFERRED])
    form = (f"<h2 class='xlt-group'>Strategies</h2>{''.join(_box(name, prefix) for name in names if name in PREFERRED)}"
            f"<details class='xlt-accordion' id='{prefix}more-strategies'><summary>More strategies ({count})</summary>"
            f"{others}</details>")  # fmt: skip
    boxes = gr.HTML(_ticked(name for name in names if name in ticked), apply_default_css=False,
                    html_template=form.translate(knob_fields.TEMPLATE), elem_classes=["xlt-strategies"],
                    js_on_load=f"xltStrategies(element, props, watch, trigger, '{prefix}strategies')")  # fmt: skip
    reasons = server_value.build({}, f"{prefix}strategies")
    extras = gr.CheckboxGroup([], value=[], label="Further columns", visible=False, elem_id=f"{prefix}extras")
    return boxes, reasons, extras


def build_knobs(prefix: str = "") -> tuple[gr.HTML, gr.HTML]:
    """The knobs of each strategy, in view while it is ticked, and the button that adds a second column with them; and
    what their menus offer."""

    def frame(name: str, fields: str) -> str:
        return (f"<details class='xlt-accordion xlt-knobs' id='{prefix}knobs-of-{name}'><summary>{name}</summary>"
                f"<div class='xlt-fields'>{fields}</div><button type='button' class='xlt-copy' data-second='{name}'>"
                f"Add a second {name} column with these</button></details>")  # fmt: skip

    begins = f"{prefix}knob-"
    knobs = knob_fields.build(_knobs(), begins, frame, (PIVOT, ADAPTER), catalog.typed("model"))
    return knobs, server_value.build(offers({}), begins)


def all_names() -> tuple[str, ...]:
    """All strategies, in the order in which they are shown."""
    return tuple(ordered(tuple(catalog.strategies())))


def ticked(strategies: Strategies, values: Values) -> tuple[str, ...]:
    """The strategies that are ticked."""
    return _names(values[strategies.boxes], "ticked")


def disabled(strategies: Strategies, values: Values) -> tuple[str, ...]:
    """The strategies that were ticked before they had to be disabled."""
    return _names(values[strategies.boxes], "disabled")


def read(strategies: Strategies, values: Values) -> tuple[Column, ...]:
    """A column for each ticked box, then the ticked second columns."""
    firsts = tuple(column_of(strategies, name, values) for name in ticked(strategies, values))
    chosen = values[strategies.extra_names] or ()
    return firsts + tuple(column for column in values[strategies.extras] if column.name in chosen)


def column_of(strategies: Strategies, name: str, values: Values) -> Column:
    """The column of a strategy with those knobs that differ from their defaults."""
    given = knob_fields.read(catalog.knobs(name), name, values[strategies.knobs])
    default = {knob.name: (knob.default, None) for knob in catalog.knobs(name)}
    return Column(name, name, {knob: given[knob] for knob in default if given.get(knob) not in default[knob]})


def fill(strategies: Strategies, columns: tuple[Column, ...]) -> Updates:
    """The updates that set the widgets to the columns."""
    firsts = {column.strategy: column for column in reversed(columns)}
    given = {name: column.knobs for name, column in firsts.items()}
    extras = tuple(column for column in columns if firsts[column.strategy] is not column)
    return {strategies.boxes: _ticked(name for name in all_names() if name in firsts),
            strategies.knobs: knob_fields.filled(_knobs(), given),
            } | _show_extras(strategies, extras, [column.name for column in extras])  # fmt: skip


def disable(
    strategies: Strategies, reasons: Mapping[str, str], ticked: Container[str], disabled: Container[str]
) -> Updates:
    """Unticks and disables the strategies that have a reason, and ticks again those that have none any more. ticked:
    those that are ticked now; disabled: those that were before they had to be disabled. Sets no value where none of
    them changes: the visitor may have ticked one meanwhile."""
    wanted = [name for name in all_names() if name in ticked or name in disabled]
    blocked = tuple(name for name in wanted if reasons.get(name))
    chosen = _ticked((name for name in wanted if name not in blocked), blocked)
    same = chosen == _ticked((name for name in wanted if name in ticked), [n for n in wanted if n in disabled])
    shown = {name: reason.replace("`", "") for name, reason in reasons.items() if name}
    return {strategies.reasons: shown} | ({} if same else {strategies.boxes: chosen})


def add_column(strategies: Strategies, model: str, translator: str, values: Values) -> Updates:
    """Adds a second column of the strategy whose button was pressed, with the entered knobs, which keeps the model and
    the translator that are chosen now and is named after them all. Raises InputError where there is such a column."""
    (name,) = _names(values[strategies.knobs], "second") or ("",)
    column = replace(column_of(strategies, name, values), model=model, translator=translator)
    translator = translator if catalog.strategy(column).uses_translator else ""
    own = dict.fromkeys(Path(part).name for part in (model, translator) if part)
    words = ", ".join([*own, *(f"{knob} {value}" for knob, value in column.knobs.items())]) or "default knobs"
    column = replace(column, name=f"{name}: {words}"[:60].replace("=", " "), translator=translator)
    if column.name in {extra.name for extra in values[strategies.extras]}:
        raise InputError(f"There is a column {column.name!r} already; change a knob or the model first.")
    chosen = [*(values[strategies.extra_names] or ()), column.name]
    return _show_extras(strategies, (*values[strategies.extras], column), chosen)


def _show_extras(strategies: Strategies, columns: tuple[Column, ...], chosen: list[str]) -> Updates:
    """The updates that show the second columns, and tick the chosen ones."""
    names = [column.name for column in columns]
    shown = gr.update(choices=names, value=chosen, visible=bool(names))
    return {strategies.extras: columns, strategies.extra_names: shown}


def with_knob(strategies: Strategies, values: Values, changed: Mapping[str, Any], knob: str) -> Updates:
    """The knobs as they are entered, but for one of some strategies. changed: its new values, by strategy."""
    given = {name: knob_fields.read(catalog.knobs(name), name, values[strategies.knobs]) for name in all_names()}
    for name, value in changed.items():
        given[name][knob] = value
    return {strategies.knobs: knob_fields.filled(_knobs(), given)}


def names_with_knob(knob: str) -> list[str]:
    """The strategies that have a knob of a name."""
    return [name for name in all_names() if any(own.name == knob for own in catalog.knobs(name))]


def offers(adapters: Mapping[str, Iterable[str]], published: bool = False) -> Offers:
    """What the menus of pivots and adapters offer. adapters: by strategy; published: whether the data has published
    translations, or a column has chosen them: it says why it cannot."""
    made: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for name, knobs in _knobs().items():
        for knob in knobs:
            if knob.name == PIVOT:
                names = [way for way in knob.choices if way != TRANSLATE_TEST or published]
                made.setdefault(name, {})[PIVOT] = [(way, way) for way in names]
            elif knob.name == ADAPTER:
                names = adapters.get(name, ())
                made.setdefault(name, {})[ADAPTER] = [DEFAULT_ADAPTER, *((one, one) for one in names)]
    return made


def chooses_published(columns: Iterable[Column]) -> bool:
    """Whether a column has chosen the published translations."""
    return any(column.knobs.get(PIVOT) == TRANSLATE_TEST for column in columns)


def _knobs() -> dict[str, tuple[Knob, ...]]:
    return {name: catalog.knobs(name) for name in all_names()}


def _ticked(names: Iterable[str], disabled: Iterable[str] = ()) -> dict[str, Any]:
    """The value of the boxes."""
    return {"ticked": list(names), "disabled": list(disabled)}


def _names(value: Any, key: str) -> tuple[str, ...]:
    """Strategies that a form names; what a browser sends that is no form names none."""
    given = value.get(key) if isinstance(value, dict) else None
    given = [given] if isinstance(given, str) else given
    return tuple(name for name in all_names() if isinstance(given, list) and name in given)


def _box(name: str, prefix: str) -> str:
    element_id, summary = f"{prefix}strategy-{name}", escape(catalog.strategies()[name].summary)
    return (f"<div class='xlt-strategy' id='{element_id}'><label><input type='checkbox' value='{name}' "
            f"aria-describedby='{element_id}-info'><span>{name}</span></label>"
            f"<small id='{element_id}-info' data-summary='{summary}'>{summary}</small></div>")  # fmt: skip
