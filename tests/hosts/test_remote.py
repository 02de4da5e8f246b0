"""The remote host against a real server on loopback, and against the local host with the same model."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest
from helpers.completions_server import CompletionsServer, reach

from xlt_core import catalog
from xlt_core.contracts import Adapts, Generates, Host, Scores, Setting
from xlt_core.hosts import _concurrent, _logprobs, _stream
from xlt_core.hosts._probe import Probe
from xlt_core.hosts._server import Server, ServerError
from xlt_core.hosts.local import LocalHost
from xlt_core.hosts.remote import MAX_CONCURRENT, AdaptingHost, connect
from xlt_core.prompting.calls import attempt
from xlt_core.records import Column, InputError, Limits, Message, Prompt, Reply

ASKED = (Message("user", "Text: Umuti mushya.\nTopic:"),)
CHOICES = ("health", "sports")


def asked(text: str) -> Prompt:
    return (Message("user", f"Text: {text}\nTopic:"),)


def finals(replies: Iterator[tuple[int, Reply]]) -> dict[int, Reply]:
    return {index: reply for index, reply in replies if reply.final}


def prompts_of(task: str, local: LocalHost, count: int) -> tuple[list[Prompt], tuple[str, ...]]:
    """Few-shot prompts over the bundled test items, as the strategies make them, and their labels."""
    world, speaks = catalog.dataset("world"), catalog.language("kin")
    shown = tuple(world.load(task, "kin", "train")[:4])
    setting = Setting(catalog.task(task), speaks, catalog.language("eng"), local, None, shown, Limits(), 0)
    preparation = catalog.strategy(Column("prompt", "prompt")).prepare(setting)
    try:
        while True:
            next(preparation)
    except StopIteration as end:
        items = world.load(task, "kin", "test")[:count]
        return [end.value.preview(item.blanked())[0] for item in items], items[0].choices


def probabilities(reply: Reply) -> dict[str, float]:
    total = sum(map(math.exp, reply.choices.values()))
    return {choice: math.exp(value) / total for choice, value in reply.choices.items()}


def test_the_probe_finds_what_the_server_can_do(server: CompletionsServer, local: LocalHost) -> None:
    host = reach(server)
    assert all(isinstance(host, kind) for kind in (Host, Generates, Scores, Adapts))
    assert (host.name, host.revision, host.context) == ("pocket", "pocket", 1024)
    assert host.adapters("kin") == ("kin",) and host.adapters("swa") == ()
    assert host.render(ASKED) == local.render(ASKED) and host.count(ASKED) == local.count(ASKED)
    assert "labels by likelihood" in host.describe() and "no likelihoods" not in host.describe()
    server.shows_adapters = False
    assert not isinstance(reach(server), Adapts)


def test_adapters_of_a_language_are_known_by_their_names() -> None:
    found = Probe("base", ("lora-kin", "kin-long", "hau", "kin", "org/lug_kin", "viking"))
    host = AdaptingHost(Server("http://127.0.0.1:1/v1"), found)
    assert host.adapters("kin") == ("kin", "kin-long", "lora-kin", "org/lug_kin") and host.adapters("hau") == ("hau",)
    scripts = AdaptingHost(
        Server("http://127.0.0.1:1/v1"), Probe("base", ("knc", "knc_Arab", "lora-knc_arab", "my-knc"))
    )
    assert scripts.adapters("knc") == ("knc", "my-knc") and scripts.adapters("knc_Arab") == (
        "knc_Arab",
        "lora-knc_arab",
    )


@pytest.mark.parametrize(("adapter", "more"), [("", ()), ("kin", ()), ("", ("sports and health", "sport", "spor"))])
def test_local_and_remote_give_the_same_label_probabilities(
    adapter: str, more: tuple[str, ...], server: CompletionsServer, local: LocalHost
) -> None:
    prompts, labels = prompts_of("topic", local, 2)
    labels += more
    ours = finals(local.score(prompts, [labels] * 2, adapter))
    theirs = finals(reach(server).score(prompts, [labels] * 2, adapter))
    for index, reply in ours.items():
        other = theirs[index]
        assert probabilities(other) == pytest.approx(probabilities(reply), abs=1e-4)
        assert other.choices == pytest.approx(dict(reply.choices), abs=1e-3)
        assert (other.sent, other.text, other.tokens_in, other.tokens_out) == (
            reply.sent, reply.text, reply.tokens_in, reply.tokens_out)  # fmt: skip


@pytest.mark.parametrize(("adapter", "stop"), [("", ("\n",)), ("kin", ("\n",)), ("", ())])
def test_local_and_remote_write_the_same_greedy_text(
    adapter: str, stop: tuple[str, ...], server: CompletionsServer, local: LocalHost
) -> None:
    prompts, limits = prompts_of("ner", local, 2)[0], Limits(tokens=12, stop=stop)
    ours = finals(local.generate(prompts, adapter, limits))
    theirs = finals(reach(server).generate(prompts, adapter, limits))
    assert {i: (r.sent, r.text, r.tokens_in) for i, r in theirs.items()} == {
        i: (r.sent, r.text, r.tokens_in) for i, r in ours.items()}  # fmt: skip
    assert all(reply.text and reply.tokens_out for reply in theirs.values())


@pytest.mark.parametrize("written", ["\n\nhealth\nText", "<think>\nsports?\n</think>\nhealth\nText"])
def test_a_stop_string_that_the_server_heeds_at_once_is_left_out_and_heeded_here(
    written: str, server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(text: str, name: str, most: int, stop: list[str]) -> list[str]:
        return list(written[: min([written.index(mark) for mark in stop], default=len(written))])

    host = reach(server)
    monkeypatch.setattr(server.model, "write", write)
    reply = finals(host.generate([ASKED], limits=Limits(tokens=64)))[0]
    assert reply.text.rpartition("\n")[2] == "health" and reply.tokens_out == len(written) + written.index("\n")
    assert [body.get("stop") for _, body in server.requests if body.get("stream")] == [["\n"], None]


def test_partial_texts_come_before_the_whole(server: CompletionsServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_stream, "STREAM_INTERVAL", 0.0)
    replies = [reply for _, reply in reach(server).generate([ASKED], limits=Limits(tokens=8, stop=()))]
    assert len(replies) > 4 and [reply.final for reply in replies] == [False] * (len(replies) - 1) + [True]
    assert all(replies[-1].text.startswith(reply.text) for reply in replies)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no logprobs", "ignores the request for log-probabilities"),
        ("no echo", "does not echo the prompt"),
        ("same", "same log-probabilities"),
        ("400", "refuses to echo a prompt with log-probabilities (status 400)"),
        ("500", "refuses to echo a prompt with log-probabilities (status 500)"),
    ],
)
def test_a_server_that_cannot_score_does_not_look_like_one_that_can(
    fault: str, said: str, server: CompletionsServer
) -> None:
    server.fault = lambda body: fault if body.get("echo") else ""
    host = reach(server)
    assert not isinstance(host, Scores) and isinstance(host, Generates) and isinstance(host, Adapts)
    assert said in host.describe() and "labels are read from what the model writes" in host.describe()
    assert finals(host.generate([ASKED], limits=Limits(tokens=3)))[0].text


def test_a_server_that_takes_one_prompt_at_a_time_still_scores(server: CompletionsServer, local: LocalHost) -> None:
    server.fault = lambda body: "400" if isinstance(body.get("prompt"), list) else ""
    reply = finals(reach(server).score([ASKED], [CHOICES]))[0]
    assert reply.choices == pytest.approx(dict(finals(local.score([ASKED], [CHOICES]))[0].choices), abs=1e-3)


def test_a_server_without_text_completions_gets_turns(server: CompletionsServer) -> None:
    server.missing = ("/v1/completions", "/tokenize")
    host, prompt = reach(server), (Message("system", "Give the topic."), *ASKED)
    assert not isinstance(host, Scores) and "takes chat turns only" in host.describe()
    reply = finals(host.generate([prompt]))[0]
    assert reply.text == "an answer" and reply.sent == "[user] Give the topic.\n\n" + ASKED[0].text
    assert server.requests[-1][1]["messages"] == [{"role": "user", "content": "Give the topic.\n\n" + ASKED[0].text}]


def test_tokens_are_estimated_where_the_server_does_not_count(server: CompletionsServer) -> None:
    server.missing = ("/tokenize",)
    host = reach(server)
    assert host.count(asked("x" * 100)) > 50 and "estimates" in host.describe()


def test_a_choice_that_is_joined_with_the_prompt_is_scored_from_before_the_joint() -> None:
    prompt = _logprobs.EchoedText((("<s>", 0), ("a", 3), (":", 4)), (0.0, -1.0, -2.0))
    joined = _logprobs.EchoedText((("<s>", 0), ("a", 3), (":x", 4)), (0.0, -1.0, -4.0))
    apart = _logprobs.EchoedText((("<s>", 0), ("a", 3), (":", 4), ("y", 5), ("z", 6)), (0.0, -1.0, -2.0, -3.0, -0.5))
    assert _logprobs.log_likelihoods(prompt, [apart]) == (3, [-3.5])
    assert _logprobs.log_likelihoods(prompt, [joined, apart]) == (2, [-4.0, -5.5])
    alike = _logprobs.EchoedText((("<s>", 0), ("a", 4), (":", 5), ("y", 6)), (0.0, -1.5, -2.5, -3.5))
    assert _logprobs.log_likelihoods(prompt, [alike]) == (1, [-7.5])


@pytest.mark.parametrize("shift", [0, 3])
def test_an_echo_is_read_up_to_the_token_behind_the_choice(shift: int) -> None:
    tokens = [("<s>", 0), ("Topic:", 0), (" x", 6), ("\n\n", 8), ("Te", 10), ("xt", 12)]
    shifted = tuple((token, start + shift * bool(number)) for number, (token, start) in enumerate(tokens))
    whole = _logprobs.EchoedText(shifted, (0.0, -1.0, -2.0, -4.0, -8.0, -16.0))
    assert _logprobs.up_to_first_after(whole, "\n\nText") == _logprobs.EchoedText(shifted[:4], (0.0, -1.0, -2.0, -4.0))
    joined = _logprobs.EchoedText((("Topic:", 0), (" x\n", 6), ("\nText", 9)), (0.0, -1.0, -2.0))
    assert _logprobs.up_to_first_after(joined, "\n\nText") == _logprobs.EchoedText(joined.tokens[:2], (0.0, -1.0))


def test_log_probabilities_that_do_not_add_up_are_found() -> None:
    prompt = _logprobs.EchoedText((("a", 0), ("b", 1)), (0.0, -1.0))
    shifted = [
        _logprobs.EchoedText((("a", 0), ("b", 1), (end, 2)), (0.0, log, log)) for end, log in (("c", -3.0), ("d", -4.0))
    ]
    assert "add up" in _logprobs.find_flaw(prompt, shifted)
    assert "above zero" in _logprobs.find_flaw(
        prompt, [_logprobs.EchoedText((("a", 0), ("b", 1), ("c", 2)), (0.0, -1.0, 0.5))]
    )


@pytest.mark.parametrize("fault", ["429", "500", "503", "break", "cut"])
def test_temporary_failures_are_retried(fault: str, server: CompletionsServer) -> None:
    host, faults = reach(server), [fault, fault]
    server.fault = lambda body: faults.pop() if faults else ""
    assert finals(host.generate([ASKED], limits=Limits(tokens=4)))[0].text
    assert not faults


def test_an_item_that_fails_does_not_affect_the_others(server: CompletionsServer) -> None:
    host, prompts = reach(server), [asked(text) for text in ("one", "BAD", "three", "four")]
    server.fault = lambda body: "500" if "BAD" in str(body["prompt"]) else ""
    outcomes = dict(attempt(lambda part: host.score([prompts[i] for i in part], [CHOICES] * len(part)), 4))
    assert [isinstance(outcomes[i], Reply) for i in range(4)] == [True, False, True, True]
    assert str(outcomes[1]).endswith("answered 500: made to fail.")


def test_a_server_that_hangs_times_out_and_meanwhile_the_caller_may_stop(
    server: CompletionsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_concurrent, "POLL_SECONDS", 0.02)
    host, partial = reach(server, timeout=0.3), 0
    server.fault = lambda body: "hang"
    with pytest.raises(ServerError, match=r"did not answer within 0\.3 s"):
        for _, reply in host.score([ASKED], [CHOICES]):
            assert not reply.final and reply.sent == ASKED[0].text
            partial += 1
    assert partial > 1


@pytest.mark.parametrize("call", ["generate", "score"])
def test_closing_a_call_closes_every_connection(call: str, server: CompletionsServer) -> None:
    host = reach(server)
    server.fault = lambda body: "hang"
    prompts = [asked(str(number)) for number in range(MAX_CONCURRENT + 4)]
    running = host.generate(prompts) if call == "generate" else host.score(prompts, [CHOICES] * len(prompts))
    next(running)
    assert all(server.hanging.acquire(timeout=30) for _ in range(MAX_CONCURRENT))
    running.close()
    assert [server.closed.get(timeout=30) for _ in range(MAX_CONCURRENT)] == [b""] * MAX_CONCURRENT
    assert not server.hanging.acquire(timeout=0.1), "no more than these run at once"


def test_no_more_requests_are_sent_to_a_server_that_is_gone(server: CompletionsServer) -> None:
    host = reach(server)
    server.stop()
    begun, prompts = time.monotonic(), [asked(str(number)) for number in range(100)]
    with pytest.raises(ServerError, match="cannot be reached"):
        list(host.generate(prompts))
    assert time.monotonic() - begun < 30, "each prompt was waited for"
    with pytest.raises(InputError, match="Start it"):
        host.count(ASKED)


def test_connection_errors_are_one_sentence(server: CompletionsServer) -> None:
    for address in ("http://127.0.0.1:1", "ftp://host/v1", "http://me:word@host/v1", "http://host:99999/v1"):
        with pytest.raises(InputError, match="ending in /v1"):
            connect(address)
    with pytest.raises(InputError, match=r"cannot be reached .* Start it"):
        connect("http://127.0.0.1:1/v1", server=Server("http://127.0.0.1:1/v1", tries=1))
    server.key = "secret"
    with pytest.raises(InputError, match="Set XLT_HOST_KEY"):
        connect(server.address, "wrong")
    assert connect(server.address, "secret").name == "pocket"
    host = reach(server)
    with pytest.raises(InputError, match=r"no adapter 'x' \(it has hau, kin, lug\)"):
        list(host.generate([ASKED], "x"))
    with pytest.raises(InputError, match="empty"):
        list(host.generate([(Message("user", ""),)]))
    assert not list(host.generate([])) and not list(host.score([], []))
