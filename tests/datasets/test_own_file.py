from __future__ import annotations

import json
import os
from unicodedata import normalize

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.__main__ import main
from xlt_core.formats.dataset_names import split_names
from xlt_core.formats.rows import load_rows
from xlt_core.records import InputError, Span

LABELLED = "text,answer,split,english\nikipe yatsinze,sports,train,the team won\nindwara nshya,health,test,\n"


@pytest.mark.parametrize(("name", "text"), [
    ("a.csv", LABELLED), ("a.tsv", LABELLED.replace(",", "\t")),
    ("a.jsonl", '{"text": "ikipe yatsinze", "answer": "sports", "split": "train", "english": "the team won"}\n\n'
                '{"text": "indwara nshya", "answer": "health", "split": null}\n'),
])  # fmt: skip
def test_labels_are_the_union_over_the_splits(tmp_path, name, text):
    clones.write(tmp_path / name, text)
    data = catalog.dataset(str(tmp_path / name))
    (train,), (test,) = (data.load("topic", "kin", split) for split in ("train", "test"))
    assert train.choices == test.choices == ("health", "sports") and test.answer == "health" and test.pivot is None
    assert train.pivot.text == "the team won" and train.pivot.answer == "sports" and train.id.startswith("line-")
    assert data.splits("topic", "kin") == ("train", "test") and "bbj" in data.languages("topic")


def test_columns_are_named_where_they_are_called_otherwise(tmp_path):
    clones.write(tmp_path / "a.csv", "user,tweet,label,split\n@x,ikipe yatsinze,sports,train\n@y,indwara,health,test\n")
    path = str(tmp_path / "a.csv")
    assert split_names("a.csv?text=b,answer=c, world") == ("a.csv?text=b,answer=c", "world")
    (found,) = catalog.dataset(f"{path}?text=tweet,answer=label").load("topic", "kin", "train")
    assert found.text == "ikipe yatsinze" and found.answer == "sports" and found.choices == ("health", "sports")
    for columns, words in (
        ("text=tweet", "Line 1 of a.csv lacks the column answer"),
        ("text=body,answer=label", "Line 1 of a.csv has no column 'body' for text; its columns are user, tweet, label"),
        ("premise=tweet,answer=label", "columns name 'premise', which is no field here"),
        ("text=tweet,text=user", "columns cannot be read; write FIELD=COLUMN"),
    ):
        with pytest.raises(InputError, match=words):
            catalog.dataset(f"{path}?{columns}").load("topic", "kin", "train")


def test_without_a_split_all_rows_are_test_rows(tmp_path):
    clones.write(tmp_path / "a.csv", 'text,answer,id\n"a\nb",one,x\nc,two,y\n')
    data = catalog.dataset(str(tmp_path / "a.csv"))
    assert [e.id for e in data.load("summary", "yor", "test")] == ["x", "y"]
    assert data.splits("topic", "kin") == ("test",)
    with pytest.raises(InputError, match=r"a.csv has no rows of the split 'train'; choose test"):
        data.load("summary", "yor", "train")


def test_entities_are_found_in_the_text(tmp_path):
    clones.write(tmp_path / "a.tsv", "text\tanswer\tenglish\nAline i Huye\tPER: Aline $$ LOC: Huye\tAline in Huye\n"
                 "nta zina\tnone\t\n")  # fmt: skip
    first, second = catalog.dataset(str(tmp_path / "a.tsv")).load("ner", "kin", "test")
    assert first.answer == (Span("Aline", "PER", 0, 5), Span("Huye", "LOC", 8, 12)) and second.answer == ()
    assert first.choices == ("LOC", "PER") and first.pivot.text == "Aline in Huye" and first.pivot.answer is None


def test_an_edited_file_is_read_again(tmp_path):
    path = tmp_path / "a.csv"
    clones.write(path, "text,answer\na,one\n")
    before = catalog.dataset(str(path))
    assert before == catalog.dataset(str(path))
    clones.write(path, "text,answer\nb,one\n")
    os.utime(path, ns=(1, 1))
    assert catalog.dataset(str(path)) != before
    assert catalog.dataset(str(path)).load("topic", "kin", "test")[0].text == "b"


