"""The local host with an encoder-decoder against the simplest computation: one prompt at a time, no cache, no batch."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import torch
from helpers import adaptations as seam
from helpers.tiny_encoder_decoders import FAMILIES, make, make_adapter
from peft import PeftModel
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from xlt_core.catalog import PARTS
from xlt_core.comparison import compare
from xlt_core.contracts import Adapts, Generates, Host, Scores
from xlt_core.hosts.local import LocalHost
from xlt_core.models.loading import MAX_RELATIVE_CONTEXT
from xlt_core.records import Column, InputError, Limits, Message, Plan, Prompt, Reply, Row

TEXTS = (
    "Gwamnati ta ƙaddamar da sabuwar hanya.",
    "The team won the match in Kigali, and the minister visited the hospital.",
    "a",
    "😀 {} </s> <pad> ɗalibai",
    "Abayizi baasomye ebitabo, ŋŋenda.",
)
CHOICES = ("sports", "health", "politics", "x", "religion and news")
NESTED = ("hanya", "hanyas", "health")  # one begins another
FREE = Limits(tokens=16, stop=())


def asked(text: str) -> Prompt:
    return (Message("system", "Give the topic of the text."), Message("user", f"Text: {text}\nTopic:"))


PROMPTS = [asked(text) for text in TEXTS]


class Reference:
    """The computation without caches and batches, by transformers alone; what it has answered it keeps."""

    def __init__(self, folder: Path, adapter: str = "") -> None:
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForSeq2SeqLM.from_pretrained(folder, dtype=torch.float32).eval()
        config = self.model.generation_config
        forced = [config.forced_bos_token_id] if config.forced_bos_token_id is not None else []
        self.first = [config.decoder_start_token_id, *forced]
        if adapter:
            self.model = PeftModel.from_pretrained(self.model, folder / "adapters" / adapter).eval()
        self.score, self.tokens = cache(self.score), cache(self.tokens)

    def ids(self, text: str) -> torch.Tensor:
        """The encoder's input."""
        return self.tokenizer(text, return_tensors="pt", split_special_tokens=True).input_ids

    @torch.no_grad()
    def score(self, text: str, choice: str, ended: bool) -> float:
        label = self.tokenizer(choice, add_special_tokens=False).input_ids + [self.tokenizer.eos_token_id] * ended
        given = torch.tensor([self.first + label])
        logs = self.model(input_ids=self.ids(text), decoder_input_ids=given).logits[0].log_softmax(-1)
        return sum(float(logs[len(self.first) - 1 + n, token]) for n, token in enumerate(label))

    def tokens(self, text: str, count: int) -> list[int]:
        ids, begun = self.ids(text), len(self.first)
        out = self.model.generate(
            input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=count + begun - 1, do_sample=False
        )
        return out[0, begun:].tolist()

    def generate(self, text: str, count: int) -> str:
        return self.tokenizer.decode(self.tokens(text, count), skip_special_tokens=True).lstrip(" ")


