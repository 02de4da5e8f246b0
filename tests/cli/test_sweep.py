from __future__ import annotations

import json
import shlex
import signal

import pytest
from helpers.processes import begin, small_command
from helpers.small_hosts import Adapting
from helpers.small_parts import parts

from xlt_core.__main__ import main
from xlt_core.documents import export
from xlt_core.store.store import Store
from xlt_core.sweeps.sweep import command, grid_of

BASE = ("sweep", "--tasks", "topic,ner", "--languages", "kin,hau", "--shots", "0,2", "--samples", "6")


def run(capsys, *arguments, given=None):
    status = main(arguments, given or parts())
    out, err = capsys.readouterr()
    return status, out, err


def test_a_sweep_writes_a_document_for_each_cell_and_prints_a_table(capsys, tmp_path):
    status, out, err = run(capsys, *BASE, "--out", str(tmp_path / "new" / "out"))
    files = sorted((tmp_path / "new" / "out").glob("*.json"))
    assert status == 0 and len(files) == 8 and len(out.splitlines()) == 9
    assert files[1].name == "002-topic-kin-2-shots-seed-0.json"
    document = json.loads(files[1].read_text("utf-8"))
    assert (document["plan"]["shots"], document["plan"]["samples"]) == (2, 6)
    assert [side["state"] for side in document["runs"]] == ["done"] * 3 and document["tests"]
    assert len((tmp_path / "new" / "out" / "items.csv").read_text("utf-8").splitlines()) == 1 + 96
    assert (tmp_path / "new" / "out" / "items.parquet").stat().st_size
    assert "xlt_core sweep --tasks topic,ner" in (tmp_path / "new" / "out" / "report.html").read_text("utf-8")
    head, first = out.splitlines()[:2]
    assert head.split() == ["task", "language", "dataset", "shots", "score", "prompt", "translate", "laft"]
    assert first.split()[:6] == ["topic", "kin", "world", "0", "macro", "F1"]
    assert "8 cells, 96 answers" in err and "model calls" in err and "topic in kin, 2 shots, seed 0: done" in err
    assert "Left out, topic in hau, laft: The model pocket has no adapter of laft for Hausa" in err


def test_a_sweep_without_texts_writes_none_of_them(capsys, tmp_path):
    status, _, _ = run(capsys, *BASE, "--no-texts", "--out", str(tmp_path))
    whole = export.load(tmp_path / "results.json.gz")
    assert status == 0 and len(whole) == 8
    for comparison in (*whole, *(one for path in tmp_path.glob("*.json") for one in export.load(path))):
        assert {example.text for side in comparison.runs for example in side.examples} == {""}
        assert {reply.sent + reply.text for side in comparison.runs for reply in side.replies} == {""}
    assert "yafunguye" not in (tmp_path / "items.csv").read_text("utf-8")
    assert "yafunguye" not in (tmp_path / "report.html").read_text("utf-8")


def test_the_line_that_runs_a_grid_says_all_of_it(capsys, tmp_path):
    given = (
        "--strategies",
        "laft,prompt",
        "--set",
        "prompt.normalise=true",
        "--seeds",
        "3",
        "--labels",
        "sports,health",
    )
    run(capsys, *BASE, *given, "--out", str(tmp_path / "out"))
    store = Store(tmp_path / "out" / "store.sqlite")
    (kept,) = store.runs()
    line = shlex.split(command(grid_of(kept.plan), str(tmp_path / "again")))
    run(capsys, *line[3:])
    (again,) = Store(tmp_path / "again" / "store.sqlite").runs()
    assert again.plan == kept.plan


def test_the_same_call_again_computes_nothing_and_writes_what_is_missing(capsys, tmp_path):
    first = run(capsys, *BASE, "--out", str(tmp_path))
    next(tmp_path.glob("003*.json")).unlink()
    host = Adapting(write=lambda prompt: "none")
    status, out, err = run(capsys, *BASE, "--out", str(tmp_path), given=parts(host))
    assert (status, out) == (0, first[1]) and not host.batches and "8 cells are done already" in err
    assert len(list(tmp_path.glob("*.json"))) == 8


def test_failed_cells_give_status_1_and_are_named_and_tried_again(capsys, tmp_path):
    class Fragile(Adapting):
        broken = True

        def generate(self, *given, **named):
            if self.broken:
                raise OSError("the cable is out")
            return super().generate(*given, **named)

    host = Fragile(write=lambda prompt: "none")
    status, out, err = run(capsys, *BASE, "--out", str(tmp_path), given=parts(host))
    assert status == 1 and "topic  kin" in out and "4 of 8 cells failed" in err and "Traceback" not in err
    assert "ner in kin, 0 shots, seed 0 failed: prompt: " in err and "the cable is out" in err
    host.broken = False
    assert run(capsys, *BASE, "--out", str(tmp_path), given=parts(host))[0] == 0


