"""What a set of finished comparisons shows: scores, differences and costs per cell, and over all cells.

A cell is a column under a condition (task, language, data, models) with a number of shots. Its score is the mean over
seeds; its interval comes from resampling items, an item's answers under all seeds together: it tells how sure the mean
over these seeds is for other items. The headline score of each task is used throughout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from xlt_core import catalog
from xlt_core.findings.colours import ordered
from xlt_core.findings.leaders import leaders
from xlt_core.findings.naming import side_by_side, with_sizes
from xlt_core.findings.records import (
    COSTS,
    Aggregate,
    Average,
    Baseline,
    Cell,
    Condition,
    Contrast,
    Findings,
    Missing,
)
from xlt_core.records import Comparison, Plan, Run
from xlt_core.scoring import metrics
from xlt_core.scoring.corrections import corrected, holm, signed_rank
from xlt_core.scoring.item_answers import ItemAnswers, common_items
from xlt_core.scoring.significance import Estimate, estimate, pair_tests, score_of
from xlt_core.text.words import count

FRESH = Plan("", "")
Setting = tuple[int, int]  # shots, seed
Runs = Mapping[str, Mapping[Setting, Run]]  # of a condition: by column, then setting


def find(comparisons: Iterable[Comparison]) -> Findings:
    """The findings of comparisons that have ended. The later counts of two with all the same settings.

    Only columns that are done are scored; failed and stopped ones are listed in `missing`.
    """
    ended = side_by_side(with_sizes(comparisons))
    done = {condition: _by_column(runs) for condition, runs in _grouped(ended).items()}
    done = {condition: runs for condition, runs in done.items() if runs}
    columns = {run.name: run.strategy for comparison in ended for run in comparison.runs}
    ranks = ordered(set(columns.values()))
    names = sorted(columns, key=lambda name: ranks.index(columns[name]))
    made = [entry for condition, runs in done.items() for entry in _cells(condition, runs, names)]
    tests = sum(len(list(combinations(here, 2))) for runs in done.values() for _, here, _ in _shots(runs, names))
    contrasts = [c for condition, runs in done.items() for c in _contrasts(condition, runs, names, 50 * tests)]
    found = Findings(
        conditions=tuple(sorted(done)),
        shots=tuple(sorted({shots for runs in done.values() for run in runs.values() for shots, _ in run})),
        seeds=tuple(sorted({seed for runs in done.values() for run in runs.values() for _, seed in run})),
        columns={name: columns[name] for name in names},
        cells=tuple(cell for cell, _ in made),
        contrasts=_corrected(contrasts),
        missing=tuple(_missing(ended)),
        baselines={condition: _baseline(condition, runs) for condition, runs in done.items()},
    )
    found = replace(found, leaders=tuple(leaders(found)), aggregates=_aggregates(found))
    return _averaged(found, {(cell.condition, cell.shots, cell.column): one for cell, one in made})


def condition_of(comparison: Comparison) -> Condition:
    """The condition of a comparison."""
    plan = comparison.plan
    shown = (plan.demonstrations_from, plan.demonstrations_language or plan.language)
    by = "" if shown == (FRESH.demonstrations_from, plan.language) else " ".join(shown)
    return Condition(plan.task, plan.language, plan.dataset, plan.split, ", ".join(plan.models), plan.translator, by)


def _grouped(comparisons: Sequence[Comparison]) -> dict[Condition, dict[tuple[str, Setting], Run]]:
    found: dict[Condition, dict[tuple[str, Setting], Run]] = {}
    for comparison in comparisons:
        setting = (comparison.plan.shots, comparison.plan.seed)
        done = {(run.name, setting): run for run in comparison.runs if run.state == "done"}
        found.setdefault(condition_of(comparison), {}).update(done)
    return found


def _by_column(runs: Mapping[tuple[str, Setting], Run]) -> Runs:
    found: dict[str, dict[Setting, Run]] = {}
    for (column, setting), run in sorted(runs.items(), key=lambda pair: pair[0]):
        if common_items(run)[0].ids:
            found.setdefault(column, {})[setting] = run
    return found


def _missing(comparisons: Sequence[Comparison]) -> Iterator[Missing]:
    for comparison in comparisons:
        for run in comparison.runs:
            if run.state != "done":
                plan = comparison.plan
                yield Missing(condition_of(comparison), plan.shots, plan.seed, run.name, run.state, run.note)


def _shots(runs: Runs, names: Iterable[str]) -> list[tuple[int | None, list[str], list[Setting]]]:
    """The tables to make of a condition: for each number of shots, and for their mean, columns and shared settings."""
    rows: list[tuple[int | None, list[str], list[Setting]]] = []
    for shots in sorted({shots for run in runs.values() for shots, _ in run}):
        here = [name for name in names if any(s == shots for s, _ in runs.get(name, ()))]
        rows.append((shots, here, _shared_settings(runs, here, shots)))
    there = [name for name in names if name in runs]
    rows.append((None, there, _shared_settings(runs, there, None)))
    return rows


def _shared_settings(runs: Runs, names: Sequence[str], shots: int | None) -> list[Setting]:
    common = set.intersection(*(set(runs[name]) for name in names)) if names else set()
    return sorted(setting for setting in common if shots is None or setting[0] == shots)


def _cells(condition: Condition, runs: Runs, names: Sequence[str]) -> Iterator[tuple[Cell, Estimate]]:
    """The cells of a condition with the estimates of their scores."""
    for shots, columns, settings in _shots(runs, names):
        for column in columns:
            # Where columns share no seed, each has its own mean; tests between them are on what both have.
            own = settings or [setting for setting in runs[column] if shots in (None, setting[0])]
            made = _cell(condition, shots, column, {setting: runs[column][setting] for setting in own})
            if made:
                yield made


def _cell(
    condition: Condition, shots: int | None, column: str, runs: Mapping[Setting, Run]
) -> tuple[Cell, Estimate] | None:
    metric = catalog.task(condition.task).metrics[0]
    samples = {setting: common_items(run)[0] for setting, run in runs.items()}
    found = estimate(metric, list(samples.values()))
    if found is None:
        return None
    seeds = {seed: [s for (_, one), s in samples.items() if one == seed] for _, seed in samples}
    values = {seed: estimate(metric, own) for seed, own in seeds.items()}
    made = list(runs.values())
    cell = Cell(
        condition, shots, column, made[0].strategy, metric, score_of([found]),
        {seed: value.value for seed, value in values.items() if value},
        len({name for sample in samples.values() for name in sample.ids}), sum(run.errors for run in made),
        _mean([run.valid for run in made]), *_costs(made), max(run.parameters for run in made) or None,
    )  # fmt: skip
    return cell, found


def _costs(runs: Sequence[Run]) -> tuple[float | None, float | None]:
    """Tokens of all models per word of the items, and seconds of all calls per item."""
    texts = [{example.id: example.text for example in run.examples} for run in runs]
    pairs = [(p, own[p.id]) for run, own in zip(runs, texts, strict=True) for p in run.predictions if p.replies]
    words = sum(count(text) for _, text in pairs)
    replies = [reply for prediction, _ in pairs for reply in prediction.replies]
    tokens, seconds = sum(r.tokens_in + r.tokens_out for r in replies), sum(r.seconds for r in replies)
    return tokens / words if words and tokens else None, seconds / len(pairs) if pairs and seconds else None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _contrasts(condition: Condition, runs: Runs, names: Sequence[str], swaps: int) -> Iterator[Contrast]:
    """The tests between each two columns of a condition, on the items and seeds that both have."""
    metric = catalog.task(condition.task).metrics[0]
    for shots, columns, settings in _shots(runs, names):
        for a, b in combinations([name for name in columns if not _is_bound(runs, name)], 2):
            both = settings or _shared_settings(runs, (a, b), shots)
            pairs = [common_items(runs[a][setting], runs[b][setting]) for setting in both]
            sides: tuple[list[ItemAnswers], list[ItemAnswers]] = [p[0] for p in pairs], [p[1] for p in pairs]
            for test in pair_tests(metric, *sides, columns=(a, b), swaps=swaps):
                yield Contrast(condition, shots, test)


def _is_bound(runs: Runs, name: str) -> bool:
    return any(catalog.is_bound(run.strategy) for run in runs[name].values())


def _corrected(contrasts: Sequence[Contrast]) -> tuple[Contrast, ...]:
    """With Holm's correction: the tests at numbers of shots are one table, those of the means another."""
    made: dict[int, Contrast] = {}
    for means in (False, True):
        rows = [(i, c) for i, c in enumerate(contrasts) if (c.shots is None) == means]
        tests = corrected([c.test for _, c in rows])
        made |= {i: replace(c, test=test) for (i, c), test in zip(rows, tests, strict=True)}
    return tuple(made[i] for i in range(len(contrasts)))


