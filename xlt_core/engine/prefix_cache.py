"""A cache of what a model keeps of prefixes: the same demonstrations run through the model once, not in each call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Generic, TypeVar

MIN_TOKENS = 16  # running a shorter prefix again is cheaper than looking it up
MAX_ENTRIES = 8
Kept = TypeVar("Kept")


def common_prefix_length(rows: Iterable[Sequence[int] | str]) -> int:
    """How many leading tokens, or characters, all rows have in common."""
    rows = list(rows)
    # What the smallest and the largest row share, every row that sorts between them shares too.
    first, last = min(rows), max(rows)
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


class PrefixCache(Generic[Kept]):
    """The most recently used prefixes of each adapter, up to `max_bytes` in all.

    size: bytes of what is kept of a prefix; cut: what is kept of its first tokens, or None if it cannot be cut.
    """

    def __init__(
        self, max_bytes: int, empty: Kept, size: Callable[[Kept], int], cut: Callable[[Kept, int], Kept] | None
    ) -> None:
        self._max_bytes, self._empty, self._size, self._cut = max_bytes, empty, size, cut
        self._lock = Lock()
        self._entries: list[tuple[str, list[int], Kept]] = []  # the most recently used entry is the last

    def find(self, adapter: str, tokens: list[int]) -> tuple[int, Kept]:
        """The longest cached prefix of the tokens: its length, and what is kept; 0 and the empty one if there is
        none."""
        with self._lock:
            lengths = [self._usable(entry, adapter, tokens) for entry in self._entries]
            longest = max(lengths, default=0)
            if longest < min(MIN_TOKENS, len(tokens)) or not longest:
                return 0, self._empty
            entry = self._entries.pop(lengths.index(longest))
            self._entries.append(entry)
        return longest, self._cut(entry[2], longest) if self._cut else entry[2]

    def store(self, adapter: str, tokens: list[int], kept: Kept) -> None:
        """Adds a prefix; the least recently used entries are evicted first. It replaces entries that it extends, if it
        can be cut to them."""
        with self._lock:
            replaced = [e for e in self._entries if e[0] == adapter and e[1] == tokens[: len(e[1])]]
            if not self._cut:
                replaced = [e for e in replaced if len(e[1]) == len(tokens)]
            self._entries = [e for e in self._entries if not any(e is other for other in replaced)]
            self._entries.append((adapter, tokens, kept))
            while len(self._entries) > MAX_ENTRIES or (self._entries and self._bytes() > self._max_bytes):
                self._entries.pop(0)

    def _usable(self, entry: tuple[str, list[int], Kept], adapter: str, tokens: list[int]) -> int:
        """How many of the tokens the entry serves."""
        name, cached, _ = entry
        length = common_prefix_length((cached, tokens)) if name == adapter else 0
        return length if self._cut or length == len(cached) else 0

    def _bytes(self) -> int:
        return sum(self._size(kept) for _, _, kept in self._entries)
