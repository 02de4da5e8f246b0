"""What the columns of a selection share: parts, training rows and translators; and how a column is prepared."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from xlt_core.catalog import LLM, PIVOT, Parts, asks_model, translator_of
from xlt_core.comparison.building import answered, bases_of, prepared_without
from xlt_core.comparison.combining import why_not
from xlt_core.comparison.data import digest
from xlt_core.comparison.glossary import terms_of_plan
from xlt_core.comparison.selection import Selection
from xlt_core.comparison.signature import code_signature, column_key, item_key, translator_identity
from xlt_core.comparison.training import NONE, Training, texts_of
from xlt_core.contracts import BuiltOn, Memory, NoHost, Setting, Solver, Task, Translator
from xlt_core.records import Column, Example, InputError, Plan, Prediction, Reply, Run
from xlt_core.text.terms import Terms


@dataclass(frozen=True)
class Job:
    """A selection with the parts that it needs. blocked: by column, why it cannot run; bases: by column, those that it
    builds on; memory: earlier predictions; translators: one for all columns that name the same, so that nothing is
    translated twice."""

    selection: Selection
    parts: Parts
    blocked: Mapping[str, str]
    bases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    memory: Memory | None = None
    translators: dict[tuple[str, str], Translator] = field(default_factory=dict)

    @classmethod
    def of(cls, selection: Selection, parts: Parts, memory: Memory | None = None) -> Job:
        blocked = why_not(selection.plan, parts)
        bases, reasons = bases_of(selection.plan, parts, blocked)
        return cls(selection, parts, blocked | reasons, bases, memory)

    @cached_property
    def task(self) -> Task:
        return self.parts.task(self.selection.plan.task)

    @cached_property
    def terms(self) -> Terms:
        return terms_of_plan(self.selection.plan, self.parts)

    @cached_property
    def training(self) -> Training:
        drawn = self.selection
        return Training(drawn.plan, self.parts, drawn.examples, drawn.demonstrations)

    def prepare(self, column: Column, runs: Sequence[Run] = ()) -> Generator[str | Reply, None, Solver]:
        """Prepares the column's strategy. runs: the finished columns that it builds on. Raises InputError for a column
        that cannot run."""
        if column.name in self.blocked:
            raise InputError(self.blocked[column.name])
        setting = replace(
            self._setting(column),
            built_on=tuple(BuiltOn(run.name, {p.id: p for p in run.predictions if p.final and not p.error},
                                   partial(self._answer, self._column(run.name))) for run in runs),
            held_out=self.training.held_out(self.parts.strategy(column).held_out_items()),
        )  # fmt: skip
        return (yield from self.parts.strategy(column).prepare(setting))

    def signature(self, column: Column) -> str:
        """Changes with all that the column's predictions depend on."""
        plan, strategy, drawn = self.selection.plan.of(column), self.parts.strategy(column), self.training
        more: list[object] = drawn.digests(strategy.row_languages(plan.language))
        if plan.demonstrations is None:
            picker = self.parts.picker(plan.demonstrations_from)
            by = self._translator(plan) if picker.uses_translator else None
            more += [plan.demonstrations_from, plan.shots, digest(drawn.pool_rows()), code_signature(picker)]
            more += [translator_identity(by)] if by else []
        more += [plan.demonstrations_language] if plan.demonstrations_language else []
        if strategy.combines:
            more += [[self.signature(self._column(name)), name] for name in self.bases.get(column.name, ())]
            more.append(digest(drawn.held_out(strategy.held_out_items())))
        return column_key(plan, column, self.parts, self._translator_of(column), more)

    def parameters(self, column: Column) -> int:
        """Of the models that answer the column, each once; 0 where one of them does not tell, or others answer."""
        plan, translator = self.selection.plan.of(column), self._translator_of(column)
        own = [self.parts.host(plan.model)] if asks_model(column, self.parts) else []
        own += [translator] if translator and plan.translator != LLM else []
        known = [getattr(part, "parameters", None) for part in own]
        return 0 if None in known else sum(known)

    def held(self, column: Column) -> dict[str, tuple[str, ...]]:
        """The keys of the examples that are not items and that other columns answer for this one, by signature."""
        examples = self.training.held_out(self.parts.strategy(column).held_out_items())
        keys = tuple(map(item_key, examples))
        bases = self.bases.get(column.name, ()) if examples else ()
        return {prepared_without(self.signature(self._column(name)), examples): keys for name in bases}

    def _setting(self, column: Column, without: frozenset[str] = NONE) -> Setting:
        """without: texts that no row that it sees may have."""
        plan, parts = self.selection.plan.of(column), self.parts
        by = self._translator(plan) if parts.picker(plan.demonstrations_from).uses_translator else None
        language = parts.language(plan.language)
        return Setting(
            self.task.in_language(language), language, parts.language(PIVOT),
            parts.host(plan.model) if asks_model(column, parts) else NoHost(), self._translator_of(column),
            self.selection.demonstrations[: plan.shots], plan.limits, plan.seed, self.training.pick(by, without),
            parts.language(plan.demonstrations_language) if plan.demonstrations_language else None,
            lambda language="": self.training.rows(language, without))  # fmt: skip

    def _answer(self, column: Column, examples: Sequence[Example]) -> Generator[Reply, None, Mapping[str, Prediction]]:
        """Has a column answer examples that are not items, prepared without them."""
        preparation = self.parts.strategy(column).prepare(self._setting(column, texts_of(examples)))
        solver = yield from _replies_of(preparation)
        signature = prepared_without(self.signature(column), examples) if self.memory else ""
        return (yield from answered(solver, examples, self.memory, signature))

    def _column(self, name: str) -> Column:
        return next(column for column in self.selection.plan.columns if column.name == name)

    def _translator_of(self, column: Column) -> Translator | None:
        if not self.parts.strategy(column).uses_translator:
            return None
        return self._translator(self.selection.plan.of(column))

    def _translator(self, plan: Plan) -> Translator:
        key = plan.translator, plan.model if plan.translator == LLM else ""
        if key not in self.translators:
            self.translators[key] = translator_of(plan, self.parts, self.selection.parallel)
        return self.translators[key]


def _replies_of(preparation: Generator[str | Reply, None, Solver]) -> Generator[Reply, None, Solver]:
    """The calls of a preparation without its notes; returns the solver."""
    while True:
        try:
            piece = next(preparation)
        except StopIteration as end:
            return end.value
        if isinstance(piece, Reply):
            yield piece
