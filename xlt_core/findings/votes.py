"""A blind vote between two columns: which items, on which sides, and what the votes show by an exact sign test."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlt_core.comparison.signature import signature_of
from xlt_core.records import Answer, Comparison, Example, InputError, Run
from xlt_core.scoring.significance import sign_test as exact_sign_test

A, B, BOTH_GOOD, BOTH_BAD = "a", "b", "both good", "both bad"
CHOICES = (A, B, BOTH_GOOD, BOTH_BAD)
DECIDED = 0.05  # p below which the votes tell two columns apart


@dataclass(frozen=True)
class Vote:
    """choice: one of CHOICES, by the column, whichever side it stood on."""

    item: str
    choice: str
    reason: str = ""


@dataclass(frozen=True)
class Ballot:
    """Two columns and the items to vote on, shuffled. key: of the items and both answers, so that votes are found again
    for the same answers; swapped: the items where b stands left; same, missing: items that are left out since both
    answers are the same, or one is missing."""

    a: str
    b: str
    key: str
    items: tuple[str, ...]
    swapped: frozenset[str]
    same: int = 0
    missing: int = 0


@dataclass(frozen=True)
class SignTest:
    """Votes for a, for b and ties; p: two-sided, exact, over the votes that are no ties."""

    a: int
    b: int
    both_good: int
    both_bad: int
    p: float

    @property
    def votes(self) -> int:
        return self.a + self.b + self.both_good + self.both_bad


def ballot(comparison: Comparison, a: str, b: str, voter: str = "") -> Ballot:
    """The ballot of two columns; order and sides are by chance, the same each time for a voter. Raises InputError."""
    if a == b:
        raise InputError("Choose two different columns to vote between.")
    runs = [_run(comparison, name) for name in (a, b)]
    answers = [_answers(run) for run in runs]
    there = [e for e in runs[0].examples if all(e.id in own for own in answers)]
    apart = [e for e in there if _plain(answers[0][e.id]) != _plain(answers[1][e.id])]
    key = signature_of([(e.id, e.texts, *(_plain(own[e.id]) for own in answers)) for e in apart], a, b)
    chance = random.Random(f"vote {key} {voter}")
    items = [e.id for e in sorted(apart, key=lambda e: e.id)]
    chance.shuffle(items)
    swapped = frozenset(item for item in items if chance.random() < 0.5)
    return Ballot(a, b, key, tuple(items), swapped, len(there) - len(apart), len(runs[0].examples) - len(there))


def sign_test(votes: Sequence[Vote]) -> SignTest:
    """The exact sign test: whether those who prefer one side are more than chance would have it; ties are left out."""
    count = Counter(vote.choice for vote in votes)
    decided = count[A] + count[B]
    p = exact_sign_test(count[A], decided)
    return SignTest(count[A], count[B], count[BOTH_GOOD], count[BOTH_BAD], p)


def sentence(ballot: Ballot, votes: Sequence[Vote]) -> str:
    """What the votes show."""
    found = sign_test(votes)
    if not found.votes:
        return "No vote yet."
    ties = found.both_good + found.both_bad
    number = "1 vote" if found.votes == 1 else f"{found.votes} votes"
    said = f"{number}: {ballot.a} better in {found.a}, {ballot.b} in {found.b}"
    if ties:
        said += f"; {ties} ties ({found.both_good} both good, {found.both_bad} both bad) are left out of the test"
    better = ballot.a if found.a > found.b else ballot.b
    apart = f"the votes prefer {better}" if found.p < DECIDED else "the votes do not tell the two apart"
    left = len(ballot.items) - found.votes
    open_ = f" {left} of {len(ballot.items)} items have no vote." if left > 0 else ""
    out = [f"{ballot.same} with the same answer in both"] * bool(ballot.same)
    out += [f"{ballot.missing} without an answer in one"] * bool(ballot.missing)
    aside = f" Not voted on: {' and '.join(out)}." if out else ""
    return f"{said}. Exact sign test: p = {found.p:.3g}; {apart}.{open_}{aside}"


def rows(comparison: Comparison, ballot: Ballot, votes: Sequence[Vote]) -> list[dict[str, str]]:
    """A row for each vote, with the text and both answers. left: the column that stood left; better: a column's name,
    or one of the ties."""
    runs = {name: _run(comparison, name) for name in (ballot.a, ballot.b)}
    examples = {e.id: e for e in runs[ballot.a].examples}
    answers = {name: _answers(run) for name, run in runs.items()}
    return [_row(ballot, vote, examples[vote.item], answers) for vote in votes if vote.item in examples]


def answer_of(comparison: Comparison, column: str, item: str) -> Answer | None:
    return _answers(_run(comparison, column)).get(item)


def _row(
    ballot: Ballot, vote: Vote, example: Example, answers: Mapping[str, Mapping[str, Answer | None]]
) -> dict[str, str]:
    left = ballot.b if vote.item in ballot.swapped else ballot.a
    better = {A: ballot.a, B: ballot.b}.get(vote.choice, vote.choice)
    said = {f"answer {name}": _plain(answers[name].get(vote.item)) for name in (ballot.a, ballot.b)}
    return {"item": vote.item, "text": example.text, **said, "left": left, "better": better, "reason": vote.reason}


def _run(comparison: Comparison, name: object) -> Run:
    found = next((run for run in comparison.runs if run.name == name), None)
    if found is None:
        raise InputError("Choose two columns of this result to vote between.")
    return found


def _answers(run: Run) -> dict[str, Answer | None]:
    return {p.id: p.answer for p in run.predictions if p.final and not p.error}


def _plain(answer: Answer | None) -> str:
    if isinstance(answer, tuple):
        return "; ".join(f"{span.kind}: {span.text}" for span in answer)
    return answer or ""
