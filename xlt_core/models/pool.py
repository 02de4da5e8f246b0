"""The pool of models in memory: each is loaded once, and the least recently used are evicted when room is needed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from threading import Condition, Thread
from typing import Any

from xlt_core.models.memory import release_unused
from xlt_core.records import InputError

POLL_SECONDS = 0.02  # after which a caller hears that the model is not loaded yet, and can do something else
USABLE_SHARE = 0.8  # of the free memory, for the weights of models; their computations take the rest


@dataclass(frozen=True)
class ModelLoader:
    """How a model gets into the pool.

    bytes_needed: memory to reserve before loading; fetch: downloads the files, before memory is reserved; load: reads
    them; measure: bytes that the loaded model takes, including adapters added since; urgent: load even if there is no
    room, since the caller may be what the models in use are waiting for; parameters: how many the model has.
    """

    name: str
    device: str
    bytes_needed: int
    fetch: Callable[[], object]
    load: Callable[[], Any]
    measure: Callable[[Any], int]
    urgent: bool = False
    parameters: int = 0


class _Entry:
    """One model that is loaded or being loaded. bytes: reserved for it, or measured once it is loaded."""

    def __init__(self, loader: ModelLoader) -> None:
        self.loader, self.bytes, self.users = loader, 0, 0
        self.model: Any = None
        self.failure: Exception | None = None

    @property
    def idle(self) -> bool:
        return self.model is not None and not self.users


class ModelHandle:
    """A model in use: once it is loaded it is not evicted until the end of its use."""

    def __init__(self, entry: _Entry, changed: Condition) -> None:
        self._entry, self._changed = entry, changed

    def wait(self, seconds: float = POLL_SECONDS) -> bool:
        """Waits for the model for at most so long; whether it is loaded. Raises the error if loading it failed."""
        with self._changed:
            self._changed.wait_for(lambda: self._entry.model is not None or self._entry.failure, seconds)
            if self._entry.failure:
                raise self._entry.failure
            return self._entry.model is not None

    @property
    def model(self) -> Any:
        """The model; waits for as long as loading takes."""
        while not self.wait():
            pass
        return self._entry.model


def model_bytes(model: Any) -> int:
    """Bytes of a model's parameters and buffers; shared ones count once."""
    return sum(tensor.nbytes for tensor in {id(t): t for t in (*model.parameters(), *model.buffers())}.values())


def free_bytes(device: str, used: int) -> int:
    """Bytes that another model may take on a device where the pool's models use so many.

    On a GPU they are measured. Elsewhere they are what is left of the memory that was free when first asked, since a
    process does not return all that it frees.
    """
    if not device.startswith("cuda"):
        return _free_at_first() - used
    import torch

    unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return int(USABLE_SHARE * (torch.cuda.mem_get_info(device)[0] + unused))


@cache
def _free_at_first() -> int:
    import psutil

    return int(USABLE_SHARE * psutil.virtual_memory().available)


class ModelPool:
    """Models by key, for several threads. free: as `free_bytes`; a test gives a small memory."""

    def __init__(self, free: Callable[[str, int], int] = free_bytes) -> None:
        self._free, self._changed = free, Condition()
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()  # the most recently used entry is the last

    @contextmanager
    def use(self, key: Hashable, loader: ModelLoader) -> Iterator[ModelHandle]:
        """Keeps the model in memory meanwhile; a thread of its own starts loading it if it is not there.

        If models in use leave no room, that thread waits until the use of one ends. The caller does not.
        """
        with self._changed:
            entry = self._entries.get(key)
            if entry is None:
                entry = self._entries[key] = _Entry(loader)
                Thread(target=self._load, args=(key, entry), name=f"load {loader.name}", daemon=True).start()
            self._entries.move_to_end(key)
            entry.users += 1
        try:
            yield ModelHandle(entry, self._changed)
        finally:
            with self._changed:
                entry.users -= 1
                if entry.model is not None:
                    entry.bytes = loader.measure(entry.model)  # adapters may have been added
                self._make_room(loader.device, 0)
                self._changed.notify_all()

    def evict(self, key: Hashable) -> None:
        """Removes a model that nobody will ask for again."""
        with self._changed:
            self._remove(key)

    def loaded(self) -> dict[str, int]:
        """Bytes of the models in memory by name, the most recently used last."""
        with self._changed:
            return {entry.loader.name: entry.bytes for entry in self._entries.values() if entry.model is not None}

    def _load(self, key: Hashable, entry: _Entry) -> None:
        try:
            entry.loader.fetch()
            self._reserve(entry)
            model = entry.loader.load()
        except Exception as error:  # raised again in the threads that wait for the model
            with self._changed:
                entry.failure = error
                self._remove(key, entry)
            return
        with self._changed:
            entry.bytes, entry.model = entry.loader.measure(model), model
            self._changed.notify_all()

    def _reserve(self, entry: _Entry) -> None:
        """Waits until there is room for the model, and reserves it. Raises InputError if there never will be."""
        loader = entry.loader
        with self._changed:
            while not self._make_room(loader.device, loader.bytes_needed) and not loader.urgent:
                others = [e for e in self._entries.values() if e.bytes and e.loader.device == loader.device]
                if not others or not entry.users:  # no other model to wait for, or no caller waits any more
                    free = max(self._free(loader.device, sum(e.bytes for e in others)), 0)
                    raise InputError(
                        f"{loader.name} takes {loader.bytes_needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB "
                        "are free; choose a smaller model."
                    )
                self._changed.wait()
            entry.bytes = loader.bytes_needed

    def _make_room(self, device: str, needed: int) -> bool:
        """Evicts idle models until there is room, the least recently used first; whether there is."""
        while True:
            entries = {key: entry for key, entry in self._entries.items() if entry.loader.device == device}
            # A GPU's free memory still includes what is reserved for models that are being loaded.
            reserved = sum(e.bytes for e in entries.values() if e.model is None) if device.startswith("cuda") else 0
            if self._free(device, sum(entry.bytes for entry in entries.values())) - reserved >= needed:
                return True
            idle = next((key for key, entry in entries.items() if entry.idle), None)
            if idle is None:
                return False
            self._remove(idle)

    def _remove(self, key: Hashable, expected: _Entry | None = None) -> None:
        """Removes a model from the pool, and frees its memory unless it is in use."""
        entry = self._entries.get(key)
        if entry is None or (expected is not None and entry is not expected):
            return
        del self._entries[key]
        entry.bytes = 0
        if entry.idle:
            entry.model = None
            release_unused()
        self._changed.notify_all()


class UrgentPool:
    """A pool as those use it that load even where there is no room, since a caller may keep another model in use."""

    def __init__(self, pool: ModelPool) -> None:
        self._pool = pool

    def use(self, key: Hashable, loader: ModelLoader) -> AbstractContextManager[ModelHandle]:
        """As of the pool."""
        return self._pool.use(key, replace(loader, urgent=True))

    def evict(self, key: Hashable) -> None:
        """As of the pool."""
        self._pool.evict(key)


POOL = ModelPool()