def _baseline(condition: Condition, runs: Runs) -> Baseline:
    """Chance and majority on the items that were scored, the mean over seeds and numbers of shots."""
    metric = catalog.task(condition.task).metrics[0]
    settings = {setting: run for column in runs.values() for setting, run in column.items()}
    chances, majorities = [], []
    for run in settings.values():
        scored = common_items(run)[0]
        golds, ids = scored.golds, set(scored.ids)
        chances.append(metrics.chance_of(metric, [example for example in run.examples if example.id in ids]))
        majorities.append(metrics.majority(metric, golds))
    return Baseline(_mean(chances), _mean(majorities))


def _aggregates(found: Findings) -> tuple[Aggregate, ...]:
    """One test for each number of shots and pair of columns, corrected over the pairs at that number of shots."""
    made: list[Aggregate] = []
    for shots in (*found.shots, None):
        rows = [row for pair in combinations(found.columns, 2) if (row := _aggregate(found, shots, *pair))]
        adjusted = holm([1.0 if row.p is None else row.p for row in rows])
        made += [replace(row, p_holm=p, tests=len(rows)) for row, p in zip(rows, adjusted, strict=True)]
    return tuple(made)


def _aggregate(found: Findings, shots: int | None, a: str, b: str) -> Aggregate | None:
    tests = [found.contrast(condition, shots, a, b) for condition in found.conditions]
    moved = [test.difference for test in tests if test]
    if len(moved) < 2:
        return None
    ahead, behind = sum(value > 1e-9 for value in moved), sum(value < -1e-9 for value in moved)
    return Aggregate(shots, a, b, len(moved), sum(moved) / len(moved), ahead, behind, signed_rank(moved))


def _averaged(found: Findings, estimates: Mapping[tuple[Condition, int | None, str], Estimate]) -> Findings:
    """With each column's mean over the conditions that have all that at least half of them have."""
    counts = Counter((cell.shots, cell.column) for cell in found.cells if cell.shots is not None)
    wanted = sorted(one for one, conditions in counts.items() if 2 * conditions >= len(found.conditions))
    conditions = tuple(p for p in found.conditions if all(found.cell(p, *one) for one in wanted))
    averages = []
    for shots, column in wanted if conditions else ():
        cells = [cell for cell in (found.cell(condition, shots, column) for condition in conditions) if cell]
        score = score_of([estimates[cell.condition, shots, column] for cell in cells])
        costs = (_mean([getattr(cell, axis) for cell in cells]) for axis in COSTS)
        averages.append(Average(shots, column, score, *costs))
    return replace(found, averages=tuple(averages), complete=conditions)
