"""Times the local host on a LLaMA-7B-shaped model with random weights: 204 items, 8 shots, 7 labels, three strategies.

Usage: python tests/bench/gpu.py [--shape 7b|tiny] [--items 204] [--shots 8]

Needs torch, transformers, peft and numpy, and a GPU for the shape 7b; without the flag it takes what the machine has.
The texts are random words, as many as a real text has tokens (see gpu_work.py). The pivot of `translate` is written by
a random model of the shape of NLLB-600M, which is made to write as many tokens as the English text has; that its words
mean nothing changes no time.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import torch
from gpu_work import (
    LABELS,
    PIVOT_SHAPES,
    SHAPES,
    Pivot,
    Words,
    lengths,
    prompts,
    random_weights,
    write_adapter,
    write_model,
)

from xlt_core.hosts.local import LocalHost
from xlt_core.models import loading

HEAD = ("strategy", "items", "seconds", "translating", "items/s", "prompt tokens/s", "computed tokens/s",
        "share of the matrix rate", "peak GB")  # fmt: skip


@dataclass(frozen=True)
class Timed:
    """A strategy's run. sent: tokens of all prompts and labels; run: tokens that went through the model, with padding;
    pivot: seconds of the translation, among the seconds; peak: bytes."""

    strategy: str
    items: int
    seconds: float
    pivot: float
    sent: int
    run: int
    operations: float
    peak: int


def matrix_rate(device: str, dtype: torch.dtype) -> float:
    """Operations a second of a large matrix product, the best of several."""
    size = 8192 if device.startswith("cuda") else 1024
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    best = 0.0
    for _ in range(8):
        wait(device)
        started = time.perf_counter()
        for _ in range(4):
            a @ b
        wait(device)
        best = max(best, 4 * 2 * size**3 / (time.perf_counter() - started))
    return best


def wait(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize()


def peak(device: str) -> int:
    """The most memory that was in use, in bytes: the GPU's, else the process's."""
    if device.startswith("cuda"):
        return torch.cuda.max_memory_allocated()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Bench:
    """A host, with a count of the tokens that go through its model."""

    def __init__(self, shape: str, shots: int) -> None:
        self.shape, self.shots = shape, shots
        self._folder = Path(tempfile.mkdtemp(prefix="xlt-bench-"))
        write_model(self._folder, SHAPES[shape])
        self.host = LocalHost(self._folder)
        self.device, self.dtype = self.host._model.device, self.host._model.dtype
        write_adapter(self._folder / "adapters" / "kin", self.host._model.skeleton)
        loading.load_weights = random_weights
        self.host.ready()
        self._counts = [0, 0.0]
        self.host._engine.model.register_forward_pre_hook(self._count, with_kwargs=True)
        self.pivot = Pivot(PIVOT_SHAPES[shape], self.device, self.dtype)

    def _count(self, model: Any, given: tuple[Any, ...], named: dict[str, Any]) -> None:
        rows, length = named["input_ids"].shape
        before = named["past_key_values"].get_seq_length() if named.get("past_key_values") is not None else 0
        config = SHAPES[self.shape]
        attended = 4 * config["num_hidden_layers"] * config["hidden_size"] * (before + length / 2)
        kept = named.get("logits_to_keep", length)  # of each row the last ones, or a mask over all places
        read = rows * kept if isinstance(kept, int) else int(kept.sum())
        self._counts[0] += rows * length
        self._counts[1] += rows * length * (2 * self.inner + attended)
        self._counts[1] += 2 * config["hidden_size"] * config["vocab_size"] * read

    @property
    def inner(self) -> int:
        """Parameters that every token is multiplied with; the output layer runs at few positions."""
        config = SHAPES[self.shape]
        layer = 4 * config["hidden_size"] ** 2 + 3 * config["hidden_size"] * config["intermediate_size"]
        return config["num_hidden_layers"] * layer

    def measure(self, strategy: str, seed: int, items: int) -> Timed:
        """Runs a strategy on so many items; its prompts share nothing with those of other strategies."""
        words = Words(SHAPES[self.shape]["vocab_size"], seed)
        shots, texts = lengths(self.shots, seed), lengths(items, seed + 1)
        side = 1 if strategy == "translate" else 0
        asked = prompts(words, [pair[side] for pair in shots], [pair[side] for pair in texts])
        labels = [words.text(count) for count in LABELS.values()]
        self._counts[:] = [0, 0.0]
        wait(self.device)
        started = time.perf_counter()
        if strategy == "translate":
            self.pivot.translate([*shots, *texts])
            wait(self.device)
        pivot = time.perf_counter() - started if strategy == "translate" else 0.0
        adapter = "kin" if strategy == "laft" else ""
        replies = [reply for _, reply in self.host.score(asked, [labels] * len(asked), adapter) if reply.final]
        wait(self.device)
        seconds = time.perf_counter() - started
        assert len(replies) == items
        sent = sum(reply.tokens_in + reply.tokens_out for reply in replies)
        return Timed(strategy, items, seconds, pivot, sent, self._counts[0], self._counts[1], peak(self.device))


def report(bench: Bench, rate: float, runs: Iterator[Timed]) -> Iterator[str]:
    """The table's lines, as they come."""
    yield f"{machine(bench.device)}; {bench.dtype}; matrix product: {rate / 1e12:.2f} TFLOP/s"
    yield f"Shape {bench.shape}, {bench.shots} shots, {len(LABELS)} labels, random weights and texts"
    yield ""
    yield f"| {' | '.join(HEAD)} |"
    yield "|" + "---|" * len(HEAD)
    for run in runs:
        asking = run.seconds - run.pivot
        cells = [run.strategy, run.items, f"{run.seconds:.2f}", f"{run.pivot:.2f}", f"{run.items / run.seconds:.1f}",
                 f"{run.sent / asking:,.0f}", f"{run.run / asking:,.0f}", f"{run.operations / asking / rate:.0%}",
                 f"{run.peak / 1e9:.2f}"]  # fmt: skip
        yield "| " + " | ".join(map(str, cells)) + " |"


def machine(device: str) -> str:
    if device.startswith("cuda"):
        return torch.cuda.get_device_name()
    return f"{platform.processor() or platform.machine()} ({device}), {torch.get_num_threads()} threads, no GPU"


def main(arguments: Sequence[str] | None = None, say: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--shape", choices=tuple(SHAPES), default="7b" if torch.cuda.is_available() else "tiny")
    parser.add_argument("--items", type=int, default=204)
    parser.add_argument("--shots", type=int, default=8)
    given = parser.parse_args(arguments)
    bench = Bench(given.shape, given.shots)
    strategies = ("prompt", "translate", "laft")
    for number, strategy in enumerate(strategies):
        bench.measure(strategy, 1000 + 10 * number, min(8, given.items))  # kernels are chosen, the adapter is loaded
    if bench.device.startswith("cuda"):
        torch.cuda.reset_peak_memory_stats()
    runs = (bench.measure(strategy, 10 * number, given.items) for number, strategy in enumerate(strategies))
    for line in report(bench, matrix_rate(bench.device, bench.dtype), runs):
        say(line)


if __name__ == "__main__":
    main()
