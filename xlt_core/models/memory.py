"""Memory: returns freed memory to the operating system, and recognizes errors that mean it ran out."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable

TRIM_THRESHOLD, MMAP_MAX = -1, -4  # glibc's malloc.h
OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "could not create a primitive",
)  # the messages of CUDA, torch, oneDNN


def release_unused() -> None:
    """Frees what nobody uses: reference cycles, the GPU memory that torch caches, and the pages that glibc keeps.

    After a training these are gigabytes.
    """
    gc.collect()
    torch = sys.modules.get("torch")
    if torch and torch.cuda.is_initialized():
        torch.cuda.empty_cache()
    trim = _libc_function("malloc_trim")
    if trim:
        trim(0)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the memory of the machine or of a GPU ran out."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in OUT_OF_MEMORY)


def keep_freed_memory() -> None:
    """Makes glibc take large blocks from its heap: requesting new pages for each takes a third of the training time."""
    mallopt = _libc_function("mallopt")
    if mallopt:
        mallopt(MMAP_MAX, 0)
        mallopt(TRIM_THRESHOLD, 2**31 - 1)


def _libc_function(name: str) -> Callable[..., int] | None:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
