from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest
from helpers.small_hosts import Adapting, Dictionary
from helpers.small_parts import parts, plan

from xlt_core.comparison.compare import compare
from xlt_core.formats.values import plain
from xlt_core.records import Comparison, InputError, Prediction, Reply, Span
from xlt_core.store.call_cache import with_call_cache
from xlt_core.store.store import Store, StoredCell

ODD = Prediction("x", (Span("Aline", "PER", 0, 5, "exact"),), (Reply("answer", "a\ud800", "b", 1, 2, 0.1 + 0.2, {
    "health": -float("inf"), "sports": -1 / 3}),), True, notes=("1 demonstration dropped",))  # fmt: skip


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "new folder" / "store.sqlite")
    yield opened
    opened.close()


def last(store, *arguments, given=None):
    return list(compare(*arguments, given or parts(), store))[-1]


def kept(store, comparison, owner="", state="done"):
    run = store.begin("comparison", plain(comparison.plan), [StoredCell(0, comparison.plan, "waiting", "")], owner)
    store.end(run, 0, comparison, state)
    return run


def test_a_prediction_comes_back_bit_by_bit_and_the_first_one_stays(store):
    store.keep("column", "item", ODD)
    store.keep("column", "item", replace(ODD, answer="later"))
    assert repr(store.known("column", ("item", "other"))) == repr({"item": ODD})
    assert store.known("another column", ("item",)) == {}


def test_many_items_are_known_at_once(store):
    for number in range(1200):
        store.keep("column", str(number), Prediction(str(number), "health", valid=True))
    assert len(store.known("column", tuple(map(str, range(2000))))) == 1200


def test_a_column_that_was_computed_is_not_asked_again(store):
    first, host = last(store, plan("prompt", "laft")), Adapting()
    again = last(store, plan("prompt", "laft"), given=parts(host))
    assert not host.batches and all(run.signature for run in again.runs)
    assert [run.predictions for run in again.runs] == [run.predictions for run in first.runs]
    assert again.tests == first.tests and [r.scores for r in again.runs] == [r.scores for r in first.runs]


class Crowded(Adapting):
    """A host that at first has no room for a batch."""

    room = False

    def score(self, *given, **named):
        for index, reply in super().score(*given, **named):
            yield index, replace(reply, note="" if self.room else "memory ran out")


def test_what_befell_one_run_is_told_of_that_run_alone(store):
    host = Crowded()
    noted, host.room = last(store, plan("prompt"), given=with_call_cache(parts(host), store)), True
    assert noted.runs[0].note == "memory ran out" and all(p.notes for p in noted.runs[0].predictions)
    run = kept(store, noted)
    (again,) = last(store, plan("prompt"), given=parts(host)).runs
    assert again.recalled == 8 and not again.note and not any(p.notes for p in again.predictions)
    assert store.comparison(run, 0).runs[0].predictions == noted.runs[0].predictions
    store.cache_reply("key", Reply("score", "", "sports", note="memory ran out"))
    assert store.cached_replies(["key"]) == {"key": Reply("score", "", "sports")}


def test_only_what_is_missing_is_asked(store):
    last(store, plan("prompt", samples=4))
    host = Adapting()
    assert len(last(store, plan("prompt", samples=8), given=parts(host)).runs[0].predictions) == 8
    assert host.batches == [4]


@pytest.mark.parametrize("changes", [
    {"shots": 2}, {"seed": 1}, {"task": "ner"}, {"language": "eng"}, {"labels": ("sports", "health", "arts")},
])  # fmt: skip
def test_another_plan_is_computed_anew(store, changes):
    last(store, plan("prompt"))
    host = Adapting(write=lambda prompt: "none")
    last(store, plan("prompt", **changes), given=parts(host))
    assert sum(host.batches) == 8


