"""Adapting: trains an adapter, or all weights, by an objective, such as LAFT, language-adaptive fine-tuning."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from queue import Full, Queue
from threading import Event, Thread

from xlt_core import catalog
from xlt_core.adaptation.objective import objective_of, with_method
from xlt_core.adaptation.records import METHODS, Adaptation, Estimate, Snapshot
from xlt_core.formats.files import check_folder
from xlt_core.models import names
from xlt_core.models.memory import release_unused
from xlt_core.records import InputError

MOST_REPLAYED = 0.9  # of the rows; the rest is what is to be learned
LIMITS = {
    "steps": (1, 10_000_000), "tokens": (0, 10**13), "rate": (0.0, 1.0), "rank": (1, 1024), "alpha": (0, 4096),
    "block": (0, 1 << 20), "rows": (1, 4096), "held_out": (0.001, 0.5), "seed": (0, 2**32 - 1),
}  # fmt: skip


def adapt(plan: Adaptation, out: Path, resume: bool = False) -> Generator[Snapshot, None, None]:
    """Trains, and writes the weights and their card to `out`. resume: goes on from the last checkpoint there.

    Closing the generator stops the training, which keeps a checkpoint. Raises InputError.
    """
    asked = asdict(plan)
    plan, path = checked(plan)
    objective = objective_of(plan)
    check_folder(out)

    def work(report: Callable[[Snapshot], None], stop: Event) -> None:
        from xlt_core.adaptation import training

        training.train(training.Work(plan, asked, path, objective, material, out, resume, report, stop))

    try:
        yield Snapshot(objective.reading)
        material = objective.read(plan)
        yield from _in_a_thread(work)
    finally:
        with suppress(OSError):
            out.rmdir()  # only if nothing was written: an empty folder would take the name of the next one


def survey(plan: Adaptation) -> Estimate:
    """What the texts hold and how long training will take, by a first measured step. Raises InputError."""
    from xlt_core.adaptation import training

    plan, path = checked(plan)
    objective = objective_of(plan)
    try:
        return training.measure(plan, path, objective, objective.read(plan))
    finally:
        release_unused()


def checked(plan: Adaptation) -> tuple[Adaptation, str]:
    """The plan with its languages' codes, and its model's folder or Hub id. Raises InputError for what cannot be."""
    if plan.model.startswith(("http://", "https://")):
        raise InputError("A model behind a server cannot be adapted from here; name a folder or a Hugging Face id.")
    if plan.method not in METHODS:
        raise InputError(f"There is no method {plan.method!r}; choose {' or '.join(METHODS)}.")
    for name, (least, most) in LIMITS.items():
        if not least <= getattr(plan, name) <= most:
            raise InputError(f"The setting {name} cannot be {getattr(plan, name)}; give {least} to {most}.")
    if not plan.corpora:
        raise InputError("There is no text to adapt on; give a file, or hub:ID of a dataset.")
    corpora = tuple(replace(corpus, language=catalog.language(corpus.language).code) for corpus in plan.corpora)
    replay = tuple(replace(one, language=catalog.language(one.language).code) for one in plan.replay)
    if not all(one.share >= 0 for one in replay) or sum(one.share for one in replay) > MOST_REPLAYED:
        raise InputError(f"The shares that are replayed can be 0 to {MOST_REPLAYED} together.")
    codes = [corpus.language for corpus in (*corpora, *replay)]
    twice = next((code for code in codes if codes.count(code) > 1), "")
    if twice:
        raise InputError(f"There are two texts of {twice}; join them in one file.")
    return with_method(replace(plan, corpora=corpora, replay=replay)), names.model_path(plan.model)


def _in_a_thread(work: Callable[[Callable[[Snapshot], None], Event], None]) -> Generator[Snapshot, None, None]:
    """Yields what the work reports; closing sets its `stop` and waits until it has ended."""
    reported: Queue[Snapshot | BaseException | None] = Queue(
        maxsize=1
    )  # so that it does not run ahead of who can stop it
    stop = Event()

    def report(item: Snapshot | BaseException | None) -> None:
        while not stop.is_set():  # nobody reads what is reported after that
            with suppress(Full):
                return reported.put(item, timeout=0.1)

    def run() -> None:
        try:
            work(report, stop)
        except BaseException as error:  # of whatever kind: it is raised again where the generator is read
            report(error)
        report(None)

    thread = Thread(target=run, name="adapt")
    thread.start()
    try:
        while (item := reported.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()
        release_unused()
