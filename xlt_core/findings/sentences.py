"""The captions of figures: one or two plain sentences for each, made from its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count

from xlt_core import catalog
from xlt_core.findings.details import INVALID, WAYS, Confusion, Survival, pareto_front
from xlt_core.findings.leaders import SIGNIFICANCE_LEVEL
from xlt_core.findings.records import Aggregate, Average, Cell, Condition, Findings, Leader
from xlt_core.records import PairedTest

READABLE = 0.95  # share of outputs that can be read, below which it is worth a word


def number(value: float, digits: int = 2) -> str:
    """A score or a difference with a true minus; what rounds to nothing has no sign."""
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", "\N{MINUS SIGN}")


def p_value(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def listed(parts: Sequence[str], word: str = "and") -> str:
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def shots_of(shots: Iterable[int | None]) -> str:
    """Such as "0, 2 and 4 shots", or what stands for their mean."""
    known = [k for k in shots if k is not None]
    return (
        f"{listed([str(k) for k in known])} {'shot' if known == [1] else 'shots'}" if known else "the mean over shots"
    )


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def language_name(code: str) -> str:
    known = catalog.by_code(code)
    return known.name if known else code


def task_title(condition: Condition, found: Findings) -> str:
    """The task's title, and what else tells it from other conditions of the findings."""
    told = [getattr(condition, part) for part in ("dataset", "split", "model", "translator")
            if len({getattr(other, part) for other in found.conditions}) > 1]  # fmt: skip
    return catalog.task(condition.task).title + (f" ({', '.join(told)})" if told else "")


def title_of(condition: Condition, found: Findings) -> str:
    return f"{task_title(condition, found)} in {language_name(condition.language)}"


def lead(found: Findings, leader: Leader) -> str:
    """Who is best at a condition, by how much, and which of its leads may be chance."""
    best = f"{leader.column} ({number(leader.score.value)}, {number(leader.score.low)} to {number(leader.score.high)})"
    if len(leader.columns) == 1:
        return f"Only {best} was scored: there is nothing to compare it with."
    if not leader.clears:
        return f"{capital(not_above_level(found, leader))}; the highest is {best}."
    if leader.tied:
        return f"{listed([leader.column, *leader.tied])} are level at {number(leader.score.value)}."
    tests = {name: found.contrast(leader.condition, leader.shots, leader.column, name) for name in leader.columns[1:]}
    clear = [_by(test) for name, test in tests.items() if test and name not in leader.undecided]
    doubtful = [_by(test) for name, test in tests.items() if test and name in leader.undecided]
    says = [f"is ahead of {listed(clear)}"] if clear else []
    says += [f"its lead over {listed(doubtful)} may be chance"] if doubtful else []
    return f"{best} scores highest: {'; '.join(['it ' + says[0], *says[1:]] if clear else says)}."


def not_above_level(found: Findings, leader: Leader) -> str:
    """That nothing is best where no score is surely above what needs no model."""
    baseline = found.baselines[leader.condition]
    return f"no column is shown to be above {baseline.name} ({number(baseline.level or 0.0)})"


def _by(test: PairedTest) -> str:
    return f"{test.b} by {number(test.difference)} ({number(test.low)} to {number(test.high)})"


def over_shots(found: Findings, condition: Condition) -> str:
    """Which column is best at which numbers of shots, and what shots do for each."""
    leaders = [one for one in found.leaders if one.condition == condition and one.shots is not None]
    if len(leaders) == 1:
        return lead(found, leaders[0])
    clear = [one for one in leaders if one.clears and not one.tied]
    parts = [_highest(name, [one for one in clear if one.column == name], len(leaders))
             for name in found.columns] if any(len(one.columns) > 1 for one in leaders) else []  # fmt: skip
    tied, low = [one.shots for one in leaders if one.tied and one.clears], [one for one in leaders if not one.clears]
    where = "every number of shots" if len(low) == len(leaders) else shots_of(one.shots for one in low)
    parts += [f"at {where} {not_above_level(found, low[0])}"] if low else []
    parts += [f"at {shots_of(tied)} the best are level"] if tied else []
    said, trend = "; ".join(filter(None, parts)), _trend(found, condition)
    said = capital(said) if said.startswith("at ") else said  # and not where the name of a column begins it
    return " ".join(filter(None, [f"{said}." if said else "", trend]))


