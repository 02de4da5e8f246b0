"""Takes examples to the pivot and answers back, keeping which translation belongs to which field of which example."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from xlt_core.contracts import Setting, Translator, missing
from xlt_core.language_table import by_code
from xlt_core.pivoting.markers import Matcher, Projector
from xlt_core.pivoting.pieces import Arrivals, Crossed, Piece, arrived, chosen_fields, english_of, joined, pieces_of
from xlt_core.pivoting.projection import project
from xlt_core.pivoting.returning import names, needed, returned, under_way
from xlt_core.prompting.calls import Outcome, attempt, empty
from xlt_core.prompting.fit import counted, cut, longest
from xlt_core.records import Example, InputError, Language, Prediction, Reply, Span

UNPUBLISHED = "This item has no published translation to English; set the pivot to machine or human."
MACHINE, HUMAN, TRANSLATE_TEST = "machine", "human", "translate-test"  # whose English: the values of the knob pivot
CHARACTERS = 8  # per token of the context: what lies behind that would be cut from the English prompt anyway


@dataclass(frozen=True)
class Crossing:
    """Between a language and English. pivot: whose English, the translator's or the data's own where there is one;
    beams: of the search; name: the strategy's; only: the fields that are translated, with commas between them, or all;
    projector: how entities come back."""

    setting: Setting
    pivot: str = MACHINE
    beams: int = 1
    name: str = "translate"
    only: str = "all"
    projector: Projector = field(default_factory=Matcher)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The fields that are translated. Raises InputError for one that the task does not have."""
        return chosen_fields(self.setting.task, self.only)

    def returns(self, example: Example) -> bool:
        """Whether the answer to an example is to be brought back: labels stay, and so do spans of what has stayed."""
        task, own = self.setting.task, example.languages.get("answer", self.setting.language.code)
        crossed = not task.answer_in or task.answer_in in self.fields
        away = own != self.setting.english.code
        return task.answer_kind == "spans" or (task.answer_kind == "text" and crossed and away)

    def checked(self) -> Translator:
        """The translator. Raises InputError where there is none, or nothing to translate, or no such field."""
        chosen_fields(self.setting.task, self.only)
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
        if self.pivot == TRANSLATE_TEST and len(machine) < len(short):
            yield "demonstrations have no published translation: their human English is shown"
        if self.pivot != MACHINE and machine:
            self._require("demonstration", len(machine))
            yield _unpaired([number for number, _ in machine])
        translations = yield from self._translations([part for _, row in machine for part in self._parts(row)])
        english = []
        for number, row in short:
            pivot, lost = self._in_english(row, translations)
            if self.setting.task.lacking(pivot.texts) or pivot.answer == "":
                yield f"the translation of demonstration {number} came back empty: left out"
                continue
            english.append(replace(pivot, pivot=None))
            if lost:
                yield f"demonstration {number} lost {names(lost)} on its way to English"
        return tuple(english)

    def enter(self, examples: Sequence[Example]) -> Iterator[tuple[int, Crossed]]:
        """Yields each example's index and its English, in any order; the English has the index as its id. Before it,
        what there is of a long text. Raises InputError, before all others, where the translator lacks the language."""
        ready: list[tuple[int, Crossed]] = []
        machine: dict[int, Crossed] = {}
        for index, example in enumerate(examples):
            lacking = self.setting.task.lacking(example.texts)
            if lacking:
                ready.append((index, Crossed(example, error=empty(lacking))))
            elif self._has_texts(example, given := self._given(example)) or not self._pieces(index, example):
                english = self._with(example, given) if given else example
                ready.append((index, Crossed(example, english_of(index, example, english.texts))))
            elif self.pivot == TRANSLATE_TEST:
                ready.append((index, Crossed(example, error=UNPUBLISHED)))
            else:
                machine[index] = self._start(example)
        if self.pivot != MACHINE and machine:
            self._require("item", len(machine))
        yield from ready
        arrivals = Arrivals([piece for i, crossed in machine.items() for piece in self._pieces(i, crossed.example)])
        for source, pieces in arrivals.by_source():
            for position, outcome in self._attempt([piece.text for piece in pieces], source, inwards=True):
                index = pieces[position].item
                if arrivals.take(pieces[position], outcome):
                    yield index, arrived(index, machine[index], arrivals)

    def one(self, example: Example) -> Crossed:
        """An example with its English. Raises InputError where that fails."""
        *_, (_, crossed) = self.enter([example])
        if crossed.english is None:
            raise InputError(crossed.error or "The translation of the text came back empty; change the text.")
        return crossed

    def leave(self, waiting: Sequence[tuple[Example, Prediction]]) -> Iterator[Prediction]:
        """Brings English answers back: text is translated, spans are projected onto the example's text. Yields
        predictions, partial ones as the translations come."""
        home = self.setting.language
        asked = [needed(example, prediction, self.projector) if self.can_return else []
                 for example, prediction in waiting]  # fmt: skip
        texts = [(position, text) for position, some in enumerate(asked) for text in some]
        back: list[dict[str, Outcome]] = [{} for _ in waiting]
        for index, outcome in self._attempt([text for _, text in texts], home, inwards=False):
            position, text = texts[index]
            back[position][text] = outcome
            yield under_way(waiting[position][1], back[position].values())
        for (example, prediction), some, outcomes in zip(waiting, asked, back, strict=True):
            in_order = {text: outcomes[text] for text in some if text in outcomes}  # whichever came first
            yield returned(example, prediction, in_order, self.setting, self.projector)

    @property
    def _shown_in(self) -> Language:
        return self.setting.shown_in or self.setting.language

    @cached_property
    def can_return(self) -> bool:
        """Whether there is a way from English back to the language."""
        translator = self.setting.translator
        return translator is not None and not missing(translator, self.setting.english, self.setting.language)

    def crossed_text(self, example: Example) -> str:
        """What is translated of an example, in one text."""
        return "\n".join(text for name in self.fields if (text := example.texts.get(name, "").strip()))

    def _require(self, what: str, number: int) -> None:
        """Raises InputError where the machine cannot translate what no human has."""
        why_not = missing(self.checked(), self.setting.language, self.setting.english)
        if why_not:
            raise InputError(f"{counted(number, what)} without a human translation to English: {why_not}")

    def _given(self, example: Example) -> Example | None:
        """The English of an item that the data has, and that the pivot asks for."""
        return {HUMAN: example.pivot, TRANSLATE_TEST: example.translated}.get(self.pivot)

    def _has_texts(self, example: Example, given: Example | None) -> bool:
        """Whether it has all that is to be translated."""
        wanted = [name for name in self.fields if example.texts.get(name, "").strip()]
        return given is not None and all(given.texts.get(name, "").strip() for name in wanted)

    def _has_pivot(self, row: Example) -> bool:
        """Whether a demonstration is shown in its human English: only items are published in the machine's."""
        human = row.pivot is not None and row.pivot.answer is not None and self._has_texts(row, row.pivot)
        return self.pivot != MACHINE and human

    def _with(self, row: Example, given: Example) -> Example:
        """The example with the English that the data has of what is to be translated."""
        texts = {name: given.texts[name] for name in self.fields if name in given.texts}
        return replace(row, texts={**row.texts, **texts}, answer=given.answer if self.returns(row) else row.answer)

    def _pieces(self, index: int, example: Example, own: Language | None = None) -> list[Piece]:
        source = (own or self.setting.language).code
        return pieces_of(index, example, self.setting.task, self.fields, (source, self.setting.english.code))

    def _parts(self, row: Example) -> list[tuple[str, str]]:
        """What of a demonstration is translated, each with its language: its texts, and its answer where that is text
        or entities."""
        own = row.languages.get("answer", self._shown_in.code)
        answers = [span.text for span in row.answer] if isinstance(row.answer, tuple) else [row.answer or ""]
        texts = [(piece.text, piece.source) for piece in self._pieces(0, row, self._shown_in)]
        return [*texts, *((answer, own) for answer in answers if self.returns(row))]

    def _in_english(
        self, row: Example, translations: Mapping[tuple[str, str], str]
    ) -> tuple[Example, tuple[Span, ...]]:  # fmt: skip
        """A demonstration in English, and the entities that it lost."""
        if row.pivot and self._has_pivot(row):
            return self._with(row, row.pivot), ()
        pieces, lost = self._pieces(0, row, self._shown_in), ()
        made = joined(pieces, [translations[piece.text, piece.source] for piece in pieces])
        own, answer = row.languages.get("answer", self._shown_in.code), row.answer
        if isinstance(answer, tuple):
            words = {text: made for (text, source), made in translations.items() if source == own}
            answer, lost = project(made.get("text", row.text), answer, words)
        elif self.returns(row):
            answer = translations[answer or "", own].strip()
        return replace(row, texts={**row.texts, **made}, answer=answer), lost

    def _start(self, example: Example) -> Crossed:
        """An example for the machine. Far more text than the prompt can hold is cut first."""
        room, field = CHARACTERS * self.setting.host.context, longest(self.setting.task, example)
        notes = ["no human translation of the input: it was machine-translated"] if self.pivot == HUMAN else []
        if len(example.texts[field]) > room:
            notes.append(f"{field} cut to its first {room} characters before it was translated")
        return Crossed(cut(example, room, field), notes=tuple(notes))

    def _translations(
        self, parts: Sequence[tuple[str, str]]
    ) -> Generator[Reply, None, dict[tuple[str, str], str]]:  # fmt: skip
        """Translations by text and code of its language."""
        translator, found = self.setting.translator, {}
        for source in dict.fromkeys(source for _, source in parts):
            distinct = list(dict.fromkeys(text for text, own in parts if own == source))
            if translator and source != self.setting.english.code:
                ends = self._language(source), self.setting.english
                for index, reply in translator.translate(distinct, *ends, beams=self.beams):
                    found[distinct[index], source] = reply.text
                    yield replace(reply, purpose="translate demonstration")
        return found

    def _language(self, code: str) -> Language:
        own = self.setting.language
        return own if code == own.code else by_code(code) or Language(code, code)

    def _attempt(
        self, texts: Sequence[str], own: Language | str, inwards: bool
    ) -> Iterator[tuple[int, Outcome]]:  # fmt: skip
        """own: the language that is not English."""
        translator = self.setting.translator
        ends = (self._language(own) if isinstance(own, str) else own, self.setting.english)
        source, target = ends if inwards else ends[::-1]
        purpose = "translate input" if inwards else "translate answer back"
        if not texts or not translator:
            return
        for index, outcome in attempt(
            lambda part: translator.translate([texts[i] for i in part], source, target, beams=self.beams), len(texts)
        ):
            yield index, replace(outcome, purpose=purpose) if isinstance(outcome, Reply) else outcome


def _unpaired(numbers: Sequence[int]) -> str:
    which = "demonstration" if len(numbers) == 1 else "demonstrations"
    return f"no human translation of {which} {', '.join(map(str, numbers))}: machine-translated"
