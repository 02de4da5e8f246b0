"""The local host against the simplest computation: one prompt at a time, no cache, no batch."""

from __future__ import annotations

import gc
import threading
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from helpers.tiny_models import make_adapter, make_model
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core.contracts import Adapts, Generates, Host, Scores
from xlt_core.engine.kv_cache import StaticKVLayer
from xlt_core.engine.ways import Way
from xlt_core.hosts.local import LocalHost
from xlt_core.records import InputError, Limits, Message, Prompt, Reply

INSTRUCTION = "Give the topic of the text: business, health, politics, religion, sports."
SHOTS = (("The team won the match.", "sports"), ("Minisitiri w'ubuzima yasuye ibitaro.", "health"))
TEXTS = (
    "Gwamnati ta ƙaddamar da sabuwar hanya.",
    "Abayizi baasomye ebitabo, ŋŋenda, ne bagenda mu Kigali on Monday.",
    "a",
    "Minisitiri",
    "The minister visited the hospital and the team, and said nothing to anybody about the new road in Kano.",
    "😀 {} {{}} </s> ɗalibai",
)
CHOICES = ("sports", "sport news", "health", "politics", "x", "religion and sports news")
NESTED = ("hanya", "hanyas", "health")  # one begins another
FREE = Limits(tokens=24, stop=())
# Whether prefixes are shared at all, and whether attention to them is computed apart from that to a row's own tokens.
MODES = [Way(True, own_masks=True, splits_attention=True), Way(True, own_masks=True), Way(True), Way(False),
         Way(False, continues=False), Way(False, keeps=False)]  # fmt: skip


def few_shot(text: str) -> Prompt:
    turns = [Message("system", INSTRUCTION)]
    for question, answer in SHOTS:
        turns += [Message("user", f"Text: {question}\nTopic:"), Message("assistant", answer)]
    return (*turns, Message("user", f"Text: {text}\nTopic:"))


PROMPTS = [few_shot(text) for text in TEXTS]


class Reference:
    """The computation without caches and batches; what it has answered before it answers from its notes."""

    def __init__(self, folder: Path, adapter: str = "") -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        if adapter:
            self.model = PeftModel.from_pretrained(self.model, folder / "adapters" / adapter).eval()
        self.score, self.whole = cache(self.score), cache(self.whole)

    def ids(self, text: str) -> torch.Tensor:
        return self.tokenizer(text, return_tensors="pt", split_special_tokens=True).input_ids

    @torch.no_grad()
    def score(self, text: str, choice: str) -> float:
        start, whole = self.ids(text).shape[1], self.ids(f"{text} {choice}")
        logs = self.model(whole).logits[0].log_softmax(-1)
        return sum(float(logs[i - 1, whole[0, i]]) for i in range(start, whole.shape[1]))

    def whole(self, text: str, tokens: int) -> str:
        ids = self.ids(text)
        out = self.model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens, do_sample=False
        )
        return self.tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True)

    def generate(self, text: str, tokens: int, stop: tuple[str, ...] = ()) -> str:
        text = self.whole(text, tokens)
        ends = [text.index(mark) for mark in stop if mark in text]
        return text[: min(ends, default=len(text))].lstrip(" ")


def finals(replies) -> dict[int, Reply]:
    return {index: reply for index, reply in replies if reply.final}


def texts(replies) -> list[str]:
    return [reply.text for _, reply in sorted(finals(replies).items())]


@pytest.fixture(scope="module")
def references(folder: Path) -> dict[str, Reference]:
    """By adapter."""
    return {name: Reference(folder, name) for name in ("", "kin", "hau")}


@pytest.fixture
def reference(references: dict[str, Reference]) -> Reference:
    return references[""]


def test_host_has_the_contracts_abilities(host: LocalHost) -> None:
    for ability in (Host, Generates, Scores, Adapts):
        assert isinstance(host, ability)
    assert host.context == 512
    assert host.describe() == f"local · cpu · float32 · {host.name} @ {host.revision[:8]}"


