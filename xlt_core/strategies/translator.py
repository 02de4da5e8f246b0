"""`translator`: the translator alone, with no language model; what a model that translates is compared with."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from xlt_core.contracts import Setting, Solver, Strategy, Task, Translator, missing
from xlt_core.prompting.calls import Outcome, attempt, empty, reason
from xlt_core.prompting.fewshot import knob
from xlt_core.prompting.knobs import check_knobs
from xlt_core.records import Example, InputError, Language, Prediction, Prompt, Reply


@dataclass(frozen=True)
class TranslatorAlone(Strategy):
    """The translator's own output, for tasks that are translation; demonstrations are not used."""

    title = "Translator"
    summary = "The machine translator alone, with no language model."
    needs = ()
    uses_translator = True
    asks_for = ("a translator",)

    beams: int = knob(1, "Beams", "Of the translator's search; 1 is greedy, and more take longer.", (1, 16))

    def unfit(self, task: Task) -> str:
        one, other = Language("a", "a"), Language("b", "b")
        if task.direction(one, other) != (one, one):
            return ""
        return f"A translator alone answers only tasks that are translation, not {task.title}; choose another strategy."

    def untranslated(self, answer_kind: str, language: Language, english: Language, translator: Translator) -> str:
        """Said on preparing: only the task tells which way it translates."""
        return ""

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        check_knobs(self)
        if setting.translator is None:
            raise InputError("translator needs a translator; choose one.")
        ends = setting.task.direction(setting.language, setting.english)
        if why_not := missing(setting.translator, *ends):
            raise InputError(why_not)
        if setting.demonstrations or setting.pick:
            yield "a translator alone is shown no demonstrations"
        return TranslatorSolver(setting, setting.translator, *ends, self.beams)


@dataclass(frozen=True)
class TranslatorSolver:
    """Translates each item's text."""

    setting: Setting
    translator: Translator
    source: Language
    target: Language
    beams: int
    reader: None = None

    def preview(self, example: Example) -> tuple[Prompt, tuple[str, ...], tuple[Reply, ...]]:
        return (), ("no language model is asked",), ()

    def __call__(self, examples: Sequence[Example]) -> Iterator[Prediction]:
        there = [example for example in examples if example.text.strip()]
        lacking = (example.id for example in examples if not example.text.strip())
        yield from (Prediction(name, error=empty("text")) for name in lacking)
        texts = [example.text for example in there]
        for index, outcome in attempt(
            lambda part: self.translator.translate([texts[i] for i in part], self.source, self.target, self.beams),
            len(texts),
        ):
            yield self._predict(there[index], outcome)

    def _predict(self, example: Example, outcome: Outcome) -> Prediction:
        if isinstance(outcome, Exception):
            return Prediction(example.id, error=reason(outcome))
        reply = replace(outcome, purpose="translate")
        if not reply.final:
            return Prediction(example.id, replies=(reply,), final=False)
        answer = " ".join(reply.text.split()) or None
        notes = () if answer else ("the translation came back empty",)
        return Prediction(example.id, answer, (reply,), answer is not None, notes=notes)
