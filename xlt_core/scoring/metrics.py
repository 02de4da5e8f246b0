"""Scores with their intervals, from per-item statistics that add up; equal to the libraries' values.

Every item is a row of statistics, (n, d); a score is a function of their sum; all resamples are one matrix product."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType

import numpy as np

from xlt_core.records import Answer, Example, InputError, Score
from xlt_core.scoring import number_scores, qa_scores, text_scores, translation_scores
from xlt_core.scoring.resampling import Array, counts, interval, weighted, wilson
from xlt_core.scoring.text_scores import ratio
from xlt_core.text.forms import canonical

RESAMPLES = 1000
TITLES: dict[str, str] = {
    "macro_f1": "macro F1", "accuracy": "accuracy", "weighted_f1": "weighted F1",
    "f1": "entity F1", "precision": "precision", "recall": "recall",
    "f1_PER": "F1 of PER", "f1_LOC": "F1 of LOC", "f1_ORG": "F1 of ORG", "f1_DATE": "F1 of DATE",
    "rouge_l": "ROUGE-L", "rouge_1": "ROUGE-1", "rouge_2": "ROUGE-2", "chrf": "chrF",
    "chrf_pp": "chrF++", "bleu": "BLEU", "length_ratio": "length ratio", "number_match": "exact match",
    "qa_f1": "token F1", "exact_match": "exact match", "word_accuracy": "accuracy of words",
    "terms_kept": "terms kept",
}  # fmt: skip
LABEL, SPANS, TEXT, TRANSLATION, NUMBER, SHORT = "label", "spans", "text", "translation", "number", "short"
# Those whose statistics are of two texts, whatever the other items are: a module each, with row, value, reduced, item.
OF_TEXTS: dict[str, ModuleType] = {TEXT: text_scores, TRANSLATION: translation_scores, NUMBER: number_scores,
                                  SHORT: qa_scores}  # fmt: skip
FAMILIES = {"macro_f1": LABEL, "accuracy": LABEL, "weighted_f1": LABEL, "f1": SPANS, "precision": SPANS,
            "recall": SPANS, "word_accuracy": SPANS,
            **{name: family for family, made in OF_TEXTS.items() for name in made.SCORES}}  # fmt: skip
SHARES = ("accuracy", "number_match", "exact_match")  # of the items: their interval is Wilson's

Golds = Sequence[Answer]
Answers = Sequence[Answer | None]


def title(name: str) -> str:
    """The score's name for the page, for any entity kind too."""
    return TITLES.get(name) or f"F1 of {name.removeprefix('f1_')}"


def measure(
    names: Sequence[str], golds: Golds, answers: Answers, texts: Sequence[str] = (), seed: int = 0
) -> dict[str, Score]:
    """The scores by name, with 95% intervals: Wilson's of accuracy, percentile bootstrap ones of others.

    An answer None is an invalid output, wrong.
    "f1" brings f1_KIND for every kind in the golds along. A score that is undefined (precision where nothing was
    predicted) is left out; no items give {}. texts, the sources, are for scores that read them: none does so far.
    """
    if not golds:
        return {}
    names, classes = with_kinds(names, golds), classes_of(golds, answers)
    rows = {family: rows_of(family, golds, answers, classes) for family in map(family_of, names)}
    resampled = {family: weighted(counts, rows[family], RESAMPLES, seed) for family in rows}
    scores = {}
    for name in names:
        family = family_of(name)
        value = float(value_of(name, rows[family].sum(0), classes))
        if np.isfinite(value):
            resamples = value_of(name, resampled[family], classes)
            scores[name] = Score(value, *interval_of(name, value, resamples, support(name, rows[family], classes)))
    return scores


def interval_of(name: str, value: float, resampled: Array, items: int) -> tuple[float, float]:
    """The 95% interval of a score: Wilson's for a share of the items, else of the bootstrap resamples."""
    return wilson(value, items) if name in SHARES else interval(value, resampled, items)


