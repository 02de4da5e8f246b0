"""One cell of the matrix as HTML: the item, the column's answer, and every call that led to it."""

from __future__ import annotations

import json

from xlt_core.findings.colours import colour
from xlt_core.records import Comparison, Example, Language, Prediction, Run
from xlt_core.ui.items import pivots
from xlt_core.ui.items.answers import answer_html, gold_html
from xlt_core.ui.items.steps import call_languages, notes_html, open_steps_html, steps_html, verdict_html
from xlt_core.ui.items.table import Choice
from xlt_core.ui.items.texts import texts_html
from xlt_core.ui.shared.html import MAX_SHOWN, escape, language_attributes, truncated

HINT = "<p class='xlt-quiet xlt-hint'>Choose a cell to read every step to its answer; arrow keys move the choice.</p>"
BACK = "<button type='button' class='xlt-copy xlt-return'>Back to the items</button>"  # on a phone


def cell_html(
    comparison: Comparison, metric: str, language: Language | None, chosen: Choice | None, known: bool = True
) -> str:
    """The chosen cell; a hint where none is. known: whether the models know such texts."""
    found = find(comparison, chosen) if chosen else None
    if found is None:
        return HINT
    run, example, prediction = found
    number = [one.id for one in run.examples].index(example.id) + 1
    parts = [
        f"<p class='xlt-text' {language_attributes(language)}>{texts_html(example, language, MAX_SHOWN)}</p>",
        _human(example),
        "" if prediction.error else answer_html(example, prediction, language),
        gold_html(example, language),
        verdict_html(metric, example, prediction, known=known),
        notes_html(prediction.notes),
        pivots.item_html(f"{run.name}/{example.id}", example, prediction),
        _steps(run, prediction, language),
    ]
    head = f"<h3>{escape(run.name)}</h3><small>item {number} of {len(run.examples)} · {escape(example.id)}</small>"
    key, name = escape(json.dumps([example.id, run.name])), f"Steps of {escape(run.name)}, item {number}"
    return (
        f"<section class='xlt-cell' style='--strategy:{colour(run.strategy)}' tabindex='0' data-shown='{key}' "
        f"aria-label='{name}'><header>{head}{BACK}</header>{''.join(parts)}</section>"
    )


def find(comparison: Comparison, chosen: Choice) -> tuple[Run, Example, Prediction] | None:
    """Run, example and final prediction of a cell; None where there is no such cell."""
    run = next((run for run in comparison.runs if run.name == chosen[1]), None)
    example = next((one for one in run.examples if one.id == chosen[0]), None) if run else None
    made = next((one for one in run.predictions if one.id == chosen[0] and one.final), None) if run else None
    return (run, example, made) if run and example and made else None


def _human(example: Example) -> str:
    human = example.pivot.text.strip() if example.pivot else ""
    if not human:
        return ""
    tag = "<span class='xlt-tag'>English</span>"
    return f"<p class='xlt-text xlt-quiet' lang='en' dir='ltr'>{tag} {truncated(human)}</p>"


def _steps(run: Run, prediction: Prediction, language: Language | None) -> str:
    languages, notes = call_languages(run.strategy, language), (run.note, *prediction.notes)
    if not prediction.replies:
        return ""
    steps = open_steps_html(prediction.replies, languages, notes)
    before = steps_html(run.name, "cell", run.preparation, languages, "Preparation", notes)
    return f"<h4>Every step</h4>{steps}{before}"
