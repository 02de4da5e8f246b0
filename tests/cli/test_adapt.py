"""The commands adapt and average, in processes of their own: killed and resumed, several at once, from the Hub."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from dataclasses import asdict
from itertools import takewhile

import pyarrow as pa
import pyarrow.parquet
import pytest
from helpers import adaptations as seam
from helpers import dataset_hub
from helpers.processes import begin, command
from helpers.tiny_models import make_model

from xlt_core import settings
from xlt_core.__main__ import main
from xlt_core.adaptation.objective import replay_of
from xlt_core.formats.durations import duration
from xlt_core.hosts.local import LocalHost
from xlt_core.settings import ROOT
from xlt_core.world import world

READ = """
import sys
from xlt_core import catalog
from xlt_core.adaptation.corpus import Corpus
from xlt_core.adaptation.objective import read_texts
from xlt_core.adaptation.records import Adaptation
from xlt_core.adaptation.texts import documents
from xlt_core.records import InputError
first, *sources = sys.argv[1:]
plan = Adaptation((Corpus("kin", first),), steps=2, rows=4, block=32)
print(len(read_texts(plan, plan.corpora)[0].documents))
for source in sources:
    try:
        print(len(list(documents(source, catalog.language("kin")))))
    except InputError as error:
        print(error)