@pytest.mark.parametrize(("name", "text", "words"), [
    ("a.csv", "texts,answer\na,b\n", "Line 1 of a.csv has the column 'texts', which is not known"),
    ("a.csv", "text\na\n", "Line 1 of a.csv lacks the column answer"),
    ("a.csv", 'text,answer\n"a\nb",x\nc\n', "Line 4 of a.csv has no answer"),
    ("a.csv", 'text,answer\na,x\n"b\n\nc",\n', "Line 3 of a.csv has no answer"),
    ("a.csv", "text,answer\na,x,y\n", "Line 2 of a.csv has more cells.*around a cell that holds a comma"),
    ("a.csv", "text;answer\na;x;y\n", "Line 2 of a.csv has more cells.*around a cell that holds a semicolon"),
    ("a.tsv", 'text\tanswer\n"Sannu" ya ce\tx\nb\tx\n', "row on line 2 of a.tsv has a quotation mark out"),
    ("a.csv", 'text,answer\na,x\n\n\n"b" c,x\n', "row on line 5 of a.csv has a quotation mark out"),
    ("a.csv", f"text,answer\na,x\n{'b' * 10_000_001},x\n", "row on line 3 of a.csv has a cell of more than 10,000,000"),
    ("a.csv", f"text,answer\n{'b' * 200_001},x\n", "Line 2 of a.csv has 200,001 characters; shorten it to 200,000"),
    ("a.csv", 'text,answer\na,x\n"b,x\nc,x\n', "row on line 3 of a.csv has a quotation mark out of place"),
    ("a.tsv", 'text\tanswer\na\tx\n"Kato" yaje\tx\nc\tx\n', "row on line 3 of a.tsv has a quotation mark out"),
    ("a.csv", 'text,answer\na,x\n"' + "b,x\n" * 40_000, "row on line 3 of a.csv has a quotation mark out of place"),
    ("a.csv", "text,answer\n", "a.csv has no rows"), ("a.csv", "", "a.csv has no rows"),
    ("a.csv", "text,answer,split\na,x,tests\n", "Line 2 of a.csv has the split 'tests'"),
    ("a.tsv", "text\tanswer\tid\na\tx\t1\nb\tx\t1\n", "Line 3 of a.tsv has the id '1', as line 2 has"),
    ("a.jsonl", '{"text": "a", "answer": "x"}\n{"text": "a", "label": "x"}', "Line 2 of .* has the column 'label'"),
    ("a.jsonl", '{"text": "a", "answer": ["x"]}', "Line 1 of a.jsonl has no text as its answer"),
    ("a.jsonl", '{"text": "a"', "Line 1 of a.jsonl is no JSON"), ("a.jsonl", "3", "Line 1 of .* is no JSON object"),
])  # fmt: skip
def test_wrong_columns_and_rows_are_named_by_their_line(tmp_path, name, text, words):
    clones.write(tmp_path / name, text)
    with pytest.raises(InputError, match=words):
        catalog.dataset(str(tmp_path / name)).load("topic", "kin", "test")


@pytest.mark.parametrize(("name", "separator", "said"), [
    ("a.csv", ",", ""), ("a.tsv", "\t", ""), ("a.csv", ";", "a.csv has a semicolon between its cells"),
    ("a.csv", "\t", "a.csv has a tab between its cells"), ("a.tsv", ",", "a.tsv has a comma between its cells"),
    ("a.csv", "|", "a.csv has a vertical bar between its cells"),
])  # fmt: skip
def test_the_separator_is_recognised_and_said(tmp_path, name, separator, said):
    row = f'"one{separator} two"{separator}sports'
    clones.write(tmp_path / name, f"text{separator}answer\n{row}\n")
    data = catalog.dataset(str(tmp_path / name))
    assert [(e.text, e.answer) for e in data.load("topic", "kin", "test")] == [(f"one{separator} two", "sports")]
    assert data.note("topic", "kin", "test") == said
    assert [row.answer for row in load_rows(tmp_path / name)] == ["sports"]


def test_a_long_cell_is_read(tmp_path):
    clones.write(tmp_path / "a.csv", f"text,answer\n{'ba ' * 50_000},x\n")
    assert len(catalog.dataset(str(tmp_path / "a.csv")).load("topic", "kin", "test")[0].text) == 150_000


def test_the_answer_for_no_entities_is_mentioned(tmp_path):
    clones.write(tmp_path / "a.csv", 'text,answer\nAline,PER: Aline\nnta zina,""\n')
    with pytest.raises(InputError, match=r"Line 3 of a.csv has no answer; write one \(none where a text has no ent"):
        catalog.dataset(str(tmp_path / "a.csv")).load("ner", "kin", "test")
    with pytest.raises(InputError, match=r"Line 3 of a.csv has no answer; write one \(none where a text has no ent"):
        load_rows(tmp_path / "a.csv")


def test_answers_that_cannot_be_are_named_by_their_line(tmp_path):
    clones.write(tmp_path / "a.csv", "text,answer\nAline i Huye,PER: Aline\nAline i Huye,LOC: Kigali\n")
    with pytest.raises(InputError, match=r"The answer 'LOC: Kigali' of line 3 of a.csv cannot be used; write LABEL"):
        catalog.dataset(str(tmp_path / "a.csv")).load("ner", "kin", "test")
    rows = "\n".join(f"text {i},a long answer {i}" for i in range(201))
    clones.write(tmp_path / "b.csv", f"text,answer\n{rows}\n")
    with pytest.raises(InputError, match="201 different answers"):
        catalog.dataset(str(tmp_path / "b.csv")).load("topic", "kin", "test")


def test_a_file_that_is_not_there_is_one_sentence():
    with pytest.raises(InputError, match="cannot be read: No such file"):
        catalog.dataset("none/mine.csv").load("topic", "kin", "test")
    with pytest.raises(InputError, match="Name the file itself"):
        catalog.dataset("file").load("topic", "kin", "test")