def test_another_model_adapter_or_translator_is_computed_anew(store):
    last(store, plan())
    host, translator = Adapting(), Dictionary()
    host.revision = translator.revision = "newer"
    last(store, plan(), given=replace(parts(host), translator=lambda name: translator))
    assert sum(host.batches) == 24

    class Trained(Adapting):
        def identity(self, adapter):
            return "fake fake " + ("trained again" if adapter else "")

    laft = Trained()
    last(store, plan("laft"), given=parts(laft))
    assert laft.batches == [8]


def test_errors_and_what_streams_are_no_results(store):
    class Failing(Adapting):
        cable = False

        def generate(self, prompts, adapter="", limits=None):
            self.batches.append(len(prompts))
            for index, prompt in enumerate(prompts):
                if "Test1 " in prompt[-1].text and not self.cable:
                    raise OSError("the cable is out")
                yield index, Reply("answer", "", "Te", final=False)
                yield index, Reply("answer", "", "Test")

    host = Failing()
    first = last(store, plan("prompt", task="summary", samples=20), given=parts(host))
    host.batches, host.cable = [], True
    again = last(store, plan("prompt", task="summary", samples=20), given=parts(host))
    assert (first.runs[0].errors, again.runs[0].errors, host.batches) == (1, 0, [1])
    assert all(p.answer == "Test" for p in again.runs[0].predictions)


def test_identical_calls_are_made_once_across_plans(store):
    # The column's knob is another, so that no prediction can be taken over: only the calls can.
    hosts = [Adapting(), Adapting()]
    columns = plan("prompt").columns, tuple(replace(c, knobs={"normalise": "bytes"}) for c in plan("prompt").columns)
    made = [last(store, plan(columns=column), given=with_call_cache(parts(host), store))
            for host, column in zip(hosts, columns, strict=True)]  # fmt: skip
    assert [sum(host.batches) for host in hosts] == [8, 0]
    sent = [[p.replies[0].sent for p in comparison.runs[0].predictions] for comparison in made]
    assert sent[0] == sent[1] and all(sent[0])


def test_a_translation_is_made_once_and_the_caching_parts_can_what_the_others_can(store):
    translators = [Dictionary(), Dictionary()]
    for translator, shots in zip(translators, (2, 4), strict=True):
        given = with_call_cache(replace(parts(), translator=lambda name, made=translator: made), store)
        assert [run.state for run in last(store, plan(shots=shots), given=given).runs] == ["done"] * 3
    first, second = [{text for call in translator.calls for text in call} for translator in translators]
    assert first and second and not first & second


def test_what_is_asked_twice_at_once_is_asked_once(store):
    host = Adapting()
    replies = list(with_call_cache(parts(host), store).host("fake").generate([plan_prompt()] * 3))
    assert host.batches == [1] and sorted(index for index, reply in replies if reply.final) == [0, 1, 2]


def test_chance_is_not_recalled_for_another_seed(store):
    asked = []
    for seed, temperature in ((0, 0.0), (1, 0.0), (0, 0.7), (1, 0.7), (0, 0.7)):
        host = with_call_cache(parts(Adapting()), store).host("fake")
        limits = replace(plan().limits, seed=seed, temperature=temperature)
        list(host.generate([plan_prompt()], "", limits))
        asked.append(len(host.batches))
    assert asked == [1, 0, 1, 1, 0]


def plan_prompt():
    from xlt_core.records import Message

    return (Message("user", "Aline yaje"),)


def test_a_run_is_opened_as_it_ended(store):
    comparison = last(store, plan(task="ner", language="hau"), given=parts(Adapting(write=lambda prompt: "PER: Test1")))
    assert {run.state for run in comparison.runs} == {"done", "failed"}
    run = kept(store, comparison, state="failed")
    assert list(store.comparisons(run)) == [comparison]
    assert (store.run(run).states, store.cells(run)[0].plan) == ({"failed": 1}, comparison.plan)


def test_outputs_from_elsewhere_and_errors_are_kept_with_their_run(store):
    comparison = last(store, plan("prompt"))
    (run,) = comparison.runs
    odd = (replace(run.predictions[0], answer=None, error="it broke"), *run.predictions[1:])
    both = Comparison(comparison.plan, (replace(run, predictions=odd), replace(run, name="theirs", signature="")))
    assert list(store.comparisons(kept(store, both))) == [both]


