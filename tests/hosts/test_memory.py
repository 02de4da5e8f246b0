"""Models that share a small memory: what does not fit is unloaded, never what is in use, and answers stay right."""

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
from xlt_core.models.pool import Shelf, Weights
from xlt_core.records import Column, InputError, Limits, Message, Plan, Prompt, Row
from xlt_core.settings import POCKET
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
    """Bytes that the model that takes most needs."""
    return max(LocalHost(folder, device="cpu")._known.need for folder in folders)


class Watched(Shelf):
    """A shelf with so many bytes, that notes all engines that it ever made, and the most bytes that it held."""

    def __init__(self, size: int) -> None:
        super().__init__(lambda device, held: size - held)
        self.size, self.most, self.made = size, 0, []

    def alive(self) -> int:
        gc.collect()
        return sum(engine() is not None for engine in self.made)

    def check(self) -> None:
        self.most = max(self.most, sum(self.held().values()))
        assert self.most <= self.size and self.alive() == len(self.held())


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Watched]]:
    """Shelves whose engines are counted from when they are made to when they are gone."""
    plain = local._weights

    def weights(known):
        made = plain(known)

        def load():
            engine = made.load()
            for shelf in shelves:
                shelf.made.append(weakref.ref(engine))
            return engine

        return replace(made, load=load)

    shelves: list[Watched] = []
    monkeypatch.setattr(local, "_weights", weights)
    yield lambda size: shelves.append(Watched(size)) or shelves[-1]


def texts(replies) -> list[str]:
    return [reply.text for _, reply in sorted((i, r) for i, r in replies if r.final)]


def test_switching_among_three_models_never_exceeds_the_memory(folders, largest, watch) -> None:
    shelf = watch(int(1.5 * largest))
    hosts = [LocalHost(folder, device="cpu", shelf=shelf) for folder in folders]
    expected = [texts(LocalHost(folder, device="cpu", shelf=Shelf()).generate(PROMPTS, "", FREE)) for folder in folders]
    shelf.made.clear()
    for number in islice(cycle(range(3)), 7):
        stream = hosts[number].generate(PROMPTS, "", FREE)
        begun = [next(stream)]
        shelf.check()
        assert texts([*begun, *stream]) == expected[number]
    assert len(shelf.made) == 7 and shelf.alive() == 1, "each switch loads, none of the others stays"


def test_what_fits_stays_and_the_least_recently_used_leaves(folders, largest, watch) -> None:
    shelf = watch(3 * largest)
    hosts = [LocalHost(folder, device="cpu", shelf=shelf) for folder in folders]
    for number in (0, 1, 0, 1, 0):
        hosts[number].ready()
    assert len(shelf.made) == 2 and list(shelf.held()) == [hosts[1].name, hosts[0].name]
    shelf.size = int(2.2 * largest)
    shelf._room = lambda device, held: shelf.size - held
    hosts[2].ready()
    assert list(shelf.held()) == [hosts[0].name, hosts[2].name]


def test_full_weights_and_adapters_count(folders, largest, watch) -> None:
    host = LocalHost(folders[0], device="cpu", shelf=watch(10 * largest))
    host.ready()
    bare = host._shelf.held()[host.name]
    assert bare == sum(p.nbytes for p in (*host._engine.model.parameters(), *host._engine.model.buffers()))
    list(host.generate(PROMPTS, "kin", FREE))
    assert host._shelf.held()[host.name] > bare
    list(host.generate(PROMPTS, "kin-full", FREE))
    assert list(host._shelf.held()) == [host.name, "kin-full"]


def test_one_in_use_is_not_unloaded_and_the_other_waits_its_turn(folders, largest, watch) -> None:
    shelf = watch(int(1.5 * largest))
    first, second = (LocalHost(folder, device="cpu", shelf=shelf) for folder in folders[:2])
    expected = texts(first.generate(PROMPTS, "", FREE)), texts(second.generate(PROMPTS, "", FREE))
    early = first.generate(PROMPTS, "", FREE)
    begun = [next(piece for piece in early if piece[1].text or piece[1].final)]
    late = second.generate(PROMPTS, "", FREE)
    _, waiting = next(late)
    assert not waiting.final and waiting.note == f"loading {second._known.source}"
    assert list(shelf.held()) == [first.name]
    assert texts([*begun, *early]) == expected[0]
    assert texts(late) == expected[1]
    shelf.check()


def test_a_claim_that_is_closed_while_it_waits_harms_nobody(folders, largest, watch) -> None:
    shelf = watch(int(1.5 * largest))
    first, second = (LocalHost(folder, device="cpu", shelf=shelf) for folder in folders[:2])
    expected = texts(second.generate(PROMPTS, "", FREE))
    early = first.generate(PROMPTS, "", FREE)
    next(piece for piece in early if piece[1].text or piece[1].final)
    late = second.generate(PROMPTS, "", FREE)
    next(late)
    late.close()
    early.close()
    assert texts(second.generate(PROMPTS, "", FREE)) == expected


