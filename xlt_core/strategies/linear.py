"""`linear`: character n-grams and a linear classifier, no language model (Rennie et al. 2003; Adelani et al. 2024,
arXiv 2309.07445)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Literal

from xlt_core.baselines.answering import Answering, likeliest
from xlt_core.baselines.classifier import fitted
from xlt_core.contracts import Setting, Solver, Strategy, Task
from xlt_core.prompting.fewshot import knob
from xlt_core.prompting.shown import shown
from xlt_core.records import Example, InputError, Prediction, Reply, Span
from xlt_core.text.gazetteer import collected

Answerer = Callable[[Example], Prediction]


@dataclass(frozen=True)
class Linear(Strategy):
    """Labels by a classifier, entities by a gazetteer of the rows, summaries by the lead sentence."""

    title = "Linear"
    summary = "No language model: character n-grams and a linear classifier; a gazetteer; the lead sentence."
    needs = ()
    paper = "Adelani et al. 2024: SIB-200, arXiv 2309.07445; complement naive Bayes: Rennie et al. 2003"
    asks_for = ("labels",)

    rows: Literal["demonstrations", "all"] = knob(
        "demonstrations", "Learns from", "The demonstrations, as the prompts do, or all rows of the train split."
    )

    def unfit(self, task: Task) -> str:
        if task.answer_kind in ("label", "spans") or task.metrics[0] == "rouge_l":
            return ""
        return "Without a language model there are labels, entities and lead sentences; take a task of such."

    def row_languages(self, language: str) -> tuple[str, ...]:
        return (language,) if self.rows == "all" else ()

    def prepare(self, setting: Setting) -> Generator[str | Reply, None, Solver]:
        kind = setting.task.answer_kind
        if kind == "text":
            yield "no model: the first sentence of the text"
            return Answering(setting.task, lambda example: _lead(example, setting))
        if self.rows == "demonstrations" and setting.pick:
            yield "no language model: learned for each item from its own demonstrations"
            return Answering(setting.task, lambda example: _by_own_rows(example, setting))
        rows = setting.rows("") if self.rows == "all" else setting.demonstrations
        began = perf_counter()
        answer = _learned(rows, kind)
        yield f"no language model: learned from {len(rows)} {'train rows' if self.rows == 'all' else 'demonstrations'}"
        yield Reply("learn from the rows", "", f"{len(rows)} rows", seconds=perf_counter() - began)
        return Answering(setting.task, answer)


def _learned(rows: Sequence[Example], kind: str) -> Answerer:
    """What answers as the rows do. Raises InputError where there are none."""
    if not rows:
        raise InputError("There are no demonstrations to learn from; take more shots, or all rows (linear.rows=all).")
    if kind == "spans":
        names = collected(rows)
        return lambda example: _marked(example, names.find)
    classifier = fitted(rows)

    def answer(example: Example) -> Prediction:
        began = perf_counter()
        return likeliest(example, classifier.shares(example.text), began, "classify")

    return answer


def _by_own_rows(example: Example, setting: Setting) -> Prediction:
    ((_, picked),) = shown(setting, [example])
    if picked.error:
        return Prediction(example.id, replies=picked.replies, error=picked.error)
    made = _learned(picked.rows, setting.task.answer_kind)(example)
    return Prediction(example.id, made.answer, picked.replies + made.replies, made.valid)


def _marked(example: Example, find: Callable[[str], Sequence[Span]]) -> Prediction:
    began = perf_counter()
    spans = tuple(span for span in find(example.text) if span.kind in example.choices)
    reply = Reply("look up names", "", f"{len(spans)} found", seconds=perf_counter() - began)
    return Prediction(example.id, spans, (reply,), True)


def _lead(example: Example, setting: Setting) -> Prediction:
    """The first sentence, read as the task reads an output."""
    from sentencex import segment

    began = perf_counter()
    first = next((piece.strip() for piece in segment("en", example.text.strip()) if piece.strip()), "")
    answer = setting.task.read(first, example)
    reply = Reply("take the first sentence", "", first, seconds=perf_counter() - began)
    return Prediction(example.id, answer, (reply,), answer is not None)