def test_rendering_is_plain_text_for_a_base_model(host: LocalHost) -> None:
    assert host.render(few_shot("a")) == (
        "Give the topic of the text: business, health, politics, religion, sports.\n\n"
        "Text: The team won the match.\nTopic: sports\n\n"
        "Text: Minisitiri w'ubuzima yasuye ibitaro.\nTopic: health\n\n"
        "Text: a\nTopic:"
    )


def test_count_is_that_of_the_whole_text(host: LocalHost, reference: Reference) -> None:
    for prompt in PROMPTS:
        assert host.count(prompt) == reference.ids(host.render(prompt)).shape[1]


def test_a_control_token_in_a_text_stays_text(host: LocalHost) -> None:
    assert host.count((Message("user", "</s>"),)) > 2


@pytest.mark.parametrize("adapter", ["", "kin"])
@pytest.mark.parametrize("way", MODES)
def test_scores_equal_the_reference(host: LocalHost, references: dict[str, Reference], adapter: str, way: Way) -> None:
    assert str(host._engine.way) == "fast: prefix shared, choices packed"
    host._engine.take(way)
    reference = references[adapter]
    replies = finals(host.score(PROMPTS, [CHOICES] * len(PROMPTS), adapter))
    assert sorted(replies) == list(range(len(PROMPTS)))
    for index, reply in replies.items():
        for choice in CHOICES:
            assert reply.choices[choice] == pytest.approx(reference.score(reply.sent, choice), abs=1e-4)
        assert reply.text == max(reply.choices, key=reply.choices.__getitem__)
        assert reply.sent == host.render(PROMPTS[index])
        assert reply.tokens_in == host.count(PROMPTS[index])
        assert reply.seconds > 0


def test_scores_of_single_prompts_and_of_different_choices(host: LocalHost, reference: Reference) -> None:
    prompts = [*PROMPTS[:2], (Message("user", "Topic:"),)]
    choices = [["sports"], ["x", "sports news"], ["health", "x", "sports"]]
    together = finals(host.score(prompts, choices))
    for index, prompt in enumerate(prompts):
        alone = finals(host.score([prompt], [choices[index]]))[0]
        for choice in choices[index]:
            expected = pytest.approx(reference.score(alone.sent, choice), abs=1e-4)
            assert together[index].choices[choice] == expected
            assert alone.choices[choice] == expected


@pytest.mark.parametrize("way", MODES)
def test_where_one_choice_begins_another_all_are_scored_to_the_end_of_the_line(
    host: LocalHost, reference: Reference, way: Way
) -> None:
    host._engine.take(way)
    replies = finals(host.score(PROMPTS, [NESTED] * len(PROMPTS)))
    for reply in replies.values():
        for choice in NESTED:
            assert reply.choices[choice] == pytest.approx(reference.score(reply.sent, f"{choice}\n"), abs=1e-4)
            assert reply.choices[choice] < reference.score(reply.sent, choice)
    wins = [reply.choices["hanyas"] > reply.choices["hanya"] for reply in replies.values()]
    assert any(wins) and not all(wins), "neither of them always wins"


def test_a_cached_prefix_changes_no_score_and_serves_later_calls(host: LocalHost) -> None:
    choices = [CHOICES] * len(PROMPTS)
    first, lengths = finals(host.score(PROMPTS, choices)), []
    extend = host._engine._extend_prefix
    host._engine._extend_prefix = lambda cached, tokens, length, adapter: (
        lengths.append(len(tokens) - length) or extend(cached, tokens, length, adapter)
    )
    again, other = finals(host.score(PROMPTS, choices)), finals(host.score([PROMPTS[4]], [CHOICES]))
    assert again[3].choices == pytest.approx(first[3].choices, abs=1e-5)
    assert other[0].choices == pytest.approx(first[4].choices, abs=1e-5)
    assert len(lengths) == 1 and lengths[0] < host.count(PROMPTS[4]) - 40
    assert finals(host.score(PROMPTS, choices, "kin"))[0].choices != pytest.approx(first[0].choices, abs=1e-2)