def test_the_same_plan_is_the_same_run_and_goes_on(store):
    comparison = last(store, plan("prompt"))
    assert kept(store, comparison) == kept(store, comparison) != kept(store, comparison, owner="else")
    assert len(store.runs()) == 2


def test_runs_are_named_and_deleted_and_others_keep_what_they_share(store):
    a, b = last(store, plan("prompt")), last(store, plan("prompt", "laft"))
    first, second = kept(store, a), kept(store, b)
    store.rename(first, "  My run ")
    assert store.run(first).name == "My run" and [k.id for k in store.runs()][-1] == first
    store.delete(second)
    assert [k.id for k in store.runs()] == [first] and list(store.comparisons(first)) == [a]
    with store.connect() as file:
        assert {row[0] for row in file.execute("SELECT signature FROM predictions")} == {a.runs[0].signature}
        assert file.execute("SELECT count(*) FROM items").fetchone() == (8,)
    store.delete(first)
    with store.connect() as file:
        assert all(
            file.execute(f"SELECT count(*) FROM {t}").fetchone() == (0,) for t in ("predictions", "items", "runs")
        )


def test_an_owner_sees_only_runs_of_his_own(store):
    ours = kept(store, last(store, plan("prompt")), owner="a key")
    assert [k.id for k in store.runs("a key")] == [ours] and store.runs("another") == () and len(store.runs()) == 1
    for act in (store.run, store.delete, lambda run, owner: list(store.comparisons(run, owner))):
        with pytest.raises(InputError, match="There is no run"):
            act(ours, "another")
    with pytest.raises(InputError, match="There is no run"):
        store.rename(ours, "x", "*")


def damaged(path):
    path.write_bytes(b"SQLite format 3\0" + b"\x07" * 5000)


def garbage(path):
    path.write_text("what is this?" * 100)


def older(path):
    Store(path).close()
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version=0")


def broken_inside(path):
    store = Store(path)
    for number in range(300):
        store.keep("column", str(number), ODD)
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:20000] = b"\x99" * (20000 - 8192)
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [damaged, garbage, older, broken_inside])
def test_a_damaged_or_older_file_is_set_aside_with_a_message(tmp_path, harm):
    path = tmp_path / "store.sqlite"
    harm(path)
    before = path.read_bytes()
    store = Store(path)
    store.keep("column", "item", ODD)
    aside = [other for other in tmp_path.iterdir() if other.name.startswith("store-2") and other.suffix == ".sqlite"]
    assert len(aside) == 1 and aside[0].read_bytes() == before
    assert aside[0].name in store.message and "set aside" in store.message
    store.close()
    assert Store(path).message == ""


def test_a_file_that_is_none_of_ours_is_left_alone(tmp_path):
    path = tmp_path / "theirs.sqlite"
    with sqlite3.connect(path) as file:
        file.execute("CREATE TABLE letters (text)")
    with pytest.raises(InputError, match="another program"):
        Store(path)
    assert [other.name for other in tmp_path.iterdir()] == ["theirs.sqlite"]
    notes = tmp_path / "notes.txt"
    notes.write_text("Do not lose me.")
    with pytest.raises(InputError, match="which is no store; name another file"):
        Store(notes)
    assert notes.read_text() == "Do not lose me." and len(list(tmp_path.iterdir())) == 2


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file" / "store.sqlite"):
        with pytest.raises(InputError, match="set XLT_STORE"):
            Store(place)


def test_two_files_open_on_one_store_see_each_other(tmp_path):
    stores = [Store(tmp_path / "s.sqlite") for _ in range(2)]
    stores[0].keep("column", "item", ODD)
    assert stores[1].known("column", ("item",))
    stores[1].cache_reply("call", Reply("answer", "", "x"))
    assert stores[0].cached_replies(("call",)) == {"call": Reply("answer", "", "x")}