def test_a_label_in_two_forms_is_one_label(tmp_path):
    rows = [normalize(form, f"Ìròyìn {number},Ẹ̀kọ́") for number, form in enumerate(("NFC", "NFD"))]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["text,answer", *rows, "Bọ́ọ̀lù,eré"]) + "\n", encoding="utf-8")
    examples = catalog.dataset(str(path)).load("topic", "yor", "test")
    label = normalize("NFC", "Ẹ̀kọ́")
    assert examples[0].choices == ("eré", label) or examples[0].choices == (label, "eré")
    assert [example.answer for example in examples] == [label, label, "eré"]


def test_gold_entities_are_read_in_any_form_and_order(tmp_path):
    path = tmp_path / "own.csv"
    rows = [normalize("NFD", "Ọlá wá sí Ìbàdàn,") + normalize("NFC", "LOC: Ìbàdàn $$ PER: Ọlá"),
            "Kano Pillars ta doke Kano,LOC: Kano $$ ORG: Kano Pillars", "na ‘Yar Adua,PER: 'Yar Adua"]  # fmt: skip
    path.write_text("\n".join(["text,answer", *rows]) + "\n", encoding="utf-8")
    answers = [example.answer for example in catalog.dataset(str(path)).load("ner", "yor", "test")]
    found = [[(span.kind, span.start) for span in answer] for answer in answers]
    place = len(normalize("NFD", "Ọlá wá sí "))
    assert found == [[("PER", 0), ("LOC", place)], [("ORG", 0), ("LOC", 21)], [("PER", 3)]]


@pytest.mark.parametrize(("code", "rows"), [
    ("quy", ("Pukllaqkuna atiparqaku.", "Hampina wasi kichakun.", "Pukllay qallarin.")),
    ("bod", ("རྩེད་མོ་པ་རྒྱལ་ཁ་ཐོབ།", "སྨན་ཁང་གསར་པ་སྒོ་ཕྱེས།", "རྩེད་མོ་འགོ་འཛུགས།")),
    ("ckb", ("یاریزانەکان بردیانەوە.", "نەخۆشخانەی نوێ کرایەوە.", "یارییەکە دەستی پێکرد.")),
])  # fmt: skip
def test_a_file_may_be_in_any_language_of_the_world(capsys, tmp_path, code, rows):
    lines = zip(("train", "test", "test"), rows, ("sports", "health", "sports"), strict=True)
    clones.write(tmp_path / "mine.csv", "\n".join(["split,text,answer", *map(",".join, lines)]) + "\n")
    assert code not in catalog.languages()
    status = main(["compare", "--task", "topic", "--language", code, "--dataset", str(tmp_path / "mine.csv"), "--shots",
                   "1", "--strategies", "prompt", "--out", str(tmp_path / "x.json")])  # fmt: skip
    assert status == 0, capsys.readouterr().err
    made = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert made["plan"]["language"] == code and {p["error"] for p in made["runs"][0]["predictions"]} == {""}
    sent = " ".join(reply["sent"] for p in made["runs"][0]["predictions"] for reply in p["replies"])
    assert all(row in sent for row in rows)


PAIRS = "premise,hypothesis,answer,split,english_premise,english_hypothesis\n"


def test_a_task_of_several_texts_has_a_column_for_each(tmp_path):
    row = "Yaje,Ntiyaje,contradiction,{},She came,She did not\n"
    clones.write(tmp_path / "a.csv", PAIRS + row.format("train") + 'Yaje,"Kato, yaje",neutral,test,,\n')
    data = catalog.dataset(str(tmp_path / "a.csv"))
    (found,), (shown,) = data.load("nli", "kin", "test"), data.load("nli", "kin", "train")
    assert found.texts == {"premise": "Yaje", "hypothesis": "Kato, yaje"} and found.answer == "neutral"
    assert found.choices == ("contradiction", "neutral") and found.pivot is None and found.text == "Yaje\nKato, yaje"
    assert shown.pivot.texts == {"premise": "She came", "hypothesis": "She did not"}
    rows = load_rows(tmp_path / "a.csv", ("premise", "hypothesis"))
    assert rows[0].texts == shown.texts and rows[0].english_texts == shown.pivot.texts and rows[0].text == ""


@pytest.mark.parametrize(("text", "words"), [
    ("text,answer\na,b\n", "has the column 'text', which is not known; .* columns are premise, hypothesis, answer"),
    ("premise,answer\na,b\n", "Line 1 of a.csv lacks the column hypothesis"),
    ("premise,hypothesis,answer\na,,b\n", "Line 2 of a.csv has no hypothesis"),
])  # fmt: skip
def test_a_text_that_lacks_its_column_is_named(tmp_path, text, words):
    clones.write(tmp_path / "a.csv", text)
    with pytest.raises(InputError, match=words):
        catalog.dataset(str(tmp_path / "a.csv")).load("nli", "kin", "test")
