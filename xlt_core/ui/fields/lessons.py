"""The lessons on the page: their list, the panel with the steps of one, and what its comparison has shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import gradio as gr

from xlt_core.diagnosis.pictures import picture_html
from xlt_core.lessons import claims
from xlt_core.lessons.lesson import Lesson, lessons
from xlt_core.lessons.study import Study
from xlt_core.records import Comparison
from xlt_core.settings import ASSETS
from xlt_core.ui.shared.html import escape, with_code
from xlt_core.ui.shared.updates import Updates, Values

STEPS = ("Question", "Your prediction", "Run", "What happened", "To take away")
NOT_OF_IT = ("These results do not answer the question of the lesson: a column that it is about is missing or has "
             "failed. Choose the lesson again.")  # fmt: skip


@dataclass(frozen=True)
class Lessons:
    """The widgets. asked: what the script of the page asks for, such as "3 begin 17": the number of a lesson, what to
    do with it, and the time; predicted: the chosen answer's index; reveal: what happened, beside the results."""

    asked: gr.Textbox
    predicted: gr.Textbox
    panel: gr.HTML
    reveal: gr.HTML

    def widgets(self) -> set[gr.Textbox]:
        """Which lesson is open, and what was predicted."""
        return {self.asked, self.predicted}

    def outputs(self) -> set[gr.Textbox | gr.HTML]:
        """What another lesson updates."""
        return {self.predicted, self.panel, self.reveal}


def build_list() -> tuple[gr.Textbox, gr.Textbox]:
    """Draws the list of the lessons as one widget, and the two fields that its script fills."""
    buttons = "".join(
        f"<li><button type='button' id='lesson-{number}' data-lesson='{number}'>{escape(lesson.title)}"
        f"<small>{lesson.minutes} min</small></button></li>"
        for number, lesson in enumerate(lessons(), 1)
    )
    gr.HTML(f"<p class='xlt-quiet' id='lessons-done'>Each sets everything, asks a question, and takes your prediction."
            f"</p><ol class='xlt-lessons'>{buttons}</ol>"
            "<button type='button' class='xlt-copy' data-ask='0 sheet'>A sheet to print</button>")  # fmt: skip
    return tuple(gr.Textbox("", elem_id=f"lesson-{name}", elem_classes=["xlt-hidden"], container=False, label=name)
                 for name in ("asked", "predicted"))  # fmt: skip


def chosen(widgets: Lessons, values: Values) -> tuple[int, str]:
    """The number of the lesson that is open, and what to do with it; 0 where none is, as with the sheet of all."""
    number, _, rest = str(values.get(widgets.asked) or "").partition(" ")
    known = number.isascii() and number.isdigit() and int(number) <= len(lessons())
    return (int(number), rest.partition(" ")[0]) if known else (0, "")


def show(widgets: Lessons, number: int) -> Updates:
    """The updates that open a lesson; 0 closes what is open."""
    panel = panel_html(lessons()[number - 1], number) if number else ""
    return {widgets.panel: panel, widgets.reveal: "", widgets.predicted: ""}


def reveal(widgets: Lessons, values: Values, shown: Comparison | Study) -> Updates:
    """The updates at the end of a comparison, or for a study: what it shows, where a lesson is open."""
    number, _ = chosen(widgets, values)
    if not number:
        return {widgets.reveal: ""}
    lesson, given = lessons()[number - 1], str(values.get(widgets.predicted) or "")
    predicted = int(given) if given in map(str, range(len(lesson.options))) else None
    return {widgets.reveal: reveal_html(lesson, number, claims.outcome(lesson, shown), predicted)}


def panel_html(lesson: Lesson, number: int) -> str:
    """The steps of a lesson: the question, the answers to choose from, and what runs it."""
    options = "".join(
        f"<label><input type='radio' name='lesson-prediction' value='{index}'>"
        f"<span>{with_code(option.text)}</span></label>"
        for index, option in enumerate(lesson.options)
    )
    bodies = (
        f"<p>{with_code(lesson.question)}</p>",
        f"<fieldset><legend class='xlt-quiet'>Choose before you run it.</legend>{options}</fieldset>",
        _run_html(lesson, number),
        "<p class='xlt-quiet'>Comes beside the results.</p>",
        "<p class='xlt-quiet'>One sentence, with the results.</p>",
    )
    return (
        f"{_style()}<aside class='xlt-lesson-text' data-number='{number}' aria-label='Lesson'><header>"
        f"<h2>Lesson {number}: {escape(lesson.title)}</h2>"
        f"<button type='button' class='xlt-copy' data-ask='0 leave'>Leave the lesson</button></header>"
        f"<ol class='xlt-lesson-steps'>{_steps(STEPS, bodies)}</ol></aside>"
    )


