"""Columns that build on other columns: their order, their costs, the store, Stop, and what cannot be built on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.small_hosts import Adapting, Generating, entities, setting, solved, topic
from helpers.small_parts import Broken, parts

from xlt_core.baselines.routing import cross_fitted, learned
from xlt_core.catalog import is_bound, strategies
from xlt_core.comparison.compare import compare, signatures, stopped
from xlt_core.comparison.job import Job
from xlt_core.comparison.preview import preview
from xlt_core.comparison.selection import select
from xlt_core.contracts import BuiltOn
from xlt_core.findings.conclusions import of_comparison
from xlt_core.findings.findings import find
from xlt_core.records import Column, Example, Plan, Prediction, Reply, Run, Span
from xlt_core.store.compare_stored import compare_stored
from xlt_core.store.store import Store
from xlt_core.strategies.ensemble import Ensemble
from xlt_core.strategies.oracle import Oracle
from xlt_core.sweeps.local import sign
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

ROUTE = Column("route", "route", {"items": 10})


def built(*names: str, **changes: object) -> Plan:
    columns = tuple(ROUTE if name == "route" else Column(name, name) for name in names)
    return replace(Plan("topic", "kin", columns, shots=2, samples=8), **changes)


def ended(asked: Plan, host: object | None = None) -> dict[str, Run]:
    *_, last = compare(asked, parts(host))
    return {run.name: run for run in last.runs}


def base(name: str, *answers: object, choices: dict[str, float] | None = None) -> BuiltOn:
    replies = (Reply("answer", "", "", choices=choices),) if choices else ()
    made = {str(n): Prediction(str(n), answer, replies, answer is not None) for n, answer in enumerate(answers)}
    return BuiltOn(name, made, lambda examples: iter(()))


def test_they_come_after_those_that_they_build_on_wherever_they_stand():
    host = Adapting()
    for order in (("ensemble", "prompt", "linear"), ("prompt", "linear", "ensemble")):
        runs = ended(built(*order), host)
        assert [runs[name].state for name in order] == ["done"] * 3
        assert "builds on " in runs["ensemble"].note and len(runs["ensemble"].predictions) == 8
    assert sum(host.batches) == 16  # the prompt column's items, each once a comparison


def test_nothing_is_computed_again_and_the_costs_are_those_of_the_columns():
    runs = ended(built("prompt", "linear", "ensemble", "oracle"))
    for name in ("ensemble", "oracle"):
        assert not any(reply.tokens_in or reply.sent for reply in runs[name].replies)


def test_the_route_pays_for_the_items_that_it_learns_from():
    host = Adapting()
    runs = ended(built("prompt", "linear", "route"), host)
    assert sum(host.batches) == 8 + 10 and sum(r.purpose == "answer" for r in runs["route"].preparation) == 10
    assert "learned from 10 items outside the scored split" in runs["route"].note
    assert all(p.notes[0].startswith("routed to ") for p in runs["route"].predictions)
    asked = {reply.sent.rpartition("Text: ")[2] for reply in runs["route"].preparation if reply.sent}
    assert all(text.startswith("Train") for text in asked)
    shown = [reply.sent for reply in runs["route"].preparation if reply.purpose == "answer"]
    assert all(text.count("Text: Train") <= 5 for text in shown)


def test_a_column_answers_the_held_out_items_without_having_seen_them():
    asked = built("prompt", "route", "votes", demonstrations_from="similar", shots=1)
    held = select(asked, parts())
    rows = Job.of(held, parts()).training.held_out(10)
    runs = ended(asked)
    assert runs["route"].state == "done", runs["route"].note
    for reply in runs["route"].preparation:
        if reply.purpose == "answer":
            own = reply.sent.rpartition("Text: ")[2].partition("\n")[0]
            assert reply.sent.count(own) == 1 and own in {row.text for row in rows}


def test_one_that_cannot_run_is_left_out_and_one_that_fails_fails_them():
    runs = ended(built("prompt", "linear", "laft", "ensemble"), Generating(write=lambda prompt: "health"))
    assert runs["laft"].state == "failed" and "builds on prompt, linear," in runs["ensemble"].note
    runs = ended(built("prompt", "linear", "ensemble"), Broken())
    assert runs["ensemble"].state == "failed" and runs["ensemble"].note.startswith("prompt failed, and")
    assert runs["linear"].state == "done"


@pytest.mark.parametrize(("columns", "sentence"), [
    (("prompt", "ensemble"), "two columns or more"), (("majority", "chance", "ensemble"), "two columns or more"),
])  # fmt: skip
def test_too_few_to_build_on(columns, sentence):
    assert sentence in ended(built(*columns))["ensemble"].note


def test_named_columns_are_built_on():
    columns = (Column("a", "prompt"), Column("b", "linear"), Column("c", "majority"), Column("it", "ensemble"))
    for names, said in (("a+c", "builds on a, c,"), ("b, a", "builds on b, a,"), ("a+d", "no column 'd' to build on"),
                        ("a+it", "no column 'it'")):  # fmt: skip
        knobs = (*columns[:3], replace(columns[3], knobs={"columns": names}))
        assert said in ended(replace(built(), columns=knobs))["it"].note


def test_an_item_without_a_result_is_none_here_either():
    given = setting(Topic(), Generating(), built_on=(base("a", "health", "sports"), base("b", "health")))
    for strategy in (Ensemble(), Oracle()):
        found = solved(strategy, given, topic("0", "x", "health"), topic("1", "y", "health"))
        assert found["0"].answer == "health" and found["1"].error.startswith("b has no result for this item")


def test_probabilities_are_averaged_and_votes_are_counted():
    sure, unsure = {"health": -0.01, "sports": -5.0}, {"health": -0.8, "sports": -0.6}
    bases = (
        base("a", "health", choices=sure),
        base("b", "sports", choices=unsure),
        base("c", "sports", choices=unsure),
    )
    given = setting(Topic(), Generating(), built_on=bases)
    answers = [solved(Ensemble(by=by), given, topic("0", "x"))["0"] for by in ("probabilities", "votes")]
    assert [one.answer for one in answers] == ["health", "sports"]
    assert answers[0].notes == ("the columns disagree: health by a; sports by b, c",)
    assert sum(2.718281828**value for value in answers[0].replies[0].choices.values()) == pytest.approx(1)


def test_entities_and_summaries_are_put_together():
    text = "Aline yaje mu Huye"
    both, one = entities(text, ("PER", "Aline"), ("LOC", "Huye")), entities(text, ("PER", "Aline"))
    odd = (Span("yaje", "DATE", 6, 10), Span("nowhere", "LOC", -1, -1))
    given = setting(Ner(), Generating(), built_on=(base("a", both), base("b", one), base("c", odd)))
    found = solved(Ensemble(), given, Example("0", {"text": text}, None, ("PER", "LOC", "DATE")))["0"]
    assert found.answer == one
    given = setting(Summary(), Generating(), built_on=(base("a", "Aline came"), base("b", "x"), base("c", "Aline came to Huye")))  # fmt: skip  # noqa: E501
    assert solved(Ensemble(), given, Example("0", {"text": text}))["0"].answer in ("Aline came", "Aline came to Huye")


def test_the_oracle_is_right_where_any_column_is_and_compared_with_none():
    runs = ended(built("prompt", "linear", "oracle"))
    gold = {example.id: example.answer for example in runs["oracle"].examples}
    right = {name: {p.id for p in run.predictions if p.answer == gold[p.id]} for name, run in runs.items()}
    assert right["oracle"] == right["prompt"] | right["linear"]
    *_, last = compare(built("prompt", "linear", "oracle"), parts())
    assert {name for test in last.tests for name in (test.a, test.b)} == {"prompt", "linear"}
    assert all("oracle" not in leader.columns for leader in find([last]).leaders)
    assert "oracle is ahead" not in of_comparison(last, "macro_f1", False)
    assert [name for name in strategies() if is_bound(name)] == ["oracle"]


def test_the_store_keeps_them_and_they_change_with_what_they_build_on(tmp_path):
    store, host, asked = Store(tmp_path / "s.sqlite"), Adapting(), built("prompt", "linear", "ensemble", "route")
    first, again = ([*compare_stored(select(asked, parts(host)), store, parts(host))][-1] for _ in range(2))
    assert sum(host.batches) == 18 and [run.recalled for run in again.runs] == [8] * 4
    assert [run.predictions for run in again.runs] == [run.predictions for run in first.runs]
    knobs = replace(asked, columns=(Column("prompt", "prompt", {"order": "shuffled"}), *asked.columns[1:]))
    ours, theirs = (signatures(select(one, parts()), parts()) for one in (asked, knobs))
    assert [a == b for a, b in zip(ours, theirs, strict=True)] == [False, True, False, False]


def test_what_columns_answered_for_a_route_is_kept_for_it_and_goes_with_its_run(tmp_path):
    store, asked = Store(tmp_path / "s.sqlite"), built("prompt", "linear", "route")
    signed = sign(asked, parts())
    assert len(signed.held) == 2 and {len(keys) for keys in signed.held.values()} == {10}
    [*compare_stored(select(asked, parts()), store, parts())]
    assert all(len(store.known(name, keys)) == 10 for name, keys in signed.held.items())
    (run,) = store.runs()
    found = store.comparison(run.id, 0)
    assert [side.held for side in found.runs] == [(), (), tuple(signed.held)]
    store.delete(run.id)
    assert not any(store.known(name, keys) for name, keys in signed.held.items())


def test_stopped_they_go_on():
    host = Adapting()
    work = compare(built("prompt", "linear", "ensemble"), parts(host))
    first = next(work)
    work.close()
    assert [run.state for run in stopped(first, parts(host)).runs] == ["stopped"] * 3


def test_there_is_no_prompt_to_preview():
    *_, shown = preview(built("prompt", "linear", "ensemble"), parts())
    assert shown["ensemble"].notes == ("no prompt of its own: it builds on prompt, linear",)


def test_a_router_learns_whom_to_trust_and_is_measured_on_what_it_has_not_seen():
    import numpy as np

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(80, 3))
    right = np.stack([rows[:, 0] > 0, rows[:, 0] <= 0], 1).astype(int)
    router = learned(("a", "b"), rows, right)
    assert [router.choose(row)[0] for row in ([2.0, 0, 0], [-2.0, 0, 0])] == ["a", "b"]
    assert cross_fitted(("a", "b"), rows, right, 0) > 0.9
    noise = rng.integers(0, 2, size=(80, 2))
    assert abs(cross_fitted(("a", "b"), rows, noise, 0) - noise.mean()) < 0.15
    always = learned(("a", "b"), rows, np.tile([1, 0], (80, 1)))
    assert always.choose(rows[0]) == ("a", {"a": 1.0, "b": 0.0})
