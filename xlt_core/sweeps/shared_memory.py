"""How the models of a sweep share the memory: all at once, or one after the other, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlt_core.catalog import LLM, Parts
from xlt_core.models.pool import free_bytes
from xlt_core.records import InputError, Plan


def shared_memory(plans: Sequence[Plan], parts: Parts) -> str:
    """A sentence on the memory of the models and translators that the plans load here; "" where there is only one, or
    where they run elsewhere. The cells of a model follow one another, so that it is loaded once, whatever fits."""
    needed = dict(_needed(plans, parts))
    if len(needed) < 2:
        return ""
    free = max(free_bytes(_device(), 0), 0)
    listed = ", ".join(f"{name} {_size(size)}" for name, size in needed.items())
    if large := [name for name, size in needed.items() if size > free]:
        return f"Memory: {listed}; {', '.join(large)} will not fit into the {_size(free)} that are free."
    if sum(needed.values()) > free:
        return f"Memory: {listed}; not all at once in {_size(free)}, so they are loaded one after the other."
    return f"Memory: {listed}; all fit at once into the {_size(free)} that are free."


def _needed(plans: Sequence[Plan], parts: Parts) -> Iterator[tuple[str, int]]:
    """Names with bytes, of those that this process loads."""
    named = [(own, parts.strategy(column)) for plan in plans for column in plan.columns for own in [plan.of(column)]]
    models = dict.fromkeys(own.model for own, strategy in named if strategy.needs)
    translators = dict.fromkeys(own.translator for own, strategy in named if strategy.uses_translator)
    makers = [(name, name, parts.host) for name in models]
    makers += [(f"translator {name}", name, parts.translator) for name in translators if name != LLM]
    for title, name, make in makers:
        try:
            size = getattr(make(name), "bytes_needed", 0)
        except InputError:  # its cells fail, and say why
            continue
        if size:
            yield title, size


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e8 else f"{count / 1e6:.0f} MB"
