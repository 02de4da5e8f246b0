from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from itertools import islice

import pytest
from helpers.small_hosts import Adapting
from helpers.small_parts import parts

from xlt_core.__main__ import main
from xlt_core.cli.options import check_out
from xlt_core.records import InputError
from xlt_core.settings import ROOT

BASE = ("compare", "--task", "topic", "--language", "kin", "--samples", "8")


def run(capsys, *arguments, given=None):
    status = main(arguments, given or parts())
    out, err = capsys.readouterr()
    return status, out, err


def test_help_answers_before_the_heavy_packages_load():
    heavy = ["torch", "transformers", "peft", "evaluate", "gradio", "plotly", "pandas", "httpx"]
    code = (
        f"import sys, xlt_core.__main__, xlt_core.comparison.compare; print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(SystemExit) as end:
        main(["compare", "--help"])
    assert end.value.code == 0


def test_a_comparison_prints_a_table_and_writes_the_document(capsys, tmp_path):
    status, out, err = run(capsys, *BASE, "--out", str(tmp_path / "x.json"))
    assert status == 0 and "macro F1" in out and "paired randomization" in out and "prompt - translate" in out
    assert "laft: done, 8/8" in err and "Traceback" not in err
    written = json.loads((tmp_path / "x.json").read_text("utf-8"))
    assert [run["state"] for run in written["runs"]] == ["done"] * 3 and written["plan"]["samples"] == 8


def test_the_table_says_how_good_the_pivot_is_and_whether_it_decides(capsys, tmp_path):
    status, out, _ = run(capsys, *BASE, "--strategies", "prompt,translate", "--out", str(tmp_path / "x.json"))
    assert status == 0 and "pivot of" in out and "chrF++" in out and "untranslated" in out
    assert "translate: Does a worse pivot mean a wrong answer? Nothing can be said: it takes 10 right items" in out
    assert json.loads((tmp_path / "x.json").read_text("utf-8"))["runs"][1]["pivot"]["says"] in out
    assert "pivot of" not in run(capsys, *BASE, "--strategies", "prompt")[1]
    assert "worse pivot" not in run(capsys, *BASE, "--strategies", "translate", "--text", "Aline yaje")[1]


def test_a_text_that_the_bundled_models_do_not_know_is_said_before_anything_runs(capsys):
    line = (*BASE, "--strategies", "prompt,translate", "--shots", "0")
    status, _, err = run(capsys, *line, "--text", "Poliisi yakutte ababbi")
    warned, begun = err.partition("prompt: ")[::2]
    assert status == 0 and warned.count("Warning: The bundled ") == 2 and begun
    assert "Warning" not in run(capsys, *line, "--text", "Umukinnyi yatsinze umukino")[2]
    assert "Warning" not in run(capsys, *line)[2]


def test_a_host_that_breaks_is_a_sentence_and_no_traceback():
    code = f"""import sys
sys.path[:0] = ["tests"]
from helpers.small_parts import Broken, parts
from xlt_core.__main__ import main
from xlt_core.cli.options import check_out
sys.exit(main({[*BASE, "--strategies", "prompt"]}, parts(Broken())))"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "prompt failed: OSError: the cable is out" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_same_call_twice_and_a_replay_give_the_same_answers(capsys, tmp_path):
    files = [tmp_path / name for name in ("a.json", "b.json", "c.json")]
    for file in files[:2]:
        assert run(capsys, *BASE, "--out", str(file))[0] == 0
    assert run(capsys, "compare", "--plan", str(files[0]), "--out", str(files[2]))[0] == 0
    made = [json.loads(file.read_text("utf-8")) for file in files]
    answers = [[[p["answer"] for p in run["predictions"]] for run in each["runs"]] for each in made]
    assert answers[0] == answers[1] == answers[2]
    assert made[0]["plan"] == made[2]["plan"] and made[0]["tests"] == made[2]["tests"]


def test_a_replay_on_another_model_says_so(capsys, tmp_path):
    run(capsys, *BASE, "--out", str(tmp_path / "x.json"))
    other = Adapting()
    other.revision = "newer"
    status, _, err = run(capsys, "compare", "--plan", str(tmp_path / "x.json"), given=parts(other))
    assert status == 0 and "the model is not that of the plan any more (fake, now newer)" in err


def test_a_column_that_fails_gives_status_1_and_the_others_are_written(capsys, tmp_path):
    status, _, err = run(capsys, "compare", "--task", "topic", "--language", "hau", "--out", str(tmp_path / "x.json"))
    assert status == 1 and "laft failed: The model pocket has no adapter of laft for Hausa" in err
    states = [run["state"] for run in json.loads((tmp_path / "x.json").read_text("utf-8"))["runs"]]
    assert states == ["done", "failed", "failed"]


@pytest.mark.parametrize(("texts", "status", "said"), [
    (("broken",), 1, "translate failed: the translator broke"),
    (("broken a", "broken b"), 1, "translate failed: all 2 items failed, the first with: the translator broke"),
    (("broken", "Kato yatsinze"), 0,
     "translate done: 1 of 2 items failed and is left out of the scores, the first with: the translator broke"),
])  # fmt: skip
def test_items_that_failed_are_said_in_the_table_the_document_and_beside_the_status(
    capsys, tmp_path, texts, status, said
):
    lines = [f"--text={text}" for text in texts]
    found, out, err = run(capsys, *BASE, *lines, "--strategies", "translate", "--out", str(tmp_path / "x.json"))
    written = json.loads((tmp_path / "x.json").read_text("utf-8"))["runs"][0]
    assert found == status and said in err.splitlines()
    assert written["note"] == said.partition(": ")[2] and written["state"] == said.split()[1].rstrip(":")
    assert "the translator broke" in out


def test_texts_knobs_and_demonstrations_come_from_the_line(capsys, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("text,answer\nAline yaje,health\n")
    status, out, _ = run(
        capsys, *BASE, "--text", "Kato yatsinze", "--text", "{} 😀", "--strategies", "laft,prompt", "--set",
        "prompt.normalise=true", "--adapter", "kin-2", "--demonstrations", str(rows), "--out", str(tmp_path / "x.json"),
    )  # fmt: skip
    made = json.loads((tmp_path / "x.json").read_text("utf-8"))["plan"]
    assert status == 0 and "Kato yatsinze" in out and made["shots"] == 1
    assert [(c["strategy"], c["knobs"]) for c in made["columns"]] == [
        ("laft", {"adapter": "kin-2"}), ("prompt", {"normalise": "bytes"})]  # fmt: skip


@pytest.mark.parametrize(("arguments", "sentence"), [
    ((), "required: command"), (("dance",), "invalid choice"), (("compare",), "Give --task and --language"),
    ((*BASE, "--strategies", "prompt,prompt"), "names one twice"), ((*BASE, "--strategies", "magic"), "no strategy"),
    ((*BASE, "--strategies", ","), "at least one strategy"), ((*BASE, "--shots", "few"), "invalid int value"),
    ((*BASE, "--set", "prompt"), "STRATEGY.KNOB=VALUE"), ((*BASE, "--set", "magic.a=1"), "concerns no column"),
    ((*BASE, "--set", "prompt.a=1"), "no knob of prompt"), ((*BASE, "--text", " "), "Input 1 has no text"),
    ((*BASE, "--set", "prompt.scoring=loud"), "likelihood, generate"),
    ((*BASE, "--strategies", "prompt", "--adapter", "x"), "add laft"), ((*BASE, "--out", "/no/x.json"), "cannot be"),
    ((*BASE, "--demonstrations", "none.csv"), "cannot be read"), ((*BASE, "--plan", "x.json"), "leave out --task"),
    (("compare", "--plan", "none.json"), "cannot be read"), ((*BASE, "--language", "klingonish"), "no language 'kling"),
    ((*BASE, "--lang", "kin"), "unrecognized"), ((*BASE, "--seed", "-1"), "seed cannot be -1"),
    ((*BASE, "--out", "x.txt"), "must end in .json, .gz, .csv, .parquet, .md, .tex, .html"),
    ((*BASE, "--text", "Kato", "--out", "x.html"), "A report needs items with gold answers"),
])  # fmt: skip
def test_a_call_that_is_off_gives_status_2_and_one_line(capsys, arguments, sentence):
    status, out, err = run(capsys, *arguments)
    assert status == 2 and not out and sentence in err and err.count("\n") == 1


@pytest.mark.parametrize(("given", "told"), [("\x1b[31m", "\\x1b[31m"), ("a\nb", "a\\nb"), ("a\u2028b", "a\\u2028b")])
def test_what_a_sentence_quotes_neither_breaks_its_line_nor_steers_the_terminal(capsys, given, told):
    status, _, err = run(capsys, *BASE, "--nothing", given)
    assert status == 2 and told in err and err.count("\n") == 1


@pytest.mark.parametrize(("option", "part"), [("--dataset", "dataset"), ("--model", "host"),
                                               ("--translator", "translator")])  # fmt: skip
def test_an_unknown_part_gives_status_2(capsys, option, part):
    def missing(name):
        raise InputError("There is no such thing; choose another.")

    given = replace(parts(), **{part: missing})
    status, _, err = run(capsys, *BASE, option, "nothing here", given=given)
    assert status == 2 and "no such thing" in err


def test_an_interrupted_comparison_is_still_written(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("xlt_core.settings.STORE", tmp_path / "store.sqlite")

    class Interrupted(Adapting):
        def score(self, *given, **named):
            yield from islice(super().score(*given, **named), 3)
            signal.raise_signal(signal.SIGINT)
            yield from super().score(*given, **named)

    status, out, err = run(capsys, *BASE, "--out", str(tmp_path / "x.json"), given=parts(Interrupted()))
    assert status == 130 and "prompt stopped" in err and "stopped" in out
    assert err.endswith("xlt_core: stopped. The same call goes on from here.\n") and "Traceback" not in err
    assert {run["state"] for run in json.loads((tmp_path / "x.json").read_text("utf-8"))["runs"]} == {"stopped"}


@pytest.mark.parametrize(("name", "begins"), [
    ("x.json", b"{"), ("x.CSV", b"task,language"), ("x.parquet", b"PAR1"), ("x.md", b"## "), ("x.tex", b"\\begin"),
    ("x.html", b"<!doctype html>"),
])  # fmt: skip
def test_the_ending_decides_what_is_written(capsys, tmp_path, name, begins):
    assert run(capsys, *BASE, "--out", str(tmp_path / name))[0] == 0
    assert (tmp_path / name).read_bytes().startswith(begins)


@pytest.mark.parametrize("line", [BASE, ("score", "--task", "topic", "--language", "kin", "--predictions", "x.csv")])
@pytest.mark.parametrize("name", ["none/x.json", "folder.json", "x" * 300 + ".json", "file/x.json"])
def test_what_cannot_be_written_is_said_before_anything_is_computed(capsys, tmp_path, line, name):
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "file").touch()
    host = Adapting()
    status, out, err = run(capsys, *line, "--out", str(tmp_path / name), given=parts(host))
    assert status == 2 and "cannot be written" in err and not out and err.count("\n") == 1 and not host.batches


def test_looking_whether_a_file_can_be_written_leaves_no_trace(tmp_path):
    (tmp_path / "there.json").write_text("before")
    for name in ("new.json", "there.json"):
        check_out(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["there.json"]
    assert (tmp_path / "there.json").read_text() == "before"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no device that is always full")
@pytest.mark.parametrize("line", [BASE, ("sweep", "--tasks", "topic", "--languages", "kin", "--shots", "0")])
def test_a_disk_that_is_full_is_a_sentence_beside_the_table(capsys, tmp_path, line):
    full = tmp_path / ("001-topic-kin-0-shots-seed-0.json" if line[0] == "sweep" else "x.csv")
    full.symlink_to("/dev/full")
    status, _, err = run(capsys, *line, "--out", str(tmp_path if line[0] == "sweep" else full))
    assert status == 2 and err.endswith("cannot be written (No space left on device); name another file.\n")
    assert "Traceback" not in err


def test_what_was_cut_is_said(capsys):
    status, out, _ = run(capsys, *BASE, "--text", "Kato " * 9000, "--strategies", "prompt")
    assert status == 0 and "prompt, input-1: 4 demonstrations dropped" in out and "text cut to its first" in out


def test_a_reader_that_leaves_early_sees_no_traceback():
    line = f"{sys.executable} -m xlt_core languages --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr


@pytest.mark.parametrize("to", [">&-", "2>&-"])
def test_output_that_nobody_takes_ends_nothing(to):
    line = f"{sys.executable} -m xlt_core tasks {to}"
    done = subprocess.run(["bash", "-c", line], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr


@pytest.mark.parametrize("arguments", [("adapt", "--language", "kin"), ("pocket", "--out")])
def test_the_commands_that_train_say_what_is_missing(capsys, arguments):
    status, _, err = run(capsys, *arguments)
    assert status == 2 and err.count("\n") == 1


@pytest.mark.parametrize("name", ["languages", "tasks", "strategies", "models", "datasets"])
def test_lists_are_for_readers_and_for_machines(capsys, name):
    status, out, _ = run(capsys, name)
    rows = json.loads(run(capsys, name, "--json")[1])
    assert status == 0 and len(out.splitlines()) == len(rows) + 1
    assert all("id" in row or "code" in row for row in rows)


def test_the_document_is_written_even_if_the_reader_of_the_table_goes_away(capsys, tmp_path, monkeypatch):
    path = tmp_path / "x.json"
    monkeypatch.setattr("xlt_core.cli.printing.table", lambda *_: f"written before: {path.is_file()}")
    assert "written before: True" in run(capsys, *BASE, "--out", str(path))[1]
