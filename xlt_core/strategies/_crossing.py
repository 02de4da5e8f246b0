"""Takes examples to the pivot and answers back, keeping which translation belongs to which example."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from xlt_core.contracts import Setting, Translator, missing
from xlt_core.records import Answer, Example, InputError, Language, Prediction, Reply, Span
from xlt_core.strategies._calls import EMPTY, Outcome, attempt, reason
from xlt_core.strategies._fit import counted, cut
from xlt_core.strategies._projection import project

CHARACTERS = 8  # per token of the context: what lies behind that would be cut from the English prompt anyway


@dataclass(frozen=True)
class Crossed:
    """An example on its way in. english: None while there is none; error: why there will be none. Its last reply is
    not final while a long text is still on its way."""

    example: Example
    english: Example | None = None
    replies: tuple[Reply, ...] = ()
    notes: tuple[str, ...] = ()
    error: str = ""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it: no English to ask the model."""
        return self.english is None and all(reply.final for reply in self.replies)


@dataclass(frozen=True)
class Crossing:
    """Between a language and English. human: use the data's own English where there is one; beams: of the search;
    name: the strategy's."""

    setting: Setting
    human: bool = False
    beams: int = 1
    name: str = "translate"

    def checked(self) -> Translator:
        """The translator. Raises InputError where there is none, or nothing to translate."""
        if self.setting.translator is None:
            raise InputError(f"{self.name} needs a translator; choose one.")
        if self.setting.language.code == self.setting.english.code:
            raise InputError(f"{self.setting.english.name} is what {self.name} goes by: there is nothing to translate.")
        return self.setting.translator

    def demonstrations(self, given: Sequence[Example]) -> Generator[str | Reply, None, tuple[Example, ...]]:
        """Demonstrations in English. Yields notes and translations; raises what the translator raises."""
        if self._shown_in == self.setting.english:
            return tuple(replace(row, pivot=None) for row in given)
        rows = list(enumerate(given, 1))
        room = CHARACTERS * self.setting.host.context
        short = [(number, row) for number, row in rows if len(row.text) <= room]
        if len(short) < len(rows):
            yield f"{counted(len(rows) - len(short), 'demonstration')} too long for the model's context, left out"
        machine = [(number, row) for number, row in short if not self._has_pivot(row)]
        if self.human and machine:
            self._require("demonstration", len(machine))
            yield _unpaired([number for number, _ in machine])
        translations = yield from self._translations([text for _, row in machine for text in self._parts(row)])
        english = []
        for number, row in short:
            pivot, lost = (row.pivot, ()) if self._has_pivot(row) else self._in_english(row, translations)
            if not pivot.text.strip() or pivot.answer == "":
                yield f"the translation of demonstration {number} came back empty: left out"
                continue
            english.append(replace(pivot, answer=self._stays(row) or pivot.answer, choices=row.choices, pivot=None))
            if lost:
                yield f"demonstration {number} lost {_names(lost)} on its way to English"
        return tuple(english)

    def enter(self, examples: Sequence[Example]) -> Iterator[tuple[int, Crossed]]:
        """Yields each example's index and its English, in any order; the English has the index as its id. Before it,
        what there is of a long text. Raises InputError, before all others, where the translator lacks the language."""
        ready: list[tuple[int, Crossed]] = []
        machine: list[tuple[int, Crossed]] = []
        for index, example in enumerate(examples):
            if not example.text.strip():
                ready.append((index, Crossed(example, error=EMPTY)))
            elif self.human and example.pivot and example.pivot.text.strip():
                ready.append((index, Crossed(example, _english(index, example, example.pivot.text))))
            else:
                machine.append((index, self._start(example)))
        if self.human and machine:
            self._require("item", len(machine))
        yield from ready
        texts = [crossed.example.text for _, crossed in machine]
        for position, outcome in self._attempt(texts, inwards=True):
            index, crossed = machine[position]
            yield index, _arrived(index, crossed, outcome)

    def leave(self, waiting: Sequence[tuple[Example, Prediction]]) -> Iterator[Prediction]:
        """Brings English answers back: text is translated, spans are projected onto the example's text. Yields
        predictions, partial ones as the translations come."""
        texts = [
            (position, text)
            for position, (example, prediction) in enumerate(waiting)
            for text in (_needed(example, prediction) if self.can_return else ())
        ]
        back: list[dict[str, Outcome]] = [{} for _ in waiting]
        for index, outcome in self._attempt([text for _, text in texts], inwards=False):
            position, text = texts[index]
            back[position][text] = outcome
            yield _under_way(waiting[position][1], back[position].values())
        for (example, prediction), outcomes in zip(waiting, back, strict=True):
            yield _returned(example, prediction, outcomes, self.setting)

    @property
    def _shown_in(self) -> Language:
        return self.setting.shown_in or self.setting.language

    @cached_property
    def can_return(self) -> bool:
        """Whether there is a way from English back to the language."""
        translator = self.setting.translator
        return translator is not None and not missing(translator, self.setting.english, self.setting.language)

    def _require(self, what: str, number: int) -> None:
        """Raises InputError where the machine cannot translate what no human has."""
        why_not = missing(self.checked(), self.setting.language, self.setting.english)
        if why_not:
            raise InputError(f"{counted(number, what)} without a human translation to English: {why_not}")

    def _has_pivot(self, row: Example) -> bool:
        pivot = row.pivot
        return self.human and pivot is not None and bool(pivot.text.strip()) and pivot.answer is not None

    def _stays(self, row: Example) -> Answer | None:
        """The answer, where it is a label: labels are not translated."""
        return row.answer if self.setting.task.answer_kind == "label" else None

    def _parts(self, row: Example) -> list[str]:
        """What of a demonstration is translated: its text, and its answer where that is text or entities."""
        if isinstance(row.answer, tuple):
            return [row.text, *(span.text for span in row.answer)]
        return [row.text] if self._stays(row) else [row.text, row.answer or ""]

    def _in_english(self, row: Example, translations: Mapping[str, str]) -> tuple[Example, tuple[Span, ...]]:
        """A demonstration in English, and the entities that it lost."""
        text, lost = translations[row.text], ()
        answer = self._stays(row) or row.answer
        if isinstance(answer, tuple):
            answer, lost = project(text, answer, translations)
        elif not self._stays(row):
            answer = translations[answer or ""].strip()
        return replace(row, texts={**row.texts, "text": text}, answer=answer), lost

    def _start(self, example: Example) -> Crossed:
        """An example for the machine. Far more text than the prompt can hold is cut first."""
        room = CHARACTERS * self.setting.host.context
        notes = ["no human translation of the input: it was machine-translated"] if self.human else []
        if len(example.text) > room:
            notes.append(f"text cut to its first {room} characters before it was translated")
        return Crossed(cut(example, room), notes=tuple(notes))

    def _translations(self, texts: Sequence[str]) -> Generator[Reply, None, dict[str, str]]:
        distinct, translator = list(dict.fromkeys(texts)), self.setting.translator
        found: dict[str, str] = {}
        if distinct and translator:
            ends = self._shown_in, self.setting.english
            for index, reply in translator.translate(distinct, *ends, beams=self.beams):
                found[distinct[index]] = reply.text
                yield replace(reply, purpose="translate demonstration")
        return found

    def _attempt(self, texts: Sequence[str], inwards: bool) -> Iterator[tuple[int, Outcome]]:
        translator, ends = self.setting.translator, (self.setting.language, self.setting.english)
        source, target = ends if inwards else ends[::-1]
        purpose = "translate input" if inwards else "translate answer back"
        if not texts or not translator:
            return
        for index, outcome in attempt(
            lambda part: translator.translate([texts[i] for i in part], source, target, beams=self.beams), len(texts)
        ):
            yield index, replace(outcome, purpose=purpose) if isinstance(outcome, Reply) else outcome


