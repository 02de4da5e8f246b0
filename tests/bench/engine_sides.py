"""The sides of the engine's benchmark, each in its own process: this engine, lm-evaluation-harness, a plain loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from engine_work import LIMITS, Work

from xlt_core.engine.plain_prompts import continuation, cut_at_stop, plain_text

Labelled = list[dict[str, float]]  # log-likelihood (nats) of each label, for each item
Texts = list[str]


class Ours:
    """The local host of this project, created again for each run, since it caches prefixes."""

    adapter = ""

    def __init__(self, folder: Path, threads: int) -> None:
        self._folder, self._threads = folder, threads
        self.renew()

    def renew(self) -> None:
        from xlt_core.hosts.local import LocalHost

        self._host = LocalHost(self._folder, device="cpu", dtype="float32", threads=self._threads)
        self._host.ready()

    def label(self, work: Work) -> Labelled:
        replies = dict(self._host.score(work.prompts, [work.labels] * len(work.prompts), self.adapter))
        return [dict(replies[i].choices) for i in range(len(replies))]

    def write(self, work: Work) -> Texts:
        replies = {i: reply for i, reply in self._host.generate(work.prompts, self.adapter, LIMITS) if reply.final}
        return [replies[i].text for i in range(len(replies))]


class LmEval:
    """The model `hf` of lm-evaluation-harness. batch: its batch size, which the benchmark chooses by trying."""

    def __init__(self, folder: Path, threads: int) -> None:
        import torch
        import transformers
        from lm_eval.models.huggingface import HFLM

        torch.set_num_threads(threads)
        transformers.utils.logging.disable_progress_bar()
        self._model = HFLM(pretrained=str(folder), device="cpu", dtype="float32", batch_size=1)

    def renew(self) -> None:
        """It keeps nothing between runs."""

    @property
    def batch(self) -> int:
        return self._model.batch_size_per_gpu

    @batch.setter
    def batch(self, size: int) -> None:
        self._model.batch_size_per_gpu = size

    def label(self, work: Work) -> Labelled:
        pairs = [(plain_text(prompt), continuation(label)) for prompt in work.prompts for label in work.labels]
        found = iter(self._model.loglikelihood(self._requests("loglikelihood", pairs), disable_tqdm=True))
        return [{label: next(found)[0] for label in work.labels} for _ in work.prompts]

    def write(self, work: Work) -> Texts:
        given = {"until": list(LIMITS.stop), "max_gen_toks": LIMITS.tokens, "do_sample": False}
        pairs = [(plain_text(prompt), given) for prompt in work.prompts]
        found = self._model.generate_until(self._requests("generate_until", pairs), disable_tqdm=True)
        return [text.lstrip(" ") for text in found]

    def _requests(self, kind: str, pairs: list[tuple[str, Any]]) -> list[Any]:
        from lm_eval.api.instance import Instance

        return [Instance(request_type=kind, doc={}, arguments=pair, idx=i) for i, pair in enumerate(pairs)]


class OneByOne:
    """transformers as in its documentation: one text at a time, each from its first token."""

    def __init__(self, folder: Path, threads: int) -> None:
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(threads)
        self._tokenizer = AutoTokenizer.from_pretrained(folder)
        self._model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def renew(self) -> None:
        """It keeps nothing between runs."""

    def label(self, work: Work) -> Labelled:
        return [
            {label: self._log_likelihood(plain_text(prompt), label) for label in work.labels} for prompt in work.prompts
        ]

    def _log_likelihood(self, text: str, label: str) -> float:
        import torch

        start = len(self._tokenizer(text).input_ids)
        ids = self._tokenizer(text + continuation(label), return_tensors="pt").input_ids
        with torch.inference_mode():
            logs = self._model(ids).logits[0, start - 1 : -1].log_softmax(-1)
        return float(logs.gather(1, ids[0, start:, None]).sum())

    def write(self, work: Work) -> Texts:
        found = []
        for prompt in work.prompts:
            given = self._tokenizer(plain_text(prompt), return_tensors="pt")
            out = self._model.generate(
                **given,
                max_new_tokens=LIMITS.tokens,
                do_sample=False,
                stop_strings=list(LIMITS.stop),
                tokenizer=self._tokenizer,
            )
            text = self._tokenizer.decode(out[0, given.input_ids.shape[1] :], skip_special_tokens=True)
            found.append(cut_at_stop(text, LIMITS.stop)[0].lstrip(" "))
        return found


SIDES: dict[str, Callable[[Path, int], Any]] = {"ours": Ours, "lm-eval": LmEval, "transformers": OneByOne}


@dataclass(frozen=True)
class Timed:
    """One run: what came out, seconds by the clock, seconds of the processors, and the process's peak memory in MB."""

    result: Any
    seconds: float
    work: float
    peak: float


class Process:
    """A side in a process of its own, so that its memory is measured alone; it is idle while others run."""

    def __init__(self, name: str, folder: Path, threads: int) -> None:
        self.name = name
        self._pool = ProcessPoolExecutor(1, get_context("spawn"), _begin, (name, folder, threads))

    def run(self, work: Work, renew: bool = True, **settings: int | str) -> Timed:
        """Runs the work. renew: as the first run after loading; settings: batch or adapter, where the side has them."""
        return self._pool.submit(_run, work, renew, settings).result()

    def close(self) -> None:
        self._pool.shutdown()


@contextmanager
def busy(processes: int) -> Iterator[None]:
    """So many processes that do nothing but spin, meanwhile."""
    context = get_context("spawn")
    spinning = [context.Process(target=_spin, daemon=True) for _ in range(processes)]
    for process in spinning:
        process.start()
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.join()


def _spin() -> None:
    while True:
        pass


_SIDE: list[Any] = []  # the one side of this process


def _begin(name: str, folder: Path, threads: int) -> None:
    _SIDE.append(SIDES[name](folder, threads))


def _run(work: Work, renew: bool, settings: dict[str, int | str]) -> Timed:
    side = _SIDE[0]
    if renew:
        side.renew()
    for name, value in settings.items():
        setattr(side, name, value)
    started, used = time.perf_counter(), time.process_time()
    result = side.label(work) if work.labels else side.write(work)
    return Timed(result, time.perf_counter() - started, time.process_time() - used, _peak())


def _peak() -> float:
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
