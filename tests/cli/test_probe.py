"""Which way a model runs, told by `models --probe`."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.architectures import make
from helpers.small_hosts import Scoring
from helpers.small_parts import parts
from helpers.tiny_models import make_tokenizer

from xlt_core.__main__ import main
from xlt_core.hosts.local import LocalHost


@pytest.mark.parametrize("name, way", [
    ("gemma3", "fast: prefix shared, choices packed"),
    ("mamba2", "fast: state after the prefix copied to rows, choices as rows (recurrent layers)"),
    ("jamba", "fast: state after the prefix copied to rows, choices as rows, one token of each a pass (recurrent"),
])  # fmt: skip
def test_the_way_of_a_model_is_told_with_the_reason(
    name: str, way: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(name, tmp_path, make_tokenizer())
    assert main(["models", "--probe", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith(f"{tmp_path}: {way}")


def test_the_hosts_line_tells_it_once_the_model_is_loaded(folder: Path) -> None:
    host = LocalHost(folder, device="cpu")
    assert "fast" not in host.describe()
    host.ready()
    assert host.describe().endswith(" · fast: prefix shared, choices packed")


def test_a_model_that_runs_elsewhere_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--probe", "http://x/v1"], parts(Scoring())) == 2
    assert "runs elsewhere" in capsys.readouterr().err
