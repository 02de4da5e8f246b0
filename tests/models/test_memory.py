"""Unused memory returns to the operating system."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xlt_core.models.memory import release_unused

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def resident() -> int:
    """MB of this process in memory."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) >> 10


def test_reference_cycles_and_fragmented_blocks_are_returned():
    bytearray(4_000_000)  # raises the threshold of glibc, so that the blocks below come from the heap
    blocks = [(bytearray(400_000), bytearray(600)) for _ in range(500)]
    kept, cycle = [small for _, small in blocks], [[large for large, _ in blocks]]
    cycle.append(cycle)
    full = resident()
    del blocks, cycle
    release_unused()
    assert full - resident() > 150 and len(kept) == 500