@pytest.mark.parametrize("adapter", ["", "hau"])
@pytest.mark.parametrize("way", MODES)
@pytest.mark.parametrize("stop", [(), ("\n",), ("e", "or", " t")])
def test_greedy_text_equals_generate(
    host: LocalHost, references: dict[str, Reference], adapter: str, way: Way, stop: tuple[str, ...]
) -> None:
    host._engine.take(way)
    reference = references[adapter]
    expected = [reference.generate(host.render(prompt), 24, stop) for prompt in PROMPTS]
    assert texts(host.generate(PROMPTS, adapter, Limits(tokens=24, stop=stop))) == expected
    assert any(expected)


@pytest.mark.parametrize("way", MODES)
def test_queued_prompts_start_when_rows_have_finished(host: LocalHost, reference: Reference, way: Way) -> None:
    engine = host._engine
    engine.take(way)
    engine.cache_tokens = 450 if way.splits_attention else 900
    engine.step_tokens = 150 if way.packs else 900
    limits, rows, forward = Limits(tokens=24, stop=("e", "or", " t")), [], engine._forward
    engine._forward = lambda tokens, *rest: rows.append(len(tokens.ids)) or forward(tokens, *rest)
    prompts = PROMPTS + [few_shot(f"{text} {text[::-1]}") for text in TEXTS]
    expected = [reference.generate(host.render(prompt), 24, limits.stop) for prompt in prompts]
    assert texts(host.generate(prompts, limits=limits)) == expected
    assert 2 <= max(rows) < len(prompts)


def test_a_stop_string_that_matches_at_once_is_passed_over(host: LocalHost, monkeypatch: pytest.MonkeyPatch) -> None:
    written = "\n\n health\nText"
    monkeypatch.setattr(host._tokenizer, "decode", lambda rows: [written[: 2 * len(row)] for row in rows])
    reply = finals(host.generate(PROMPTS[:1], limits=Limits(tokens=24)))[0]
    assert (reply.text, reply.tokens_out) == ("health", 5), "it ends where the line of the answer ends"


def test_partial_replies_grow_into_the_final_one(host: LocalHost) -> None:
    streams: dict[int, list[Reply]] = {}
    for index, reply in host.generate(PROMPTS, limits=FREE):
        streams.setdefault(index, []).append(reply)
    for stream in streams.values():
        assert [reply.final for reply in stream] == [False] * (len(stream) - 1) + [True]
        assert [reply.tokens_out for reply in stream] == list(range(1, len(stream) + 1))
        assert all(stream[-1].text.startswith(reply.text) for reply in stream)
    assert len(streams[0]) == FREE.tokens


def test_an_end_token_ends_the_text(host: LocalHost, reference: Reference) -> None:
    ids = reference.ids(host.render(PROMPTS[0]))
    third = int(reference.model.generate(input_ids=ids, max_new_tokens=3, do_sample=False)[0, -1])
    host._engine.end_tokens = frozenset([third])
    reply = finals(host.generate(PROMPTS[:1], limits=FREE))[0]
    assert reply.tokens_out <= 3
    assert reply.text == reference.generate(reply.sent, reply.tokens_out - 1)


def test_sampling_is_seeded_and_independent_of_the_batch(host: LocalHost) -> None:
    def sample(prompts, seed):
        return texts(host.generate(prompts, limits=Limits(8, temperature=1.0, seed=seed, stop=())))

    together = sample(PROMPTS, 0)
    assert sample(PROMPTS, 0) == together
    assert sample(PROMPTS[2:3], 0) == together[2:3]
    assert sample(PROMPTS, 1) != together


def test_interleaved_adapters_do_not_affect_each_other(host: LocalHost) -> None:
    names = ("", "kin", "hau")
    alone = {name: texts(host.generate(PROMPTS, name, FREE)) for name in names}
    assert len({tuple(written) for written in alone.values()}) == 3
    streams = {name: host.generate(PROMPTS, name, FREE) for name in names}
    found: dict[str, dict[int, str]] = {name: {} for name in names}
    while streams:
        for name, stream in list(streams.items()):
            index, reply = next(stream, (None, None))
            if reply is None:
                del streams[name]
            elif reply.final:
                found[name][index] = reply.text
    assert {name: [text for _, text in sorted(rows.items())] for name, rows in found.items()} == alone


