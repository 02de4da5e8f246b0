"""A sweep's cells on the workers of a Ray cluster: each loads the models once, and works on one cell after the other.

The workers know nothing of the store: what they compute comes to this process as it is made, and is kept here. The
cell of a worker that is lost goes to another one, which computes only what had not come yet.
"""

from __future__ import annotations

import logging
import os
from collections import Counter, deque
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ray
from ray.exceptions import RayActorError, RayError, RayTaskError

from xlt_core.catalog import Parts
from xlt_core.records import InputError, Plan, Prediction
from xlt_core.settings import ROOT
from xlt_core.store.store import Store
from xlt_core.sweeps.local import CellUpdate, Signed, Work, run_cell, sign

LOG = logging.getLogger("xlt_core.sweep")
POLL_SECONDS = 0.2  # seconds after which something is yielded even if nothing came, so that the sweep may be stopped
MAX_LOST_WORKERS = 3  # workers that a cell may lose before it fails
LOST = f"{MAX_LOST_WORKERS} workers were lost over it, one after the other"
RUNTIME_ENV = {"working_dir": str(ROOT), "excludes": [".git", "tests", ".ci"]}
Known = Mapping[str, Mapping[str, Prediction]]  # by signature, then item
Made = tuple[str, str, Prediction]


class _WorkerMemory:
    """The memory of a worker: the predictions that are known, and those that it has made since the last update."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self.made: list[Made] = []

    def known(self, column: str, items: Sequence[str]) -> Mapping[str, Prediction]:
        return self._known.get(column, {})

    def keep(self, column: str, item: str, prediction: Prediction) -> None:
        self.made.append((column, item, prediction))


class _Worker:
    """One process of the cluster."""

    def sign(self, plan: Plan, parts: Parts) -> Signed | str:
        """The signed plan, or why there is none."""
        try:
            return sign(plan, parts)
        except InputError as error:
            return str(error)

    def run(self, position: int, plan: Plan, parts: Parts, known: Known) -> Iterator[tuple[CellUpdate, list[Made]]]:
        memory = _WorkerMemory(known)
        for update in run_cell(position, plan, parts, memory):
            made, memory.made = memory.made, []
            yield update, made


class Cluster:
    """The workers of a Ray cluster. address: of one that runs; left empty, one is begun on this machine.

    workers: as many as fit, where 0; gpus: for each worker, one where the cluster has any, if left out. Raises
    InputError where the cluster cannot be had or is too small.
    """

    def __init__(self, address: str = "", workers: int = 0, gpus: float | None = None) -> None:
        self._idle: list[Any] = []
        self._own = not ray.is_initialized()
        if self._own:
            _connect(address)
        there = ray.cluster_resources()
        self._gpus = min(there.get("GPU", 0.0), 1.0) if gpus is None else gpus
        fitting = int(min(there.get("CPU", 0.0), there.get("GPU", 0.0) / self._gpus if self._gpus else float("inf")))
        if fitting < max(workers, 1):
            self.close()
            size = f"{there.get('CPU', 0):g} CPUs and {there.get('GPU', 0):g} GPUs"
            raise InputError(f"There is room for {fitting} workers on {size}; lower --workers or --gpus-per-worker.")
        self._most = workers or fitting

    def sign(self, plan: Plan, parts: Parts) -> Signed:
        for _ in range(MAX_LOST_WORKERS):
            worker = self._free_worker()
            try:
                found = ray.get(worker.sign.remote(plan, parts))
            except RayActorError:
                continue
            self._idle.append(worker)
            if isinstance(found, str):
                raise InputError(found)
            return found
        raise InputError("The cluster's workers are lost as they begin; look into Ray's logs for why.")

    def run(self, work: Work, parts: Parts, store: Store) -> Generator[CellUpdate, None, None]:
        """Whoever is free gets the next cell."""
        waiting, losses, busy = deque(work), Counter[int](), dict[Any, _Task]()
        try:
            while waiting or busy:
                while waiting and len(busy) < self._most:
                    position, plan = waiting.popleft()
                    try:
                        task = self._start(position, plan, parts, store)
                        busy[task.stream] = task
                    except InputError as error:
                        yield CellUpdate(position, ended=True, reason=str(error))
                for stream in self._ready(busy):
                    update = self._next_update(busy[stream], store, losses)
                    if update is None or update.ended:
                        task = busy.pop(stream)
                        waiting.extendleft([] if update else [(task.position, task.plan)])
                    if update:
                        yield update
                yield from [task.last for task in busy.values()]
        finally:
            for task in busy.values():
                ray.kill(task.worker)

    def close(self) -> None:
        """Ends the workers, and the cluster where it was begun here."""
        self._idle.clear()
        if self._own:
            ray.shutdown()

    def _ready(self, busy: Mapping[Any, _Task]) -> list[Any]:
        return ray.wait([*busy], num_returns=len(busy), timeout=POLL_SECONDS)[0] if busy else []

    def _next_update(self, task: _Task, store: Store, losses: Counter[int]) -> CellUpdate | None:
        """The next update of a cell; None where its worker is lost and another one gets the cell."""
        try:
            update = task.next_update(store)
        except RayActorError:
            losses[task.position] += 1
            if losses[task.position] == MAX_LOST_WORKERS:
                return CellUpdate(task.position, ended=True, reason=LOST)
            LOG.warning("A worker was lost; its cell goes to another one.")
            return None
        if update.ended:
            self._idle.append(task.worker)
        return update

    def _start(self, position: int, plan: Plan, parts: Parts, store: Store) -> _Task:
        signed = self.sign(plan, parts)
        keys = {**signed.held, **dict.fromkeys(signed.signatures, signed.items)}
        known = {signature: store.known(signature, items) for signature, items in keys.items()}
        worker = self._free_worker()
        stream = worker.run.options(num_returns="streaming").remote(position, plan, parts, known)
        return _Task(worker, stream, position, plan, CellUpdate(position))

    def _free_worker(self) -> Any:
        if self._idle:
            return self._idle.pop()
        return ray.remote(num_cpus=1, num_gpus=self._gpus)(_Worker).remote()


@dataclass
class _Task:
    """A cell on a worker. stream: of its updates; last: the latest one."""

    worker: Any
    stream: Any
    position: int
    plan: Plan
    last: CellUpdate

    def next_update(self, store: Store) -> CellUpdate:
        """The worker's next update, after its predictions are stored. Raises RayActorError where the worker is lost."""
        try:
            self.last, made = ray.get(next(self.stream))
        except RayTaskError as error:
            return CellUpdate(self.position, ended=True, reason=str(error.cause or error).splitlines()[0])
        for column, item, prediction in made:
            store.keep(column, item, prediction)
        return self.last


def _connect(address: str) -> None:
    # Ray counts its users over the network if nobody says no.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    quiet = {"log_to_driver": False, "logging_level": logging.ERROR}
    try:
        if address:
            ray.init(address=address, runtime_env=RUNTIME_ENV, **quiet)
        else:
            python_path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
            ray.init(
                address="local", include_dashboard=False, runtime_env={"env_vars": {"PYTHONPATH": python_path}}, **quiet
            )
    except (RayError, ConnectionError, ValueError, RuntimeError) as error:
        raise InputError(f"Ray cannot be reached: {str(error).splitlines()[0]}") from error