def support(name: str, rows: Array, classes: Sequence[str]) -> int:
    """The number of items that tell something about a score: without those that neither have nor get its entities."""
    if name.startswith("f1_") and rows.shape[-1] == 3 * len(classes):
        kind = name.removeprefix("f1_")
        rows = rows.reshape(len(rows), -1, 3)[:, classes.index(kind)] if kind in classes else rows
    return int(rows.any(-1).sum())


def item_score(name: str, gold: Answer, answer: Answer | None) -> float:
    """One item's score in 0..1: right or wrong for a label or a number, F1 for spans (1.0 if both are empty) and for
    short answers, ROUGE-L for text, chrF++ for a translation."""
    if family_of(name) == LABEL:
        return float(_marks(gold) == _marks(answer))
    if family_of(name) in OF_TEXTS:
        return OF_TEXTS[family_of(name)].item(str(gold), str(answer or ""))
    wanted, found = _marks(gold), _marks(answer)
    return 2 * len(wanted & found) / (len(wanted) + len(found)) if wanted or found else 1.0


def chance(name: str, golds: Golds, choices: Sequence[str], seed: int = 0) -> float | None:
    """The expected score of a labeller that picks among the choices uniformly; None but for label scores.

    Exact for accuracy, else the mean over seeded draws of how the picks fall on each gold label.
    """
    options, golds = sorted({*map(canonical, choices)}), [canonical(str(gold)) for gold in golds]
    if family_of(name) != LABEL or not golds or not options:
        return None
    if name == "accuracy":
        return sum(gold in options for gold in golds) / (len(golds) * len(options))
    classes = sorted({*options, *golds})
    rng, tallies = np.random.default_rng(seed), np.zeros((RESAMPLES, len(classes), 3))
    for label, times in sorted(Counter(golds).items()):
        picks = rng.multinomial(times, np.full(len(options), 1 / len(options)), size=RESAMPLES)
        tallies[:, np.isin(classes, options), 1] += picks
        tallies[:, classes.index(label), 2] += times
        tallies[:, classes.index(label), 0] += picks[:, options.index(label)] if label in options else 0
    return float(value_of(name, tallies.reshape(RESAMPLES, -1), classes).mean())


def chance_of(name: str, examples: Sequence[Example]) -> float | None:
    """The same of items that may have choices of their own: of accuracy then the mean of one over their number."""
    answered = [example for example in examples if example.answer is not None]
    golds = [example.answer for example in answered if example.answer is not None]
    if name != "accuracy" or len({example.choices for example in answered}) < 2:
        return chance(name, golds, sorted({choice for example in examples for choice in example.choices}))
    each = [chance(name, [gold], example.choices) for gold, example in zip(golds, answered, strict=True)]
    known = [share for share in each if share is not None]
    return sum(known) / len(known) if known else None


def majority(name: str, golds: Golds) -> float | None:
    """The score of always answering the golds' own most frequent label; None but for label scores."""
    if family_of(name) != LABEL or not golds:
        return None
    answers, classes = (
        [Counter(canonical(str(gold)) for gold in golds).most_common(1)[0][0]] * len(golds),
        classes_of(golds, ()),
    )
    return float(value_of(name, rows_of(LABEL, golds, answers, classes).sum(0), classes))


def with_kinds(names: Sequence[str], golds: Golds) -> list[str]:
    """The names, then f1_KIND for every kind in the golds if f1 is among them; f1_KIND of other kinds is dropped."""
    kinds = {f"f1_{mark[0]}" for gold in golds for mark in _marks(gold)}
    kept = [name for name in names if not name.startswith("f1_") or name in kinds]
    return list(dict.fromkeys([*kept, *(sorted(kinds) if "f1" in names else [])]))


def family_of(name: str) -> str:
    """The kind of answers that a score is for. Raises InputError for an unknown name."""
    family = SPANS if name.startswith("f1_") else FAMILIES.get(name)
    if not family:
        raise InputError(f"There is no score called {name!r}; use one of {', '.join(TITLES)}.")
    return family


