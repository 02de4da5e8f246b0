"""Rows of a task as tokens: prompts as the column `prompt` sends them, of which only the answers are learned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import torch

from xlt_core import catalog
from xlt_core.adaptation import batches
from xlt_core.adaptation.records import Base
from xlt_core.adaptation.supervised.task_rows import TaskRows, returned
from xlt_core.contracts import NoHost, Setting
from xlt_core.engine.tokenization import PromptTokenizer
from xlt_core.records import Column, InputError, Limits, Prompt

ROWS = 8  # that are measured at once
Row = dict[str, list[int]]
T = TypeVar("T")


class Reader(NoHost):
    """Writes and counts prompts as the model's host does; nothing is asked. context: tokens of prompt and answer."""

    def __init__(self, tokenizer: PromptTokenizer, context: int) -> None:
        self._tokenizer, self.context = tokenizer, context

    def render(self, prompt: Prompt) -> str:
        return self._tokenizer.render(prompt)

    def count(self, prompt: Prompt) -> int:
        return len(self._tokenizer.encode([self.render(prompt)])[0])


def rows_of(base: Base, given: TaskRows) -> list[Row]:
    """input_ids and labels of each row; -100 where nothing is learned. Raises InputError where none fits."""
    return fitting(base, (made for made in encoded(base, given) if made))


def fitting(base: Base, made: Iterable[T]) -> list[T]:
    """What fits into a row of tokens. Raises InputError where nothing does."""
    found = list(made)
    if not found:
        raise InputError(f"No row fits into {base.plan.block} tokens with its answer; take longer rows (block).")
    return found


def encoded(base: Base, given: TaskRows) -> Iterator[Row | None]:
    """As rows_of, with None for a row that does not fit."""
    tokenizer, length = PromptTokenizer(base.tokenizer), base.plan.block
    english, limits = catalog.language(catalog.PIVOT), Limits(tokens=max(1, min(64, length // 4)))
    setting = Setting(given.task, given.language, english, Reader(tokenizer, length), None, (), limits, 0)
    prompter = returned(catalog.strategy(Column("prompt", "prompt")).prepare(setting))
    for row in given.rows:
        prompt, _, _ = prompter.preview(row.blanked())
        ids, own = tokenizer.completed(prompt, given.task.completion(row.answer or (), row))
        yield {"input_ids": ids, "labels": [-100] * own + ids[own:]} if len(ids) <= length else None


def collate(rows: Sequence[Row]) -> dict[str, torch.Tensor]:
    """Rows as a batch, filled up on the right."""
    batch = batches.collate([row["input_ids"] for row in rows])
    for index, row in enumerate(rows):
        batch["labels"][index, : len(row["labels"])] = torch.tensor(row["labels"])
    return batch


def answer_loss(model: Any, batch: Mapping[str, torch.Tensor], count: Any = None) -> torch.Tensor:
    """Nats a token of the answers. What stands before the batch's tokens, such as a soft prompt, is passed over."""
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    return batches.label_loss(logits[:, -batch["labels"].shape[1] :], batch["labels"], count)


@torch.inference_mode()
def nats_an_answer(base: Base, given: TaskRows) -> float:
    """Mean negative log-likelihood of an answer behind its prompt."""
    base.model.eval()
    rows = rows_of(base, given)
    total = 0.0
    for at in range(0, len(rows), ROWS):
        batch = {name: tensor.to(base.model.device) for name, tensor in collate(rows[at : at + ROWS]).items()}
        total += float(answer_loss(base.model, batch, 1))
    return total / len(rows)