def test_columns_on_two_models_that_do_not_fit_together_end_one_after_the_other(folders, largest, watch) -> None:
    shelf = watch(int(1.5 * largest))
    host = LocalHost(folders[0], device="cpu", shelf=shelf)
    columns = (Column("prompt", "prompt"), Column("laft", "laft", {"adapter": "kin-full"}))
    rows = tuple(Row(text) for text in ("Ikipe yatsinze.", "Ibitaro.", "Umukino wa Kigali."))
    plan = Plan("topic", "kin", columns, model="x", inputs=rows, demonstrations=(), limits=Limits(4))
    waited = set()
    for snapshot in compare.compare(plan, replace(PARTS, host=lambda name: host)):
        shelf.check()
        waited |= {run.name for run in snapshot.runs if "loading" in run.note}
    assert [run.state for run in snapshot.runs] == ["done", "done"] and not any(run.note for run in snapshot.runs)
    assert "laft" in waited


def test_a_model_that_fits_no_memory_is_refused_in_a_sentence(folders, watch) -> None:
    host = LocalHost(folders[0], device="cpu", shelf=watch(1000))
    with pytest.raises(InputError, match=r"takes 0\.0 GB of memory, and 0\.0 GB are free; choose a smaller model"):
        list(host.generate(PROMPTS))
    assert not host._shelf.held()


def test_weights_that_cannot_be_read_fail_again_and_again_and_then_work(folders, largest, watch, tmp_path) -> None:
    folder = make_model(tmp_path / "model")
    good = (folder / "model.safetensors").read_bytes()
    host = LocalHost(folder, device="cpu", shelf=watch(2 * largest))
    (folder / "model.safetensors").write_bytes(b"no weights")
    for _ in range(2):
        with pytest.raises(InputError, match="No language model could be loaded"):
            list(host.generate(PROMPTS))
    (folder / "model.safetensors").write_bytes(good)
    assert texts(host.generate(PROMPTS))


def test_a_host_that_is_gone_takes_its_weights_along(folders, largest, watch) -> None:
    shelf = watch(2 * largest)
    host = LocalHost(folders[0], device="cpu", shelf=shelf)
    host.ready()
    del host
    gc.collect()
    assert not shelf.held() and not shelf.alive()


def test_threads_that_want_different_models_all_get_right_answers(folders, largest, watch) -> None:
    shelf = watch(int(1.5 * largest))
    hosts = [LocalHost(folder, device="cpu", shelf=shelf) for folder in folders]
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
    shelf.check()


def test_a_model_is_loaded_once_for_all_who_ask_at_once() -> None:
    loaded, gate = [], threading.Event()

    def load() -> str:
        gate.wait(5)
        loaded.append(1)
        return "model"

    shelf, got = Shelf(lambda device, held: 100 - held), []
    weights = Weights("one", "cpu", 10, lambda: None, load, lambda model: 10)

    def ask() -> None:
        with shelf.lease("key", weights) as lease:
            got.append(lease.model)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    gate.set()
    for thread in threads:
        thread.join()
    assert got == ["model"] * 4 and len(loaded) == 1 and shelf.held() == {"one": 10}


def test_a_translator_shares_the_memory_and_is_never_kept_waiting(folders, largest, watch) -> None:
    """A model in use leaves no room; the translator that its column may be waiting for is taken in all the same."""
    shelf = watch(int(1.5 * largest))
    host = LocalHost(folders[0], device="cpu", shelf=shelf)
    translator = Seq2Seq(POCKET / "translator", "pocket", shelf)
    kinyarwanda, english = catalog.language("kin"), catalog.language("eng")
    stream = host.generate(PROMPTS, "", FREE)
    begun = [next(piece for piece in stream if piece[1].text or piece[1].final)]
    written = texts(translator.translate(["Aline yafunguye ivuriro."], kinyarwanda, english))
    assert written == texts(
        Seq2Seq(POCKET / "translator").translate(["Aline yafunguye ivuriro."], kinyarwanda, english)
    )
    assert set(shelf.held()) <= {host.name, "pocket"} and host.name in shelf.held()
    assert len(texts([*begun, *stream])) == len(PROMPTS)
    other = LocalHost(folders[1], device="cpu", shelf=shelf)
    other.ready()
    assert list(shelf.held()) == [other.name], "it leaves like any other"


def test_what_was_translated_before_needs_no_weights(folders, largest, watch) -> None:
    shelf = watch(10**9)
    translator = Seq2Seq(POCKET / "translator", "pocket", shelf)
    languages = catalog.language("kin"), catalog.language("eng")
    assert translator.revision and not translator.lacks(languages[0]) and not shelf.held()
    first = texts(translator.translate(["Aline yafunguye ivuriro."], *languages))
    shelf.drop(translator._key)
    assert texts(translator.translate(["Aline yafunguye ivuriro."], *languages)) == first and not shelf.held()


def test_memory_that_runs_out_halves_the_batch_and_the_column_says_so(folders) -> None:
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
    """The base, full weights and a translator, which is larger than all the room: each is in the others' way."""
    shelf = watch(int(1.2 * largest))
    host = LocalHost(folders[0], device="cpu", shelf=shelf)
    translator = Seq2Seq(POCKET / "translator", "pocket", shelf)
    columns = (
        *(Column(name, name) for name in ("prompt", "translate")),
        Column("laft", "laft", {"adapter": "kin-full"}),
    )
    plan = Plan(task, "kin", columns, model="x", shots=1, samples=3, limits=Limits(4))
    seen = compare.compare(plan, replace(PARTS, host=lambda name: host, translator=lambda name: translator))
    *_, last = seen
    assert [(run.state, run.errors) for run in last.runs] == [("done", 0)] * 3, [run.note for run in last.runs]
    shelf.check()