def test_an_interrupted_sweep_says_that_it_goes_on(capsys, tmp_path):
    class Interrupted(Adapting):
        def generate(self, *given, **named):
            signal.raise_signal(signal.SIGINT)
            return super().generate(*given, **named)

    status, _, err = run(capsys, *BASE, "--out", str(tmp_path), given=parts(Interrupted()))
    assert status == 130 and err.endswith("xlt_core: stopped. The same call goes on from here.\n")


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("sweep",), "required: --tasks, --languages, --out"), ((*BASE, "--shots", "few"), "--shots few is off"),
    ((*BASE, "--shots", ""), "at least one number of shots"), ((*BASE, "--seeds", "0,0"), "seed 0 is given twice"),
    ((*BASE, "--tasks", "poetry"), "There is no task"), ((*BASE, "--languages", "klingonish"), "There is no language"),
    ((*BASE, "--languages", "yor"), "has no topic in Yoruba"), ((*BASE, "--samples", "0"), "0 samples"),
    ((*BASE, "--strategies", "prompt,prompt"), "names one twice"), ((*BASE, "--set", "prompt.a=1"), "no knob"),
    ((*BASE, "--engine", "steam"), "invalid choice"), ((*BASE, "--lang", "kin"), "unrecognized"),
    ((*BASE, "--engine", "ray", "--workers", "-1"), "cannot be -1 workers"),
    ((*BASE, "--engine", "ray", "--workers", "0"), "give 1 or more, or leave out --workers"),
    ((*BASE, "--workers", "0"), "--workers concerns Ray only"), ((*BASE, "--ray-address", ""), "concerns Ray only"),
    ((*BASE, "--gpus-per-worker", "0"), "--gpus-per-worker concerns Ray only; add --engine ray"),
    ((*BASE, "--engine", "ray", "--gpus-per-worker", "-1"), "cannot have -1.0 GPUs"),
    ((*BASE, "--engine", "ray", "--gpus-per-worker", "nan"), "cannot have nan GPUs"),
])  # fmt: skip
def test_a_sweep_that_is_off_gives_status_2_and_one_line(capsys, tmp_path, arguments, sentence):
    out = ("--out", str(tmp_path)) if len(arguments) > 1 else ()
    status, printed, err = run(capsys, *arguments, *out)
    assert status == 2 and not printed and sentence in err and err.count("\n") == 1


def test_a_folder_that_cannot_be_is_one_line(capsys, tmp_path):
    (tmp_path / "file").write_text("")
    status, _, err = run(capsys, *BASE, "--out", str(tmp_path / "file"))
    assert status == 2 and "cannot be written (File exists); name another folder" in err and err.count("\n") == 1


def test_a_store_that_was_damaged_is_told_of(capsys, tmp_path):
    (tmp_path / "store.sqlite").write_text("what is this?" * 100)
    status, _, err = run(capsys, *BASE, "--out", str(tmp_path))
    assert status == 0 and "Note: The store" in err and "set aside" in err


def test_two_processes_on_one_folder_at_once_end_well(capsys, tmp_path):
    both = [begin(small_command, [*BASE, "--out", tmp_path / "both"]) for _ in range(2)]
    said = [one.err.read() for one in both]
    assert [one.end() for one in both] == [0, 0], said
    alone = run(capsys, *BASE, "--out", str(tmp_path / "alone"))
    assert both[0].out.read() == both[1].out.read() == alone[1]
    assert Store(tmp_path / "both" / "store.sqlite").message == ""
    names = [sorted(path.name for path in (tmp_path / folder).glob("*.json")) for folder in ("both", "alone")]
    assert names[0] == names[1] and len(names[0]) == 8


def test_compare_takes_from_the_store_what_is_there_and_says_so(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("xlt_core.settings.STORE", tmp_path / "store.sqlite")
    line = ("compare", "--task", "topic", "--language", "kin", "--samples", "8", "--strategies", "prompt")
    first, host = run(capsys, *line), Adapting()
    status, out, err = run(capsys, *line, given=parts(host))
    assert (status, out) == (0, first[1]) and not host.batches
    assert "8 answers were computed before" in err and "computed before" not in first[2]


def test_compare_goes_on_without_a_store_that_cannot_be_used(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("xlt_core.settings.STORE", tmp_path)
    status, out, err = run(capsys, "compare", "--task", "topic", "--language", "kin", "--samples", "8")
    assert status == 0 and "set XLT_STORE to a file that can. Nothing is kept." in err and "macro F1" in out


def test_another_grid_in_the_same_folder_leaves_no_documents_of_its_own(capsys, tmp_path):
    base = ("sweep", "--tasks", "topic", "--languages", "kin", "--shots", "0", "--out", str(tmp_path))
    for samples in (4, 6, 4):
        run(capsys, *base, "--strategies", "prompt", "--samples", str(samples))
        (path,) = tmp_path.glob("*.json")
        assert len(json.loads(path.read_text("utf-8"))["runs"][0]["predictions"]) == samples
