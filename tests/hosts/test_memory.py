"""Models that share a small memory: idle ones are evicted, never those in use, and the answers do not change."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pytest
import torch
from helpers.tiny_models import GPTNeoXConfig, Qwen2Config, make_adapter, make_model

from xlt_core import catalog
from xlt_core.catalog import PARTS
from xlt_core.comparison import compare
from xlt_core.hosts import local
from xlt_core.hosts.local import LocalHost
from xlt_core.models.pool import ModelLoader, ModelPool, UrgentPool
from xlt_core.records import Column, InputError, Limits, Message, Plan, Prompt, Row
from xlt_core.settings import POCKET
from xlt_core.translators.chat_mt import ChatMt
from xlt_core.translators.seq2seq import Seq2Seq

PROMPTS: list[Prompt] = [(Message("user", text),) for text in ("The team won", "Minisitiri w'ubuzima", "ɗalibai sun")]
FREE = Limits(12, stop=())


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Three models of three architectures; the first has an adapter, and full weights, in its folder."""
    folders = [tmp_path_factory.mktemp(name) for name in ("llama", "neox", "qwen")]
    make_model(folders[0])
    make_model(folders[1], kind=GPTNeoXConfig)
    make_model(folders[2], kind=Qwen2Config)
    make_adapter(folders[0], folders[0] / "adapters" / "kin")
    make_model(folders[0] / "adapters" / "kin-full", seed=7)
    return folders


@pytest.fixture(scope="module")
def largest(folders: list[Path]) -> int:
    """Bytes that the largest model needs."""
    return max(LocalHost(folder, device="cpu")._model.bytes_needed for folder in folders)


class WatchedPool(ModelPool):
    """A pool with so many bytes, that records all engines that it loaded, and the most bytes that they took."""

    def __init__(self, size: int) -> None:
        super().__init__(lambda device, used: size - used)
        self.size, self.most, self.engines = size, 0, []

    def alive(self) -> int:
        gc.collect()
        return sum(engine() is not None for engine in self.engines)

    def check(self) -> None:
        self.most = max(self.most, sum(self.loaded().values()))
        assert self.most <= self.size and self.alive() == len(self.loaded())


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[WatchedPool]]:
    """Makes pools whose engines are counted from loading to the end of their lives."""
    original = local.loader

    def watched_loader(*given):
        loader = original(*given)

        def load():
            engine = loader.load()
            for pool in pools:
                pool.engines.append(weakref.ref(engine))
            return engine

        return replace(loader, load=load)

    pools: list[WatchedPool] = []
    monkeypatch.setattr(local, "loader", watched_loader)
    yield lambda size: pools.append(WatchedPool(size)) or pools[-1]


def texts(replies) -> list[str]:
    return [reply.text for _, reply in sorted((i, r) for i, r in replies if r.final)]


def test_switching_among_three_models_never_exceeds_the_memory(folders, largest, watch) -> None:
    pool = watch(int(1.5 * largest))
    hosts = [LocalHost(folder, device="cpu", pool=pool) for folder in folders]
    expected = [
        texts(LocalHost(folder, device="cpu", pool=ModelPool()).generate(PROMPTS, "", FREE)) for folder in folders
    ]
    pool.engines.clear()
    for number in islice(cycle(range(3)), 7):
        stream = hosts[number].generate(PROMPTS, "", FREE)
        begun = [next(stream)]
        pool.check()
        assert texts([*begun, *stream]) == expected[number]
    assert len(pool.engines) == 7 and pool.alive() == 1, "each switch loads one model and evicts the other"


def test_models_that_fit_stay_and_the_least_recently_used_is_evicted(folders, largest, watch) -> None:
    pool = watch(3 * largest)
    hosts = [LocalHost(folder, device="cpu", pool=pool) for folder in folders]
    for number in (0, 1, 0, 1, 0):
        hosts[number].ready()
    assert len(pool.engines) == 2 and list(pool.loaded()) == [hosts[1].name, hosts[0].name]
    pool.size = int(2.2 * largest)
    pool._free = lambda device, used: pool.size - used
    hosts[2].ready()
    assert list(pool.loaded()) == [hosts[0].name, hosts[2].name]


def test_full_weights_and_adapters_count(folders, largest, watch) -> None:
    host = LocalHost(folders[0], device="cpu", pool=watch(10 * largest))
    host.ready()
    bare = host._pool.loaded()[host.name]
    assert bare == sum(p.nbytes for p in (*host._engine.model.parameters(), *host._engine.model.buffers()))
    list(host.generate(PROMPTS, "kin", FREE))
    assert host._pool.loaded()[host.name] > bare
    list(host.generate(PROMPTS, "kin-full", FREE))
    assert list(host._pool.loaded()) == [host.name, "kin-full"]


