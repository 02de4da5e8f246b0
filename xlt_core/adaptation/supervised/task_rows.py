"""The train rows of a task that a model is tuned on: with people's answers, translated, or with the model's."""

from __future__ import annotations

import random
from collections.abc import Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from xlt_core import catalog
from xlt_core.adaptation.corpus import Text
from xlt_core.adaptation.records import Adaptation
from xlt_core.catalog import Parts
from xlt_core.comparison.data import load_split
from xlt_core.comparison.sampling import sample
from xlt_core.comparison.training import texts_of
from xlt_core.contracts import SPLITS, Setting, Task, Translator, missing
from xlt_core.pivoting.projection import project
from xlt_core.records import Answer, Column, Example, InputError, Language, Plan, Prediction

LEAST = 4  # rows that something can be learned from
T = TypeVar("T")


@dataclass(frozen=True)
class TaskRows:
    """Rows of a task in a language, with the answers that are learned. wrong: where pairs are, the row with the other
    answer of each."""

    task: Task
    language: Language
    rows: tuple[Example, ...]
    wrong: tuple[Example, ...] = ()

    def text(self, source: str) -> Text:
        """What the card, and a run that goes on, know the rows by: questions with their answers."""
        told = (f"{self.task.question(row)} {self.task.completion(row.answer or (), row)}"
                for row in (*self.rows, *self.wrong))  # fmt: skip
        return Text(self.language, tuple(told), source=source)


def with_gold(plan: Adaptation, task: str, number: int, code: str = "") -> TaskRows:
    """Train rows with their gold answers, stratified by label. code: of their language, if not the plan's own. Raises
    InputError where there are too few."""
    asked, language, rows = _pool(plan, task, code)
    answered = [row for row in rows if row.answer is not None]
    return _enough(TaskRows(asked, language, tuple(sample(answered, number, plan.seed))))


def without_gold(plan: Adaptation, task: str, number: int) -> TaskRows:
    """Train rows without any answer, at random: which ones hangs on no answer either. Raises InputError."""
    asked, language, rows = _pool(plan, task)
    blank = [row.blanked() for row in rows]
    return _enough(TaskRows(asked, language, tuple(random.Random(plan.seed).sample(blank, min(number, len(blank))))))


def put_into(plan: Adaptation, english: TaskRows, translator: str) -> TaskRows:
    """English rows, machine-translated into the plan's language; labels stay. Raises InputError."""
    parts, language = parts_of(plan), catalog.language(plan.corpora[0].language)
    by = _translator(plan, parts, translator)
    if why_not := missing(by, english.language, language):
        raise InputError(why_not)
    words = dict.fromkeys(word for row in english.rows for word in _words(row))
    made: dict[str, str] = {}
    for index, reply in by.translate([*words], english.language, language):
        if reply.final:
            made[[*words][index]] = reply.text.strip()
    rows = (_with_words(row, made) for row in english.rows)
    return _enough(TaskRows(english.task, language, tuple(row for row in rows if not english.task.lacking(row.texts))))


def by_the_model(plan: Adaptation, blank: TaskRows, translator: str, knobs: Mapping[str, str]) -> TaskRows:
    """The rows with what the plan's model answers by way of English, without demonstrations; those of which its answer
    can be read. knobs: of the strategy translate."""
    found = _predicted(plan, blank, Column("translate", "translate", knobs), translator)
    answers = {one.id: one.answer for one in found if one.valid}
    rows = tuple(replace(row, answer=answers[row.id]) for row in blank.rows if answers.get(row.id))
    return _enough(replace(blank, rows=rows))


def with_wrong(plan: Adaptation, gold: TaskRows) -> TaskRows:
    """The rows in pairs with a wrong answer of the plan's model, without demonstrations: the likeliest wrong label, or
    what it writes; without the rows of which that is right, or cannot be read. Raises InputError."""
    column = Column("laft", "laft", {"adapter": plan.start}) if plan.start else Column("prompt", "prompt")
    found = {one.id: one for one in _predicted(plan, gold, column)}
    answers = {row.id: _wrong(found[row.id], row) for row in gold.rows if row.id in found}
    rows = tuple(row for row in gold.rows if answers.get(row.id) is not None)
    wrong = tuple(replace(row, answer=answers[row.id]) for row in rows)
    return _enough(replace(gold, rows=rows, wrong=wrong), "a wrong answer of the model")


