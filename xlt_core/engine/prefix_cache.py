"""A cache of the keys and values of prefixes: the same demonstrations run through the model once, not in each call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from threading import Lock

from xlt_core.engine.masks import KeyValues

MIN_TOKENS = 16  # running a shorter prefix again is cheaper than looking it up
MAX_ENTRIES = 8


def common_prefix_length(rows: Iterable[Sequence[int] | str]) -> int:
    """How many leading tokens, or characters, all rows have in common."""
    rows = list(rows)
    # What the smallest and the largest row share, every row that sorts between them shares too.
    first, last = min(rows), max(rows)
    return next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))


class PrefixCache:
    """The most recently used prefixes of each adapter, up to `max_bytes` in all."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._entries: list[tuple[str, list[int], KeyValues]] = []  # the most recently used entry is the last

    def find(self, adapter: str, tokens: list[int]) -> tuple[int, KeyValues]:
        """The longest cached prefix of the tokens: its length, and its keys and values; (0, ()) if there is none."""
        with self._lock:
            lengths = [
                common_prefix_length((cached, tokens)) if name == adapter else 0 for name, cached, _ in self._entries
            ]
            longest = max(lengths, default=0)
            if longest < min(MIN_TOKENS, len(tokens)) or not longest:
                return 0, ()
            entry = self._entries.pop(lengths.index(longest))
            self._entries.append(entry)
        return longest, [(keys[:, :, :longest], values[:, :, :longest]) for keys, values in entry[2]]

    def store(self, adapter: str, tokens: list[int], key_values: KeyValues) -> None:
        """Adds a prefix and removes the entries that it extends; the least recently used entries are evicted first."""
        with self._lock:
            self._entries = [e for e in self._entries if e[0] != adapter or e[1] != tokens[: len(e[1])]]
            self._entries.append((adapter, tokens, key_values))
            while len(self._entries) > MAX_ENTRIES or (self._entries and self._bytes() > self._max_bytes):
                self._entries.pop(0)

    def _bytes(self) -> int:
        return sum(tensor.nbytes for _, _, key_values in self._entries for pair in key_values for tensor in pair)
