from __future__ import annotations

import argparse
import csv
import inspect

import pytest
from helpers import adaptations
from helpers.small_hosts import Adapting
from helpers.small_parts import SMALL, Broken, parts

import xlt_core as xlt
from xlt_core.__main__ import _parser
from xlt_core.interface.progress import progress

SMALLEST = {"task": "topic", "language": "kin", "samples": 8, "progress": False}
GRID = {"tasks": "topic,ner", "languages": ["kin", "hau"], "shots": [0, 2], "samples": 4, "progress": False}


def small(**changes):
    return xlt.compare(**SMALLEST | {"parts": parts()} | changes)


def options_of(command: str) -> set[str]:
    """The names of a command's options."""
    (commands,) = [a for a in _parser()._actions if isinstance(a, argparse._SubParsersAction)]
    return {action.dest for action in commands.choices[command]._actions} - {"help"}


@pytest.mark.parametrize(("name", "renamed", "elsewhere"), [
    ("compare", {"text": "texts"}, {"out", "column"}),  # strategies takes columns, too
    ("sweep", {}, {"engine", "ray_address", "workers", "gpus_per_worker", "column", "no_texts"}),
    ("score", {}, {"out"}),
    ("diagnose", {}, {"out"}),
    ("adapt", {"unpacked": "packed"}, {"survey"}),
])  # fmt: skip
def test_the_arguments_are_named_as_the_options_of_the_command_line(name, renamed, elsewhere):
    wanted = {renamed.get(option, option) for option in options_of(name) - elsewhere}
    assert {*inspect.signature(getattr(xlt, name)).parameters} - {"parts", "progress"} == wanted
    assert inspect.getdoc(getattr(xlt, name))


def test_a_comparison_prints_and_shows_its_scores():
    result = small()
    assert "macro F1" in str(result) and "prompt - translate" in repr(result)
    page = result._repr_html_()
    assert page.startswith("<table><caption>topic in kin") and page.count("<tr>") == 4
    assert "No column is shown to be above chance" in page  # on four items
    frame = result.to_pandas()
    assert list(frame.column) == ["prompt", "translate", "laft"] and frame.macro_f1.between(0, 1).all()
    assert (frame.macro_f1_low <= frame.macro_f1).all() and set(frame.valid) == {1.0}
    assert result.figure().data


def test_the_items_are_rows_that_show_and_go_to_pandas():
    items = small().items()
    assert len(items) == 24 and {"text", "gold", "answer", "score", "output"} <= {*items[0]}
    assert items[:2]._repr_html_().count("<tr>") == 3 and len(str(items[:2]).splitlines()) == 3
    assert len(items.to_pandas()) == 24
    hidden = type(items)([{"text": "<b>"}] * 120)
    assert "&lt;b&gt;" in hidden._repr_html_() and "and 20 more" in hidden._repr_html_() and "20 more" in str(hidden)


def test_the_steps_of_an_item_are_every_call_of_a_model():
    result = small()
    steps = result.steps("translate", 0)
    assert steps[0]["purpose"].startswith("translate")
    assert steps == result.steps("translate", result.items()[8]["id"])
    for call, sentence in ((("poetry",), "There is no column"), (("prompt", 8), "position up to 7"),
                           (("prompt", "x"), "There is no item")):  # fmt: skip
        with pytest.raises(xlt.InputError, match=sentence):
            result.steps(*call)


@pytest.mark.parametrize("name", ["x.json", "x.csv", "x.parquet", "x.md", "x.tex", "x.html"])
def test_the_ending_decides_what_is_saved(tmp_path, name):
    assert small().save(tmp_path / name).stat().st_size


def test_a_saved_plan_makes_the_same_comparison(tmp_path):
    result = small(shots=2, strategies="prompt")
    for plan in (result.plan, result.save(tmp_path / "x.json"), str(tmp_path / "x.json")):
        again = xlt.compare(plan=plan, parts=parts(), progress=False)
        assert again.plan == result.plan and again.to_pandas().macro_f1.equals(result.to_pandas().macro_f1)


def test_columns_knobs_adapters_and_demonstrations_come_into_the_plan(tmp_path):
    columns = ["prompt", xlt.Column("by a human", "translate", {"pivot": "human"}), "laft"]
    knobs = {"prompt.normalise": True, "by a human.beams": 2}
    own = [("Aline yaje", "health"), {"text": "Kato yaje", "answer": "sports"}, xlt.Row("Keza yaje", "health")]
    plan = small(strategies=columns, set=knobs, adapter="kin-2", demonstrations=own).plan
    assert [(c.name, dict(c.knobs)) for c in plan.columns] == [
        ("prompt", {"normalise": "bytes"}), ("by a human", {"pivot": "human", "beams": 2}),
        ("laft", {"adapter": "kin-2"}),
    ]  # fmt: skip
    assert plan.shots == 3 and [row.answer for row in plan.demonstrations] == ["health", "sports", "health"]
    (tmp_path / "d.csv").write_text("text,answer\nAline yaje,health\n", "utf-8")
    assert small(demonstrations=tmp_path / "d.csv").plan.shots == 1 and small(demonstrations=[]).plan.shots == 0