def _marks(answer: Answer | None) -> frozenset[tuple]:
    """What an answer asserts, its class first: a label, spans (one without a place is like no gold's), or nothing."""
    if isinstance(answer, str):
        return frozenset({(canonical(answer),)})
    places = [(one.start, one.end if one.located else -2 - number) for number, one in enumerate(answer or ())]
    return frozenset((canonical(one.kind), *place) for one, place in zip(answer or (), places, strict=True))


def classes_of(golds: Golds, answers: Answers) -> list[str]:
    """Every label, or kind of entity, that any of them asserts."""
    return sorted({mark[0] for answer in {*golds, *answers} for mark in _marks(answer)})


def rows_of(family: str, golds: Golds, answers: Answers, classes: Sequence[str]) -> Array:
    """Statistics (n, d): per class hits, predicted and gold (d = 3 classes), or those of two texts."""
    if family in OF_TEXTS:
        row = OF_TEXTS[family].row
        return np.array([row(str(gold), str(answer or "")) for gold, answer in zip(golds, answers, strict=True)])
    place = {name: index for index, name in enumerate(classes)}
    pairs = list(zip(golds, answers, strict=True))
    distinct = {pair: index for index, pair in enumerate(dict.fromkeys(pairs))}  # of labels there are few
    rows = np.zeros((len(distinct), len(classes), 3))
    for row, pair in zip(rows, distinct, strict=True):
        gold, answer = map(_marks, pair)
        for column, marks in enumerate((gold & answer, answer, gold)):
            for mark in marks:
                row[place[mark[0]], column] += 1
    return rows.reshape(len(distinct), -1)[[distinct[pair] for pair in pairs]]


def reduced(name: str, rows: Array, classes: Sequence[str]) -> tuple[Array, Sequence[str]]:
    """The statistics, and classes, that the score alone needs: resampling costs in proportion to them."""
    if family_of(name) in OF_TEXTS:
        return OF_TEXTS[family_of(name)].reduced(name, rows), classes
    if name in MICRO:
        return rows.reshape(len(rows), -1, 3).sum(1), [""]
    return rows, classes


def value_of(name: str, sums: Array, classes: Sequence[str]) -> Array:
    """The score of summed statistics, (..., d) -> (...); NaN where it is undefined."""
    if family_of(name) in OF_TEXTS:
        return OF_TEXTS[family_of(name)].value(name, sums)
    tallies = sums.reshape(*sums.shape[:-1], len(classes), 3)
    if name.startswith("f1_"):
        kind = name.removeprefix("f1_")
        return _f1(tallies[..., classes.index(kind), :]) if kind in classes else np.full(sums.shape[:-1], np.nan)
    return _TALLIED[name](tallies)


def _f1(tallies: Array) -> Array:
    hits, predicted, gold = np.moveaxis(tallies, -1, 0)
    return ratio(2 * hits, predicted + gold)


def _mean_of_known(values: Array) -> Array:
    """The mean over the last axis without NaN."""
    known = np.isfinite(values)
    return values.mean(-1) if known.all() else ratio(np.nansum(values, -1), known.sum(-1))


def _share(whole: int) -> Callable[[Array], Array]:
    return lambda tallies: ratio(tallies[..., 0].sum(-1), tallies[..., whole].sum(-1))


_TALLIED: Mapping[str, Callable[[Array], Array]] = {
    "macro_f1": lambda tallies: _mean_of_known(_f1(tallies)),
    "weighted_f1": lambda tallies: ratio(np.nansum(_f1(tallies) * tallies[..., 2], -1), tallies[..., 2].sum(-1)),
    "accuracy": _share(2),
    "f1": lambda tallies: _f1(tallies.sum(-2)), "precision": _share(1), "recall": _share(2),
    "word_accuracy": _share(2),  # where every word has its gold tag
}  # fmt: skip


MICRO = ("accuracy", "f1", "precision", "recall", "word_accuracy")  # counted over all classes as one
