"""Finds what is in the folders, and makes it ready."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xlt_core import catalog_tools
from xlt_core.catalog_tools import Knob, coerced, once, pick, scan, unknown
from xlt_core.contracts import Dataset, Diagnostic, Host, Picker, Strategy, Task, Translator
from xlt_core.formats.dataset_names import HUB, file_of
from xlt_core.language_table import by_code as by_code
from xlt_core.language_table import find, known_names, languages
from xlt_core.models.names import model_path
from xlt_core.models.pool import POOL, ModelPool, UrgentPool
from xlt_core.models.suggested import Part, suggested
from xlt_core.records import Column, InputError, Language, Plan, Row
from xlt_core.settings import ANY, DATA_ROOTS, DATASETS, HOST_KEY, HOST_URL, MODELS, TRANSLATORS
from xlt_core.translators import chat_mt

PIVOT = "eng"
LLM = "llm"  # the translator that is the plan's own model
APERTIUM = "apertium"  # its program, or `apertium:ADDRESS` a server


def language(text: str) -> Language:
    """The language by its code, FLORES code, alias or name, whatever the case.

    Raises InputError where there is none, where several share the name, and for a code that is no longer used.
    """
    found = find(text)
    if not found:
        raise InputError(unknown("language", text, known_names(), languages()))
    return found


@cache
def tasks() -> Mapping[str, Task]:
    """Tasks by id."""
    return {name: kind() for name, kind in scan("tasks", Task).items()}


def task(name: str) -> Task:
    return pick("task", tasks(), name)


def strategies() -> Mapping[str, type[Strategy]]:
    """Strategies, as classes, by id: the file's name, with hyphens."""
    return {name.replace("_", "-"): kind for name, kind in scan("strategies", Strategy).items()}


def is_bound(strategy: str) -> bool:
    """Whether a strategy sees the gold answers: it is a bound, and is compared with none."""
    kind = strategies().get(strategy)
    return bool(kind and kind.sees_gold)


def strategy(column: Column) -> Strategy:
    """The column's strategy with its knobs, which may be given as text. Raises InputError for a knob that is off."""
    kind = pick("strategy", strategies(), column.strategy)
    known = {knob.name: knob for knob in knobs(column.strategy)}
    given = {name: coerced(column.strategy, pick(f"knob of {column.strategy}", known, name), value)
             for name, value in column.knobs.items()}  # fmt: skip
    return kind(**given)


@cache
def pickers() -> Mapping[str, Picker]:
    """What picks demonstrations, by id."""
    return {name: kind() for name, kind in scan("demonstrations", Picker).items()}


def picker(name: str) -> Picker:
    return pick("picker of demonstrations", pickers(), name.replace("-", "_"))


@cache
def diagnostics() -> Mapping[str, Diagnostic]:
    """What one can measure before choosing, by id."""
    return {name: kind() for name, kind in scan("diagnostics", Diagnostic).items()}


def diagnostic(name: str) -> Diagnostic:
    return pick("diagnostic", diagnostics(), name)


def knobs(name: str) -> tuple[Knob, ...]:
    """The knobs of a strategy, in the order of its fields."""
    return catalog_tools.knobs(pick("strategy", strategies(), name))


@cache
def datasets() -> Mapping[str, Dataset]:
    """Datasets by id."""
    return {name: kind() for name, kind in scan("datasets", Dataset).items()}


def dataset(name: str, roots: Sequence[Path] = ()) -> Dataset:
    """The dataset by its id, a file of the user's own, or hub:ID. roots: folders that its rows must come from.

    Without roots the rows come from a folder of XLT_DATA_ROOTS where one has them, else from the Hub.
    """
    if file_of(name):
        return scan("datasets", Dataset)["file"].opened(name, tasks())
    if name.startswith(HUB):
        return scan("datasets", Dataset)["hub"].opened(name, tasks())
    found = pick("dataset", datasets(), name)
    if roots:
        return found.at(tuple(roots))
    with suppress(InputError):  # that none of the standing folders has it only means that it comes from the Hub
        return found.at(DATA_ROOTS)
    return found


def offers_dataset(name: str) -> bool:
    """Whether a dataset, by its id, can be had here without a download, or XLT_DATASETS names it."""
    return name in datasets() and (name in DATASETS or dataset(name).at_hand())


def offered_datasets() -> tuple[str, ...]:
    """Ids of the datasets that are offered."""
    return tuple(filter(offers_dataset, datasets()))


def models() -> tuple[str, ...]:
    """Models that are offered by name: those of the settings and, where any may be typed, the suggested ones."""
    return _named("pocket", *filter(None, [HOST_URL]), *MODELS, *(suggested("model") if ANY in MODELS else ()))


def translators() -> tuple[str, ...]:
    """Translators that are offered by name, likewise; Apertium where its program is installed."""
    here = [APERTIUM] if shutil.which(APERTIUM) else []
    return _named("pocket", *here, LLM, *TRANSLATORS, *(suggested("translator") if ANY in TRANSLATORS else ()))


def typed(part: Part) -> bool:
    """Whether any other one, by its Hub id, folder or server's address, may be typed on the page."""
    return ANY in (MODELS if part == "model" else TRANSLATORS)


def _named(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name != ANY))


@once
def host(model: str) -> Host:
    """Where a model runs: one host per model, made once. model: as for model_path, or a server's address."""
    if model.startswith(("http://", "https://")):
        from xlt_core.hosts.remote import connect

        # The key goes to the server that it is for, whatever other address a plan names.
        own = HOST_URL.partition("#")[0] in ("", model.partition("#")[0].rstrip("/"))
        return connect(model, HOST_KEY if own else "")
    return _local_host(model, POOL)


def _local_host(model: str, pool: ModelPool | UrgentPool) -> Host:
    from xlt_core.hosts.local import LocalHost

    name, mark, form = model.partition("#")
    return LocalHost(model_path(name) + mark + form, pool=pool)


@once
def translator(name: str) -> Translator:
    """A translator other than the plan's model, made once: `apertium`, `apertium:ADDRESS`, `chat-mt:MODEL`, or weights
    of its own."""
    if name.partition(":")[0] == APERTIUM:
        from xlt_core.translators.apertium import connect as translating

        return translating(name)
    if model := chat_mt.model_of(name):
        served = model.startswith(("http://", "https://"))
        # Urgent: a column that waits for its translator may itself keep the plan's model in use.
        return chat_mt.ChatMt(name, model, host(model) if served else _local_host(model, UrgentPool(POOL)))
    from xlt_core.translators.seq2seq import Seq2Seq

    return Seq2Seq(model_path(name, "translator"), name=name)


@dataclass(frozen=True)
class Parts:
    """Where a comparison takes its parts from: the catalog, or what a test hands in."""

    language: Callable[[str], Language] = language
    task: Callable[[str], Task] = task
    strategy: Callable[[Column], Strategy] = strategy
    dataset: Callable[[str], Dataset] = dataset
    host: Callable[[str], Host] = host
    translator: Callable[[str], Translator] = translator
    picker: Callable[[str], Picker] = picker


PARTS = Parts()


def translator_of(plan: Plan, parts: Parts = PARTS, rows: Sequence[Row] = ()) -> Translator:
    """The plan's translator; `llm` is made with the host of its model, and shown rows that have their English."""
    if plan.translator != LLM:
        return parts.translator(plan.translator)
    from xlt_core.translators.llm import Llm

    return Llm(parts.host(plan.model), rows)


def asks_model(column: Column, parts: Parts = PARTS) -> bool:
    """Whether the column asks a language model."""
    return bool(parts.strategy(column).needs)