def test_a_model_in_use_is_not_evicted_and_the_other_waits(folders, largest, watch) -> None:
    pool = watch(int(1.5 * largest))
    first, second = (LocalHost(folder, device="cpu", pool=pool) for folder in folders[:2])
    expected = texts(first.generate(PROMPTS, "", FREE)), texts(second.generate(PROMPTS, "", FREE))
    early = first.generate(PROMPTS, "", FREE)
    begun = [next(piece for piece in early if piece[1].text or piece[1].final)]
    late = second.generate(PROMPTS, "", FREE)
    _, partial = next(late)
    assert not partial.final and partial.note == f"loading {second.name}", "no path of this machine"
    assert list(pool.loaded()) == [first.name]
    assert texts([*begun, *early]) == expected[0]
    assert texts(late) == expected[1]
    pool.check()


def test_a_call_that_is_closed_while_it_waits_harms_nobody(folders, largest, watch) -> None:
    pool = watch(int(1.5 * largest))
    first, second = (LocalHost(folder, device="cpu", pool=pool) for folder in folders[:2])
    expected = texts(second.generate(PROMPTS, "", FREE))
    early = first.generate(PROMPTS, "", FREE)
    next(piece for piece in early if piece[1].text or piece[1].final)
    late = second.generate(PROMPTS, "", FREE)
    next(late)
    late.close()
    early.close()
    assert texts(second.generate(PROMPTS, "", FREE)) == expected


def test_columns_on_two_models_that_do_not_fit_together_end_one_after_the_other(folders, largest, watch) -> None:
    pool = watch(int(1.5 * largest))
    host = LocalHost(folders[0], device="cpu", pool=pool)
    columns = (Column("prompt", "prompt"), Column("laft", "laft", {"adapter": "kin-full"}))
    rows = tuple(Row(text) for text in ("Ikipe yatsinze.", "Ibitaro.", "Umukino wa Kigali."))
    plan = Plan("topic", "kin", columns, model="x", inputs=rows, demonstrations=(), limits=Limits(4))
    waited = set()
    for snapshot in compare.compare(plan, replace(PARTS, host=lambda name: host)):
        pool.check()
        waited |= {run.name for run in snapshot.runs if "loading" in run.note}
    assert [run.state for run in snapshot.runs] == ["done", "done"] and not any(run.note for run in snapshot.runs)
    assert "laft" in waited


def test_a_model_that_fits_no_memory_is_refused_in_a_sentence(folders, watch) -> None:
    host = LocalHost(folders[0], device="cpu", pool=watch(1000))
    with pytest.raises(InputError, match=r"takes 0\.0 GB of memory, and 0\.0 GB are free; choose a smaller model"):
        list(host.generate(PROMPTS))
    assert not host._pool.loaded()


def test_damaged_weights_fail_each_time_until_they_are_replaced(folders, largest, watch, tmp_path) -> None:
    folder = make_model(tmp_path / "model")
    good = (folder / "model.safetensors").read_bytes()
    host = LocalHost(folder, device="cpu", pool=watch(2 * largest))
    (folder / "model.safetensors").write_bytes(b"no weights")
    for _ in range(2):
        with pytest.raises(InputError, match="No language model could be loaded"):
            list(host.generate(PROMPTS))
    (folder / "model.safetensors").write_bytes(good)
    assert texts(host.generate(PROMPTS))


def test_the_weights_of_a_deleted_host_are_evicted(folders, largest, watch) -> None:
    pool = watch(2 * largest)
    host = LocalHost(folders[0], device="cpu", pool=pool)
    host.ready()
    del host
    gc.collect()
    assert not pool.loaded() and not pool.alive()


def test_threads_that_want_different_models_all_get_right_answers(folders, largest, watch) -> None:
    pool = watch(int(1.5 * largest))
    hosts = [LocalHost(folder, device="cpu", pool=pool) for folder in folders]
    expected = [texts(host.generate(PROMPTS, "", FREE)) for host in hosts]
    found: dict[int, list[str]] = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: texts(hosts[n % 3].generate(PROMPTS, "", FREE))}))
        for n in range(9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[n] for n in range(9)] == [expected[n % 3] for n in range(9)]
    pool.check()


def test_a_model_is_loaded_once_for_all_simultaneous_callers() -> None:
    loaded, gate = [], threading.Event()

    def load() -> str:
        gate.wait(5)
        loaded.append(1)
        return "model"

    pool, got = ModelPool(lambda device, used: 100 - used), []
    loader = ModelLoader("one", "cpu", 10, lambda: None, load, lambda model: 10)

    def ask() -> None:
        with pool.use("key", loader) as handle:
            got.append(handle.model)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert got == ["model"] * 4 and len(loaded) == 1 and pool.loaded() == {"one": 10}


