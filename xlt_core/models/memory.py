"""Memory: when what tensors free goes back to the machine, and how one sees that it did not suffice."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # glibc's malloc.h
RAN_OUT = ("out of memory", "can't allocate memory", "could not create a primitive")  # CUDA's, torch's, oneDNN's words


def give_back() -> None:
    """Gives back what nobody uses: objects that hold each other, a GPU's cache, and on glibc the pages that it keeps.

    After a training those are gigabytes.
    """
    gc.collect()
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    trim = _of_the_c_library("malloc_trim")
    if trim:
        trim(0)


def ran_out(error: BaseException) -> bool:
    """Whether an error says that the memory, of the machine or of a GPU, did not suffice."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in RAN_OUT)


def keep_freed_memory() -> None:
    """On glibc, large blocks then come from the heap; fresh pages for each cost a third of the training time here."""
    mallopt = _of_the_c_library("mallopt")
    if mallopt:
        mallopt(MMAP_MAX, 0)
        mallopt(TRIM_THRESHOLD, 2**31 - 1)


def _of_the_c_library(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
