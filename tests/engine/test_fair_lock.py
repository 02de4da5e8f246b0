"""The lock of the processor: its callers take turns, and a translator lets a language model in between its tokens."""

from __future__ import annotations

import time
from threading import Thread

from xlt_core import catalog
from xlt_core.hosts.local import LocalHost
from xlt_core.models import fair_lock
from xlt_core.models.fair_lock import PROCESSOR, FairLock
from xlt_core.settings import POCKET
from xlt_core.translators.seq2seq import Seq2Seq


def test_who_holds_it_lets_those_go_first_who_wait() -> None:
    lock, order = FairLock(), []

    def other() -> None:
        with lock:
            order.append("other")

    with lock:
        lock.let_others()  # nobody waits
        thread = Thread(target=other)
        thread.start()
        while len(lock._queue) < 2:
            time.sleep(0.001)
        order.append("first")
        lock.let_others()
        order.append("first again")
    thread.join()
    assert order == ["first", "other", "first again"] and not lock._queue


def test_all_models_on_the_processor_share_it() -> None:
    hosts = [LocalHost(POCKET / "model", device="cpu") for _ in range(2)]
    assert hosts[0]._engine is not hosts[1]._engine
    assert {id(host._engine.lock) for host in hosts} == {id(PROCESSOR)}


def test_a_translation_lets_others_in_after_each_token(monkeypatch) -> None:
    held = []
    monkeypatch.setattr(fair_lock.FairLock, "let_others", lambda lock: held.append(bool(lock._queue)))
    languages = catalog.language("kin"), catalog.language("eng")
    reply = dict(Seq2Seq(POCKET / "translator").translate(["Aline yafunguye ivuriro."], *languages))[0]
    assert len(held) >= reply.tokens_out > 0 and all(held) and not PROCESSOR._queue
