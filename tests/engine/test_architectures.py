"""Whole comparisons on models that are neither Llama nor ours: each kind of answer, batched and one by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from helpers.small_hosts import Dictionary
from helpers.tiny_models import THINKING, GPTNeoXConfig, Qwen2Config, make_adapter, make_model, make_tokenizer
from transformers import (
    AutoModelForCausalLM,
    BloomConfig,
    FalconConfig,
    Gemma3Config,
    Gemma3TextConfig,
    GPT2Config,
    MistralConfig,
    MixtralConfig,
    RwkvConfig,
)

from xlt_core.__main__ import main
from xlt_core.catalog import PARTS
from xlt_core.comparison.compare import compare
from xlt_core.hosts.local import LocalHost
from xlt_core.records import Column, Comparison, InputError, Limits, Message, Plan, Reply
from xlt_core.settings import POCKET

COLUMNS = tuple(Column(name, name) for name in ("prompt", "translate", "laft"))
FULL = Column("laft full", "laft", {"adapter": "kin-full"})


@pytest.fixture(scope="module")
def neox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base model with a LoRA adapter and with full weights that have another vocabulary."""
    folder = make_model(tmp_path_factory.mktemp("neox"), kind=GPTNeoXConfig, context=2048)
    make_adapter(folder, folder / "adapters" / "kin")
    make_model(folder / "adapters" / "kin-full", kind=GPTNeoXConfig, size=300, seed=9, context=2048)
    return folder