def sheet_html() -> str:
    """All questions with their answers to choose from, to be printed and filled in."""
    rows = "".join(
        f"<li><h3>{escape(lesson.title)} <small>{lesson.minutes} min</small></h3><p>{with_code(lesson.question)}</p>"
        + "<ul>"
        + "".join(f"<li>{with_code(option.text)}</li>" for option in lesson.options)
        + "</ul><p>Why it came out like that: <span class='xlt-line'></span></p></li>"
        for lesson in lessons()
    )
    return (
        f"{_style()}<aside class='xlt-lesson-text xlt-sheet' aria-label='Sheet'>"
        "<header><h2>Lessons: predict first, then run</h2>"
        "<button type='button' class='xlt-copy' data-print>Print</button>"
        "<button type='button' class='xlt-copy' data-ask='0 leave'>Close</button></header>"
        f"<ol class='xlt-lesson-steps'>{rows}</ol></aside>"
    )


def reveal_html(lesson: Lesson, number: int, found: claims.Outcome | None, predicted: int | None) -> str:
    """What was shown, a study with its picture, whether the prediction was right, and the sentence to take away."""
    if found is None:
        return f"<aside class='xlt-lesson-text xlt-reveal'><p>{escape(NOT_OF_IT)}</p></aside>"
    verdict, kind = _verdict(lesson, found.option, predicted)
    figures = "".join(f"<li>{escape(line)}</li>" for line in found.figures)
    picture = picture_html(lesson.study.chart()) if lesson.study else ""
    borne_out = found.option == lesson.shows
    happened = lesson.happened if borne_out else "With this setting the lesson's own explanation does not hold."
    bodies = (
        f"{verdict}<ul>{figures}</ul>{picture}<p>{with_code(happened)}</p>",
        f"<p><b>{with_code(lesson.take_away)}</b></p><p class='xlt-quiet'>Further: {with_code(lesson.further)}</p>",
    )
    return (
        f"<aside class='xlt-lesson-text xlt-reveal' data-number='{number}' data-verdict='{kind}' "
        f"aria-label='What happened'><ol class='xlt-lesson-steps' start='4'>{_steps(STEPS[3:], bodies)}</ol></aside>"
    )


def _style() -> str:
    """The styles of what is drawn of a lesson, which a page without one does not carry."""
    return f"<style>{(ASSETS / 'lessons.css').read_text(encoding='utf-8')}</style>"


def _steps(titles: Sequence[str], bodies: Sequence[str]) -> str:
    return "".join(f"<li><h3>{title}</h3>{body}</li>" for title, body in zip(titles, bodies, strict=True))


def _run_html(lesson: Lesson, number: int) -> str:
    """The button that compares, or, where a model is not here or it is a study, the one that opens the result."""
    run = "<button type='button' class='xlt-copy xlt-run' disabled>Compare</button>"
    finished = (f"<button type='button' class='xlt-copy xlt-run' data-ask='{number} finished' disabled>"
                "Open the finished result</button>") * bool(lesson.result or lesson.study)  # fmt: skip
    if lesson.runs_here():
        return f"<p>{run} {finished}</p>"
    if lesson.study:
        return (f"<p>{finished}</p><p class='xlt-quiet'>The models were trained before: "
                f"<code>{escape(lesson.study.command)}</code> trains them anew.</p>")  # fmt: skip
    needed = " and ".join(name for name in (*lesson.plan.models, lesson.plan.translator) if name != "pocket")
    return (f"<p>{finished}</p><p class='xlt-quiet'>To run it takes {escape(needed)}, not all of which is here: a "
            "button below the choices fetches the model. The finished result was computed before.</p>")  # fmt: skip


def _verdict(lesson: Lesson, right: int | None, predicted: int | None) -> tuple[str, str]:
    """Whether the prediction was right, as HTML, and in a word."""
    if right is None:
        return "<p>None of the three answers fits these figures.</p>", "open"
    answer = with_code(lesson.options[right].text)
    if predicted is None:
        return f"<p>You made no prediction. The answer: {answer}.</p>", "seen"
    if predicted == right:
        return f"<p class='xlt-good-word'>Your prediction was right: {answer}.</p>", "right"
    given = with_code(lesson.options[predicted].text)
    return f"<p class='xlt-bad-word'>Your prediction was wrong: {given}. The answer: {answer}.</p>", "wrong"
