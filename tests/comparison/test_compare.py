from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from helpers.small_hosts import Adapting, Dictionary
from helpers.small_parts import SMALL, Broken, parts, plan

from xlt_core.comparison.columns import ColumnRunner
from xlt_core.comparison.compare import compare, stopped
from xlt_core.comparison.job import Job
from xlt_core.comparison.preview import preview
from xlt_core.comparison.sampling import sample
from xlt_core.comparison.selection import select
from xlt_core.contracts import Strategy
from xlt_core.records import Column, InputError, Limits, Prediction, Reply, Row

PARTS_AT_HAND = parts()


def last(*arguments):
    return list(compare(*arguments))[-1]


def test_a_sample_is_stratified_and_nested():
    examples = SMALL.load("topic", "kin", "test")
    drawn = {n: [e.id for e in sample(examples, n, 3)] for n in (4, 8, 20, 99)}
    assert set(drawn[4]) < set(drawn[8]) < set(drawn[20]) == set(drawn[99])
    assert Counter(e.answer for e in sample(examples, 8, 3)) == {"health": 6, "sports": 2}
    assert drawn[8] == [e.id for e in sample(examples, 8, 3)] != [e.id for e in sample(examples, 8, 4)]


def test_selecting_fills_in_and_is_idempotent():
    selected = select(plan(language="Kinyarwanda"), PARTS_AT_HAND)
    resolved = selected.plan
    assert (resolved.language, resolved.model_revision, len(resolved.data_digest)) == ("kin", "fake", 12)
    assert Counter(row.answer for row in resolved.demonstrations) == {"health": 2, "sports": 2}
    assert all(row.id.startswith("train-") and row.english for row in resolved.demonstrations)
    assert select(resolved, PARTS_AT_HAND) == selected


def test_the_items_are_drawn_once(monkeypatch):
    draws = []

    def counted(*arguments):
        draws.append(arguments)
        return sample(*arguments)

    monkeypatch.setattr("xlt_core.comparison.selection.sample", counted)
    assert last(plan("prompt", samples=4), PARTS_AT_HAND).runs[0].state == "done" and len(draws) == 1


def test_fewer_shots_are_among_more():
    drawn = [select(plan(shots=n), PARTS_AT_HAND).plan.demonstrations for n in (0, 2, 4, 8)]
    assert drawn[0] == () and all(set(a) < set(b) for a, b in pairwise(drawn))


def test_demonstrations_are_never_an_input_or_a_test_text():
    row = select(plan(), PARTS_AT_HAND).plan.demonstrations[0]
    again = select(plan(inputs=(Row(row.text.upper()),)), PARTS_AT_HAND).plan
    assert row not in again.demonstrations
    trained = select(plan(split="train", samples=4), PARTS_AT_HAND).plan
    asked = {example.id for example in last(trained, PARTS_AT_HAND).runs[0].examples}
    assert asked and not asked & {row.id for row in trained.demonstrations}


def test_knobs_are_kept_only_where_they_differ():
    column = Column("prompt", "prompt", {"normalise": "yes", "order": "as edited"})
    assert select(plan(columns=(column,)), PARTS_AT_HAND).plan.columns[0].knobs == {"normalise": "bytes"}


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"language": "klingonish"}, "There is no language"),
    ({"task": "poetry"}, "There is no task"),
    ({"language": "yor"}, "has no topic in Yoruba"),
    ({"split": "dev"}, "There is no split"),
    ({"columns": ()}, "at least one strategy"),
    ({"columns": (Column("a", "prompt"), Column("a", "laft"))}, "a name of its own"),
    ({"columns": (Column("a", "magic"),)}, "There is no strategy"),
    ({"columns": (Column("a", "prompt", {"normalise": "perhaps"}),)}, "give one of no, bytes, tokens"),
    ({"shots": -1}, "shots"), ({"shots": 99}, "only 12 examples"), ({"samples": 0}, "samples"),
    ({"limits": Limits(tokens=0)}, "output limit"), ({"limits": Limits(temperature=float("nan"))}, "temperature"),
    ({"inputs": (Row("Aline"), Row(" \n"))}, "Input 2 has no text"),
    ({"inputs": (Row("x" * 10_000_000),)}, "10,000,000 characters"),
    ({"inputs": (Row("Aline", "poetry"),)}, "The answer 'poetry' of input 1 cannot be used; write one of health"),
    ({"demonstrations": (Row("a", "health"), Row("b", ""))}, "Demonstration 2 has no answer; write one of health"),
    ({"demonstrations": (Row("a", "it is about health"),)}, "The answer 'it is about health' of demonstration 1"),
    ({"demonstrations": (Row("", "health"),)}, "Demonstration 1 has no text"),
    ({"demonstrations": (Row("a", "health", english="b", english_answer="x"),)}, "of the English of demonstration 1 "),
    ({"task": "ner", "demonstrations": (Row("Aline yaje", "PER: Kato"),)}, "as it stands in the text"),
    ({"task": "ner", "demonstrations": (Row("Aline yaje", "PER: Aline $$ LOC: Kigali"),)}, "demonstration 1"),
])  # fmt: skip
def test_a_plan_that_is_off_is_one_sentence(changes, sentence):
    with pytest.raises(InputError, match=sentence) as error:
        next(compare(plan(**changes), PARTS_AT_HAND))
    assert "\n" not in str(error.value) and len(str(error.value)) < 300


