"""Processes that run a command, forked from one that has loaded the libraries: to load them takes each six seconds."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TextIO

from helpers.small_parts import parts

from xlt_core import settings
from xlt_core.__main__ import main

FORKING = get_context("forkserver")
FORKING.set_forkserver_preload(["xlt_core.adaptation.training", "xlt_core.adaptation.trainer", "xlt_core.hosts.local",
                                "xlt_core.sweeps.sweep", "xlt_core.documents.export", "sklearn.metrics", "scipy.stats",
                                "pandas", "plotly.graph_objects", "pyarrow.parquet"])  # fmt: skip


@dataclass
class Command:
    """A process that runs a command. out, err: what it prints."""

    process: BaseProcess
    out: TextIO
    err: TextIO

    def end(self) -> int:
        """Waits for its end; returns its status, or that which killed it as a negative number."""
        self.process.join(600)
        return self.process.exitcode


def command(*arguments: object) -> None:
    """What `python -m xlt_core` does."""
    raise SystemExit(main(list(map(str, arguments))))


def small_command(*arguments: object) -> None:
    """The same on the small host, translator and dataset of the tests."""
    raise SystemExit(main(list(map(str, arguments)), parts()))


def begin(
    work: Callable[..., None], arguments: Sequence[object], store: Path = Path(":memory:"), **variables: str
) -> Command:
    """Begins one of the two. store: a file of results; variables: of its environment."""
    (out, prints), (err, tells) = FORKING.Pipe(duplex=False), FORKING.Pipe(duplex=False)
    process = FORKING.Process(target=_run, args=(work, arguments, store, variables, prints, tells), daemon=True)
    process.start()
    prints.close()
    tells.close()
    return Command(process, *(os.fdopen(os.dup(end.fileno()), encoding="utf-8") for end in (out, err)))


def _run(
    work: Callable[..., None], arguments: Sequence[object], store: Path, variables: Mapping[str, str], prints: object,
    tells: object,
) -> None:  # fmt: skip
    import torch

    os.environ.update(variables)
    torch.set_num_threads(1)
    sys.stdout, sys.stderr = (os.fdopen(os.dup(end.fileno()), "w", encoding="utf-8") for end in (prints, tells))
    settings.STORE = store
    work(*arguments)
