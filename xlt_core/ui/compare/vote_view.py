"""The blind vote: two answers without names, side by side, and what was voted so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from xlt_core import catalog
from xlt_core.documents import vote_file
from xlt_core.findings.votes import BOTH_BAD, BOTH_GOOD, A, B, Ballot, Vote, answer_of, sentence
from xlt_core.records import Answer, Comparison, Example, Language
from xlt_core.scoring import metrics
from xlt_core.ui.items.answers import answer_text, spans_html
from xlt_core.ui.shared.html import escape, language_attributes, number, truncated
from xlt_core.ui.shared.updates import Updates

LEFT, RIGHT = "left", "right"
BUTTONS = {LEFT: "Left is better", RIGHT: "Right is better", BOTH_GOOD: "Both good", BOTH_BAD: "Both bad"}
HINT = (
    "<p class='xlt-quiet'>Two columns, without names, on sides by chance. Each vote is kept at once, and you can "
    "go on later; the sign test stands beside the scores when you close the vote.</p>"
)


@dataclass(frozen=True)
class VoteView:
    """The widgets. body: what is shown while a vote is open; closed: the result with the downloads. voting: the pair of
    columns that is voted on, () before."""

    panel: gr.Accordion
    a: gr.Dropdown
    b: gr.Dropdown
    begin: gr.Button
    body: gr.Column
    card: gr.HTML
    reason: gr.Textbox
    choices: dict[str, gr.Button]
    back: gr.Button
    close: gr.Button
    closed: gr.Column
    result: gr.HTML
    csv: gr.Button
    json: gr.Button
    file: gr.DownloadButton
    message: gr.HTML
    voting: gr.State

    def inputs(self) -> set[Any]:
        """What the handlers read."""
        return {self.a, self.b, self.reason, self.voting}

    def outputs(self) -> set[Any]:
        """What the handlers update."""
        own = {self.panel, self.a, self.b, self.body, self.card, self.reason, self.closed, self.result, self.voting}
        return own | {self.message}


def build() -> VoteView:
    """Draws the widgets, hidden until there is a comparison."""
    with gr.Accordion("Blind vote", open=False, visible=False, elem_id="vote") as panel:
        gr.HTML(HINT)
        with gr.Row(elem_classes=["xlt-downloads"]):
            a = gr.Dropdown([], label="One column", elem_id="vote-a", min_width=120)
            b = gr.Dropdown([], label="The other", elem_id="vote-b", min_width=120)
            begin = gr.Button("Begin, or go on", elem_id="vote-begin", min_width=120)
        with gr.Column(visible=False, elem_id="vote-body") as body:
            card = gr.HTML("", elem_id="vote-card")
            with gr.Row(elem_classes=["xlt-tools"]):
                choices = {name: gr.Button(title, size="sm", elem_id=f"vote-{name.replace(' ', '-')}")
                           for name, title in BUTTONS.items()}  # fmt: skip
                back = gr.Button("Take the last back", size="sm", elem_id="vote-back")
                close = gr.Button("Close the vote", size="sm", elem_id="vote-close")
            reason = gr.Textbox("", label="Why (optional)", lines=1, max_lines=3, elem_id="vote-reason")
        with gr.Column(visible=False, elem_id="vote-closed") as closed:
            result = gr.HTML("", elem_id="vote-result")
            with gr.Row(elem_classes=["xlt-tools"]):
                as_csv = gr.Button("Votes as CSV", size="sm", elem_id="vote-csv")
                as_json = gr.Button("Votes as JSON", size="sm", elem_id="vote-json")
                file = gr.DownloadButton("The file", elem_id="vote-file", elem_classes=["xlt-hidden"])
        message = gr.HTML("", elem_id="vote-message")
    return VoteView(panel, a, b, begin, body, card, reason, choices, back, close, closed, result, as_csv, as_json, file,
                    message, gr.State(()))  # fmt: skip


def show(view: VoteView, comparison: Comparison) -> Updates:
    """The updates for a comparison that has ended."""
    names = [run.name for run in comparison.runs if any(p.final and not p.error for p in run.predictions)]
    if len(names) < 2 or len(comparison.runs[0].examples) < 2:
        return hide(view)
    return hide(view) | {
        view.panel: gr.update(visible=True),
        view.a: gr.update(choices=names, value=names[0]),
        view.b: gr.update(choices=names, value=names[1]),
    }


def hide(view: VoteView) -> Updates:
    """The updates while a comparison is running."""
    hidden = gr.update(visible=False)
    return {view.panel: hidden, view.body: hidden, view.closed: hidden, view.message: "", view.voting: ()}


def show_item(view: VoteView, comparison: Comparison, ballot: Ballot, votes: tuple[Vote, ...]) -> Updates:
    """The updates that show the next item without a vote, or, where there is none, the result."""
    done = {vote.item for vote in votes}
    item = next((item for item in ballot.items if item not in done), None)
    if item is None:
        return show_result(view, comparison, ballot, votes)
    opened = {view.body: gr.update(visible=True), view.closed: gr.update(visible=False), view.message: ""}
    return opened | {view.card: card_html(comparison, ballot, item, len(done)), view.reason: ""}


def show_result(view: VoteView, comparison: Comparison, ballot: Ballot, votes: tuple[Vote, ...]) -> Updates:
    """The updates that close the vote."""
    return {
        view.body: gr.update(visible=False),
        view.closed: gr.update(visible=True),
        view.result: result_html(comparison, ballot, votes),
        view.message: "",
    }


def card_html(comparison: Comparison, ballot: Ballot, item: str, done: int) -> str:
    """The item's text, and both answers without the columns' names."""
    language = catalog.by_code(comparison.plan.language)
    example = next(e for run in comparison.runs for e in run.examples if e.id == item)
    names = (ballot.b, ballot.a) if item in ballot.swapped else (ballot.a, ballot.b)
    sides = "".join(
        f"<section class='xlt-ballot' data-side='{side}' aria-label='{title}'><header><h3>{title}</h3></header>"
        f"{_answer_html(example, answer_of(comparison, name, item), language)}</section>"
        for side, title, name in zip((LEFT, RIGHT), ("Left", "Right"), names, strict=True)
    )
    text = f"<p class='xlt-text' {language_attributes(language)}>{truncated(example.text)}</p>"
    progress = f"<p class='xlt-progress'>{done} of {len(ballot.items)} voted</p>"
    return (
        f"<div class='xlt-vote' data-item='{escape(item)}' aria-live='polite'>{progress}{text}"
        f"<div class='xlt-columns'>{sides}</div></div>"
    )


def result_html(comparison: Comparison, ballot: Ballot, votes: tuple[Vote, ...]) -> str:
    """What the votes show, beside the scores."""
    metric = catalog.task(comparison.plan.task).metrics[0]
    scored = "; ".join(f"{name} {number(score.value)} ({number(score.low)} to {number(score.high)})"
                       for name, score in vote_file.scores(comparison, ballot).items())  # fmt: skip
    beside = f"<p>{escape(metrics.title(metric))}: {escape(scored)}</p>" if scored else ""
    return f"<p class='xlt-conclusion'>{escape(sentence(ballot, votes))}</p>{beside}"


def choice_of(ballot: Ballot, item: str, pressed: str) -> str:
    """The vote by the column, of the button that was pressed."""
    if pressed not in (LEFT, RIGHT):
        return pressed
    return B if (pressed == LEFT) == (item in ballot.swapped) else A


def _answer_html(example: Example, answer: Answer | None, language: Language | None) -> str:
    if isinstance(answer, tuple):
        return spans_html(example.text, answer, language)
    return f"<p class='xlt-text' {language_attributes(language)}>{truncated(answer_text(answer))}</p>"
