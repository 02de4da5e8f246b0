"""Models in memory: each is loaded once and kept while there is room; the least recently used one leaves first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from threading import Condition, Thread
from typing import Any

from xlt_core.models.memory import give_back
from xlt_core.records import InputError

BEAT = 0.02  # seconds after which one who waits hears that the model is not there yet; others go on meanwhile
SHARE = 0.8  # of the free memory that models may take; what they compute takes the rest


@dataclass(frozen=True)
class Weights:
    """What can be put on the shelf. need: bytes that it will take; fetch: gets the files, before any room is made;
    load: reads them; measure: bytes that the loaded thing takes, whatever was put on it since; urgent: taken in even
    where there is no room, since who asks for it may be what the others wait for."""

    name: str
    device: str
    need: int
    fetch: Callable[[], object]
    load: Callable[[], Any]
    measure: Callable[[Any], int]
    urgent: bool = False


class _Place:
    """One model on the shelf, or on its way there."""

    def __init__(self, weights: Weights) -> None:
        self.weights, self.size, self.users = weights, 0, 0
        self.model: Any = None
        self.failure: Exception | None = None

    @property
    def idle(self) -> bool:
        return self.model is not None and not self.users


class Lease:
    """A claim on a model: from when it is there to the end of the claim it is not unloaded."""

    def __init__(self, place: _Place, change: Condition) -> None:
        self._place, self._change = place, change

    def ready(self, seconds: float = BEAT) -> bool:
        """Whether the model is there; waits for it as long. Raises what went wrong with loading it."""
        with self._change:
            self._change.wait_for(lambda: self._place.model is not None or self._place.failure, seconds)
            if self._place.failure:
                raise self._place.failure
            return self._place.model is not None

    @property
    def model(self) -> Any:
        """The model, waited for as long as it takes."""
        while not self.ready():
            pass
        return self._place.model


def taken(model: Any) -> int:
    """Bytes of a model's parameters and buffers, shared ones once."""
    return sum(tensor.nbytes for tensor in {id(t): t for t in (*model.parameters(), *model.buffers())}.values())


def free(device: str, held: int) -> int:
    """Bytes that another model may take on a device where models hold so many: measured on a GPU; elsewhere what is
    left of the memory that was free when first asked, since a process does not hand back all that it frees."""
    if not device.startswith("cuda"):
        return _memory() - held
    import torch

    unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    return int(SHARE * (torch.cuda.mem_get_info(device)[0] + unused))


@cache
def _memory() -> int:
    import psutil

    return int(SHARE * psutil.virtual_memory().available)


class Shelf:
    """Models by key, for several threads. room: as `free`; a test gives a small one."""

    def __init__(self, room: Callable[[str, int], int] = free) -> None:
        self._room, self._change = room, Condition()
        self._places: OrderedDict[Hashable, _Place] = OrderedDict()  # the last used at the end

    @contextmanager
    def lease(self, key: Hashable, weights: Weights) -> Iterator[Lease]:
        """A claim on the model, whose loading begins in a thread of its own where it is not there.

        Where models in use leave no room it waits for one of them to end; whoever claims it can go on meanwhile.
        """
        with self._change:
            place = self._places.get(key)
            if place is None:
                place = self._places[key] = _Place(weights)
                Thread(target=self._bring, args=(key, place), name=f"load {weights.name}", daemon=True).start()
            self._places.move_to_end(key)
            place.users += 1
        try:
            yield Lease(place, self._change)
        finally:
            with self._change:
                place.users -= 1
                if place.model is not None:
                    place.size = weights.measure(place.model)  # adapters may have come
                self._unload(weights.device, 0)
                self._change.notify_all()

    def drop(self, key: Hashable) -> None:
        """Forgets a model that nobody will ask for again."""
        with self._change:
            self._remove(key)

    def held(self) -> dict[str, int]:
        """Bytes by name of what is in memory, the last used at the end."""
        with self._change:
            return {place.weights.name: place.size for place in self._places.values() if place.model is not None}

    def _bring(self, key: Hashable, place: _Place) -> None:
        try:
            place.weights.fetch()
            self._reserve(place)
            model = place.weights.load()
        except Exception as error:  # it is raised again where the model is waited for
            with self._change:
                place.failure = error
                self._remove(key, place)
            return
        with self._change:
            place.size, place.model = place.weights.measure(model), model
            self._change.notify_all()

    def _reserve(self, place: _Place) -> None:
        """Returns once there is room, and counts it as taken. Raises InputError where there never will be."""
        weights = place.weights
        with self._change:
            while not self._unload(weights.device, weights.need) and not weights.urgent:
                others = [p for p in self._places.values() if p.size and p.weights.device == weights.device]
                if not others or not place.users:  # all left, or nobody waits any more
                    room = max(self._room(weights.device, sum(p.size for p in others)), 0)
                    raise InputError(
                        f"{weights.name} takes {weights.need / 1e9:.1f} GB of memory, and {room / 1e9:.1f} GB are "
                        "free; choose a smaller model."
                    )
                self._change.wait()
            place.size = weights.need

    def _unload(self, device: str, need: int) -> bool:
        """Whether there is room, after what is idle has left as far as it must."""
        while True:
            here = {key: place for key, place in self._places.items() if place.weights.device == device}
            # Room that is promised to a model on its way is not measured as taken yet.
            promised = sum(p.size for p in here.values() if p.model is None) if device.startswith("cuda") else 0
            if self._room(device, sum(place.size for place in here.values())) - promised >= need:
                return True
            idle = next((key for key, place in here.items() if place.idle), None)
            if idle is None:
                return False
            self._remove(idle)

    def _remove(self, key: Hashable, place: _Place | None = None) -> None:
        """Takes a model from the shelf, and gives its memory back unless someone is still at work with it."""
        found = self._places.get(key)
        if found is None or (place is not None and found is not place):
            return
        del self._places[key]
        found.size = 0
        if found.idle:
            found.model = None
            give_back()
        self._change.notify_all()


SHELF = Shelf()
