"""Reading text to adapt on: each format, what is dropped, and what is said of a file that is off."""

from __future__ import annotations

import json
import unicodedata

import pyarrow as pa
import pyarrow.parquet
import pytest

from xlt_core import catalog
from xlt_core.adaptation.corpus import Text, foreign, read
from xlt_core.adaptation.texts import documents
from xlt_core.records import InputError

KIN = catalog.language("kin")
LINES = [f"Minisitiri w'ubuzima yasuye ibitaro bya Huye ku nshuro ya {number}." for number in range(25)]


def written(path, rows=LINES):
    if path.suffix == ".parquet":
        pyarrow.parquet.write_table(pa.table({"id": list(range(len(rows))), "text": rows, "title": rows}), path)
    elif path.suffix == ".jsonl":
        path.write_text("\n".join(json.dumps({"title": "x", "text": row}) for row in rows), encoding="utf-8")
    else:
        path.write_text("\n".join(rows), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("kind", [".txt", ".jsonl", ".parquet"])
def test_every_format_gives_the_same_documents(tmp_path, kind):
    text = read(written(tmp_path / f"a{kind}"), KIN)
    assert list(text.documents) == LINES and text.whole and (text.duplicates, text.short) == (0, 0)


def test_blank_lines_separate_documents_of_several_lines(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("\n\n\n".join(f"{line}\n--- 12 ---\n{line}" for line in LINES), encoding="utf-8")
    assert read(str(path), KIN).documents[0] == f"{LINES[0]}\n{LINES[0]}", "a line without a letter is dropped"


@pytest.mark.parametrize("kind", [".txt", ".jsonl"])
def test_a_byte_order_mark_is_no_text(tmp_path, kind):
    path = tmp_path / f"a{kind}"
    written(path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert list(read(str(path), KIN).documents) == LINES


@pytest.mark.parametrize("first", [{"text": None}, {"id": "1"}, {}, {"id": "1", "text": None, "title": "x"}])
def test_the_first_rows_tell_which_column_is_the_text(tmp_path, first):
    rows = [first, *({"id": str(number), "text": line} for number, line in enumerate(LINES)), {"text": 7}]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    text = read(str(path), KIN)
    assert list(text.documents) == LINES and text.short == 2


@pytest.mark.parametrize("blanks", [1, 3])
def test_a_stray_blank_line_does_not_join_the_documents_of_a_line_each(tmp_path, blanks):
    lines = [f"{LINES[0]} {number}" for number in range(400)]
    rows = [
        row for n, line in enumerate(lines) for row in ([line, " "] if n % 100 == 50 and n < 100 * blanks else [line])
    ]
    text = read(written(tmp_path / "a.txt", [*rows, "", ""]), KIN)
    assert list(text.documents) == lines and text.short == 0


def test_blank_lines_separate_documents_of_many_lines(tmp_path):
    chapters = ["\n".join(f"{line} {part}" for line in LINES) for part in range(30)]
    path = tmp_path / "a.txt"
    path.write_text("\n\n".join(chapters), encoding="utf-8")
    assert list(read(str(path), KIN).documents) == chapters


def test_what_is_too_short_or_there_twice_is_dropped_and_counted(tmp_path):
    rows = [*LINES, LINES[3], LINES[4], "Ku wa mbere.", "1 2 3 4 5 6 7 8", "1999 - 2000"]
    text = read(written(tmp_path / "a.txt", rows), KIN)
    assert (len(text.documents), text.duplicates, text.short) == (25, 2, 3)


def test_a_script_without_spaces_is_judged_by_its_letters(tmp_path):
    rows = [f"นายกรัฐมนตรีเดินทางไปยังโรงพยาบาลในวันจันทร์{'ก' * number}" for number in range(25)]
    path = written(tmp_path / "a.txt", rows)
    assert len(read(path, catalog.language("tha")).documents) == 25
    with pytest.raises(InputError, match=r"a.txt holds 0 documents of 6 words"):
        read(path, KIN)


def test_as_much_is_read_as_is_wanted(tmp_path):
    text = read(written(tmp_path / "a.txt"), KIN, most=sum(map(len, LINES[:22])))
    assert list(text.documents) == LINES[:22] and not text.whole


def test_the_digest_is_of_the_documents_and_not_of_their_order():
    first, second = Text(KIN, ("a b", "c d")), Text(KIN, ("c d", "a b"))
    assert first.digest() == second.digest() != Text(KIN, ("a b", "c")).digest() and first.size == 6


def test_text_that_looks_like_another_language_is_counted_where_the_language_is_known():
    english = ["The minister of health visited the hospital on Monday and thanked the nurses for their work."] * 5
    mixed = Text(KIN, (*LINES[:15], *english))
    assert foreign(mixed) == 0.25
    assert foreign(Text(catalog.language("lug"), tuple(english))) == 1.0
    assert foreign(Text(catalog.language("bem"), tuple(english))) is None, "a language that no library knows"


@pytest.mark.parametrize(("name", "content", "said"), [
    ("a.txt", b"\xff\xfe", "a.txt is not UTF-8 text"), ("a.docx", b"x", "a.docx is of no known kind"),
    ("a.jsonl", b'{"text": "a"}\n[1]', "line 2, is no JSON object"),
    ("a.jsonl", b'{"title": "a", "body": "b"}', r"no column 'text' \(the columns .* are title, body\); rename that"),
    ("a.parquet", b"PAR1", "a.parquet cannot be read as Parquet"), ("a.jsonl", b"\xff", "a.jsonl is not UTF-8"),
    ("a.txt", b"", r"a.txt holds 0 documents.*Separate the documents by blank lines"),
    ("a.txt", b"one two three four five six", "a.txt holds 1 document of 6 words"),
])  # fmt: skip
def test_a_file_that_is_off_is_one_sentence(tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=said) as caught:
        read(str(tmp_path / name), KIN)
    assert "\n" not in str(caught.value)


def test_the_bundled_world_is_a_text_where_it_is_told_in_the_language():
    text = read("pocket", KIN)
    assert len(text.documents) > 2900 and foreign(text) == 0.0
    with pytest.raises(InputError, match="no bundled text in Yoruba"):
        read("pocket", catalog.language("yor"))


def test_a_missing_file_is_refused():
    with pytest.raises(InputError, match="There is no file /nowhere/a"):
        read("/nowhere/a.txt", KIN)


@pytest.mark.parametrize("name", ["hub:", "hub:/etc/passwd", "hub:../x/y", "hub:assets/pocket", "hub:one"])
def test_a_name_of_the_hub_reaches_no_folder_of_this_machine(name):
    with pytest.raises(InputError, match="names no dataset of the Hub"):
        list(documents(name, KIN))


def test_a_document_in_another_normal_form_is_there_twice(tmp_path):
    rows = [*LINES, *(unicodedata.normalize(form, "Ọjọ́ àkọ́kọ́ ni wọ́n wá sí Ìbàdàn níbí") for form in ("NFC", "NFD"))]
    text = read(written(tmp_path / "a.txt", rows), KIN)
    assert (len(text.documents), text.duplicates) == (len(LINES) + 1, 1)