def test_all_columns_end_with_scores_and_tests():
    comparison = last(plan(), PARTS_AT_HAND)
    assert [run.state for run in comparison.runs] == ["done"] * 3
    assert all(len(run.predictions) == 8 and run.valid == 1 and run.errors == 0 for run in comparison.runs)
    assert all(next(iter(run.scores)) == "macro_f1" and run.scoring == "likelihood" for run in comparison.runs)
    pairs = [("prompt", "translate"), ("prompt", "laft"), ("translate", "laft")]
    for metric, name in (("macro_f1", "paired randomization"), ("accuracy", "McNemar exact")):
        assert [(test.a, test.b) for test in comparison.tests if (test.metric, test.test) == (metric, name)] == pairs
    assert all(test.p <= test.p_holm <= 1 for test in comparison.tests) and len(comparison.tests) == 6
    assert comparison.runs[1].preparation
    assert all(run.predictions == again.predictions
               for run, again in zip(comparison.runs, last(plan(), parts()).runs, strict=True))  # fmt: skip


def test_the_gold_answer_is_hidden_from_strategies_and_joined_after():
    seen = []

    @dataclass(frozen=True)
    class Spy(Strategy):
        def prepare(self, setting):
            yield "a note"
            return self.solve

        def solve(self, examples):
            seen.extend(examples)
            yield from (Prediction(example.id, "health", valid=True) for example in examples)

    run = last(plan("spy"), parts(strategy=lambda column: Spy())).runs[0]
    assert all(example.answer is None and example.pivot.answer is None for example in seen)
    assert all(example.answer for example in run.examples)
    assert (run.note, run.scores["accuracy"].value, run.scoring) == ("a note", 0.75, "generated")


def test_snapshots_begin_waiting_and_columns_take_turns():
    order = []

    def turns(column):
        @dataclass(frozen=True)
        class Turn(Strategy):
            def prepare(self, setting):
                yield Reply("start", "", "")
                return self.solve

            def solve(self, examples):
                for example in examples:
                    order.append(column.name)
                    yield Prediction(example.id, "health", valid=True)

        return Turn()

    shots = list(compare(plan("a", "b", samples=3), parts(strategy=turns)))
    assert [run.state for run in shots[0].runs] == ["waiting", "waiting"]
    assert order == ["a", "b"] * 3
    assert [run.state for run in shots[-1].runs] == ["done", "done"]


def test_a_column_that_fails_leaves_the_others_alone():
    comparison = last(plan("prompt", "laft", language="hau"), PARTS_AT_HAND)
    prompt, laft = comparison.runs
    assert prompt.state == "done" and laft.state == "failed"
    assert "no adapter of laft for Hausa" in laft.note and not comparison.tests


def test_an_unforeseen_failure_is_shown_as_one(caplog):
    comparison = last(plan("prompt", "laft"), parts(Broken()))
    assert [run.state for run in comparison.runs] == ["failed", "failed"]
    assert "the cable is out" in comparison.runs[0].note and "cable" in caplog.text


def test_a_translator_without_the_language_is_not_missed_where_people_have_translated():
    human = Column("translate", "translate", {"pivot": "human"})
    comparison = last(plan(columns=(human,), language="hau"), parts())
    assert comparison.runs[0].state == "done" and comparison.runs[0].errors == 0
    typed = last(plan(columns=(human,), language="hau", inputs=(Row("Musa yazo"),)), parts())
    assert typed.runs[0].state == "failed" and "1 item without a human translation to English" in typed.runs[0].note


def test_a_translator_without_the_language_fails_only_its_column():
    comparison = last(plan("prompt", "translate", language="hau"), PARTS_AT_HAND)
    assert [run.state for run in comparison.runs] == ["done", "failed"]
    assert "does not know Hausa" in comparison.runs[1].note


def test_errors_and_missing_answers_are_left_out_of_scores():
    @dataclass(frozen=True)
    class Half(Strategy):
        def prepare(self, setting):
            yield from ()
            return lambda examples: iter(
                [
                    Prediction(examples[0].id, error="it broke"),
                    Prediction(examples[1].id, examples[1].choices[0], valid=True),
                    Prediction(examples[2].id, None),
                    Prediction(examples[3].id, final=False),
                ]
            )

    run = last(plan("half", samples=4), parts(strategy=lambda column: Half())).runs[0]
    assert (run.state, run.errors, run.valid) == ("done", 2, 0.5)
    assert run.predictions[3].error and run.predictions[3].final
    golds = [e.answer for e in run.examples[1:3]]
    assert run.scores["accuracy"].value == (golds[0] == "health") / 2


