"""What nobody uses goes back to the machine."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from xlt_core.models.memory import give_back

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it is read in /proc")


def resident() -> int:
    """MB of this process in memory."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmRSS:")[2].split()[0]) >> 10


def test_rings_of_objects_and_holes_between_what_stays_go_back():
    bytearray(4_000_000)  # so that the blocks below are taken from the heap
    blocks = [(bytearray(400_000), bytearray(600)) for _ in range(500)]
    stays, ring = [small for _, small in blocks], [[large for large, _ in blocks]]
    ring.append(ring)
    full = resident()
    del blocks, ring
    give_back()
    assert full - resident() > 150 and len(stays) == 500
