"""Whether texts are of the bundled world, which is all that the bundled models know, and what to take for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from xlt_core import catalog
from xlt_core.catalog import APERTIUM, PARTS, PIVOT, Parts, asks_model
from xlt_core.contracts import missing
from xlt_core.models.suggested import Part
from xlt_core.pivoting.crossing import HUMAN, MACHINE, TRANSLATE_TEST
from xlt_core.records import Column, Example, InputError, Plan, Run
from xlt_core.settings import POCKET
from xlt_core.world.vocabulary import known_share
from xlt_core.world.world import TAUGHT, languages

KNOWN = 0.75  # share of a text's words, under which it is not of the world: its own have 1, SIB-200's at most 0.68
ANOTHER = {"model": "another model, such as smollm2", "translator": "another translator, such as a model of NLLB-200"}


@dataclass(frozen=True)
class Mismatch:
    """A bundled part that is asked of texts that it does not know. outside: how many of the items; share: of their
    words that it knows, on average; better: what there is for them, HUMAN (their human English) or a translator."""

    part: Part
    language: str
    outside: int
    items: int
    share: float
    better: tuple[str, ...] = ()
    untaught: str = ""  # the title of a task that the bundled model was never trained on


def is_bundled(part: Part, name: str) -> bool:
    """Whether a model's or translator's name stands for the bundled one."""
    return name == "pocket" or Path(name).expanduser() == POCKET / part


def is_outside(text: str, language: str) -> bool:
    """Whether a text is not of the bundled world."""
    return known_share(text, language) < KNOWN


def cannot_know(plan: Plan, column: Column, example: Example, parts: Parts = PARTS) -> bool:
    """Whether a column asks a bundled part of an item that it does not know."""
    asked = is_bundled("model", plan.model) and asks_model(column, parts)
    asked |= is_bundled("translator", plan.translator) and _translates(parts, column, [example])
    return asked and not _of_the_world(plan) and is_outside(example.text, plan.language)


def strangers(plan: Plan, run: Run, parts: Parts = PARTS) -> int:
    """How many items of a run its column cannot know; 0 for outputs that were recorded elsewhere."""
    column = next((column for column in plan.columns if column.name == run.name), None)
    if column is None:
        return 0
    try:
        return sum(cannot_know(plan, column, example, parts) for example in run.examples)
    except InputError:  # of a document from elsewhere: a strategy or a knob that is not here
        return 0


def mismatches(plan: Plan, examples: Sequence[Example], parts: Parts = PARTS) -> tuple[Mismatch, ...]:
    """The plan's bundled parts that do not know most of the items. Raises InputError for a column that is off."""
    if untaught := _untaught(plan, parts):
        return (untaught,)
    outside = [] if _of_the_world(plan) else [e for e in examples if is_outside(e.text, plan.language)]
    if 2 * len(outside) <= len(examples):
        return ()
    share = fmean(known_share(example.text, plan.language) for example in examples)
    told = (plan.language, len(outside), len(examples), share)
    asks = any(asks_model(column, parts) for column in plan.columns)
    found = [Mismatch("model", *told)] if asks and is_bundled("model", plan.model) else []
    crossing = [column for column in plan.columns if _translates(parts, column, examples)]
    if is_bundled("translator", plan.translator) and crossing:
        found.append(Mismatch("translator", *told, _better(plan, crossing, examples, parts)))
    return tuple(found)


def sentence(mismatch: Mismatch) -> str:
    """What does not fit, and what to choose instead."""
    if mismatch.untaught:
        return (f"The bundled model was never trained on the task {mismatch.untaught}: expect answers by chance. "
                f"Choose {ANOTHER['model']}.")  # fmt: skip
    known = catalog.by_code(mismatch.language)
    name, one = known.name if known else mismatch.language, mismatch.items == 1
    how = f"knows {mismatch.share:.0%} of the words of {'this text' if one else 'these items'}"
    if mismatch.language not in languages():
        how = f"has never read {name}"
    what = {"model": "its answers", "translator": "its English"}[mismatch.part]
    better = {HUMAN: "the human English that these data have (translate.pivot=human)"}
    offers = [better.get(name, f"the translator {name}") for name in mismatch.better] or [ANOTHER[mismatch.part]]
    return (f"The bundled {mismatch.part} knows only the bundled world, and {how}: {what} cannot be relied on here. "
            f"Choose {' or '.join(offers)}.")  # fmt: skip


def _untaught(plan: Plan, parts: Parts) -> Mismatch | None:
    """The bundled model where it is asked what it was never trained on."""
    asked = any(asks_model(column, parts) for column in plan.columns)
    if plan.task in TAUGHT or not asked or not is_bundled("model", plan.model):
        return None
    return Mismatch("model", plan.language, 0, 0, 0.0, untaught=parts.task(plan.task).title)


def _of_the_world(plan: Plan) -> bool:
    return plan.dataset == "world" and not plan.inputs


def _translates(parts: Parts, column: Column, examples: Sequence[Example]) -> bool:
    """Whether the column has some of the items translated by the machine."""
    strategy = parts.strategy(column)
    pivot = getattr(strategy, "pivot", MACHINE)
    machine = pivot != TRANSLATE_TEST and not (pivot == HUMAN and _have_english(examples))
    return strategy.uses_translator and machine


def _have_english(examples: Sequence[Example]) -> bool:
    return bool(examples) and all(example.pivot and example.pivot.text.strip() for example in examples)


def _better(plan: Plan, columns: Sequence[Column], examples: Sequence[Example], parts: Parts) -> tuple[str, ...]:
    human = _have_english(examples) and any(hasattr(parts.strategy(column), "pivot") for column in columns)
    return (*([HUMAN] if human else []), *([APERTIUM] if _apertium_has(plan.language, parts) else []))


def _apertium_has(language: str, parts: Parts) -> bool:
    """Whether Apertium is here with a pair to English."""
    if APERTIUM not in catalog.translators():
        return False
    try:
        return not missing(parts.translator(APERTIUM), parts.language(language), parts.language(PIVOT))
    except InputError:
        return False