def _wrong(prediction: Prediction, row: Example) -> Answer | None:
    likely = {label: nats for label, nats in prediction.replies[-1].choices.items() if label != row.answer}
    if likely:
        return max(likely, key=likely.__getitem__)
    return prediction.answer if prediction.valid and prediction.answer != row.answer else None


def _predicted(plan: Adaptation, given: TaskRows, column: Column, translator: str = "") -> Iterator[Prediction]:
    """What the plan's model makes of the rows, without errors. Calls that were made before are taken from the store."""
    parts = _cached(parts_of(plan))
    english, by = catalog.language(catalog.PIVOT), _translator(plan, parts, translator) if translator else None
    setting = Setting(given.task, given.language, english, parts.host(plan.model), by, (), Plan("", "").limits,
                      plan.seed)  # fmt: skip
    solver = returned(parts.strategy(column).prepare(setting))
    yield from (one for one in solver([row.blanked() for row in given.rows]) if one.final and not one.error)


def parts_of(plan: Adaptation) -> Parts:
    """The catalog, with the rows of datasets read from the plan's folders where it has some."""
    roots = [Path(root).expanduser() for root in plan.data_root]
    return replace(catalog.PARTS, dataset=lambda name: catalog.dataset(name, roots)) if roots else catalog.PARTS


def _pool(plan: Adaptation, task: str, code: str = "") -> tuple[Task, Language, tuple[Example, ...]]:
    """The train rows whose text stands in no other split. Raises InputError where there is no such split."""
    (corpus,), asked = plan.corpora, catalog.task(task)
    language, data = catalog.language(code or corpus.language), parts_of(plan).dataset(corpus.source)
    if not data.serves(task, language.code) or "train" not in data.splits(task, language.code):
        raise InputError(f"The dataset {corpus.source} has no train rows for {task} in {language.name}; "
                         "choose another one.")  # fmt: skip
    scored: set[str] = set()
    for split in SPLITS[1:]:
        with suppress(InputError):  # that there is none, or not here
            scored |= texts_of(load_split(data, task, language.code, split))
    rows = load_split(data, task, language.code, "train")
    return asked.in_language(language), language, tuple(row for row in rows if not texts_of([row]) & scored)


def _enough(found: TaskRows, what: str = "an answer") -> TaskRows:
    if len(found.rows) < LEAST:
        raise InputError(f"There are {len(found.rows)} train rows with {what}, and tuning needs {LEAST}; "
                         "choose other data, or more rows.")  # fmt: skip
    return found


def _words(row: Example) -> list[str]:
    """All that is translated of a row: its texts, and an answer that is text or entities."""
    answers = [span.text for span in row.answer] if isinstance(row.answer, tuple) else []
    answers += [str(row.answer)] * (row.answer is not None and not row.choices)
    return list(filter(str.strip, [*row.texts.values(), *answers]))


def _with_words(row: Example, made: Mapping[str, str]) -> Example:
    texts = {name: made.get(text, text) for name, text in row.texts.items()}
    if isinstance(row.answer, tuple):
        return replace(row, texts=texts, answer=project(texts["text"], row.answer, made)[0])
    return replace(row, texts=texts, answer=row.answer if row.choices else made.get(str(row.answer), row.answer))


def _translator(plan: Adaptation, parts: Parts, name: str) -> Translator:
    return catalog.translator_of(Plan("", plan.corpora[0].language, model=plan.model, translator=name), parts)


def _cached(parts: Parts) -> Parts:
    """The parts with calls kept in the app's store, where it can be used."""
    from xlt_core.store.call_cache import with_call_cache
    from xlt_core.store.store import Store

    with suppress(InputError):
        return with_call_cache(parts, Store())
    return parts


def returned(work: Generator[object, None, T]) -> T:
    """What a generator returns, whatever it yields before."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value
