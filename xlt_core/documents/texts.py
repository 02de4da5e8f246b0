"""Results without the texts of data that is not ours to pass on, and the texts put back where the data is at hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from xlt_core.catalog import PARTS, Parts
from xlt_core.comparison.data import load_split
from xlt_core.records import Answer, Comparison, Example, InputError, Plan, Prediction, Reply, Row, Run

DIGITS = 4  # of seconds, and of log-likelihoods in nats


def without_texts(comparison: Comparison, parts: Parts = PARTS) -> Comparison:
    """The comparison with ids, labels, likelihoods and costs, and no text of an item, prompt, translation or output.

    Raises InputError for a task whose answers are texts themselves.
    """
    kind = parts.task(comparison.plan.task).answer_kind
    if kind == "text":
        raise InputError(f"The answers of {comparison.plan.task} are texts; results without texts would hold nothing.")
    return replace(comparison, plan=_bare_plan(comparison.plan, kind), runs=tuple(map(_bare_run, comparison.runs)))


def with_texts(comparison: Comparison, parts: Parts = PARTS) -> Comparison:
    """The comparison with the items' texts by their ids, where the dataset can be read here; as it is where not."""
    return all_with_texts([comparison], parts)[0]


def all_with_texts(comparisons: Sequence[Comparison], parts: Parts = PARTS) -> tuple[Comparison, ...]:
    """The same for several. Each dataset is looked for once: it may have a file for each of hundreds of languages."""
    lacking = {comparison.plan.dataset for comparison in comparisons if _lacks_texts(comparison)}
    here = {name for name in lacking if _is_here(name, parts)}
    return tuple(_read_texts(one, parts) if one.plan.dataset in here else one for one in comparisons)


def _is_here(name: str, parts: Parts) -> bool:
    try:
        return parts.dataset(name).at_hand()
    except InputError:
        return False


def _read_texts(comparison: Comparison, parts: Parts) -> Comparison:
    plan = comparison.plan
    if not _lacks_texts(comparison):
        return comparison
    try:
        split = load_split(parts.dataset(plan.dataset), plan.task, plan.language, plan.split)
    except InputError:
        return comparison
    known = {example.id: example for example in split}
    return replace(comparison, runs=tuple(_joined(run, known) for run in comparison.runs))


def _lacks_texts(comparison: Comparison) -> bool:
    return any(not example.text for run in comparison.runs for example in run.examples)


def _joined(run: Run, known: Mapping[str, Example]) -> Run:
    """The run with the examples as the dataset has them, where these have the same answer."""
    found = [known.get(example.id, example) for example in run.examples]
    same = (own if own.answer == given.answer else given for own, given in zip(found, run.examples, strict=True))
    return replace(run, examples=tuple(same))


def _bare_plan(plan: Plan, kind: str) -> Plan:
    rows = None if plan.demonstrations is None else tuple(_bare_row(row, kind) for row in plan.demonstrations)
    return replace(plan, demonstrations=rows, inputs=tuple(_bare_row(row, kind) for row in plan.inputs))


def _bare_row(row: Row, kind: str) -> Row:
    return Row("", row.answer if kind == "label" else "", row.id, texts=dict.fromkeys(row.texts, ""))


def _bare_run(run: Run) -> Run:
    return replace(run, examples=tuple(map(_bare_example, run.examples)),
                   predictions=tuple(map(_bare_prediction, run.predictions)),
                   preparation=tuple(map(_bare_reply, run.preparation)))  # fmt: skip


def _bare_example(example: Example) -> Example:
    texts = {"text": ""} if "text" in example.texts else dict.fromkeys(example.texts, "")
    return Example(example.id, texts, _bare_answer(example.answer), example.choices, languages=example.languages)


def _bare_prediction(prediction: Prediction) -> Prediction:
    return replace(prediction, answer=_bare_answer(prediction.answer),
                   replies=tuple(map(_bare_reply, prediction.replies)))  # fmt: skip


def _bare_answer(answer: Answer | None) -> Answer | None:
    """A label as it is; spans by their kinds and places alone."""
    return tuple(replace(span, text="") for span in answer) if isinstance(answer, tuple) else answer


def _bare_reply(reply: Reply) -> Reply:
    choices = {choice: round(likelihood, DIGITS) for choice, likelihood in reply.choices.items()}
    return replace(reply, sent="", text="", seconds=round(reply.seconds, DIGITS), choices=choices)
