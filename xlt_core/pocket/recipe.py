"""Trains the bundled models: the language model, its adapters (LAFT) and the translation model."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from xlt_core.adaptation import card
from xlt_core.adaptation.adapt import adapt
from xlt_core.adaptation.corpus import Corpus
from xlt_core.adaptation.records import Adaptation
from xlt_core.pocket import mixture
from xlt_core.settings import POCKET

LANGUAGE_STEPS, TRANSLATION_STEPS = 1700, 600
ADAPTER = {"steps": 120, "rank": 8, "rate": 5e-4, "block": 192}
NAME, LICENCE = "pocket", "apache-2.0"  # of all that is bundled


def main(out: Path = POCKET, resume: bool = False, say: Callable[[str], None] = print) -> None:
    """Writes out/model, out/model/adapters/CODE and out/translator; out/scratch holds what resuming needs.

    The tables of the world are always those of the project. It took 81 minutes on one CPU core.
    """
    from xlt_core.pocket import _models

    scratch, started = out / "scratch", time.monotonic()
    if not resume:
        shutil.rmtree(scratch, ignore_errors=True)
    _stage(
        "translator",
        scratch,
        say,
        lambda checkpoint: _models.translation_model(out / "translator", checkpoint, TRANSLATION_STEPS, say),
    )
    _stage(
        "model", scratch, say, lambda checkpoint: _models.language_model(out / "model", checkpoint, LANGUAGE_STEPS, say)
    )
    for code in mixture.TARGETS:
        _stage(f"adapter {code}", scratch, say, lambda checkpoint, code=code: _adapter(code, out, resume, say))
    shutil.rmtree(scratch, ignore_errors=True)
    say(f"done in {(time.monotonic() - started) / 60:.0f} minutes; the weights are in {out}")


def _stage(name: str, scratch: Path, say: Callable[[str], None], work: Callable[[Path], None]) -> None:
    """Does a stage unless it is marked as done."""
    mark = scratch / f"{name}.done"
    if mark.exists():
        say(f"{name}: done before")
        return
    say(f"{name}: begins")
    scratch.mkdir(parents=True, exist_ok=True)
    work(scratch / f"{name}.pt")
    mark.touch()


def _adapter(code: str, out: Path, resume: bool, say: Callable[[str], None]) -> None:
    """LAFT on unlabelled text of one language, by the same function that users train their own with."""
    plan = Adaptation((Corpus(code, "pocket"),), str(out / "model"), **ADAPTER)
    target = out / "model" / "adapters" / code
    for snapshot in adapt(plan, target, resume=resume and (target / "checkpoints").is_dir()):
        if snapshot.card:
            bundled(target, snapshot.card)
            say(f"bits per byte before and after: {dict(snapshot.bits)}")
        elif snapshot.losses and snapshot.step % 10 == 0:
            say(f"step {snapshot.step}/{snapshot.steps}  loss {snapshot.losses[-1][1]:.3f}")


def bundled(folder: Path, made: Mapping[str, Any]) -> None:
    """Writes an adapter's card as that of a bundled one, whichever folder it was made in."""
    names = {part: {**made[part], "model": NAME} for part in ("plan", "base")}
    card.write(folder, {**made, **names, "licence": LICENCE})
    config = folder / "adapter_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "base_model_name_or_path": NAME}, indent=2) + "\n")
