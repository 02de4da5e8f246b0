"""How good the machine's pivot is, of an item and of a column, and whether a worse one means a wrong answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from statistics import fmean

from xlt_core.catalog import task
from xlt_core.findings.details import finished_runs
from xlt_core.findings.records import Condition
from xlt_core.findings.sentences import number
from xlt_core.records import Comparison, Example, Prediction, Run, Score
from xlt_core.scoring import pivot
from xlt_core.scoring.metrics import TEXT, TRANSLATION, family_of, item_score
from xlt_core.scoring.pivot import FEWEST, Correlation, Signs

QUESTION = "Does a worse pivot mean a wrong answer?"
DEFINITIONS = (
    "chrF++ compares the machine's English with a human's, where the data have one. The signs need none: the length "
    "ratio is of characters, the translation's to the source's; repetition is the share of word 4-grams that stood in "
    "the translation before; untranslated is the share of the source's words that stand in it as they were, names "
    "among them; other script is the share of letters that are not Latin; back-translation is the chrF++ of the pivot "
    "translated back, against the source."
)
INPUT, BACK = "translate input", "translate pivot back"  # purposes of the calls that it is read from
RIGHT = 0.995  # of an item's score: all of it
SCRIPT = "Latn"  # of English


@dataclass(frozen=True)
class ItemPivot:
    """The machine's pivot of an item. human: the English by a human, or ""; chrf_pp: against that, None where there is
    none; back_chrf_pp: of its translation back against the source, None where it was not asked for."""

    text: str
    signs: Signs
    chrf_pp: float | None = None
    back_chrf_pp: float | None = None
    human: str = ""


@dataclass(frozen=True)
class ColumnPivot:
    """The machine's pivots of a column. items: that have one; references: of these, that have their human English;
    signs, back_chrf_pp: means over items; correlation: of chrF++ with being right; says: that in a sentence."""

    items: int
    references: int
    chrf_pp: Score | None
    signature: str
    signs: Signs
    back_chrf_pp: float | None
    correlation: Correlation | None
    says: str


def item_pivot(example: Example, prediction: Prediction) -> ItemPivot | None:
    """None where no machine translated the item to the pivot, as where a human's was used."""
    replies = [reply for reply in prediction.replies if reply.final]
    inputs = [reply for reply in replies if reply.purpose.partition(":")[0] == INPUT]
    made = "\n".join(reply.text for reply in inputs)
    if not made.strip():
        return None
    fields = [reply.purpose.partition(": ")[2] for reply in inputs]
    source, human = (_crossed(e, fields) for e in (example, example.pivot))
    said_back = next((reply.text for reply in replies if reply.purpose == BACK), None)
    back = None if said_back is None else pivot.item_chrf_pp(said_back, source)
    against = pivot.item_chrf_pp(made, human) if human else None
    return ItemPivot(made, pivot.signs(source, made, SCRIPT), against, back, human)


def _crossed(example: Example | None, fields: Sequence[str]) -> str:
    """What a machine was given of an example, or the human English of that. fields: of several, else only ""."""
    if example is None:
        return ""
    told = [example.texts.get(name, "") for name in dict.fromkeys(fields)] if any(fields) else [example.text.strip()]
    return "\n".join(filter(None, told))


def column_pivot(runs: Iterable[Run], metric: str, seed: int = 0) -> ColumnPivot | None:
    """Of the runs of a column under one or several seeds, each item once; None where it has no machine's pivot."""
    found = list(_each(runs))
    if not found:
        return None
    paired = [(made.text, made.human) for _, _, made in found if made.chrf_pp is not None]
    score = pivot.chrf_pp([text for text, _ in paired], [human for _, human in paired], seed)
    backs = [made.back_chrf_pp for _, _, made in found if made.back_chrf_pp is not None]
    means = Signs(*map(fmean, zip(*(astuple(made.signs) for _, _, made in found), strict=True)))
    values, right = _marked(found, metric)
    related = pivot.correlation(values, right, seed)
    return ColumnPivot(
        len(found), len(paired), score, pivot.chrf_pp_signature() if score else "", means,
        fmean(backs) if backs else None, related, _says(metric, bool(paired), values, right, related),
    )  # fmt: skip


def column_pivots(comparisons: Iterable[Comparison], shots: int) -> list[tuple[Condition, str, ColumnPivot]]:
    """For each condition and column with a machine's pivot, at a number of shots; on its items of all seeds."""
    runs = finished_runs(comparisons, shots)
    made = [(*at, column_pivot(own, task(at[0].task).metrics[0])) for at, own in runs.items()]
    return [(condition, column, found) for condition, column, found in made if found]


def _each(runs: Iterable[Run]) -> Iterator[tuple[Example, Prediction, ItemPivot]]:
    seen: set[str] = set()
    for run in runs:
        examples = {example.id: example for example in run.examples}
        for prediction in run.predictions:
            if prediction.id in examples and prediction.id not in seen:
                made = item_pivot(examples[prediction.id], prediction)
                if made:
                    seen.add(prediction.id)
                    yield examples[prediction.id], prediction, made


def _marked(
    found: Sequence[tuple[Example, Prediction, ItemPivot]], metric: str
) -> tuple[list[float], list[bool]]:  # fmt: skip
    """chrF++ and being right, of the items that have both; a text is neither right nor wrong."""
    if family_of(metric) in (TEXT, TRANSLATION):
        return [], []
    marked = [(made.chrf_pp, item_score(metric, example.answer, prediction.answer) >= RIGHT)
              for example, prediction, made in found if made.chrf_pp is not None and example.answer is not None
              and prediction.final and not prediction.error]  # fmt: skip
    return [value for value, _ in marked], [hit for _, hit in marked]


def _says(
    metric: str, paired: bool, values: Sequence[float], right: Sequence[bool], related: Correlation | None
) -> str:
    """The answer to QUESTION."""
    nothing = f"{QUESTION} Nothing can be said:"
    if not paired:
        return f"{nothing} the data have no human English of these items."
    if family_of(metric) in (TEXT, TRANSLATION):
        return f"{nothing} a text is not simply right or wrong."
    if related is None:
        if min(sum(right), len(right) - sum(right)) >= FEWEST:
            return f"{nothing} chrF++ is the same for all items."
        return (f"{nothing} it takes {FEWEST} right items and {FEWEST} wrong ones with their human English, "
                f"and here are {sum(right)} and {len(right) - sum(right)}.")  # fmt: skip
    numbers = (f"r = {number(related.r)} (95% bootstrap interval {number(related.low)} to {number(related.high)}), "
               f"the point-biserial correlation of chrF++ with being right on {len(right)} items, "
               f"{sum(right)} of them right")  # fmt: skip
    if related.low > 0:
        return f"{QUESTION} More often, on these items: {numbers}. Which is the cause of which, it does not say."
    if related.high < 0:
        return f"{QUESTION} No, the other way about on these items: {numbers}."
    return f"{QUESTION} Nothing can be concluded: {numbers}."
