"""Full weights with their own tokenizer behind the same call as a LoRA adapter."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from helpers.tiny_models import CHAT, GPTNeoXConfig, make_adapter, make_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core import catalog
from xlt_core.comparison import compare, preview
from xlt_core.comparison.combining import why_not
from xlt_core.hosts.local import LocalHost
from xlt_core.records import Column, InputError, Limits, Message, Plan, Prompt, Row

PROMPTS: list[Prompt] = [
    (Message("system", "Give the topic."), Message("user", f"Text: {text}\nTopic:"))
    for text in ("The team won the match.", "Minisitiri w'ubuzima yasuye ibitaro.", "ɗalibai")
]
CHOICES = ["sports", "health", "religion and sports news"]
FREE = Limits(12, stop=())


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model with a LoRA adapter, and full weights of the same shape with a smaller vocabulary and context."""
    folder = make_model(tmp_path_factory.mktemp("base"))
    make_adapter(folder, folder / "adapters" / "kin")
    make_model(folder / "adapters" / "kin-full", size=300, seed=5, context=128)
    return folder


@pytest.fixture
def host(base: Path) -> LocalHost:
    return LocalHost(base, device="cpu")


def final(replies) -> list:
    return [reply for _, reply in sorted((i, r) for i, r in replies if r.final)]


def test_full_weights_are_listed_beside_adapters(host: LocalHost) -> None:
    assert host.adapters("kin") == ("kin", "kin-full")


def test_they_run_with_their_own_tokenizer(host: LocalHost, base: Path) -> None:
    folder = base / "adapters" / "kin-full"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    reader = host.adapted("kin-full")
    written, scored = (
        final(host.generate(PROMPTS, "kin-full", FREE)),
        final(host.score(PROMPTS, [CHOICES] * 3, str(folder))),
    )
    for prompt, wrote, weighed in zip(PROMPTS, written, scored, strict=True):
        ids = tokenizer(wrote.sent, return_tensors="pt").input_ids
        assert reader.count(prompt) == wrote.tokens_in == ids.shape[1] != host.count(prompt)
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=12, do_sample=False)
        assert wrote.text == tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True).lstrip(" ")
        whole = tokenizer(f"{weighed.sent} sports", return_tensors="pt").input_ids
        with torch.no_grad():
            logs = model(whole).logits[0].log_softmax(-1)
        expected = sum(float(logs[i - 1, whole[0, i]]) for i in range(ids.shape[1], whole.shape[1]))
        assert weighed.choices["sports"] == pytest.approx(expected, abs=1e-4)


def test_base_adapter_and_full_weights_do_not_affect_each_other(host: LocalHost) -> None:
    names = ("", "kin", "kin-full")
    alone = {name: [r.text for r in final(host.generate(PROMPTS, name, FREE))] for name in names}
    assert len({tuple(texts) for texts in alone.values()}) == 3
    streams = {name: host.generate(PROMPTS, name, FREE) for name in names}
    found: dict[str, dict[int, str]] = {name: {} for name in names}
    while streams:
        for name, stream in list(streams.items()):
            index, reply = next(stream, (0, None))
            if reply is None:
                del streams[name]
            elif reply.final:
                found[name][index] = reply.text
    assert {name: [text for _, text in sorted(texts.items())] for name, texts in found.items()} == alone


def test_a_prompt_is_fitted_to_the_context_of_the_adapted_weights(base: Path) -> None:
    """The full weights take 128 tokens and the base 512: only their column drops demonstrations."""
    columns = (Column("prompt", "prompt"), Column("laft", "laft", {"adapter": "kin-full"}))
    shown = tuple(Row(f"Ikipe yatsinze umukino wa {n} i Kigali.", "sports") for n in range(3))
    plan = Plan("topic", "kin", columns, model=str(base), demonstrations=shown, limits=Limits(4),
                inputs=(Row("Minisitiri w'ubuzima yasuye ibitaro."),))  # fmt: skip
    *_, seen = preview.preview(plan)
    reader = catalog.host(str(base)).adapted("kin-full")
    assert "dropped to fit the model's 128 tokens" in seen["laft"].notes[0] and not seen["prompt"].notes
    assert seen["laft"].tokens <= 128 < seen["prompt"].tokens
    assert seen["laft"].tokens == len(reader._tokenizer.encode([seen["laft"].text])[0])
    *_, last = compare.compare(plan)
    assert [run.state for run in last.runs] == ["done", "done"]
    assert last.runs[1].predictions[0].replies[-1].sent == seen["laft"].text


def test_weights_that_are_no_adaptation_of_the_base_are_refused_before_anything_is_computed(
    base: Path, tmp_path: Path
) -> None:
    other = make_model(tmp_path / "neox", kind=GPTNeoXConfig)
    wide = make_model(tmp_path / "wide", width=64)
    unfit = make_adapter(wide, tmp_path / "unfit")
    (tmp_path / "empty").mkdir()
    reasons = {
        str(other): "its kind is gpt_neox, and llama here",
        str(wide): "its width is 64, and 32 here",
        str(unfit): "32 wide here, and 64 there",
        str(tmp_path / "empty"): "There is no adapter",
    }
    for adapter, reason in reasons.items():
        plan = Plan("topic", "kin", (Column("prompt", "prompt"), Column("laft", "laft", {"adapter": adapter})),
                    model=str(base), samples=1, shots=0)  # fmt: skip
        found = why_not(plan)
        assert set(found) == {"laft"} and reason in found["laft"]
        host = catalog.host(str(base))
        with pytest.raises(InputError, match="adapter"):
            next(host.generate(PROMPTS, adapter))


def test_a_chat_tuned_adaptation_gets_its_template(host: LocalHost, tmp_path: Path) -> None:
    folder = make_model(tmp_path / "chat", CHAT, seed=3)
    [reply] = final(host.generate(PROMPTS[:1], str(folder), FREE))
    assert reply.sent == host.adapted(str(folder)).render(PROMPTS[0]) and reply.sent.startswith("<s><|user|>\nGive")
