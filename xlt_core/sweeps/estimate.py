"""What a sweep will cost, measured on the first items of some of its cells, whose results are stored and used."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from xlt_core.catalog import Parts
from xlt_core.records import Comparison, Plan, Reply
from xlt_core.store.store import Store
from xlt_core.sweeps.local import Engine, Local
from xlt_core.sweeps.shared_memory import shared_memory

FIRST_ITEMS, MORE_ITEMS = 4, 8  # the first ones also show what a cell costs once, such as reading the demonstrations
MIN_ELAPSED = 3.0  # seconds of work after which its pace corrects the estimate
Kind = tuple[str, str, str, str, str]  # model, translator, task, dataset, language


@dataclass(frozen=True)
class Estimate:
    """calls: of models; tokens_in, tokens_out: of all calls; seconds: of the models alone; measured: the answers that
    it is based on, 0 where nothing is known yet; memory: how the models share it, in a sentence, where there are
    several."""

    calls: float = 0.0
    tokens_in: float = 0.0
    tokens_out: float = 0.0
    seconds: float = 0.0
    measured: int = 0
    memory: str = ""

    def __add__(self, other: Estimate) -> Estimate:
        return Estimate(*(a + b for a, b in zip(_values(self), _values(other), strict=True)))

    def __mul__(self, times: float) -> Estimate:
        return Estimate(*(value * times for value in _values(self)))


def _values(cost: Estimate) -> tuple[float, float, float, float]:
    return cost.calls, cost.tokens_in, cost.tokens_out, cost.seconds


@dataclass(frozen=True)
class Rate:
    """What a cell costs once, and for each item; answers: how many were measured."""

    once: Estimate
    item: Estimate
    answers: int


@dataclass(frozen=True)
class Rates:
    """What the plans cost, by what was measured: rates by kind and number of shots. memory: as in Estimate."""

    plans: tuple[Plan, ...] = ()
    found: Mapping[Kind, Mapping[int, Rate]] = field(default_factory=dict)
    memory: str = ""

    @property
    def estimate(self) -> Estimate:
        if not self.found:
            return Estimate(memory=self.memory)
        answers = sum(rate.answers for rates in self.found.values() for rate in rates.values())
        return replace(sum(map(self.cost, self.plans), Estimate()), measured=answers, memory=self.memory)

    def cost(self, plan: Plan) -> Estimate:
        """What the plan costs: as its kind, else as those most like it: of its models and task, of either, or all."""
        kind = _kind(plan)
        alike = {other: (other == kind, other[:3] == kind[:3], other[:2] == kind[:2], other[2] == kind[2])
                 for other in self.found}  # fmt: skip
        near = [other for other, likeness in alike.items() if likeness == max(alike.values())]
        costs = [_interpolated(self.found[kind], plan) for kind in near]
        return sum(costs, Estimate()) * (1 / max(len(costs), 1))


def measure(plans: Sequence[Plan], engine: Engine, parts: Parts, store: Store) -> Iterator[Rates]:
    """Rates that grow as kinds are measured, with their fewest and most shots; the first kind of each task first, one
    model after the other.

    Yields also without a new rate, so that it can be stopped. A plan that cannot be run is skipped.
    """
    rates = Rates(tuple(plans), memory=shared_memory(plans, parts) if isinstance(engine, Local) else "")
    if plans:
        yield rates
    for plan in _samples(plans):
        comparison = None
        for size in (FIRST_ITEMS, FIRST_ITEMS + MORE_ITEMS):
            for update in engine.run([(0, replace(plan, samples=min(size, plan.samples)))], parts, store):
                comparison = update.comparison
                yield rates
        if comparison and any(run.state == "done" for run in comparison.runs):
            known = {**rates.found.get(_kind(plan), {}), plan.shots: _rate(comparison)}
            rates = replace(rates, found={**rates.found, _kind(plan): known})
            yield rates


class Clock:
    """The remaining time: by the rates, corrected by the pace so far."""

    def __init__(self, rates: Rates, plans: Mapping[int, Plan]) -> None:
        self._began, self._known = time.monotonic(), bool(rates.found)
        self._costs = {place: rates.cost(plan).seconds for place, plan in plans.items()} if self._known else {}

    def left(self, shares: Mapping[int, float]) -> float | None:
        """Seconds. shares: how much of each plan is done, 0..1."""
        if not self._known:
            return None
        spent = sum(self._costs[place] * share for place, share in shares.items() if place in self._costs)
        elapsed = time.monotonic() - self._began
        pace = elapsed / spent if spent and elapsed > MIN_ELAPSED else 1.0
        return max(sum(self._costs.values()) - spent, 0.0) * pace


def _kind(plan: Plan) -> Kind:
    return plan.model, plan.translator, plan.task, plan.dataset, plan.language


def _samples(plans: Sequence[Plan]) -> list[Plan]:
    """Two plans of each kind, that with the fewest shots and that with the most. A model is loaded once for all."""
    kinds: dict[Kind, list[Plan]] = {}
    for plan in plans:
        kinds.setdefault(_kind(plan), []).append(plan)
    models = list(dict.fromkeys(kind[0] for kind in kinds))
    places = {
        kind: (models.index(kind[0]), [*filter(lambda k: k[:3] == kind[:3], kinds)].index(kind)) for kind in kinds
    }
    chosen = []
    for kind in sorted(kinds, key=places.__getitem__):
        ends = [pick(kinds[kind], key=lambda plan: plan.shots) for pick in (min, max)]
        chosen += ends[: len({plan.shots for plan in ends})]
    return chosen


def _rate(comparison: Comparison) -> Rate:
    """The later items show what an item costs; what the first ones cost beyond that came once."""
    once = item = Estimate()
    for run in comparison.runs:
        early, late = run.predictions[:FIRST_ITEMS], run.predictions[FIRST_ITEMS:]
        each = _cost([r for p in late or early for r in p.replies]) * (1 / max(len(late or early), 1))
        start = sum(r.seconds for p in early for r in p.replies) - each.seconds * len(early)
        once = once + _cost(run.preparation) + Estimate(seconds=max(start, 0.0))
        item = item + each
    return Rate(once, item, sum(len(run.predictions) for run in comparison.runs))


def _cost(replies: Sequence[Reply]) -> Estimate:
    return Estimate(
        len(replies), *(sum(getattr(r, n) for r in replies) for n in ("tokens_in", "tokens_out", "seconds"))
    )


def _interpolated(found: Mapping[int, Rate], plan: Plan) -> Estimate:
    """The plan's cost, on the line through the rates with fewer and with more shots."""
    low, high = min(found), max(found)
    share = (plan.shots - low) / (high - low) if high > low else 0.0
    ends = [rate.once + rate.item * plan.samples for rate in (found[low], found[high])]
    return ends[0] * (1 - share) + ends[1] * share