def test_a_translator_shares_the_memory_and_never_waits_for_it(folders, largest, watch) -> None:
    """A model in use leaves no room. The translator is loaded all the same: the model's caller may wait for it."""
    pool = watch(int(1.5 * largest))
    host = LocalHost(folders[0], device="cpu", pool=pool)
    translator = Seq2Seq(POCKET / "translator", "pocket", pool)
    kinyarwanda, english = catalog.language("kin"), catalog.language("eng")
    stream = host.generate(PROMPTS, "", FREE)
    begun = [next(piece for piece in stream if piece[1].text or piece[1].final)]
    written = texts(translator.translate(["Aline yafunguye ivuriro."], kinyarwanda, english))
    assert written == texts(
        Seq2Seq(POCKET / "translator").translate(["Aline yafunguye ivuriro."], kinyarwanda, english)
    )
    assert set(pool.loaded()) <= {host.name, "pocket"} and host.name in pool.loaded()
    assert len(texts([*begun, *stream])) == len(PROMPTS)
    other = LocalHost(folders[1], device="cpu", pool=pool)
    other.ready()
    assert list(pool.loaded()) == [other.name], "it is evicted like any other"


def test_a_chat_model_that_translates_never_waits_for_memory(folders, largest, watch) -> None:
    pool = watch(int(1.2 * largest))
    host = LocalHost(folders[0], device="cpu", pool=pool)
    stream = host.generate(PROMPTS, "", FREE)
    begun = [next(piece for piece in stream if piece[1].text or piece[1].final)]
    translator = ChatMt("chat-mt:x", "x", LocalHost(folders[1], device="cpu", pool=UrgentPool(pool)))
    assert texts(translator.translate(["Bite."], catalog.language("kin"), catalog.language("eng")))
    assert len(texts([*begun, *stream])) == len(PROMPTS)


def test_a_cached_translation_needs_no_weights(folders, largest, watch) -> None:
    pool = watch(10**9)
    translator = Seq2Seq(POCKET / "translator", "pocket", pool)
    languages = catalog.language("kin"), catalog.language("eng")
    assert translator.revision and not translator.lacks(languages[0]) and not pool.loaded()
    first = texts(translator.translate(["Aline yafunguye ivuriro."], *languages))
    pool.evict(translator._key)
    assert texts(translator.translate(["Aline yafunguye ivuriro."], *languages)) == first and not pool.loaded()


def test_memory_that_runs_out_halves_the_batch_and_is_noted(folders) -> None:
    host = LocalHost(folders[0], device="cpu")
    expected = texts(host.generate(PROMPTS, "", FREE))
    sizes: list[int] = []

    def narrow(model, given, named) -> None:
        sizes.append(len(named["input_ids"]))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    host._engine.model.register_forward_pre_hook(narrow, with_kwargs=True)
    assert texts(host.generate(PROMPTS, "", FREE)) == expected and 3 in sizes
    rows = tuple(Row(text) for text in ("Ikipe yatsinze.", "Ibitaro.", "Umukino wa Kigali."))
    plan = Plan("topic", "kin", (Column("prompt", "prompt"),), model="x", inputs=rows, demonstrations=(),
                limits=Limits(4))  # fmt: skip
    *_, last = compare.compare(plan, replace(PARTS, host=lambda name: host))
    assert (
        last.runs[0].state == "done"
        and last.runs[0].note == "memory ran out: the batch was halved, and the work went on"
    )


@pytest.mark.parametrize("task", ["topic", "summary"])
def test_three_strategies_end_where_there_is_room_for_one_model(folders, largest, watch, task) -> None:
    """The base, full weights and a translator larger than the pool: each must be evicted for the others."""
    pool = watch(int(1.2 * largest))
    host = LocalHost(folders[0], device="cpu", pool=pool)
    translator = Seq2Seq(POCKET / "translator", "pocket", pool)
    columns = (
        *(Column(name, name) for name in ("prompt", "translate")),
        Column("laft", "laft", {"adapter": "kin-full"}),
    )
    plan = Plan(task, "kin", columns, model="x", shots=1, samples=3, limits=Limits(4))
    seen = compare.compare(plan, replace(PARTS, host=lambda name: host, translator=lambda name: translator))
    *_, last = seen
    assert [(run.state, run.errors) for run in last.runs] == [("done", 0)] * 3, [run.note for run in last.runs]
    pool.check()
