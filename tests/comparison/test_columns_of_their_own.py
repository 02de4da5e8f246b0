"""Columns with a model or a translator of their own, beside those of the plan."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

import pytest
from helpers.small_hosts import Adapting, Dictionary
from helpers.small_parts import parts, plan

from xlt_core.comparison import compare, preview, selection
from xlt_core.comparison.combining import why_not
from xlt_core.comparison.plan import tidy
from xlt_core.documents import document
from xlt_core.documents.column_options import columns_words
from xlt_core.formats.values import build, plain
from xlt_core.records import Column, InputError, Plan, Reply

MIXED = (Column("one", "prompt"), Column("two", "prompt", model="second"), Column("mt", "translate", model="second"),
         Column("mt2", "translate", translator="other"))  # fmt: skip


class Named(Adapting):
    """A host that prefers a label of its own."""

    def __init__(self, name: str, label: str) -> None:
        super().__init__()
        self.name = self.revision = name
        self.label = label

    def score(self, prompts, choices, adapter=""):
        for index, words in enumerate(choices):
            yield index, Reply("score", "", "", choices={word: 0.0 if word == self.label else -1.0 for word in words})


@pytest.fixture
def two():
    hosts = {"pocket": Named("pocket", "health"), "second": Named("second", "sports")}
    translators = {"pocket": Dictionary(), "other": Dictionary()}

    def host(name):
        if name not in hosts:
            raise InputError(f"There is no model {name}.")
        return hosts[name]

    return replace(parts(), host=host, translator=translators.__getitem__)


def last(snapshots):
    *_, final = snapshots
    return final


def answers(run):
    return {prediction.answer for prediction in run.predictions}


def test_each_column_asks_its_own_model(two):
    found = last(compare.compare(plan(columns=MIXED), two))
    assert [run.state for run in found.runs] == ["done"] * 4
    assert [answers(run) for run in found.runs] == [{"health"}, {"sports"}, {"sports"}, {"health"}]
    assert {(test.a, test.b) for test in found.tests} >= {("one", "two"), ("two", "mt")}
    assert [column.model_revision for column in found.plan.columns] == ["", "second", "second", ""]


def test_a_column_sees_fewer_shots_than_the_others(two):
    none, one = Column("none", "prompt", shots=0), Column("one", "prompt", shots=1)
    asked = plan(columns=(Column("prompt", "prompt"), none, one, Column("all", "prompt", shots=9)), shots=2)
    drawn = selection.select(asked, two)
    assert [column.shots for column in drawn.plan.columns] == [None, 0, 1, None]
    rows, shown = [row.text for row in drawn.demonstrations], last(preview.preview(asked, two))
    seen = [[row in shown[column.name].text for row in rows] for column in asked.columns]
    assert seen == [[True, True], [False, False], [True, False], [True, True]]
    keys = compare.signatures(drawn, two)
    assert keys[1] == compare.signatures(selection.select(replace(asked, columns=(none,), shots=0), two), two)[0]
    assert len(set(keys)) == 3 and build(Plan, plain(drawn.plan), "plan") == drawn.plan
    assert "none=prompt,shots=0" in columns_words(drawn.plan.columns)
    for column, changes in ((replace(none, shots=-1), {}), (none, {"demonstrations_from": "similar"})):
        with pytest.raises(InputError, match="shots of its own"):
            tidy(replace(asked, columns=(column,), **changes), two)


def test_a_model_that_cannot_be_loaded_fails_its_own_columns(two):
    found = last(compare.compare(plan(columns=(*MIXED[:2], Column("gone", "prompt", model="third"))), two))
    assert [(run.state, run.note) for run in found.runs][1:] == [("done", ""), ("failed", "There is no model third.")]
    alone = plan(columns=(Column("gone", "prompt"), Column("two", "prompt", model="second")), model="third")
    assert [run.state for run in last(compare.compare(alone, two)).runs] == ["failed", "done"]
    assert why_not(replace(alone, columns=alone.columns[:1]), two) == {"": "There is no model third."}


def test_keys_differ_by_the_columns_own_parts_alone(two):
    mixed, second = plan(columns=MIXED), plan(columns=(Column("two", "prompt"),), model="second")
    keys = compare.signatures(selection.select(mixed, two), two)
    assert len(set(keys)) == 4
    assert compare.signatures(selection.select(second, two), two) == (keys[1],)


def test_a_preview_is_of_the_columns_own_host(two):
    assert {*list(preview.preview(plan(columns=MIXED), two))[-1]} == {"one", "two", "mt", "mt2"}


def test_what_all_columns_have_of_their_own_is_the_plans(two):
    own = plan(columns=(Column("a", "prompt", model="second"), Column("b", "translate", {}, "second", "other")))
    assert tidy(own, two) == tidy(plan(columns=(Column("a", "prompt"), Column("b", "translate")), model="second",
                                       translator="other"), two)  # fmt: skip


def test_a_plan_of_before_is_read_and_written_as_it_was():
    written = json.loads(json.dumps(plain(Plan("topic", "kin"))))
    assert {*written["columns"][0]} == {"name", "strategy", "knobs"}
    assert build(Plan, written, "plan") == Plan("topic", "kin")
    mixed = plan(columns=MIXED)
    assert build(Plan, json.loads(json.dumps(plain(mixed))), "plan") == mixed


def test_a_link_has_no_local_path_of_a_column(tmp_path):
    mixed = plan(columns=(Column("a", "prompt", {}, str(tmp_path / "mine"), "~/nllb"), *MIXED))
    column = document.decode(document.encode(mixed)).columns[0]
    assert (column.model, column.translator) == ("mine", "nllb")


def test_the_command_of_the_columns_stands_for_the_same_plan(tmp_path, capsys, two):
    from xlt_core.__main__ import main

    columns = (*MIXED, Column("human", "translate", {"pivot": "human", "beams": 2}))
    words = shlex.split(document.command(plan(columns=columns)))
    assert main([*words[3:], "--out", str(tmp_path / "x.json")], two) == 0
    assert document.load_plan(tmp_path / "x.json").columns == tuple(
        replace(column, model_revision=column.model) for column in columns
    )
    assert "models pocket (pocket), second (second)" in capsys.readouterr().out


@pytest.mark.parametrize("words, sentence", [
    (("--column", "prompt"), "write it as"), (("--column", "a=prompt,model"), "write it as"),
    (("--column", "a=prompt", "--column", "a=laft"), "a name of its own"), (("--column", "a=magic"), "no strategy"),
    (("--column", "a=prompt,colour=red"), "colour"), (("--column", "a=prompt", "--strategies", "prompt"), "leave out"),
])  # fmt: skip
def test_a_column_that_is_off_is_one_sentence(words, sentence, capsys, two):
    from xlt_core.__main__ import main

    assert main(["compare", "--task", "topic", "--language", "kin", *words], two) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


def test_the_page_refuses_a_columns_model_that_is_not_offered(monkeypatch):
    from xlt_core import catalog
    from xlt_core.ui.shared.limits import check_sources

    monkeypatch.setattr(catalog, "MODELS", ())
    monkeypatch.setattr(catalog, "TRANSLATORS", ())
    for column in (Column("a", "prompt", {}, "/etc/passwd"), Column("b", "translate", {}, "", "/etc/passwd")):
        with pytest.raises(InputError, match="is not offered here"):
            check_sources(Plan("topic", "kin", (Column("prompt", "prompt"), column)))