def test_the_kv_cache_of_a_call_is_freed_without_the_cycle_collector(host: LocalHost) -> None:
    gc.collect()
    gc.disable()  # it runs by the number of objects and not their size, perhaps after memory has run out
    try:
        list(host.generate(PROMPTS, limits=Limits(tokens=4)))
        list(host.score(PROMPTS, [("a b", "c")] * len(PROMPTS)))
        assert not [left for left in gc.get_objects() if isinstance(left, StaticKVLayer)]
    finally:
        gc.enable()


def test_a_closed_generator_leaves_the_model_free(host: LocalHost) -> None:
    expected = texts(host.generate(PROMPTS, "kin", FREE))
    stream = host.generate(PROMPTS, "", FREE)
    next(stream)
    stream.close()
    assert not host._engine.lock._queue
    assert texts(host.generate(PROMPTS, "kin", FREE)) == expected


def test_threads_get_their_own_results(host: LocalHost) -> None:
    jobs = [("", PROMPTS), ("kin", PROMPTS[::-1]), ("", PROMPTS[1:4]), ("hau", PROMPTS)]
    expected = [texts(host.generate(prompts, adapter, FREE)) for adapter, prompts in jobs]
    found: dict[int, list[str]] = {}

    def work(number: int) -> None:
        adapter, prompts = jobs[number]
        found[number] = texts(host.generate(prompts, adapter, FREE))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [found[number] for number in range(len(jobs))] == expected


def test_a_batch_that_does_not_fit_is_halved(host: LocalHost, reference: Reference) -> None:
    host._engine.step_tokens = 4096
    forward, sizes = host._engine._forward, []

    def narrow(tokens, *rest):
        sizes.append(len(tokens.ids))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return forward(tokens, *rest)

    host._engine._forward = narrow
    assert texts(host.generate(PROMPTS, limits=FREE)) == [reference.generate(host.render(p), 24) for p in PROMPTS]
    assert 6 in sizes and 3 in sizes
    host._engine._forward = lambda *_: narrow(SimpleNamespace(ids=[0, 0, 0]))
    with pytest.raises(InputError, match="ran out of memory"):
        list(host.generate([few_shot("another text")], limits=FREE))


def test_adapters_are_listed_by_language(host: LocalHost) -> None:
    assert host.adapters("kin") == ("kin", "kin-long")
    assert host.adapters("hau") == ("hau",)
    assert host.adapters("lug") == ()