@pytest.fixture(scope="module", params=FAMILIES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(request.param, tmp_path_factory.mktemp(request.param) / request.param)


@pytest.fixture(scope="module")
def reference(folder: Path) -> Reference:
    return Reference(folder)


@pytest.fixture
def host(folder: Path) -> LocalHost:
    return LocalHost(folder, device="cpu")


@pytest.fixture(scope="module")
def mt5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make("mt5", tmp_path_factory.mktemp("one") / "mt5")


def finals(replies) -> dict[int, Reply]:
    return {index: reply for index, reply in replies if reply.final}


def texts(replies) -> list[str]:
    return [reply.text for _, reply in sorted(finals(replies).items())]


def test_it_can_all_that_a_local_host_can(host: LocalHost) -> None:
    assert all(isinstance(host, kind) for kind in (Host, Generates, Scores, Adapts))
    assert host.context in (192, 256, MAX_RELATIVE_CONTEXT), (
        "a length that is claimed, or the one for relative positions"
    )


@pytest.mark.parametrize("step", [1, 4096])
def test_choices_are_scored_as_outputs_of_the_decoder(host: LocalHost, reference: Reference, step: int) -> None:
    host._engine.step_tokens = step
    choices = [CHOICES, NESTED, CHOICES[:1], NESTED, CHOICES]
    found = finals(host.score(PROMPTS, choices))
    for index, (prompt, some) in enumerate(zip(PROMPTS, choices, strict=True)):
        expected = {choice: reference.score(host.render(prompt), choice, some is NESTED) for choice in some}
        assert found[index].choices == pytest.approx(expected, abs=1e-4)
        assert found[index].text == max(expected, key=expected.__getitem__)
        assert found[index].tokens_in == reference.ids(host.render(prompt)).shape[1]


def test_an_item_runs_through_the_encoder_once(host: LocalHost) -> None:
    rows: list[int] = []
    encoder = host._engine.model.get_encoder()
    encoder.register_forward_pre_hook(
        lambda model, given, named: rows.append(len(named["input_ids"])), with_kwargs=True
    )
    list(host.score(PROMPTS, [CHOICES] * len(PROMPTS)))
    assert sum(rows) == len(PROMPTS)


@pytest.mark.parametrize("step", [1, 4096])
def test_texts_are_those_of_transformers(host: LocalHost, reference: Reference, step: int) -> None:
    host._engine.step_tokens = step
    assert texts(host.generate(PROMPTS, limits=FREE)) == [reference.generate(host.render(p), 16) for p in PROMPTS]


def test_an_output_ends_at_a_stop_string_at_its_end_or_when_it_is_long_enough(
    host: LocalHost, reference: Reference
) -> None:
    whole = [reference.generate(host.render(prompt), 16) for prompt in PROMPTS]
    longest = max(range(len(whole)), key=lambda index: len(whole[index]))
    mark = whole[longest][len(whole[longest]) // 2]
    cut = finals(host.generate(PROMPTS, limits=Limits(tokens=16, stop=(mark,))))
    assert [cut[index].text for index in range(len(PROMPTS))] == [text.partition(mark)[0] for text in whole]
    assert cut[longest].tokens_out < 16
    ending = reference.tokens(host.render(PROMPTS[0]), 16)[2]
    host._engine.end_tokens = frozenset([ending])
    replies = finals(host.generate(PROMPTS, limits=FREE))
    assert replies[0].tokens_out <= 3 and max(reply.tokens_out for reply in replies.values()) <= 16


def test_it_streams_and_can_be_stopped_within(host: LocalHost, reference: Reference) -> None:
    host.ready()
    host._engine.stream_interval = 0.0
    host._engine.step_tokens = 1
    replies = host.generate(PROMPTS, limits=FREE)
    first = next(replies)
    assert not first[1].final and first[1].tokens_out == 0, "as soon as one prompt is encoded"
    seen = [first, *replies]
    for index, prompt in enumerate(PROMPTS):
        own = [reply for number, reply in seen if number == index]
        assert sum(reply.final for reply in own) == 1 and own[-1].final and len(own) > 3
        assert own[-1].text == reference.generate(host.render(prompt), 16)
    stopped = host.generate(PROMPTS, limits=FREE)
    next(stopped)
    stopped.close()
    assert finals(host.score(PROMPTS[:1], [CHOICES])), "the model is free for others"


def test_draws_depend_on_the_seed_and_the_prompt_alone(mt5: Path) -> None:
    host = LocalHost(mt5, device="cpu")
    limits = replace(FREE, temperature=1.0, seed=3)
    together = texts(host.generate(PROMPTS, limits=limits))
    assert together == [texts(host.generate([prompt], limits=limits))[0] for prompt in PROMPTS]
    assert together != texts(host.generate(PROMPTS, limits=replace(limits, seed=4)))


def test_a_batch_for_which_memory_runs_out_is_halved(mt5: Path) -> None:
    host = LocalHost(mt5, device="cpu")
    expected = texts(host.generate(PROMPTS, limits=FREE))
    sizes: list[int] = []

    def narrow(model, given, named) -> None:
        sizes.append(len(named["decoder_input_ids"]))
        if sizes[-1] > 2:
            raise torch.OutOfMemoryError("CUDA out of memory.")

    host._engine.model.register_forward_pre_hook(narrow, with_kwargs=True)
    found = finals(host.generate(PROMPTS, limits=FREE))
    assert [found[index].text for index in range(len(PROMPTS))] == expected and max(sizes) > 2
    assert found[0].note == "memory ran out: the batch was halved, and the work went on"
    assert finals(host.score(PROMPTS, [CHOICES[:2]] * len(PROMPTS)))


def test_adapters_run_beside_the_base(mt5: Path) -> None:
    make_adapter(mt5, mt5 / "adapters" / "kin")
    host, base, adapted = LocalHost(mt5, device="cpu"), Reference(mt5), Reference(mt5, "kin")
    assert host.adapters("kin") == ("kin",) and host.adapted("kin") is host
    sent = host.render(PROMPTS[0])
    for name, reference in (("kin", adapted), ("", base), ("kin", adapted)):
        (reply,) = finals(host.score(PROMPTS[:1], [CHOICES], name)).values()
        expected = {choice: reference.score(sent, choice, False) for choice in CHOICES}
        assert reply.choices == pytest.approx(expected, abs=1e-4)
    assert texts(host.generate(PROMPTS, "kin", FREE)) == [adapted.generate(host.render(p), 16) for p in PROMPTS]


@pytest.mark.parametrize("task", ["topic", "summary", "ner"])
def test_it_runs_in_a_comparison(mt5: Path, task: str) -> None:
    rows = tuple(Row(text) for text in TEXTS[:2])
    plan = Plan(task, "kin", (Column("prompt", "prompt"), Column("translate", "translate")), model=str(mt5),
                inputs=rows, shots=2, limits=Limits(8))  # fmt: skip
    *_, last = compare.compare(plan, replace(PARTS, host=lambda name: LocalHost(mt5, device="cpu")))
    assert [run.state for run in last.runs] == ["done", "done"], [run.note for run in last.runs]


def test_an_empty_prompt_and_one_that_is_too_long_are_refused(mt5: Path) -> None:
    host = LocalHost(mt5, device="cpu")
    with pytest.raises(InputError, match="The prompt is empty"):
        list(host.generate([(Message("user", ""),)]))
    with pytest.raises(InputError, match=f"takes {host.context} tokens"):
        list(host.score([asked("a b " * host.context)], [CHOICES]))


@pytest.mark.parametrize("odd", ["null", "1.5", "[]", "100000", "-1"])
def test_a_model_without_a_first_token_is_refused(mt5: Path, tmp_path: Path, odd: str) -> None:
    folder = tmp_path / "mt5"
    shutil.copytree(mt5, folder)
    for name in ("config.json", "generation_config.json"):
        values = json.loads((folder / name).read_text("utf-8"))
        if name == "generation_config.json" or odd == "null":
            values["decoder_start_token_id"] = json.loads(odd)
        (folder / name).write_text(json.dumps(values), "utf-8")
    with pytest.raises(InputError, match="names no decoder_start_token_id of its vocabulary"):
        list(LocalHost(folder, device="cpu").score(PROMPTS, [CHOICES] * len(PROMPTS)))


def test_adapt_refuses_it(mt5: Path, tmp_path: Path) -> None:
    given = seam.plan(seam.text(tmp_path), model=mt5, steps=2)
    with pytest.raises(
        InputError, match=r"^The model .*mt5 has an encoder and a decoder, and adapt trains models that .*"
    ):
        seam.finished(given, tmp_path / "out")
    assert not (tmp_path / "out").exists()