def test_closing_stops_the_work():
    ended = []

    @dataclass(frozen=True)
    class Endless(Strategy):
        def prepare(self, setting):
            yield from ()
            return self.solve

        def solve(self, examples):
            try:
                while True:
                    yield Prediction(examples[0].id, final=False)
            finally:
                ended.append(True)

    snapshots = compare(plan("endless"), parts(strategy=lambda column: Endless()))
    next(snapshots)
    halted = stopped(next(snapshots))
    snapshots.close()
    assert ended and halted.runs[0].state == "stopped"


def test_typed_inputs_get_ids_labels_and_an_optional_gold():
    rows = (Row("Aline yafunguye ibitaro", "health"), Row("{} {{}} \ud800 😀 سلام"))
    run = last(plan("prompt", inputs=rows), PARTS_AT_HAND).runs[0]
    assert [e.id for e in run.examples] == ["input-1", "input-2"]
    assert run.examples[0].choices == ("health", "sports")
    assert [e.answer for e in run.examples] == ["health", None] and len(run.predictions) == 2
    assert run.scores and "\ufffd" in run.examples[1].text


def test_zero_shot_and_edited_demonstrations_work():
    assert last(plan("prompt", shots=0), PARTS_AT_HAND).runs[0].state == "done"
    edited = select(plan("prompt", demonstrations=(Row("Aline yaje", "Health"),)), PARTS_AT_HAND).plan
    assert edited.shots == 1 and last(edited, PARTS_AT_HAND).runs[0].state == "done"


@pytest.mark.parametrize("task", ["topic", "ner", "summary"])
def test_every_task_runs(task):
    comparison = last(plan(task=task, samples=4), PARTS_AT_HAND)
    assert [run.state for run in comparison.runs] == ["done"] * 3


def test_a_preview_asks_no_model():
    host = Adapting()
    shown = list(preview(plan(), parts(host)))
    assert [len(step) for step in shown] == [1, 2, 3] and not host.batches
    prompt, translate = shown[-1]["prompt"], shown[-1]["translate"]
    assert "yafunguye" in prompt.text and prompt.tokens > 0 and not prompt.error
    assert "opened" in translate.text and translate.replies


def test_a_preview_says_what_cannot_run():
    shown = list(preview(plan("prompt", "laft", language="hau"), PARTS_AT_HAND))[-1]
    assert not shown["prompt"].error and "no adapter" in shown["laft"].error


def test_the_translator_is_made_only_where_it_is_needed():
    def none(name):
        raise InputError("no such translator")

    without = replace(PARTS_AT_HAND, translator=none)
    assert last(plan("prompt"), without).runs[0].state == "done"
    with pytest.raises(InputError, match="no such translator"):
        select(plan("translate"), without)


def test_a_note_of_the_host_reaches_the_column_and_a_passing_one_goes():
    class Halving(Adapting):
        def score(self, prompts, choices, adapter=""):
            yield 0, Reply("score", "", "", final=False, note="loading the model")
            for index, reply in super().score(prompts, choices, adapter):
                yield index, replace(reply, note="memory ran out" if index else "")

    seen = list(compare(plan("prompt"), parts(Halving())))
    assert seen[-1].runs[0].note == "memory ran out"
    assert {p.notes for p in seen[-1].runs[0].predictions} == {("memory ran out",), ()}
    steps = []
    host = Halving()
    runner = ColumnRunner(Job.of(select(plan("prompt"), parts(host)), parts(host)), Column("prompt", "prompt"))
    while runner.step():
        steps.append(runner.snapshot().note)
    assert steps[0] == "loading the model" and "loading the model" not in steps[1:]


def test_what_a_translator_waits_for_is_shown_before_the_first_item():
    class Slow(Dictionary):
        def translate(self, texts, *rest, **named):
            yield 0, Reply("translate", texts[0], "", final=False, note="downloading the translator")
            for index, reply in super().translate(texts, *rest, **named):
                yield index, replace(reply, note="memory ran out" if "Train" in reply.sent else "")

    given = replace(PARTS_AT_HAND, translator=lambda name: Slow())
    runner = ColumnRunner(Job.of(select(plan("translate"), given), given), Column("translate", "translate"))
    shown = []
    while runner.step():
        shown.append(runner.snapshot())
    assert shown[0].note == "downloading the translator" and not shown[0].preparation
    assert shown[1].note == "memory ran out" and shown[1].preparation
    assert shown[-1].note == "memory ran out" and all(reply.final for reply in shown[-1].replies)
