"""Models whose layers attend to a window share prefixes and pack choices, and answer what plain transformers does."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.architectures import SLIDING, Shape, make
from helpers.plain_transformers import PROMPTS, check_scores, check_texts
from helpers.tiny_models import make_tokenizer

from xlt_core.engine.ways import Way
from xlt_core.hosts.local import LocalHost

TOKENIZER = make_tokenizer()
# A layer of each of a model's kinds; among the last of four are those without positions.
LAYERS = {"smollm3": 4, "llama4": 4}


# Shorter than one item (8), than the shared prefix (30), and than the prompt (50); longer than all.
@pytest.mark.parametrize("window", [8, 30, 50, 500])
@pytest.mark.parametrize("name", SLIDING)
def test_every_answer_is_that_of_plain_transformers(name: str, window: int, tmp_path: Path) -> None:
    model = make(name, tmp_path, TOKENIZER, Shape(window=window, layers=LAYERS.get(name, 2)))
    host = LocalHost(tmp_path, device="cpu", dtype="float32")
    engine = host._engine
    assert str(engine.way) == "fast: prefix shared, choices packed"
    for splits in (True, False):
        engine.take(Way(True, own_masks=True, splits_attention=splits))
        check_scores(host, model, PROMPTS)
        check_texts(host, model, PROMPTS)