def _english(index: int, example: Example, text: str) -> Example:
    return Example(str(index), {**example.texts, "text": text}, None, example.choices)


def _arrived(index: int, crossed: Crossed, outcome: Outcome) -> Crossed:
    if isinstance(outcome, Exception):
        return replace(crossed, error=reason(outcome))
    if not outcome.final:
        return replace(crossed, replies=(outcome,))
    if not outcome.text.strip():
        return replace(crossed, replies=(outcome,), notes=(*crossed.notes, "the translation came back empty"))
    return replace(crossed, english=_english(index, crossed.example, outcome.text), replies=(outcome,))


def _under_way(prediction: Prediction, outcomes: Iterable[Outcome]) -> Prediction:
    """A partial prediction with the translations that there are."""
    replies = tuple(outcome for outcome in outcomes if isinstance(outcome, Reply))
    return replace(prediction, answer=None, valid=False, replies=prediction.replies + replies, final=False)


def _needed(example: Example, prediction: Prediction) -> list[str]:
    """The texts to translate back: a text answer, or the entities that do not stand in the source text."""
    if isinstance(prediction.answer, str):
        return [prediction.answer]
    lost = project(example.text, _located(prediction.answer), {})[1]
    return list(dict.fromkeys(span.text for span in lost))


def _returned(
    example: Example, prediction: Prediction, outcomes: Mapping[str, Outcome], setting: Setting
) -> Prediction:
    """The prediction in the source language; an error where a translation failed."""
    failed = [outcome for outcome in outcomes.values() if isinstance(outcome, Exception)]
    replies = tuple(outcome for outcome in outcomes.values() if isinstance(outcome, Reply))
    prediction = replace(prediction, replies=prediction.replies + replies)
    if failed:
        return replace(prediction, answer=None, valid=False, error=reason(failed[0]))
    translations = {text: outcome.text for text, outcome in outcomes.items()}
    if isinstance(prediction.answer, str):
        answer = setting.task.read(translations[prediction.answer], example)
        notes = () if answer else ("the translation of the answer came back empty",)
        return replace(prediction, answer=answer, valid=answer is not None, notes=prediction.notes + notes)
    entities = _located(prediction.answer)
    found, lost = project(example.text, entities, translations)
    notes = (f"not found in the source text: {_names(lost)}",) if lost else ()
    valid = bool(found) or (not entities and prediction.valid)
    astray = [span for span in prediction.answer or () if not span.located]
    astray += [replace(span, start=-1, end=-1, way="lost on the way back") for span in lost]
    answer = (*found, *astray) if valid else None
    return replace(prediction, answer=answer, valid=valid, notes=prediction.notes + notes)


def _located(answer: Answer | None) -> tuple[Span, ...]:
    return tuple(span for span in answer or () if isinstance(span, Span) and span.located)


def _names(spans: Sequence[Span]) -> str:
    return ", ".join(f"{span.kind} {span.text}" for span in spans)


def _unpaired(numbers: Sequence[int]) -> str:
    which = "demonstration" if len(numbers) == 1 else "demonstrations"
    return f"no human translation of {which} {', '.join(map(str, numbers))}: machine-translated"