"""
SIZE = ["--rows", "4", "--block", "32", "--rank", "2"]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return seam.neox(tmp_path_factory.mktemp("neox"))


def kill_behind(line, *arguments, **more):
    """Begins a command and kills it by SIGKILL as soon as it has printed a line that begins so; what it has printed.
    more: its store."""
    begun = begin(command, arguments, **more)
    said = [*takewhile(lambda printed: not printed.startswith(line), begun.err)]
    begun.process.kill()
    assert begun.end() == -signal.SIGKILL, said
    return said


def last_checkpoint(folder):
    return max(int(path.name.partition("-")[2]) for path in (folder / "checkpoints").glob("checkpoint-*"))


def test_killed_at_once_and_resumed_it_goes_on_from_its_checkpoint(tmp_path, base, capsys):
    replayed = f"eng:{seam.text(tmp_path, 'eng')}:0.2"
    start = ["adapt", "--language", "kin", "--corpus", str(seam.text(tmp_path)), "--model", str(base), *SIZE,
             "--steps", "30", "--rate", "0.01", "--replay", replayed, "--out", str(tmp_path / "out")]  # fmt: skip
    kill_behind("step 12/30", *start)
    assert not (tmp_path / "out" / "adaptation.json").exists()
    kept = last_checkpoint(tmp_path / "out")
    status = main([*start, "--resume"])
    out, err = capsys.readouterr()
    assert status == 0 and f"--adapter {tmp_path / 'out'}" in out, err
    given = seam.plan(seam.text(tmp_path), model=base, steps=30, rate=0.01, replay=(replay_of(replayed),))
    whole = seam.finished(given, tmp_path / "whole")
    card = json.loads((tmp_path / "out" / "adaptation.json").read_text("utf-8"))
    assert kept >= 9 and err.count("bits per byte before") == 1 and "step 3/30" in err, "the curve is whole"
    assert [loss for _, loss in card["losses"]] == pytest.approx([loss for _, loss in whole.losses], abs=1e-3)
    assert card["plan"]["replay"] == [{"language": "eng", "share": 0.2}]
    assert "| replay | eng, a share of 0.2 |" in (tmp_path / "out" / "README.md").read_text("utf-8")
    assert card["bits_per_byte"]["kin"]["after"] == pytest.approx(whole.bits["kin"][1], abs=1e-3)


def test_self_distillation_that_is_killed_goes_on_and_asks_nothing_twice(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(settings, "STORE", tmp_path / "store.sqlite")
    model = make_model(tmp_path / "base", layers=2, tied=True, size=400)
    start = ["adapt", "--objective", "distil", "--dataset", "world", "--language", "kin", "--samples", "8", "--set",
             "pivot=human", "--model", str(model), "--rows", "2", "--steps", "20", "--rate", "0.01", "--rank", "2",
             "--block", "480", "--out", str(tmp_path / "out")]  # fmt: skip
    said = kill_behind("step 8/20", *start, store=settings.STORE)
    assert last_checkpoint(tmp_path / "out") >= 6 and not (tmp_path / "out" / "adaptation.json").exists()
    monkeypatch.setattr(LocalHost, "score", lambda *_: pytest.fail("The model is asked again."))
    assert main([*start, "--resume"]) == 0
    err = capsys.readouterr().err
    begun = [line for line in said if line.startswith(("bits per byte before", "step 2/", "step 4/"))]
    kept = ["  ".join(line.strip().split("  ")[:2]) for line in begun]  # without the time that was left
    assert len(kept) == 3 and all(line in err for line in kept) and "step 20/20" in err, err
    assert len(json.loads((tmp_path / "out" / "adaptation.json").read_text("utf-8"))["losses"]) == 20


def test_an_interrupted_adaptation_says_how_it_goes_on(tmp_path, base, capsys, monkeypatch):
    def interrupted(now):
        if now.step == 3:
            signal.raise_signal(signal.SIGINT)
        return ()

    line = ["adapt", "--language", "kin", "--corpus", str(seam.text(tmp_path)), "--model", str(base), *SIZE,
            "--steps", "8", "--out", str(tmp_path / "out")]  # fmt: skip
    with monkeypatch.context() as patched:
        patched.setattr("xlt_core.cli.adapt.progress_lines", interrupted)
        assert main(line) == 130
    said = capsys.readouterr().err
    assert said == f"xlt_core: stopped. The same call with --out {tmp_path / 'out'} --resume goes on.\n"
    assert main([*line, "--resume"]) == 0 and "step 8/8" in capsys.readouterr().err
    assert len(json.loads((tmp_path / "out" / "adaptation.json").read_text("utf-8"))["losses"]) == 8


def test_two_processes_train_one_adapter(tmp_path, base):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    # What `accelerate launch --cpu --num_processes 2` tells its processes.
    place = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "ACCELERATE_USE_CPU": "true"}
    shared = ["adapt", "--language", "kin", "--corpus", str(seam.text(tmp_path)), "--model", str(base), *SIZE,
              "--steps", "12", "--rate", "0.01", "--replay", f"eng:{seam.text(tmp_path, 'eng')}:0.2"]  # fmt: skip
    both = [begin(command, [*shared, "--out", str(tmp_path / "both")], **place, RANK=rank, LOCAL_RANK=rank)
            for rank in ("0", "1")]  # fmt: skip
    out, *told = "".join(one.out.read() for one in both), *(one.err.read() for one in both)
    assert [one.end() for one in both] == [0, 0], told
    assert out.count("use it with") == 1 and all("bits per byte before" in said for said in told), told
    assert main([*shared, "--out", str(tmp_path / "one")]) == 0
    first, second = (json.loads((tmp_path / name / "adaptation.json").read_text("utf-8")) for name in ("both", "one"))
    assert [loss for _, loss in first["losses"]] == pytest.approx([loss for _, loss in second["losses"]], abs=0.01)
    for name, one in second["bits_per_byte"].items():
        assert first["bits_per_byte"][name]["before"] == one["before"]
        assert first["bits_per_byte"][name]["after"] == pytest.approx(one["after"], rel=0.02)


def test_a_dataset_of_the_hub_is_streamed(tmp_path):
    asked: list[str] = []
    rows = [next(world.documents("kin", seed)) for seed in range(40)]
    for config in ("kin", "hau"):
        place = tmp_path / "hub" / "org" / "data" / config / "train-00000-of-00001.parquet"
        place.parent.mkdir(parents=True)
        pyarrow.parquet.write_table(pa.table({"url": rows, "body": rows}), place)
    files = "".join(f"- config_name: {name}\n  data_files: {name}/train-*.parquet\n" for name in ("kin", "hau"))
    (tmp_path / "hub/org/data/README.md").write_text(f"---\nconfigs:\n{files}---\n")
    server = dataset_hub.serve(tmp_path / "hub", asked)
    reach = {"HF_ENDPOINT": f"http://127.0.0.1:{server.server_port}", "HF_HOME": str(tmp_path / "home"),
             "NO_PROXY": "127.0.0.1", "HF_HUB_DISABLE_XET": "1"}  # fmt: skip
    sources = [f"hub:org/{name}" for name in ("data:kin:body", "data", "data:lug:body", "data:kin:text", "none")]
    call = [sys.executable, "-c", READ, *sources]
    done = subprocess.run(call, cwd=ROOT, env={**os.environ, **reach}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert 0 < int(done.stdout.splitlines()[0]) < 40, "as is needed"
    assert any(line.endswith("kin/train-00000-of-00001.parquet") for line in asked)
    assert not any("hau/train" in line for line in asked)
    refused = ("several configurations", "no configuration 'lug'", "data:kin:COLUMN", "cannot be read")
    for line, said in zip(done.stdout.splitlines()[-4:], refused, strict=True):
        assert said in line
    server.shutdown()


def test_the_card_names_a_dataset_of_the_hub(tmp_path, base, monkeypatch):
    monkeypatch.setattr("xlt_core.adaptation.texts._from_hub", lambda source: world.documents("kin", 1))
    line = ["adapt", "--language", "kin", "--corpus", "hub:org/data:kin:body", "--model", str(base), *SIZE]
    assert main([*line, "--steps", "2", "--out", str(tmp_path / "out")]) == 0
    card = json.loads((tmp_path / "out" / "adaptation.json").read_text("utf-8"))
    assert card["texts"][0]["source"] == "hub:org/data:kin:body" and card["texts"][0]["documents"] < 40


def test_it_is_written_where_laft_finds_it_and_a_stopped_one_is_found_again(tmp_path, base, monkeypatch, capsys):
    monkeypatch.setattr(settings, "ADAPTERS", tmp_path / "made")
    start = ["adapt", "--language", "Kinyarwanda", "--corpus", str(seam.text(tmp_path)), "--model", str(base), *SIZE]
    assert main([*start, "--steps", "2"]) == 0 and "kin-1: use it with" in capsys.readouterr().out
    assert main([*start, "--steps", "2"]) == 0 and "kin-2: use it with" in capsys.readouterr().out
    assert main([*start, "--steps", "2", "--resume"]) == 2 and "No training on kin" in capsys.readouterr().err
    (tmp_path / "made/kin-2/adaptation.json").unlink()
    begun = {"asked": asdict(seam.plan(tmp_path / "kin.txt", model=base, steps=2))}
    (tmp_path / "made/kin-2/checkpoints").mkdir()
    (tmp_path / "made/kin-2/checkpoints/run.json").write_text(json.dumps(begun))
    assert main([*start, "--steps", "2", "--resume"]) == 0 and "kin-2: use it" in capsys.readouterr().out
    assert main(["average", str(tmp_path / "made/kin-1"), "kin-2", "--out", str(tmp_path / "made/mean")]) == 0
    assert "the average of 2 adapters" in capsys.readouterr().out and (tmp_path / "made/mean/README.md").exists()


def test_a_survey_trains_nothing(tmp_path, base, capsys):
    start = ["adapt", "--language", "kin", "--corpus", str(seam.text(tmp_path)), "--model", str(base), *SIZE]
    assert main([*start, "--survey", "--out", str(tmp_path / "out")]) == 0
    out = capsys.readouterr().out
    assert "kin: 60 documents" in out and "0% look like another language" in out and "will take about" in out
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("option", "sentence"), [
    (("--steps", "0"), "steps cannot be 0"), (("--out", "{here}/kin.txt"), "cannot be written"),
    (("--model", "/nowhere"), "There is no model"), (("--corpus", "x.txt"), "Give each language its corpus"),
    (("--language", "kin", "--corpus", "x.txt"), "two texts of kin"), (("--rate", "fast"), "invalid float value"),
    (("--set", "depth"), "write it as KNOB=VALUE"), (("--objective", "magic"), "no objective 'magic'"),
    (("--objective", "soft"), "learns from what dataset names"), (("--samples", "9"), "no knob of laft 'samples'"),
])  # fmt: skip
def test_an_adaptation_that_is_off_gives_status_2(capsys, tmp_path, option, sentence):
    start = ("adapt", "--language", "kin", "--corpus", str(seam.text(tmp_path)), "--out", str(tmp_path / "out"))
    status = main([*start, *(part.format(here=tmp_path) for part in option)])
    err = capsys.readouterr().err
    assert status == 2 and sentence in err and "Traceback" not in err and err.count("\n") == 1


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "1 second"), (41.2, "41 seconds"), (720, "12 minutes"),
                                                (12600, "3.5 hours")])  # fmt: skip
def test_a_time_is_told_in_words(seconds, said):
    assert duration(seconds) == said


def test_what_was_made_lies_in_the_folder_of_the_setting():
    line = "from xlt_core import settings; print(settings.ADAPTERS)"
    for variable, expected in (({"XLT_ADAPTERS": "/a/b"}, "/a/b"), ({"XDG_DATA_HOME": "/c"}, "/c/xlt/adapters")):
        given = {key: value for key, value in os.environ.items() if key != "XLT_ADAPTERS"} | variable
        done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, env=given, capture_output=True, text=True)
        assert done.stdout.strip() == expected
    assert settings.ADAPTERS.is_absolute()
