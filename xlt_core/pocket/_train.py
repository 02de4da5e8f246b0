"""The training loop of the bundled models: plain torch, seeded by step, resumable."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from xlt_core.models.memory import keep_freed_memory


@dataclass(frozen=True)
class Schedule:
    """steps in all; rate: peak learning rate, after `warmup` steps, flat to half time, then linear to 2%."""

    steps: int
    rate: float
    warmup: int = 100

    def at(self, step: int) -> float:
        progress = step / self.steps
        falling = 1.0 if progress < 0.5 else 1.0 - 0.98 * (progress - 0.5) / 0.5
        return self.rate * min(1.0, (step + 1) / self.warmup) * falling


Loss = Callable[[torch.nn.Module, int], tuple[torch.Tensor, str]]


def device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def fit(model: torch.nn.Module, loss: Loss, schedule: Schedule, checkpoint: Path, say: Callable[[str], None]) -> None:
    """Trains in place. loss(model, step) gives the loss of that step's batch and a line about it."""
    keep_freed_memory()
    torch.set_flush_denormal(True)
    optimizer = torch.optim.AdamW(model.parameters(), lr=schedule.rate, betas=(0.9, 0.98), weight_decay=0.05)
    first, started = _resume(model, optimizer, checkpoint), time.monotonic()
    model.train()
    for step in range(first, schedule.steps):
        for group in optimizer.param_groups:
            group["lr"] = schedule.at(step)
        with torch.autocast(device(), torch.bfloat16):
            value, line = loss(model, step)
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        if step % 50 == 49 or step + 1 == schedule.steps:
            left = (time.monotonic() - started) / (step + 1 - first) * (schedule.steps - step - 1)
            say(f"step {step + 1}/{schedule.steps}  {line}  {left / 60:.1f} min left")
        if step % 200 == 199:
            _save(model, optimizer, step + 1, checkpoint)
    model.eval()


def _save(model: torch.nn.Module, optimizer: torch.optim.Optimizer, step: int, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_suffix(".new")
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}, scratch)
    os.replace(scratch, path)


def _resume(model: torch.nn.Module, optimizer: torch.optim.Optimizer, path: Path) -> int:
    with contextlib.suppress(FileNotFoundError):
        state = torch.load(path, map_location=device())
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        return state["step"]
    return 0
