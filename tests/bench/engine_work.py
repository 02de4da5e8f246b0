"""What the engine's benchmark runs: two workloads of the bundled world's texts, and a larger random model."""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from helpers.architectures import ARCHITECTURES, Shape, make

from xlt_core.comparison.data import split_rows
from xlt_core.comparison.sampling import sample
from xlt_core.models.names import model_path
from xlt_core.records import Limits, Message, Plan, Prompt
from xlt_core.settings import POCKET

LABELS = (
    "business and trade",
    "films and music",
    "health of people",
    "the government",
    "sports and football",
    "news of the team",
    "new computers",
)  # 2 to 4 tokens each for pocket's tokenizer
LETTERS = "ABCDEFG"
WORDS = (35, 55)  # of an item, drawn evenly: 45 in the middle
LIMITS = Limits(tokens=48, stop=("\n",))


@dataclass(frozen=True)
class Work:
    """Prompts to answer: with one of the labels, or if there are none by generating."""

    prompts: tuple[Prompt, ...]
    labels: tuple[str, ...] = ()

    def first(self, items: int) -> Work:
        return replace(self, prompts=self.prompts[:items])


def texts(language: str, split: str, number: int, seed: int) -> list[str]:
    """Texts of some 45 words each: news items of the bundled world, one after another, cut at a drawn word."""
    rng, items = random.Random(seed), sample(split_rows(Plan("topic", language, split=split)), 300, seed=0)
    words = [
        word for _ in range(1 + number // 90) for item in rng.sample(items, len(items)) for word in item.text.split()
    ]
    found = []
    for _ in range(number):
        size = rng.randint(*WORDS)
        found.append(" ".join(words[:size]))
        words = words[size:]
    return found


def labelling(items: int, shots: int = 8, seed: int = 0) -> Work:
    """Workload A: every demonstration and item a text of some 45 words, and seven labels to choose among."""
    rng = random.Random(seed)
    shown = [(text, rng.choice(LABELS)) for text in texts("kin", "train", shots, seed)]
    rule = f"Give the topic of the text: {', '.join(LABELS)}."
    return Work(tuple(prompts(rule, "Topic", shown, texts("kin", "test", items, seed))), LABELS)


def letters(items: int, shots: int = 8, seed: int = 0) -> Work:
    """Workload A1: the same texts and labels, of which a letter is asked: one token each."""
    rng = random.Random(seed)
    shown = [(text, rng.choice(LETTERS)) for text in texts("kin", "train", shots, seed)]
    rule = "Give the letter of the topic: " + ", ".join(map("{} {}".format, LETTERS, LABELS)) + "."
    return Work(tuple(prompts(rule, "Topic", shown, texts("kin", "test", items, seed))), tuple(LETTERS))


def writing(items: int, shots: int = 8, seed: int = 0) -> Work:
    """Workload B: the same texts, each demonstration with a sentence as its summary."""
    shown = [(text, " ".join(text.split()[:8])) for text in texts("kin", "train", shots, seed)]
    rule = "Write a summary of the text in one sentence."
    return Work(tuple(prompts(rule, "Summary", shown, texts("kin", "test", items, seed))))


def prompts(rule: str, field: str, shown: list[tuple[str, str]], asked: list[str]) -> list[Prompt]:
    turns = [Message("system", rule)]
    for text, answer in shown:
        turns += [Message("user", f"Text: {text}\n{field}:"), Message("assistant", answer)]
    return [(*turns, Message("user", f"Text: {text}\n{field}:")) for text in asked]


def make_llama(folder: Path) -> Path:
    """A Llama of 162 million parameters with random weights and pocket's tokenizer.

    The rows of the output that the tokenizer has no piece for are zero, so that what it writes can be read.
    """
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(POCKET / "model")
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=32_000,
        hidden_size=768,
        intermediate_size=3072,
        num_hidden_layers=12,
        num_attention_heads=12,
        max_position_embeddings=2048,
        initializer_range=0.06,  # sharp enough that no two tokens tie
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        model.lm_head.weight[len(tokenizer) :] = 0
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def model_folder(name: str, scratch: Path) -> Path:
    """The folder of a model; what has none is written into `scratch`.

    name: 6M, which is pocket; 160M, a random Llama; an architecture of helpers/architectures.py; or a real model by its
    name, folder or GGUF file.
    """
    folder = scratch / Path(name).stem
    if name == "6M":
        return Path(model_path("pocket"))
    if folder.exists():
        return folder
    return make_llama(folder) if name == "160M" else make_random(name, folder) if name in ARCHITECTURES else unpack(
        name, folder)  # fmt: skip


def make_random(name: str, folder: Path) -> Path:
    """A random model of an architecture with pocket's tokenizer, some million parameters, and windows of 256 tokens."""
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(POCKET / "model")
    make(name, folder, tokenizer, Shape(len(tokenizer), 256, 6, window=256, context=4096, std=0.05))
    return folder


def unpack(name: str, folder: Path) -> Path:
    """A real model as a folder in float32, which both sides can read; without its chat template, as both send text."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from xlt_core.models import pretrained

    source = model_path(name)
    pretrained.load(AutoModelForCausalLM, source, "language model", dtype=torch.float32).save_pretrained(folder)
    tokenizer = pretrained.load(AutoTokenizer, source, "language model")
    tokenizer.chat_template = None
    tokenizer.save_pretrained(folder)
    return folder


def longer(folder: Path, context: int = 4096) -> Path:
    """A copy of pocket that takes longer prompts than it was trained on: its text is noise there, at the same cost."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(POCKET / "model")
    model.config.max_position_embeddings = context
    model.save_pretrained(folder)
    AutoTokenizer.from_pretrained(POCKET / "model", model_max_length=context).save_pretrained(folder)
    return folder


def make_adapter(model: Path, folder: Path) -> Path:
    """A LoRA adapter of rank 8 for a model, such as the strategy laft takes."""
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import AutoModelForCausalLM

    torch.manual_seed(2)
    config = LoraConfig(r=8, lora_alpha=16, target_modules="all-linear", task_type="CAUSAL_LM")
    get_peft_model(AutoModelForCausalLM.from_pretrained(model), config).save_pretrained(folder)
    return folder
