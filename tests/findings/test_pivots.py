"""The pivot's quality of items and columns, and the sentence on it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from xlt_core.findings import pivots
from xlt_core.records import Example, Prediction, Reply, Run
from xlt_core.scoring import pivot

LABELS = ("health", "sports")
HUMAN = "the new hospital was opened in the morning"


def item(number: int, english: str = HUMAN, gold: str = "health") -> Example:
    human = Example(str(number), {"text": english}, gold, LABELS) if english else None
    return Example(str(number), {"text": f"ibitaro bishya {number}"}, gold, LABELS, human)


def answered(example: Example, text: str, answer: str | None = "health", back: str = "") -> Prediction:
    replies = [Reply(pivots.INPUT, example.text, text), Reply("answer", text, answer or "")]
    replies += [Reply(pivots.BACK, text, back)] if back else []
    return Prediction(example.id, answer, tuple(replies), answer is not None)


def run_of(examples: list[Example], texts: list[str], answers: list[str | None]) -> Run:
    predictions = tuple(map(answered, examples, texts, answers))
    return Run("translate", "translate", "done", examples=tuple(examples), predictions=predictions)


def graded(hits: int, misses: int, english: str = HUMAN) -> Run:
    """Items whose pivot is the better the earlier they are; the first `hits` of them are right."""
    examples = [item(number, english) for number in range(hits + misses)]
    texts = [HUMAN[: 40 - number] + "x" * number for number in range(hits + misses)]
    return run_of(examples, texts, ["health"] * hits + ["sports"] * misses)


def test_an_item_has_its_signs_always_and_chrf_pp_where_there_is_a_human_english() -> None:
    made = pivots.item_pivot(item(1), answered(item(1), "new ibitaro 1"))
    assert made and made.chrf_pp == pivot.item_chrf_pp("new ibitaro 1", HUMAN) and made.back_chrf_pp is None
    assert made.signs == pivot.signs("ibitaro bishya 1", "new ibitaro 1") and made.signs.untranslated == 0.5
    bare = pivots.item_pivot(item(1, ""), answered(item(1, ""), "new ibitaro 1"))
    assert bare and bare.chrf_pp is None and bare.signs == made.signs
    back = pivots.item_pivot(item(1), answered(item(1), "x", back="ibitaro bishya 1"))
    assert back and back.back_chrf_pp == 1


def test_a_humans_pivot_and_one_that_is_still_on_its_way_are_not_judged() -> None:
    assert pivots.item_pivot(item(1), Prediction("1", "health", (Reply("answer", HUMAN, "health"),))) is None
    assert pivots.item_pivot(item(1), Prediction("1", replies=(Reply(pivots.INPUT, "x", "ne", final=False),))) is None
    assert pivots.column_pivot([Run("prompt", "prompt", "done")], "macro_f1") is None


def test_a_column_has_the_corpus_score_and_means_of_the_signs() -> None:
    run = graded(2, 2)
    found = pivots.column_pivot([run], "macro_f1")
    texts = [prediction.replies[0].text for prediction in run.predictions]
    assert found and found.chrf_pp == pivot.chrf_pp(texts, [HUMAN] * 4) and found.signature.startswith("nrefs:1|")
    assert (found.items, found.references) == (4, 4)
    each = [pivot.signs(e.text, text) for e, text in zip(run.examples, texts, strict=True)]
    assert found.signs.length_ratio == pytest.approx(sum(one.length_ratio for one in each) / 4)
    assert pivots.column_pivot([run, run], "macro_f1") == found, "each item once"


def test_a_worse_pivot_means_a_wrong_answer_where_the_interval_excludes_zero() -> None:
    found = pivots.column_pivot([graded(15, 15)], "macro_f1")
    assert found and found.correlation and found.correlation.low > 0
    assert "More often, on these items: r = 0." in found.says and "30 items, 15 of them right" in found.says
    flipped = replace(graded(15, 15), predictions=tuple(
        replace(p, answer="sports" if p.answer == "health" else "health") for p in graded(15, 15).predictions
    ))  # fmt: skip
    assert "the other way about" in pivots.column_pivot([flipped], "macro_f1").says


@pytest.mark.parametrize(("run", "metric", "why"), [
    (graded(9, 20), "macro_f1", "takes 10 right items and 10 wrong ones with their human English, and here are 9 and "),
    (graded(15, 15, ""), "macro_f1", "the data have no human English"),
    (graded(15, 15), "rouge_l", "not simply right or wrong"),
    (run_of([item(n) for n in range(30)], ["same"] * 30, ["health", "sports"] * 15), "macro_f1", "the same for all"),
])  # fmt: skip
def test_where_nothing_can_be_said_the_reason_is(run: Run, metric: str, why: str) -> None:
    found = pivots.column_pivot([run], metric)
    assert found and found.correlation is None and "Nothing can be said: " in found.says and why in found.says


def test_chance_concludes_nothing() -> None:
    examples, texts = [item(n) for n in range(40)], [HUMAN[: 20 + n // 2] for n in range(40)]
    found = pivots.column_pivot([run_of(examples, texts, ["health", "sports"] * 20)], "macro_f1")
    assert found and found.correlation and "Nothing can be concluded: r = " in found.says