def test_texts_of_ones_own_are_answered():
    result = small(texts=["Aline yafunguye ibitaro", "Kato <b> yatsinze umukino"], strategies="prompt")
    assert [row.text for row in result.plan.inputs] == ["Aline yafunguye ibitaro", "Kato <b> yatsinze umukino"]
    assert "Aline yafunguye ibitaro" in str(result) and "Kato &lt;b&gt;" in result._repr_html_()
    assert len(small(texts="Aline, Kato", strategies="prompt").plan.inputs) == 1
    with pytest.raises(xlt.InputError, match="nothing to draw"):
        result.figure()


def test_what_failed_is_said_with_the_reason():
    result = small(parts=parts(Broken()), strategies="prompt")
    assert "prompt failed: " in str(result) and "the cable is out" in result._repr_html_()


def test_the_same_call_again_computes_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr("xlt_core.settings.STORE", tmp_path / "store.sqlite")
    first, host = small(), Adapting()
    assert small(parts=parts(host)).to_pandas().macro_f1.equals(first.to_pandas().macro_f1) and not host.batches


def test_a_store_that_cannot_be_used_is_a_warning(monkeypatch, tmp_path):
    monkeypatch.setattr("xlt_core.settings.STORE", tmp_path)
    with pytest.warns(UserWarning, match="Nothing is kept"):
        assert small(strategies="prompt").scores()


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"task": ""}, "Give task and language, or plan"), ({"language": "klingonish"}, "There is no language"),
    ({"task": "poetry"}, "There is no task"), ({"shot": 2}, "no argument of compare 'shot'; did you mean shots"),
    ({"shots": "two"}, "shots must be a whole number"), ({"samples": 2.5}, "samples must be a whole number"),
    ({"shots": -1}, "cannot be -1 shots"), ({"strategies": 5}, "strategies must be a list"),
    ({"strategies": [5]}, "must be text"), ({"strategies": []}, "at least one strategy"),
    ({"strategies": "prompt,prompt"}, "a name of its own"), ({"strategies": "magic"}, "There is no strategy"),
    ({"set": "translate.pivot=human"}, "set must be a dict"), ({"set": {"pivot": "human"}}, "write strategy.knob"),
    ({"set": {"magic.pivot": "human"}}, "one of prompt, translate, laft"), ({"set": {"prompt.x": 1}}, "no knob"),
    ({"set": {"prompt.normalise": "perhaps"}}, "give one of no, bytes, tokens"),
    ({"adapter": "kin-1", "strategies": "prompt"}, "adapter concerns no column"), ({"adapter": 5}, "a name or a path"),
    ({"texts": [5]}, "text must be text"), ({"texts": 5}, "texts must be a list"), ({"labels": 5}, "labels must be"),
    ({"demonstrations": 5}, "demonstrations must be a list"), ({"demonstrations": [5]}, "must be an object"),
    ({"demonstrations": [("Aline yaje", "poetry")]}, "of demonstration 1"), ({"data_root": 5}, "data_root must be"),
    ({"plan": "x.json"}, "plan holds the whole plan; leave out samples"),
])  # fmt: skip
def test_a_call_that_is_off_is_one_sentence(changes, sentence):
    with pytest.raises(xlt.InputError, match=sentence) as error:
        small(**changes)
    assert "\n" not in str(error.value) and len(str(error.value)) < 300
    assert error.value._render_traceback_() == [f"InputError: {error.value}"]


def test_a_call_without_names_says_how_to_call():
    with pytest.raises(xlt.InputError, match="by names, such as task and language"):
        xlt.compare("topic", "kin")
    with pytest.raises(xlt.InputError, match="missing a required argument: 'languages'"):
        xlt.sweep(tasks="topic")
    with pytest.raises(xlt.InputError, match="cannot be read"):
        xlt.compare(plan="/none/x.json")
    with pytest.raises(xlt.InputError, match="plan must be a path"):
        xlt.compare(plan=5)


def test_a_sweep_shows_what_was_left_out_and_draws_its_scores(tmp_path):
    result = xlt.sweep(**GRID, parts=parts(), out=tmp_path / "new" / "out")
    assert len(result.comparisons) == 8 and (tmp_path / "new" / "out" / "store.sqlite").is_file()
    assert str(result).splitlines()[0].split() == ["shots", "task", "language", "prompt", "translate", "laft"]
    assert any("Left out, topic in hau, laft: " in note for note in result.notes)
    assert "Left out" in result._repr_html_() and "<table>" in result._repr_html_() and result.figure().data
    host = Adapting()
    assert repr(xlt.sweep(**GRID, parts=parts(host), out=tmp_path / "new" / "out")) == repr(result)
    assert not host.batches
    assert result.save(tmp_path / "x.html").stat().st_size and len(result.items()) == len(result.items().to_pandas())


