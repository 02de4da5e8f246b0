"""A diagnosis over languages and models: sentences, refusals, documents, stored transfer, the command."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import replace

import pytest
from helpers.small_diagnosis import Inspected
from helpers.small_hosts import Dictionary
from helpers.small_parts import parts, plan

import xlt_core as xlt
from xlt_core import catalog
from xlt_core.__main__ import main
from xlt_core.comparison.selection import select
from xlt_core.diagnosis.diagnose import diagnose
from xlt_core.diagnosis.document import documents, refusals, tables
from xlt_core.diagnosis.parallel import Sentences, read_pairs
from xlt_core.diagnosis.records import Request
from xlt_core.diagnosis.transfer import transfers
from xlt_core.records import Column, InputError
from xlt_core.store.compare_stored import compare_stored
from xlt_core.store.store import Store


def small(host=None):
    return replace(parts(host or Inspected()), translator=lambda name: Dictionary())


def ended(request, given=None):
    with closing(diagnose(request, given or small())) as work:
        return [*work][-1]


def test_every_diagnostic_runs_on_each_language_and_model():
    end = ended(Request(("kin", "eng"), ("a", "b"), "small", samples=6))
    assert end.done == end.total == len(end.found) == 2 * (3 * 2 + 2) and end.sentences == "kin 6, eng 6"
    found = documents(end)
    assert [one["language"] + one["model"] for one in found] == ["kina", "kinb", "enga", "engb"]
    assert {one["name"] for one in found[0]["diagnostics"]} == {"mexa", "tokens", "bits", "sources", "pivot"}
    assert json.dumps(found) and refusals(end.found) == ["pivot, eng: English needs no translator."]
    heads = [title for title, _ in tables(end.found)]
    assert heads == ["Tokens", "Source languages", "Bits per byte", "Alignment with English", "Translator"]


def test_a_server_is_refused_in_a_sentence_and_the_rest_goes_on():
    end = ended(Request(("kin",), ("https://host/v1",), "small"), parts())
    assert {one.diagnostic for one in end.found if one.refused} == {"mexa", "tokens", "bits"}
    assert "runs on a server, which does not show its layers" in "".join(refusals(end.found))


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"languages": ()}, "Name a language"), ({"models": ()}, "Name a model"), ({"samples": 1}, "take two or more"),
    ({"only": ("mxa",)}, "did you mean mexa"), ({"shots": -1}, "less than 0"), ({"languages": ("xx1",)}, "no language"),
    ({"adapter": "x", "models": ("a", "b")}, "An adapter is of one model"), ({"split": "dev"}, "choose train or test"),
])  # fmt: skip
def test_a_call_that_is_off_is_refused(changes, sentence):
    with pytest.raises(InputError, match=sentence):
        ended(replace(Request(("kin",), ("a",), "small"), **changes))


@pytest.mark.parametrize(("name", "text"), [
    ("a.tsv", "Muraho\tHello\nNdagukunda\tI love you\n"),
    ("a.csv", 'text,english\nMuraho,Hello\nNdagukunda,"I love you"\n'),
    ("a.csv", "eng;kin;hau\nHello;Muraho;Sannu\nI love you;Ndagukunda;\n"),
    ("a.jsonl", '{"kin": "Muraho", "english": "Hello"}\n{"kin": "Ndagukunda", "english": "I love you"}\n'),
])  # fmt: skip
def test_a_file_of_two_columns_is_read(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert [*read_pairs(path, "kin").values()] == [("Muraho", "Hello"), ("Ndagukunda", "I love you")]


def test_what_is_no_such_file_is_named(tmp_path):
    path = tmp_path / "a.tsv"
    for text, sentence in (("a\tb\nc\n", "Line 2 of a.tsv has no two columns"), ("", "Line 1"),
                           ("english\tother\nx\ty\n", "no column kin")):  # fmt: skip
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=sentence):
            read_pairs(path, "kin")


def test_sentences_are_spread_over_the_split_and_joined_by_id():
    sentences = Sentences("world", "test", catalog.PARTS, 5)
    kin = sentences.of(catalog.language("kin"))
    ids = [int(name.partition("-")[2]) for name in kin]
    assert len(kin) == 5 and ids == sorted(ids) and ids[-1] - ids[0] > 20
    assert sentences.in_language("eng", [*kin]) == tuple(english for _, english in kin.values())
    assert len(sentences.of(catalog.language("eng"))) == 5
    with pytest.raises(InputError, match="no translation in eus"):
        sentences.of(catalog.language("eus"))


def test_measured_transfer_is_read_from_the_store(tmp_path):
    store = Store(tmp_path / "store.sqlite")
    columns = tuple(Column(name, "crosslingual", {"demonstrations": name}) for name in ("English", "hau", "target"))
    for _ in compare_stored(select(replace(plan(), columns=columns, shots=2), parts()), store, parts()):
        pass
    found = {one.source: one for one in transfers("kin", store)}
    assert {*found} == {"eng", "hau"} and found["eng"].task == "topic" and found["eng"].items == 8
    assert all(0 <= one.score <= 1 for one in found.values()) and transfers("hau", store) == ()


def test_the_command_prints_and_writes_and_its_status_tells(tmp_path, capsys):
    out = tmp_path / "found.json"
    call = ["diagnose", "--language", "kin", "--samples", "4", "--only", "tokens", "--price", "3", "--out", str(out)]
    assert main(call) == 0
    said = json.loads(out.read_text("utf-8"))
    assert (said["language"], said["model"]) == ("kin", "pocket") and said["diagnostics"][0]["name"] == "tokens"
    assert "times English" in capsys.readouterr().out
    assert main(["diagnose", "--language", "eng", "--only", "pivot"]) == 1
    assert "English needs no translator" in capsys.readouterr().err
    assert main(["diagnose", "--language", "kin", "--out", "found.txt"]) == 2


def test_the_function_shows_tables_and_pictures(tmp_path):
    found = xlt.diagnose(
        language="kin,eng", model="a", parallel="small", only="tokens,mexa", parts=small(), progress=False
    )
    assert "times English" in repr(found) and found.rows("mexa")[0]["chance"] == "0.026"
    assert found._repr_html_().count("<figure") == 3 and found.notes == ()
    assert len(json.loads(found.save(tmp_path / "a.json").read_text("utf-8"))) == 2
