"""Texts shown to the model with other words or letters; where a span of such a text stands in the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from xlt_core.contracts import Picked
from xlt_core.prompting.fewshot import Asked, Prompter
from xlt_core.records import Answer, Example, Span
from xlt_core.text.search import Place, Spelling

Rewrite = Callable[[str, str], Spelling]  # a text as rewritten; the second is a name of its own, for what is drawn


def rewritten(text: str, swaps: Sequence[tuple[int, int, str]]) -> Spelling:
    """The text with other characters from start to end. swaps: from the left, none overlapping another."""
    letters, characters, position = "", list[Place](), 0
    for start, end, new in [*swaps, (len(text), len(text), "")]:
        letters += text[position:start] + new
        characters += [(at, at + 1) for at in range(position, start)] + [(start, end)] * len(new)
        position = end
    return Spelling(letters, tuple(characters))


def home(spelling: Spelling, start: int, end: int) -> Place:
    """The source's characters of which a part of the rewritten text was made."""
    covered = spelling.characters[start:end]
    return min(first for first, _ in covered), max(last for _, last in covered)


def away(spelling: Spelling, start: int, end: int) -> Place:
    """The part of the rewritten text that was made of the source's characters; start, start where none was."""
    inside = [at for at, (first, last) in enumerate(spelling.characters) if first < end and start < last]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


@dataclass(frozen=True)
class RewritingPrompter(Prompter):
    """Shows demonstrations, and (inputs) the input, as rewritten; spans are of the source. remark: notes on an item."""

    rewrite: Rewrite = lambda text, name: rewritten(text, ())
    inputs: bool = True
    remark: Callable[[Example], tuple[str, ...]] = lambda example: ()

    def ask(self, example: Example, picked: Picked) -> Asked:
        asked = super().ask(example, picked)
        return replace(asked, notes=(*asked.notes, *(self.remark(example) if self.inputs else ())))

    def question(self, example: Example, shown: bool = False) -> str:
        return super().question(self._rewritten(example) if shown or self.inputs else example)

    def answer(self, row: Example) -> str:
        if not isinstance(row.answer, tuple):
            return super().answer(row)
        spelling = self.rewrite(row.text, row.id)
        return super().answer(replace(row, answer=tuple(_moved(span, spelling) for span in row.answer)))

    def read(self, output: str, example: Example) -> Answer | None:
        """The answer; spans, which are found in the rewritten text, as spans of the source."""
        if not self.inputs or self.setting.task.answer_kind != "spans":
            return super().read(output, example)
        spelling = self.rewrite(example.text, example.id)
        answer = super().read(output, self._rewritten(example))
        return tuple(_brought_home(span, spelling, example.text) for span in answer) if answer else answer

    def _rewritten(self, example: Example) -> Example:
        texts = {field: self.rewrite(text, name_of(example, field)).text for field, text in example.texts.items()
                 if field in self.task.fields}  # fmt: skip
        return replace(example, texts={**example.texts, **texts})


def name_of(example: Example, field: str) -> str:
    """The name of a text."""
    return example.id if field == "text" else f"{example.id} {field}"


def _moved(span: Span, spelling: Spelling) -> Span:
    start, end = away(spelling, span.start, span.end)
    return replace(span, text=spelling.text[start:end] or span.text, start=start, end=end)


def _brought_home(span: Span | str, spelling: Spelling, source: str) -> Span:
    assert isinstance(span, Span)
    if not span.located:
        return span
    start, end = home(spelling, span.start, span.end)
    return replace(span, text=source[start:end], start=start, end=end)
