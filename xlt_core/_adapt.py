"""The training behind adapt: transformers.Trainer and peft."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig
from torch.nn.functional import cross_entropy
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)

from xlt_core import _pretrained
from xlt_core._memory import keep_freed_memory

if TYPE_CHECKING:
    from xlt_core.adapt import Adaptation


class _Progress(TrainerCallback):
    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.losses: list[tuple[int, float]] = []

    def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, float] | None = None, **_: Any) -> None:
        if logs and "loss" in logs:
            self.losses.append((state.global_step, round(float(logs["loss"]), 4)))
            self.say(f"step {state.global_step}/{state.max_steps}  loss {float(logs['loss']):.3f}")


def train(
    plan: Adaptation,
    model_path: str,
    texts: list[str],
    held_out: list[str],
    out: Path,
    resume: bool,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """Trains and writes out's weights; returns the losses and the bits per byte before and after."""
    from xlt_core.adapt import bits_per_byte

    keep_freed_memory()
    torch.manual_seed(plan.seed)
    tokenizer = _pretrained.load(AutoTokenizer, model_path, "language model")
    model = _pretrained.load(AutoModelForCausalLM, model_path, "language model", dtype=torch.float32)
    model.to("cuda" if torch.cuda.is_available() else "cpu")
    size = sum(len(text.encode()) for text in held_out)
    before = bits_per_byte(negative_log_likelihood(model, tokenizer, held_out), size)
    say(f"held-out text before: {before:.3f} bits per byte")
    if plan.method == "lora":
        model = _pretrained.with_adapter(
            model, LoraConfig(r=plan.rank, lora_alpha=2 * plan.rank, target_modules="all-linear", task_type="CAUSAL_LM")
        )
    progress = _fit(plan, model, blocks(tokenizer, texts, plan.block), out / "checkpoints", resume, say)
    after = bits_per_byte(negative_log_likelihood(model, tokenizer, held_out), size)
    say(f"held-out text after: {after:.3f} bits per byte")
    if plan.method == "lora":
        model.peft_config["default"].base_model_name_or_path = plan.model
    # No layer of embeddings is adapted; peft would ask the Hub whether it was.
    model.to(torch.bfloat16).save_pretrained(out, **({"save_embedding_layers": False} if plan.method == "lora" else {}))
    (out / "README.md").unlink(missing_ok=True)  # peft's, with blanks to fill in and this machine's folders
    if plan.method == "full":
        tokenizer.save_pretrained(out)
    shutil.rmtree(out / "checkpoints", ignore_errors=True)
    return {"losses": progress.losses, "bits_per_byte": {"before": round(before, 4), "after": round(after, 4)}}


def _fit(
    plan: Adaptation, model: Any, rows: list[list[int]], scratch: Path, resume: bool, say: Callable[[str], None]
) -> _Progress:
    progress, on_gpu = _Progress(say), torch.cuda.is_available()
    arguments = TrainingArguments(
        output_dir=str(scratch),
        max_steps=plan.steps,
        learning_rate=plan.rate,
        per_device_train_batch_size=plan.rows,
        lr_scheduler_type="cosine",
        warmup_steps=max(1, round(0.03 * plan.steps)),
        logging_steps=10,
        save_steps=50,
        save_total_limit=2,
        bf16=True,
        use_cpu=not on_gpu,
        seed=plan.seed,
        report_to=[],
        disable_tqdm=True,
        dataloader_pin_memory=on_gpu,
        remove_unused_columns=False,
    )
    trainer = Trainer(model=model, args=arguments, train_dataset=rows, data_collator=_collate, callbacks=[progress])
    trainer.remove_callback(PrinterCallback)
    trainer.train(resume_from_checkpoint=resume and any(scratch.glob("checkpoint-*")))
    return progress


def _collate(rows: list[list[int]]) -> dict[str, torch.Tensor]:
    ids = torch.tensor(rows)
    return {"input_ids": ids, "labels": ids.clone(), "attention_mask": torch.ones_like(ids)}


def blocks(tokenizer: PreTrainedTokenizerBase, texts: list[str], length: int) -> list[list[int]]:
    """The documents one after the other, each begun as a prompt is, in rows of `length` tokens."""
    ids = [token for row in tokenizer([f"{text}\n" for text in texts])["input_ids"] for token in row]
    ids = ids * (1 + length // len(ids))
    return [ids[i : i + length] for i in range(0, len(ids) - length + 1, length)]


@torch.inference_mode()
def negative_log_likelihood(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, texts: list[str]) -> float:
    """Summed over the texts, in nats, each read on its own and cut at the model's positions."""
    total = 0.0
    for text in texts:
        ids = tokenizer(text, return_tensors="pt", truncation=True, max_length=model.config.max_position_embeddings)[
            "input_ids"
        ].to(model.device)
        logits = model(input_ids=ids).logits[0, :-1].float()
        total += cross_entropy(logits, ids[0, 1:], reduction="sum").item()
    return total
