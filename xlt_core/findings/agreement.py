"""On which items which columns are right: the sets of an upset chart, and what they say in a sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlt_core import catalog
from xlt_core.findings.sentences import listed
from xlt_core.records import Comparison, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.item_answers import common_items

RIGHT = 0.995  # an item's score from which an answer is called right: entities all found, a label the gold one
NAMED = 3  # sets that the sentence names


@dataclass(frozen=True)
class Agreement:
    """Columns by name on the items that all of them have. sets: which of them are right, with the number of items, the
    largest first; right: items by column; strategies: by column, for their colours."""

    strategies: Mapping[str, str]
    items: int
    sets: tuple[tuple[tuple[str, ...], int], ...]
    right: Mapping[str, int]

    @property
    def best(self) -> str:
        """The best fixed column."""
        return max(self.right, key=self.right.__getitem__)

    @property
    def reachable(self) -> int:
        """The items on which any column is right: what choosing the best of each item would reach, if one could."""
        return self.items - dict(self.sets).get((), 0)


def agreement(comparison: Comparison, metric: str) -> Agreement | None:
    """The agreement of the finished columns that read the items themselves; None where there are no two."""
    runs = [run for run in comparison.runs if run.state == "done" and _counts(run)]
    marked = common_items(*runs) if len(runs) > 1 else ()
    if not marked or not marked[0].ids:
        return None
    golds, columns = marked[0].golds, [one.answers for one in marked]
    hits = [[metrics.item_score(metric, gold, answer) >= RIGHT for gold, answer in zip(golds, answers, strict=True)]
            for answers in columns]  # fmt: skip
    names = [run.name for run in runs]
    sets = Counter(tuple(name for name, hit in zip(names, row, strict=True) if hit) for row in zip(*hits, strict=True))
    ordered = sorted(sets.items(), key=lambda pair: (-pair[1], len(pair[0]), pair[0]))
    right = {name: sum(hit) for name, hit in zip(names, hits, strict=True)}
    return Agreement({run.name: run.strategy for run in runs}, len(golds), tuple(ordered), right)


def sentence(found: Agreement) -> str:
    """Such as "prompt and linear are both right on 31 of 50 items, only linear on 14, none on 5; ..."."""
    parts = [f"{_who(names, found)} on {count}" for names, count in found.sets[:NAMED]]
    parts[0] += f" of {found.items} items"
    rest = sum(count for _, count in found.sets[NAMED:])
    parts += [f"otherwise on {rest}"] if rest else []
    best, bound = found.right[found.best], found.reachable
    says = f"{', '.join(parts)}. The best fixed column is {found.best} with {best} right; "
    says += f"the best of each item, which nothing can know, would have {bound}."
    return says[0].upper() + says[1:]


def _who(names: Sequence[str], found: Agreement) -> str:
    if not names:
        return "none is right"
    if len(names) == len(found.strategies):
        return f"{'both' if len(names) == 2 else 'all'} are right"
    return f"only {listed(names)} {'is' if len(names) == 1 else 'are'} right"


def _counts(run: Run) -> bool:
    """Whether a column answers by what it reads: not one that only takes over the answers of others."""
    kind = catalog.strategies().get(run.strategy)
    return kind is None or (kind.reads_items and not kind.combines)
