"""A finished result in a link, a file and a report; what was cut, is newer or is none of ours is one sentence."""

from __future__ import annotations

import base64
import gzip
import json
import lzma
import random
from dataclasses import replace

import pytest
from helpers.comparisons import comparison

from xlt_core.documents import document, export, report, shared_result
from xlt_core.records import Column, InputError

MADE = comparison({"prompt": 0.5, "laft": 0.9}, items=6)


def code_of(one):
    return shared_result.link(one).partition("=")[2]


def test_a_link_opens_the_result_itself_without_local_paths(tmp_path):
    own = replace(MADE, plan=replace(MADE.plan, model=str(tmp_path / "mine"), columns=(Column("prompt", "prompt"),)))
    found = shared_result.read_link(code_of(own))
    assert found.runs == MADE.runs and found.tests == MADE.tests
    assert found.plan == replace(own.plan, model="mine") and str(tmp_path) not in json.dumps(document.document(found))


def test_what_is_too_long_has_no_link():
    assert shared_result.link(comparison({"prompt": 0.5}, items=6))
    several = [replace(MADE.runs[0], name=str(n), note=noise(n)) for n in range(20)]
    assert shared_result.link(replace(MADE, runs=tuple(several))) == ""


def noise(seed):
    return random.Random(seed).randbytes(2000).hex()


@pytest.mark.parametrize(
    ("damaged", "said"),
    [
        (lambda code: code[: len(code) // 2], "cut|damaged"),
        (lambda code: "nonsense!", "This link is damaged; copy it again, whole"),
        (lambda code: packed([1, 2]), "cannot be used: This is no comparison"),
        (lambda code: packed({"runs": [], "version": 2, "plan": {}}), "newer version of the app; update"),
        (lambda code: packed({"runs": [], "version": "x"}), "newer version of the app; update"),
    ],
)
def test_a_link_that_is_off_is_a_sentence(damaged, said):
    with pytest.raises(InputError, match=said) as caught:
        shared_result.read_link(damaged(code_of(MADE)))
    assert "\n" not in str(caught.value)


def packed(data):
    return base64.urlsafe_b64encode(lzma.compress(json.dumps(data).encode())).decode().rstrip("=")


def test_a_link_that_unpacks_to_far_too_much_is_refused():
    bomb = base64.urlsafe_b64encode(lzma.compress(b" " * (shared_result.LONGEST_UNPACKED + 9))).decode()
    with pytest.raises(InputError, match="cannot be used"):
        shared_result.read_link(bomb)


@pytest.mark.parametrize("many", [1, 2])
def test_a_report_carries_its_results(tmp_path, many):
    made = [MADE, comparison({"prompt": 0.5, "laft": 0.9}, "hau", items=6)][:many]
    path = tmp_path / "report.html"
    report.write(path, made)
    assert export.load(path) == tuple(made)


@pytest.mark.parametrize("name", ["x.json", "x.json.gz", "report.html"])
def test_a_file_that_was_cut_is_a_sentence(tmp_path, name):
    path = tmp_path / name
    whole = {"x.json": export.documents([MADE]).encode(), "x.json.gz": export.packed_documents([MADE])}
    content = whole.get(name) or report.html([MADE]).encode()
    middle = content.index(shared_result.MARK.encode()) + 200 if name == "report.html" else len(content) // 2
    path.write_bytes(content[:middle])
    with pytest.raises(InputError, match="ends in the middle: it was cut"):
        export.load(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!doctype html><html>hello</html>", "a page without results in it"),
        (b'{"answer": 42}', "This is no comparison"),
        (b"\x1f\x8b nothing", "it is damaged"),
        (b"plain words", "it is no JSON"),
        (gzip.compress(b'{"version": 99, "runs": [], "plan": {}}', mtime=0), "newer version of the app"),
    ],
)
def test_what_is_of_another_program_or_newer_is_a_sentence(tmp_path, content, said):
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        export.load(path)


def test_a_document_of_before_is_read_as_it_was():
    old = {key: value for key, value in document.document(MADE).items() if key != "version"}
    assert document.read_document(old) == document.read_document(document.document(MADE))