def test_a_sweep_says_what_failed():
    result = xlt.sweep(**GRID | {"tasks": "topic", "strategies": ["prompt"]}, parts=parts(Broken()))
    assert sum(note.startswith("Failed, topic in kin, 0 shots") for note in result.notes) == 1
    assert result.notes[-1].endswith("(so did 3 more)")
    assert "the cable is out" in str(result) and "<p>Failed" in result._repr_html_()


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"shots": "few"}, "must be a whole number"), ({"shots": 2}, "shots must be a list"), ({"seeds": []}, "one seed"),
    ({"tasks": "poetry"}, "There is no task"), ({"languages": "yor"}, "has no topic in Yoruba"),
])  # fmt: skip
def test_a_sweep_that_is_off_is_one_sentence(changes, sentence):
    with pytest.raises(xlt.InputError, match=sentence):
        xlt.sweep(**GRID | changes, parts=parts())


def test_recorded_outputs_are_scored_and_joined(tmp_path):
    path = tmp_path / "mine.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [(example.id, "health") for example in SMALL.load("topic", "kin", "test")]
        csv.writer(file).writerows([("id", "output"), *rows])
    alone = xlt.score(task="topic", language="kin", predictions=path, parts=parts())
    assert alone.scores()[0]["accuracy"] == 0.75 and "mine" in str(alone)
    result = small(strategies="prompt")
    joined = xlt.score(join=result, predictions=[path])
    assert [row["column"] for row in joined.scores()] == ["prompt", "mine"]
    assert str(xlt.score(join=result.save(tmp_path / "x.json"), predictions=str(path))) == str(joined)
    for named, sentence in (({}, "Give task and language, or join"), ({"join": result, "task": "topic"}, "leave out"),
                            ({"join": 5}, "join must be a path"), ({"join": path}, "is no JSON")):  # fmt: skip
        with pytest.raises(xlt.InputError, match=sentence):
            xlt.score(predictions=path, **named)


def test_items_without_an_output_are_refused_wrong_or_left_out(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("id,output\n" + "".join(f"{e.id},{e.answer}\n" for e in SMALL.load("topic", "kin", "test")[:10]))
    call = {"task": "topic", "language": "kin", "predictions": path, "parts": parts()}
    with pytest.raises(xlt.InputError, match="--missing wrong"):
        xlt.score(**call)
    assert xlt.score(**call, missing="wrong").scores()[0]["accuracy"] == 0.5
    assert xlt.score(**call, missing="skip").scores()[0]["accuracy"] == 1.0
    with pytest.raises(xlt.InputError, match="missing must be one of error, wrong, skip, not 'perhaps'"):
        xlt.score(**call, missing="perhaps")


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"corpus": ["a.txt", "b.txt"]}, "Give each language its corpus"), ({"corpus": 5}, "corpus must be"),
    ({"method": "magic"}, "There is no method"), ({"steps": "many"}, "steps must be a whole number"),
    ({"steps": 0}, "The setting steps cannot be 0"), ({"language": "klingonish"}, "There is no language"),
    ({"set": "a=b"}, "set must be a dict"),
    ({"corpus": (), "objective": "instruct", "dataset": "world", "task": "x"}, "There is no task 'x'"),
])  # fmt: skip
def test_a_training_that_is_off_is_one_sentence(tmp_path, changes, sentence):
    with pytest.raises(xlt.InputError, match=sentence):
        xlt.adapt(**{"language": "kin", "corpus": "pocket", "out": tmp_path / "out", "progress": False} | changes)


def test_a_training_writes_weights_that_a_comparison_takes(tmp_path):
    model, text = adaptations.neox(tmp_path / "neox"), adaptations.text(tmp_path, documents=40)
    weights = xlt.adapt(language="kin", corpus=text, model=str(model), steps=2, rows=2, out=tmp_path / "out",
                        progress=False)  # fmt: skip
    assert (weights.folder / "adapter_model.safetensors").is_file() and weights.card["plan"]["steps"] == 2
    assert [len(values) for values in weights.bits.values()] == [2, 2] and len(weights.to_pandas()) == 2
    assert "bits per byte before" in str(weights) and "<table>" in weights._repr_html_()
    named = {"model": str(model), "adapter": weights, "strategies": "laft", "samples": 2, "shots": 0}
    result = xlt.compare(**SMALLEST | named)
    assert result.comparison.runs[0].state == "done" and result.plan.columns[0].knobs == {
        "adapter": str(tmp_path / "out")
    }


def test_the_bar_says_how_far_the_work_is(capsys):
    with progress(True) as show:
        show(0, 0, "")
        show(3, 10, "prompt")
        show(10, 10, "laft")
    with progress(False) as show:
        show(1, 2, "never said")
    said = capsys.readouterr().err
    assert "/10" in said and "never said" not in said
    with pytest.raises(xlt.InputError), progress(True):
        raise xlt.InputError("off")
    assert not capsys.readouterr().err
