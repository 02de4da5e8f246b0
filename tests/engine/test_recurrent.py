"""Models with recurrent layers run a prefix once and prompts in batches, and answer what plain transformers does."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.architectures import RECURRENT, Shape, make
from helpers.plain_transformers import CHOICES, PROMPTS, check_scores, check_texts
from helpers.tiny_models import make_tokenizer

from xlt_core.engine import states
from xlt_core.hosts.local import LocalHost

STEPS = ("mamba", "falcon-mamba", "jamba")  # a pass of several tokens begins from no state
LAYERS = {"nemotron-h": 4, "recurrent-gemma": 3}  # until there is one of each of its kinds


@pytest.mark.parametrize("name", RECURRENT)
def test_every_answer_is_that_of_plain_transformers(name: str, tmp_path: Path) -> None:
    model = make(name, tmp_path, make_tokenizer(), Shape(std=0.1, layers=LAYERS.get(name, 2)))
    host = LocalHost(tmp_path, device="cpu", dtype="float32")
    way = host._engine.way
    assert not way.packs and way.keeps and way.continues == (name not in STEPS)
    shapes: list[tuple[int, int]] = []
    host._engine.model.register_forward_pre_hook(
        lambda model, given, named: shapes.append(tuple(named["input_ids"].shape)), with_kwargs=True
    )
    check_scores(host, model, PROMPTS)
    whole = sum(map(host.count, PROMPTS))
    assert sum(rows * width for rows, width in shapes) < whole * len(CHOICES) / 2
    check_scores(host, model, PROMPTS, ("x", "y", "z"))
    check_texts(host, model, PROMPTS)
    assert max(rows for rows, _ in shapes) >= len(PROMPTS)


def test_where_no_state_can_be_copied_every_prompt_runs_from_its_first_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "keep_in_cache", lambda model: None)
    model = make("recurrent-gemma", tmp_path, make_tokenizer(), Shape(std=0.1, layers=3))
    host = LocalHost(tmp_path, device="cpu", dtype="float32")
    assert str(host._engine.way).startswith("slow: every prompt from its first token (recurrent layers, whose state")
    check_scores(host, model, PROMPTS)
    check_texts(host, model, PROMPTS)
