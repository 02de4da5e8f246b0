"""Texts with their English beside them: of demonstrations and of the input, for strategies that show both."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from xlt_core.contracts import Host, Picked
from xlt_core.pivoting.crossing import Crossed, Crossing
from xlt_core.pivoting.english_picks import EnglishPicks
from xlt_core.prompting.fewshot import Prompter
from xlt_core.prompting.shown import shown
from xlt_core.records import Example, Prediction, Prompt, Reply


def paired_demonstrations(
    crossing: Crossing, rows: Sequence[Example]
) -> Generator[str | Reply, None, tuple[Example, ...]]:
    """The demonstrations, each with its English as pivot; one that has none is left out. Yields notes and translations.
    Only texts are translated: the answers stay as they are."""
    stays = crossing.setting.task.answer_kind in ("label", "number")
    english = yield from crossing.demonstrations([_bare(row, str(n), stays) for n, row in enumerate(rows)])
    by_number = {row.id: row for row in english}
    numbered = [(by_number[str(n)], row) for n, row in enumerate(rows) if str(n) in by_number]
    return tuple(paired(row, made) for made, row in numbered)


def paired(example: Example, english: Example) -> Example:
    """The example with its English as pivot, whose own pivot has the texts that it is the English of, before these are
    cut."""
    texts = {name: english.texts[name] for name in example.texts if name in english.texts}
    made = Example(example.id, texts, None, example.choices, Example(example.id, example.texts))
    return replace(example, pivot=made)


def english_texts(example: Example) -> dict[str, str]:
    """The English of an example's texts, each cut to the share of it to which the text was cut."""
    if example.pivot is None:
        return {}
    whole = example.pivot.pivot.texts if example.pivot.pivot else example.texts
    return {name: _share(text, len(example.texts.get(name, "")), len(whole.get(name, "")))
            for name, text in example.pivot.texts.items()}  # fmt: skip


def _share(text: str, length: int, whole: int) -> str:
    return text if length >= whole else text[: round(len(text) * length / whole)]


def english_of(example: Example) -> str:
    """The same in one text."""
    return Example("", english_texts(example)).text


def _bare(row: Example, name: str, stays: bool) -> Example:
    """A demonstration of which only the text has to be translated."""
    answer = row.answer if stays else ()
    pivot = row.pivot and replace(row.pivot, id=name, answer=answer)
    return replace(row, id=name, answer=answer, pivot=pivot)


class PairedPicks(EnglishPicks):
    """Picks for items, each picked row with its English as pivot."""

    def __call__(self, examples: Sequence[Example]) -> Iterator[tuple[int, Picked]]:
        for index, picked in shown(self._crossing.setting, examples):
            yield index, picked if picked.error else self._in_english(picked)

    def _work(self, row: Example) -> Generator[str | Reply, None, tuple[Example, ...]]:
        return paired_demonstrations(self._crossing, [row])


@dataclass(frozen=True)
class PairSolver:
    """Translates the input to English, and asks with both; the answer is in the language."""

    crossing: Crossing
    prompter: Prompter

    @property
    def reader(self) -> Host | None:
        return self.prompter.reader

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        """The prompt, notes on it, and the translation of the input. Raises InputError where that fails."""
        crossed = self.crossing.one(example)
        prompt, notes, replies = self.prompter.preview(paired(crossed.example, crossed.english))
        return prompt, crossed.notes + notes, crossed.replies + replies

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        entered: dict[int, Crossed] = {}
        for index, crossed in self.crossing.enter(examples):
            yield crossed.so_far()
            if crossed.english:
                entered[index] = crossed
        asked = [replace(paired(one.example, one.english), id=str(index))
                 for index, one in sorted(entered.items()) if one.english]  # fmt: skip
        for prediction in self.prompter(asked):
            yield entered[int(prediction.id)].joined(prediction)
