"""What else the engine's benchmark measures: growth with the shots, the floor, memory of three strategies."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from engine_sides import Process
from engine_work import Work, labelling, writing

SHOTS = (0, 2, 4, 8, 16)
LINES = (
    ("tokens of all prompts, with their labels", "dot", "top"),
    ("tokens that are run", "dash", "bottom"),
    ("seconds", "solid", "top"),
)


def growth(folder: Path, threads: int, items: int, repeats: int) -> Iterator[tuple[int, int, int, float]]:
    """For each number of shots: tokens of all prompts, tokens that must be run, and seconds for workload A."""
    works = {shots: labelling(items, shots) for shots in SHOTS}
    with closing(Process("ours", folder, threads)) as us:
        us.run(works[0].first(4))
        runs = [{shots: us.run(work).seconds for shots, work in works.items()} for _ in range(repeats)]
    for shots, work in works.items():
        count = count_tokens(folder, work)
        yield shots, count.whole, count.once, median(run[shots] for run in runs)


def growth_figure(grown: Sequence[tuple[int, int, int, float]]) -> Any:
    """A plotly figure of the growth: what each number of shots takes, as a multiple of what no shots take."""
    import plotly.graph_objects as go

    shots, *measures = zip(*grown, strict=True)
    figure = go.Figure(layout={"template": "simple_white", "width": 720, "height": 400, "font": {"size": 14}})
    for (name, dash, side), values in zip(LINES, measures, strict=True):
        times = [value / values[0] for value in values]
        text = [""] * (len(times) - 1) + [f"{times[-1]:.1f} times"]
        figure.add_scatter(x=shots, y=times, name=name, line={"dash": dash}, text=text,
                           textposition=f"{side} left", mode="lines+markers+text")  # fmt: skip
    figure.update_layout(legend={"x": 0.02, "y": 0.98}, margin={"t": 20, "r": 20})
    figure.update_xaxes(title="shots (demonstrations in each prompt)", tickvals=shots)
    figure.update_yaxes(title="times what no shots take", rangemode="tozero")
    return figure


@dataclass(frozen=True)
class Counts:
    """Tokens of all prompts, each with each label; tokens that must run once; pairs of tokens of which one attends to
    the other; positions at which the next token is predicted."""

    whole: int
    once: int
    pairs: int
    asked: int


def count_tokens(folder: Path, work: Work) -> Counts:
    from xlt_core.engine.prefix_cache import common_prefix_length
    from xlt_core.hosts.local import LocalHost

    host = LocalHost(folder, device="cpu")
    sent, rows = host._encode(work.prompts, min_answer=0)
    start, whole, once, pairs, asked = common_prefix_length(rows), 0, 0, 0, 0
    for text, row in zip(sent, rows, strict=True):
        split, choices = host._tokenizer.continuations(text, row, work.labels)
        own, behind = split - start, sum(len(choice) - 1 for choice in choices)
        whole += sum(split + len(choice) for choice in choices)
        once, asked = once + own + behind, asked + 1 + behind
        pairs += own * (start + own // 2) + behind * (split + 1)
    return Counts(whole, start + once, pairs + start * start // 2, asked)


def floor(folder: Path, work: Work, threads: int) -> tuple[float, float]:
    """Seconds that workload A cannot do without: its matrix products at the rate (operations a second) of the widest of
    the model, which comes second. What is no matrix product counts nothing."""
    import torch
    from transformers import AutoModelForCausalLM

    torch.set_num_threads(threads)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    config, count = model.config, count_tokens(folder, work)
    inner = sum(m.weight.numel() for m in model.model.modules() if isinstance(m, torch.nn.Linear))
    attention = 2 * config.num_hidden_layers * config.num_attention_heads * config.head_dim
    products = inner * count.once + config.hidden_size * config.vocab_size * count.asked + attention * count.pairs
    speed = rate(config.hidden_size, config.intermediate_size)
    return 2 * products / speed, speed


def rate(narrow: int, wide: int) -> float:
    """Operations a second of a matrix product of these sizes, for as many tokens as keep the processor busy."""
    import torch

    left, right = torch.randn(2048, narrow), torch.randn(wide, narrow)
    best = float("inf")
    for _ in range(30):
        started = time.perf_counter()
        torch.nn.functional.linear(left, right)
        best = min(best, time.perf_counter() - started)
    return 2 * left.numel() * wide / best


def memory(folder: Path, adapter: str, threads: int) -> tuple[float, float]:
    """Peak memory (MB) of a process that runs `prompt`, and of one that runs three strategies on the one host.

    `translate` asks the same weights as `prompt`, with other prompts; its translation model runs elsewhere.
    """
    found = []
    for adapters in ([""], ["", "", adapter]):
        with closing(Process("ours", folder, threads)) as us:
            for seed, name in enumerate(adapters):
                us.run(labelling(40, seed=seed), renew=False, adapter=name)
                last = us.run(writing(20, seed=seed), renew=False, adapter=name)
        found.append(last.peak)
    return found[0], found[1]