def test_an_adapter_for_another_script_is_not_offered(host: LocalHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlt_core.hosts.local.in_folder", lambda place: {"knc_Arab": "", "knc-long": ""})
    assert host.adapters("knc") == ("knc-long",) and host.adapters("knc_Arab") == ("knc_Arab",)


def test_an_adapter_may_be_any_folder_and_is_loaded_again_when_its_files_change(
    host: LocalHost, folder: Path, tmp_path: Path
) -> None:
    place = make_adapter(folder, tmp_path / "mine", seed=1)
    assert texts(host.generate(PROMPTS, str(place), FREE)) == texts(host.generate(PROMPTS, "kin", FREE))
    make_adapter(folder, place, seed=3)
    assert texts(host.generate(PROMPTS, str(place), FREE)) == texts(host.generate(PROMPTS, "hau", FREE))


def test_an_adapter_that_does_not_fit_is_refused_and_harms_nothing(host: LocalHost, tmp_path: Path) -> None:
    expected = texts(host.generate(PROMPTS, "", FREE))
    other = make_adapter(make_model(tmp_path / "wide", width=64), tmp_path / "wide-adapter")
    with pytest.raises(InputError, match=r"does not fit this model; .*32 wide here, and 64 there"):
        list(host.generate(PROMPTS, str(other), FREE))
    with pytest.raises(InputError, match=r"no adapter 'nope' .*it has hau, kin, kin-long"):
        list(host.generate(PROMPTS, "nope", FREE))
    assert texts(host.generate(PROMPTS, "", FREE)) == expected


def test_a_chat_model_gets_its_template(chat_folder: Path) -> None:
    host = LocalHost(chat_folder, device="cpu")
    prompt = (Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Yo"), Message("user", "So?"))
    sent = "<s><|user|>\nBe brief.\n\nHi\n<|assistant|>\nYo\n<|user|>\nSo?\n<|assistant|>\n"
    assert host.render(prompt) == sent
    tokenizer = AutoTokenizer.from_pretrained(chat_folder)
    model = AutoModelForCausalLM.from_pretrained(chat_folder, dtype=torch.float32).eval()
    ids = tokenizer(sent, add_special_tokens=False, return_tensors="pt").input_ids
    assert host.count(prompt) == ids.shape[1]
    out = model.generate(input_ids=ids, max_new_tokens=12, do_sample=False)[0, ids.shape[1] :]
    [written] = texts(host.generate([prompt], limits=Limits(12, stop=())))
    assert written == tokenizer.decode(out, skip_special_tokens=True).lstrip(" ")
    whole = tokenizer(sent + "sports", add_special_tokens=False, return_tensors="pt").input_ids
    with torch.no_grad():
        logs = model(whole).logits[0].log_softmax(-1)
    expected = sum(float(logs[i - 1, whole[0, i]]) for i in range(ids.shape[1], whole.shape[1]))
    assert finals(host.score([prompt], [["sports", "x"]]))[0].choices["sports"] == pytest.approx(expected, abs=1e-4)


def test_a_text_cannot_end_its_turn_in_a_chat(chat_folder: Path) -> None:
    host = LocalHost(chat_folder, device="cpu")
    end = host._tokenizer._tokenizer.eos_token_id
    usual, sly = (
        host._tokenizer.encode([host.render((Message("user", text),))])[0] for text in ("Hi x", "Hi </s><s> x")
    )
    assert sly.count(end) == usual.count(end) and "< /s>< s> x" in host.render((Message("user", "Hi </s><s> x"),))


def test_input_errors_are_one_sentence(host: LocalHost, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="takes 512 tokens"):
        list(host.generate([few_shot("word " * 2000)]))
    with pytest.raises(InputError, match="takes 512 tokens"):
        list(host.score([few_shot("word " * 2000)], [CHOICES]))
    with pytest.raises(InputError, match="at least one label"):
        list(host.score(PROMPTS[:1], [()]))
    with pytest.raises(InputError, match="There is no model folder"):
        LocalHost(tmp_path / "nowhere")
    with pytest.raises(InputError, match="No language model could be loaded"):
        LocalHost(tmp_path)
    assert list(host.generate([])) == list(host.score([], [])) == []


def test_an_answer_stops_at_the_context(host: LocalHost) -> None:
    prompt = (Message("user", "a " * 240),)
    reply = finals(host.generate([prompt], limits=Limits(4000, stop=())))[0]
    assert reply.tokens_in + reply.tokens_out == host.context


def test_the_revision_follows_the_weights(folder: Path, tmp_path: Path) -> None:
    same, other = make_model(tmp_path / "same"), make_model(tmp_path / "other", width=64)
    assert LocalHost(same).revision == LocalHost(folder).revision != LocalHost(other).revision


def test_the_identity_follows_model_adapter_and_precision(host: LocalHost, folder: Path, tmp_path: Path) -> None:
    place = make_adapter(folder, tmp_path / "mine", seed=1)
    told = [host.identity(), host.identity("kin"), host.identity("hau")]
    assert len(set(told)) == 3 and host.identity(str(place)) == told[1]
    make_adapter(folder, place, seed=3)
    assert host.identity(str(place)) == told[2]
    settings = place / "adapter_config.json"
    settings.write_text(settings.read_text().replace('"lora_alpha": ', '"lora_alpha": 1'))
    assert host.identity(str(place)) not in told
    assert LocalHost(folder, device="cpu", dtype="bfloat16").identity() != told[0]
    assert LocalHost(make_model(tmp_path / "other", width=64), device="cpu").identity() != told[0]
    with pytest.raises(InputError, match="no adapter 'nope'"):
        host.identity("nope")
