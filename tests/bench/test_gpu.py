"""The benchmark of a GPU, at a size for a CPU: with torch, transformers, peft and numpy alone, and its counts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import gpu
import pytest
from packaging.requirements import Requirement

from xlt_core.models import loading
from xlt_core.settings import ROOT

ALONE = ("torch", "transformers", "peft", "numpy")


def needed(names: tuple[str, ...]) -> set[str]:
    """The packages, and what they cannot do without."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        try:
            requires = distribution(name).requires or []
        except PackageNotFoundError:  # for another platform
            continue
        found.add(name)
        wanted = [Requirement(line) for line in requires]
        waiting += [r.name for r in wanted if r.marker is None or r.marker.evaluate({"extra": ""})]
    return found


def linked(names: set[str], folder: Path) -> None:
    """A folder that holds these packages and no others."""
    for name in names:
        package = distribution(name)
        for top in {Path(file).parts[0] for file in package.files or () if Path(file).parts[0] != ".."}:
            place = Path(str(package.locate_file(top)))
            if place.exists() and not (folder / top).exists() and top != "__pycache__":
                (folder / top).symlink_to(place)


def test_it_runs_with_four_packages_and_says_on_what(tmp_path: Path) -> None:
    names = needed(ALONE)
    assert not names & {"gradio", "evaluate", "pandas", "scikit-learn", "plotly", "rapidfuzz", "sacrebleu"}
    linked(names, tmp_path)
    command = [sys.executable, "-S", "tests/bench/gpu.py", "--shape", "tiny", "--items", "24", "--shots", "2"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(tmp_path)}, text=True,
                          capture_output=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = [line.split(" | ") for line in done.stdout.splitlines() if re.match(r"\| (prompt|translate|laft) ", line)]
    assert [row[0].strip("| ") for row in rows] == ["prompt", "translate", "laft"]
    assert all(row[1] == "24" and float(row[4]) > 0 and float(row[8].strip("| ")) > 0 for row in rows)
    assert float(rows[1][3]) > 0 == float(rows[0][3])
    assert "TFLOP/s" in done.stdout and ("no GPU" in done.stdout or "cuda" in done.stdout.lower())


def test_what_it_counts_went_through_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "load_weights", loading.load_weights)  # which the benchmark replaces
    bench = gpu.Bench("tiny", 4)
    config = bench.host._model.skeleton.config
    own = [p.numel() for n, p in bench.host._model.skeleton.named_parameters() if n.endswith("proj.weight")]
    assert bench.inner == sum(own) and config.num_hidden_layers == 2
    run = bench.measure("prompt", 5, 12)
    prefix = bench.host._engine.prefix_cache._entries[-1][1]
    assert run.items == 12 and run.operations > 2 * bench.inner * run.run
    # The shots once, then each item's own tokens and labels, and perhaps padding.
    assert run.sent - 11 * len(prefix) - 12 * len(gpu.LABELS) <= run.run <= run.sent - 10 * len(prefix)
