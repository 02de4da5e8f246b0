"""The event handlers of the blind vote: it begins, an item is voted on, a vote is taken back, and it is closed."""

from __future__ import annotations

from functools import partial

import gradio as gr

from xlt_core.documents import vote_file
from xlt_core.findings import votes
from xlt_core.findings.votes import Ballot, Vote
from xlt_core.records import Comparison, InputError
from xlt_core.store import vote_box
from xlt_core.ui.compare import vote_view
from xlt_core.ui.compare.form import ComparePage
from xlt_core.ui.shared import downloads
from xlt_core.ui.shared.events import QUIET, bind
from xlt_core.ui.shared.updates import Updates, Values

MOST_REASON = 1000  # characters


def wire(page: ComparePage) -> None:
    """Binds the widgets of the vote."""
    view = page.results.vote
    inputs, outputs = view.inputs() | {page.results.comparison, page.visitor}, view.outputs()
    bind(view.begin.click, partial(begin, page), inputs, outputs, view.message)
    for pressed, button in view.choices.items():
        bind(button.click, partial(vote, pressed, page), inputs, outputs, view.message)
    bind(view.back.click, partial(take_back, page), inputs, outputs, view.message)
    bind(view.close.click, partial(close, page), inputs, outputs, view.message)
    for button, ending in ((view.csv, ".csv"), (view.json, ".json")):
        made = bind(button.click, partial(make_file, ending, page), inputs, {view.file}, view.message)
        made.then(None, js=downloads.click_script("vote"), **QUIET)


def begin(page: ComparePage, values: Values) -> Updates:
    """Begins a vote between the chosen columns, or goes on with it."""
    view = page.results.vote
    pair = (values[view.a], values[view.b])
    comparison, ballot, kept = _state(page, values, pair)
    if not ballot.items:
        raise InputError(f"{ballot.a} and {ballot.b} answer all items alike: there is nothing to vote on.")
    return vote_view.show_item(view, comparison, ballot, kept) | {view.voting: pair}


def vote(pressed: str, page: ComparePage, values: Values) -> Updates:
    """Keeps the vote on the item that is shown, and shows the next."""
    view = page.results.vote
    comparison, ballot, kept = _state(page, values, values[view.voting])
    done = {one.item for one in kept}
    item = next((item for item in ballot.items if item not in done), None)
    if item is not None:
        reason = str(values[view.reason] or "").strip()[:MOST_REASON]
        given = Vote(item, vote_view.choice_of(ballot, item, pressed), reason)
        vote_box.keep(page.manager.store(), ballot.key, _voter(page, values), given)
        kept = (*kept, given)
    return vote_view.show_item(view, comparison, ballot, kept)


def take_back(page: ComparePage, values: Values) -> Updates:
    """Takes the last vote back, and shows its item again."""
    view = page.results.vote
    comparison, ballot, kept = _state(page, values, values[view.voting])
    vote_box.take_back(page.manager.store(), ballot.key, _voter(page, values))
    return vote_view.show_item(view, comparison, ballot, kept[:-1])


def close(page: ComparePage, values: Values) -> Updates:
    """Shows what was voted so far."""
    view = page.results.vote
    return vote_view.show_result(view, *_state(page, values, values[view.voting]))


def make_file(ending: str, page: ComparePage, values: Values) -> Updates:
    """Makes the file of the votes for a download."""
    view = page.results.vote
    comparison, ballot, kept = _state(page, values, values[view.voting])
    write = vote_file.votes_csv if ending == ".csv" else vote_file.votes_json
    content = "\ufeff" * (ending == ".csv") + write(comparison, ballot, kept)
    name = f"xlt-votes-{comparison.plan.task}-{comparison.plan.language}{ending}"
    return {view.file: gr.update(value=downloads.write_file(view.file, name, content))}


def _state(page: ComparePage, values: Values, pair: tuple[str, str]) -> tuple[Comparison, Ballot, tuple[Vote, ...]]:
    """The comparison, the ballot and the votes that are kept. Raises InputError where none has begun."""
    comparison: Comparison | None = values[page.results.comparison]
    if comparison is None or len(pair) != 2:
        raise InputError("Choose two columns, and press Begin.")
    voter = _voter(page, values)
    ballot = votes.ballot(comparison, *pair, voter)
    kept = {one.item: one for one in vote_box.kept(page.manager.store(), ballot.key, voter)}
    return comparison, ballot, tuple(one for item, one in kept.items() if item in ballot.items)


def _voter(page: ComparePage, values: Values) -> str:
    """The browser's key: each has its own votes."""
    return str(values[page.visitor] or "")