def _highest(name: str, leaders: Sequence[Leader], of: int) -> str:
    if not leaders:
        return ""
    where = "every number of shots" if len(leaders) == of else shots_of(one.shots for one in leaders)
    sure = [one for one in leaders if one.decisive]
    if not sure:
        return f"{name} scores highest at {where}, but nowhere decisively"
    return f"{name} scores highest at {where}, decisively at " + (
        "each" if len(sure) == len(leaders) else shots_of(one.shots for one in sure))  # fmt: skip


def _trend(found: Findings, condition: Condition) -> str:
    moves = []
    for name in found.columns:
        cells = [cell for cell in (found.cell(condition, shots, name) for shots in found.shots) if cell]
        if len(cells) > 1:
            change = cells[-1].score.value - cells[0].score.value
            said = f"{'+' if round(change, 2) > 0 else ''}{number(change)}"
            moves.append((f"From {cells[0].shots} to {shots_of([cells[-1].shots])}", f"{name} {said}"))
    spans = dict.fromkeys(span for span, _ in moves)
    return " ".join(f"{span}: {', '.join(m for s, m in moves if s == span)}." for span in spans)


def where_best(found: Findings, shots: int | None = None) -> str:
    """How many conditions each column is best at, and at how many decisively."""
    leaders = [one for one in found.leaders if one.shots == shots]
    rivals = [one for one in leaders if len(one.columns) > 1]
    if not rivals:
        return "Nothing is compared: at no place is there more than one column with a score."
    parts = []
    for name in found.columns:
        own = [one for one in rivals if one.column == name and not one.tied and one.clears]
        sure = sum(one.decisive for one in own)
        if own:
            parts.append(f"{name} scores highest in {len(own)} of {len(rivals)}, decisively in {sure or 'none'}")
    low = sum(not one.clears for one in rivals)
    parts += [f"in {low} of {len(rivals)} no column is shown to be above what needs no model"] if low else []
    tied = sum(bool(one.tied) and one.clears for one in rivals)
    parts += [f"in {tied} of {len(rivals)} the best are level"] if tied else []
    alone = len(leaders) - len(rivals)
    left = f" In {alone} more, only one column has a score." if alone else ""
    return f"Of the pairs of task and language, {'; '.join(parts)}.{left}"


def over_conditions(aggregate: Aggregate) -> str:
    """A pair of columns over all conditions."""
    a, b, ahead, difference = aggregate.a, aggregate.b, aggregate.ahead, aggregate.difference
    if aggregate.behind > aggregate.ahead:
        a, b, ahead, difference = b, a, aggregate.behind, -difference
    if aggregate.p is None:
        return f"{a} and {b} score the same in all {aggregate.conditions}."
    pairs = f"{aggregate.conditions} pairs of task and language"
    says = f"{a} scores higher than {b} in {ahead} of {pairs} (mean difference {number(difference)}"
    least = _least_p(aggregate.conditions, aggregate.tests)
    if least >= SIGNIFICANCE_LEVEL:
        return (f"{says}). Whether other tasks and languages would show the same cannot be concluded from so few: p is "
                f"never under {number(least, 3)} here; it takes {_enough_pairs(aggregate.tests)} pairs.")  # fmt: skip
    corrected = "" if aggregate.p_holm is None else f", {p_value(aggregate.p_holm)} after correction"
    chance = " This may be chance." if (aggregate.p_holm or aggregate.p) >= SIGNIFICANCE_LEVEL else ""
    return f"{says}, {p_value(aggregate.p)}{corrected}).{chance}"


def _least_p(pairs: int, tests: int) -> float:
    """The least p that Wilcoxon's signed-rank test can give on so many pairs, corrected over so many tests."""
    return min(1.0, tests * 2 / 2**pairs)


def _enough_pairs(tests: int) -> int:
    return next(pairs for pairs in count(1) if _least_p(pairs, tests) < SIGNIFICANCE_LEVEL)