@pytest.fixture(scope="module")
def instruct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model with a chat template that thinks unless told not to, and an adapter for it."""
    folder = make_model(tmp_path_factory.mktemp("instruct"), THINKING, kind=Qwen2Config, context=2048)
    make_adapter(folder, folder / "adapters" / "kin")
    return folder


@pytest.fixture(params=["neox", "instruct"])
def folder(request: pytest.FixtureRequest) -> Path:
    return request.getfixturevalue(request.param)


class Capitals(Dictionary):
    """A translator whose English are capital letters."""

    def translate(self, texts, source, target, beams=1):
        for index, text in enumerate(texts):
            yield index, Reply("translate", text, text.upper() if target.code == "eng" else text.lower())


def run(folder: Path, task: str, tokens: int, columns: tuple[Column, ...], **changes: object) -> Comparison:
    """The comparison with so many tokens in a forward pass; a prompt that has more goes through several, alone."""
    host, translator = LocalHost(folder, device="cpu"), Capitals()
    host._engine.step_tokens = tokens
    plan = Plan(task, "kin", columns, model=str(folder), shots=2, samples=3, limits=Limits(6, stop=()), **changes)
    *_, last = compare(plan, replace(PARTS, host=lambda name: host, translator=lambda name: translator))
    return last


@pytest.mark.parametrize("task", ["topic", "ner", "summary"])  # one of each kind of answer
def test_each_kind_of_answer_runs_and_the_batch_changes_nothing(folder: Path, task: str) -> None:
    columns = (*COLUMNS, FULL) if (folder / "adapters" / "kin-full").is_dir() else COLUMNS
    together, alone = run(folder, task, 16384, columns), run(folder, task, 9, columns)
    for many, one in zip(together.runs, alone.runs, strict=True):
        assert many.state == one.state == "done" and many.errors == 0, many.note
        for a, b in zip(many.predictions, one.predictions, strict=True):
            assert (a.id, a.answer, a.valid) == (b.id, b.answer, b.valid)
            assert [r.text for r in a.replies] == [r.text for r in b.replies]
            assert a.replies[-1].choices == pytest.approx(b.replies[-1].choices, abs=1e-4)
    prompt, adapted = together.runs[0], together.runs[2]
    assert [p.replies[-1].sent for p in prompt.predictions] == [p.replies[-1].sent for p in adapted.predictions]
    assert _outputs(prompt) != _outputs(adapted)
    assert len({tuple(_outputs(run)) for run in together.runs}) == len(columns)


def test_one_token_a_pass_changes_nothing(folder: Path) -> None:
    together, alone = (run(folder, "topic", tokens, COLUMNS[:1]).runs[0] for tokens in (16384, 1))
    for a, b in zip(together.predictions, alone.predictions, strict=True):
        assert a.replies[-1].choices == pytest.approx(b.replies[-1].choices, abs=1e-4)
    assert len(together.predictions) == 3 and alone.state == "done"


def _outputs(run: object) -> list[str]:
    return [f"{p.replies[-1].text} {sorted(p.replies[-1].choices.items())}" for p in run.predictions]


def test_an_instruct_model_gets_turns_and_does_not_think(instruct: Path) -> None:
    last = run(instruct, "topic", 4096, COLUMNS[:1])
    sent = last.runs[0].predictions[0].replies[-1].sent
    assert sent.startswith("<|system|>\n") and sent.count("<|user|>") == 3 and sent.count("<|assistant|>") == 3
    assert sent.endswith("<|assistant|>\n<think>\n\n</think>\n\n")


def test_full_weights_made_by_the_command_run_as_laft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus, out = tmp_path / "kin.txt", tmp_path / "adapted"
    corpus.write_text("\n\n".join(f"Aline yasuye ibitaro bya {n} i Huye ku wa mbere." for n in range(30)), "utf-8")
    train = ["adapt", "--language", "kin", "--corpus", corpus, "--method", "full", "--steps", "1", "--rows", "2",
             "--block", "32", "--out", out]  # fmt: skip
    assert main(list(map(str, train))) == 0
    assert (out / "config.json").is_file() and (out / "tokenizer.json").is_file()
    compare_it = ["compare", "--task", "topic", "--language", "kin", "--samples", "3", "--strategies", "prompt,laft"]
    assert main([*compare_it, "--adapter", str(out)]) == 0
    assert "laft" in capsys.readouterr().out
    host = LocalHost(POCKET / "model", device="cpu")
    assert host.adapted(str(out)).revision != host.revision


SHAPE = {"vocab_size": 420, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "bos_token_id": 0,
         "eos_token_id": 1, "pad_token_id": 1, "initializer_range": 0.3}  # fmt: skip
GROUPED = {**SHAPE, "num_key_value_heads": 2, "head_dim": 8, "intermediate_size": 64, "max_position_embeddings": 512}
PICTURES = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
            "image_size": 28, "patch_size": 14}  # fmt: skip
KINDS = {
    "sliding windows": lambda: MistralConfig(**GROUPED, sliding_window=16),
    "some layers slide": lambda: Gemma3TextConfig(**GROUPED, sliding_window=16),
    "reads pictures too": lambda: Gemma3Config(text_config=GROUPED, vision_config=PICTURES, mm_tokens_per_image=4),
    "learned positions": lambda: GPT2Config(n_embd=32, n_layer=2, n_head=4, n_positions=256, **SHAPE),
    "no positions": lambda: BloomConfig(n_layer=2, n_head=4, **SHAPE),
    "experts": lambda: MixtralConfig(**GROUPED, num_local_experts=4),
    "one head for all": lambda: FalconConfig(**SHAPE),
}


@pytest.mark.parametrize("kind", KINDS)
def test_any_transformer_writes_what_it_writes_alone(kind: str, tmp_path: Path) -> None:
    config, tokenizer = KINDS[kind](), make_tokenizer()
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config).eval()
    model.save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    host = LocalHost(tmp_path, device="cpu")
    prompts = [
        (Message("user", text),) for text in ("The team won the match in Kigali on Monday.", "Minisitiri", "a b")
    ]
    found = {i: r.text for i, r in host.generate(prompts, "", Limits(8, stop=())) if r.final}
    scores = {i: r.choices["sports news"] for i, r in host.score(prompts, [["x", "sports news"]] * 3) if r.final}
    for index, prompt in enumerate(prompts):
        ids = tokenizer(host.render(prompt), return_tensors="pt").input_ids
        out = model.generate(input_ids=ids, attention_mask=torch.ones_like(ids), max_new_tokens=8, do_sample=False)
        assert found[index] == tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True).lstrip(" ")
        whole = tokenizer(f"{host.render(prompt)} sports news", return_tensors="pt").input_ids
        with torch.no_grad():
            logs = model(whole).logits[0].log_softmax(-1)
        expected = sum(float(logs[i - 1, whole[0, i]]) for i in range(ids.shape[1], whole.shape[1]))
        assert scores[index] == pytest.approx(expected, abs=1e-3)


def test_what_is_no_transformer_is_refused(tmp_path: Path) -> None:
    AutoModelForCausalLM.from_config(RwkvConfig(**SHAPE)).save_pretrained(tmp_path)
    make_tokenizer().save_pretrained(tmp_path)
    with pytest.raises(InputError, match="of the kind rwkv, which cannot run here; choose a transformer"):
        LocalHost(tmp_path, device="cpu")
