"""The rows with answers that a plan's columns may see: of train splits, and held out from what is scored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlt_core.catalog import PIVOT, Parts
from xlt_core.comparison.data import digest, load_split, relabel, split_rows
from xlt_core.comparison.sampling import english_too, readable, sample, to_row
from xlt_core.contracts import Pick, Picked, Pool, Translator
from xlt_core.formats.rows import same
from xlt_core.records import Example, InputError, Plan

NONE: frozenset[str] = frozenset()


def excluded_texts(plan: Plan, parts: Parts, examples: Sequence[Example]) -> frozenset[str]:
    """The texts of the items and of the split that they come from, and their English: no row may have one."""
    data = parts.dataset(plan.dataset)
    whole = plan.split != "train" and data.serves(plan.task, plan.language)
    whole = whole and plan.split in data.splits(plan.task, plan.language)
    rows = split_rows(plan, parts) if whole else ()
    return frozenset(same(text) for row in (*examples, *rows) for text in english_too(row))


def has_train(plan: Plan, parts: Parts, language: str) -> bool:
    """Whether the plan's dataset has train rows in the language."""
    data = parts.dataset(plan.dataset)
    return data.serves(plan.task, language) and "train" in data.splits(plan.task, language)


def train_rows(plan: Plan, parts: Parts, language: str, excluded: frozenset[str]) -> tuple[Example, ...]:
    """The language's train rows that have an answer and no excluded text. Raises InputError where there is no split."""
    if not has_train(plan, parts, language):
        raise InputError(f"The dataset {plan.dataset} has no train rows for {plan.task} in {language}; choose another.")
    found = load_split(parts.dataset(plan.dataset), plan.task, language, "train")
    found = relabel(found, plan.labels) if plan.labels else found
    return tuple(_allowed(found, excluded))


def _allowed(rows: Iterable[Example], excluded: frozenset[str]) -> Iterator[Example]:
    return (row for row in rows if row.answer is not None and not excluded & set(map(same, english_too(row))))


@dataclass(frozen=True)
class Training:
    """What the columns of a resolved plan may see. examples: the items; demonstrations: the same for all items."""

    plan: Plan
    parts: Parts
    examples: tuple[Example, ...]
    demonstrations: tuple[Example, ...] = ()
    cache: dict[object, tuple[Example, ...]] = field(default_factory=dict)

    @cached_property
    def excluded(self) -> frozenset[str]:
        return excluded_texts(self.plan, self.parts, self.examples)

    def rows(self, language: str = "", without: frozenset[str] = NONE) -> tuple[Example, ...]:
        """The train rows of a language, the items' own if it is not said. without: texts that none may have."""
        code = self.parts.language(language or self.plan.language).code
        if (code, without) not in self.cache:
            self.cache[code, without] = train_rows(self.plan, self.parts, code, self.excluded | without)
        return self.cache[code, without]

    def held_out(self, number: int) -> tuple[Example, ...]:
        """A sample of a split that is not scored, none of it an item or a demonstration: of the validation split, or of
        the train split; () where there is neither."""
        plan = self.plan
        used = frozenset(same(text) for row in self.demonstrations for text in english_too(row))
        for split in ("validation", "train"):
            if number and (plan.inputs or split != plan.split):
                with suppress(InputError):  # that there is no such split
                    rows = split_rows(replace(plan, split=split), self.parts)
                    return tuple(sample(tuple(_allowed(rows, self.excluded | used)), number, plan.seed))
        return ()

    def pick(self, translator: Translator | None, without: frozenset[str] = NONE) -> Pick | None:
        """What picks demonstrations for each item; None where they are the same for all."""
        if self.plan.demonstrations is not None:
            return None
        prepared: list[Pick] = []  # once, when it is first asked, so that a column that shows none pays nothing

        def pick(examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
            if not prepared:
                picker = self.parts.picker(self.plan.demonstrations_from)
                prepared.append(picker.prepare(self._pool(translator, without)))
            return prepared[0](examples)

        return pick

    def pool_rows(self, without: frozenset[str] = NONE) -> tuple[Example, ...]:
        """The rows that demonstrations are picked from: those that can be written and read back."""
        key = ("pool", without)
        if key not in self.cache:
            task, rows = self.parts.task(self.plan.task), self.rows(self.plan.demonstrations_language, without)
            self.cache[key] = tuple(row for row in rows if readable(task, to_row(task, row), row.choices))
        return self.cache[key]

    def _pool(self, translator: Translator | None, without: frozenset[str]) -> Pool:
        plan, parts, rows = self.plan, self.parts, self.pool_rows(without)
        if len(rows) < plan.shots:
            raise InputError(f"There are only {len(rows)} examples to pick demonstrations from; lower the shots.")
        spoken = parts.language(plan.demonstrations_language or plan.language)
        return Pool(
            rows, plan.shots, plan.seed, spoken, parts.language(plan.language), parts.language(PIVOT), translator
        )

    def digests(self, languages: Sequence[str]) -> list[str]:
        """Those of the train rows of these languages."""
        return [digest(self.rows(language)) for language in languages]


def texts_of(examples: Iterable[Example]) -> frozenset[str]:
    """What no row may have that must not show these examples."""
    return frozenset(same(text) for example in examples for text in english_too(example))