def costs(found: Findings, axis: str) -> str:
    """Which columns are worth their cost, an axis of COSTS."""
    points = [one for one in found.averages if getattr(one, axis) is not None]
    if not points:
        return "There are no places where every column was run at every number of shots and its cost is known."
    best, cheapest = (pareto_front(points, axis)[end] for end in (-1, 0))
    worth = list(dict.fromkeys(one.column for one in pareto_front(points, axis)))
    idle = [name for name in found.columns if name not in worth and any(one.column == name for one in points)]
    says = f"The highest score, {number(best.score.value)}, is that of {_point(best, axis)}"
    if cheapest is not best:
        least = "the smallest" if axis == "parameters" else "the cheapest"
        says += f"; {least} is {_point(cheapest, axis)}, with {number(cheapest.score.value)}"
    spare = f" For {listed(idle, 'or')} there is always another that scores as high for no more." if idle else ""
    return f"{says}.{spare}"


def _point(average: Average, axis: str) -> str:
    return f"{average.column} at {shots_of([average.shots])} ({amount(getattr(average, axis), axis)})"


def amount(value: float, axis: str) -> str:
    """A cost with its unit."""
    if axis == "tokens_per_word":
        return f"{value:.3g} tokens a word"
    if axis == "parameters":
        return f"{value / 1e9:.3g}B parameters" if value >= 1e9 else f"{value / 1e6:.3g}M parameters"
    return f"{value:.3g} s an item" if value >= 0.0995 else f"{value * 1000:.3g} ms an item"


def readable(cells: Sequence[Cell]) -> str:
    """Which columns' outputs could often not be read, apart from the scores."""
    known = [cell for cell in cells if cell.valid is not None and cell.shots is not None]
    if not known:
        return "No output was read."
    means = {key: [c.valid or 0.0 for c in known if (c.column, c.shots) == key] for key in
             dict.fromkeys((cell.column, cell.shots) for cell in known)}  # fmt: skip
    low = [(sum(values) / len(values), *key) for key, values in means.items() if sum(values) < READABLE * len(values)]
    if all(cell.valid == 1 for cell in known):
        return "All outputs could be read."
    if not low:
        least = min(sum(values) / len(values) for values in means.values())
        # Not 100% where some could not.
        return f"At least {min(least, 0.99):.0%} of each column's outputs could be read."
    rows = [f"{share:.0%} of those of {name} at {shots_of([shots])}" for share, name, shots in sorted(low)[:4]]
    more = f", and under {READABLE:.0%} in {len(low) - 4} more" if len(low) > 4 else ""
    return f"Not all outputs could be read: {listed(rows)}{more}."


def confused(confusion: Confusion) -> str:
    """The most frequent mistake of a column."""
    unread = sum(n for (_, answer), n in confusion.counts.items() if answer == INVALID)
    said = f"; {unread} of {confusion.items} answers could not be read" if unread else ""
    wrong = [one for one in confusion.mistakes if one[1] != INVALID]
    if not wrong:
        return f"{confusion.column} takes no label for another{said}."
    gold, answer, times = wrong[0]
    of = sum(n for (own, _), n in confusion.counts.items() if own == gold)
    return f"{confusion.column} most often says {answer} where {gold} is right ({times} of {of}){said}."


def survived(rows: Sequence[Survival]) -> str:
    """How many of a column's entities come through translation, and which kind fares worst."""
    gold, right, lost = (sum(values) for values in zip(*((r.gold, r.survived, r.lost) for r in rows), strict=True))
    if not gold:
        return "There are no entities to follow."
    ways = [f"{n} {said}" for way, said in WAYS.items() if (n := sum(row.right.get(way, 0) for row in rows))]
    shares = sorted((row.survived / row.gold, row.kind) for row in rows if row.gold)
    worst = f" Worst fares {shares[0][1]} ({shares[0][0]:.0%}), best {shares[-1][1]} ({shares[-1][0]:.0%})."
    how = f": {listed(ways)}" if ways else ""
    gone = f" {lost} that the model named in English could not be found again in the text." if lost else ""
    return (f"Of {gold} entities {right} ({right / gold:.0%}) come out right by way of English{how}."
            f"{worst if shares[0][0] < shares[-1][0] else ''}{gone}")  # fmt: skip
