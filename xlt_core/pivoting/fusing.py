"""One answer out of several to the same item: by the mean of log-probabilities, by votes, or the most central one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import exp, log
from statistics import fmean

from rapidfuzz import fuzz

from xlt_core.records import Answer, Prediction, Reply, Span

PURPOSE = "fuse"


def fused(id: str, given: Sequence[Prediction], by_mean: bool) -> Prediction:
    """The prediction of all, with all their calls. Those that failed are left out; where all did, it fails."""
    whole = [one for one in given if not one.error]
    replies = tuple(dict.fromkeys(_Seen(reply) for one in given for reply in one.replies))
    made = Prediction(id, replies=tuple(seen.reply for seen in replies), notes=_notes(given))
    if not whole:
        return replace(made, error=given[0].error)
    means = _means(whole) if by_mean else {}
    if means:
        best = max(means, key=means.__getitem__)
        told = Reply(PURPOSE, f"the mean log-probability over {len(whole)} pivots", best, choices=means)
        return replace(made, answer=best, valid=True, replies=(*made.replies, told))
    answers = [one.answer for one in whole if one.answer is not None]
    if not answers:
        return made
    return replace(made, answer=_voted(answers, len(whole)), valid=True)


class _Seen:
    """A reply by what was asked and answered: pivots that are alike take their calls once."""

    def __init__(self, reply: Reply) -> None:
        self.reply, self._key = reply, (reply.purpose, reply.sent, reply.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Seen) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


def _means(given: Sequence[Prediction]) -> dict[str, float]:
    """The mean log-probability of each label; {} where one was not scored by likelihood."""
    scored = [one.replies[-1].choices if one.replies else {} for one in given]
    if not all(scored):
        return {}
    logs = [_normalised(choices) for choices in scored]
    return {choice: fmean(one[choice] for one in logs) for choice in logs[0]}


def _normalised(choices: object) -> dict[str, float]:
    values = dict(choices)  # type: ignore[call-overload]
    top = max(values.values())
    total = top + log(sum(exp(value - top) for value in values.values()))
    return {choice: value - total for choice, value in values.items()}


def _voted(answers: Sequence[Answer], voters: int) -> Answer:
    """The answer of the most; of entities, those that at least half name; of texts that all differ, the one most like
    the others. The first pivot's where votes are even."""
    if isinstance(answers[0], tuple):
        named = [span for answer in answers for span in answer if isinstance(span, Span) and span.located]
        votes = Counter((span.kind, span.start, span.end) for span in named)
        kept = {key: span for span in reversed(named) if 2 * votes[key := (span.kind, span.start, span.end)] >= voters}
        return _apart(kept.values(), votes)
    votes = Counter(answers)
    (best, most), *_ = votes.most_common()
    if most > 1:
        return best
    return max(answers, key=lambda one: fmean(fuzz.ratio(one, other) for other in answers))


def _apart(spans: object, votes: Counter[tuple[str, int, int]]) -> tuple[Span, ...]:
    """The spans without those that overlap one with more votes."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda s: (-votes[s.kind, s.start, s.end], s.start)):  # type: ignore[call-overload]
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return tuple(sorted(kept, key=lambda span: span.start))


def _notes(given: Sequence[Prediction]) -> tuple[str, ...]:
    answers = {str(one.answer) for one in given if not one.error}
    differing = f"the pivots lead to {len(answers)} different answers" if len(answers) > 1 else ""
    return tuple(dict.fromkeys(filter(None, [*(note for one in given for note in one.notes), differing])))
