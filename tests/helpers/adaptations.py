"""Texts and tiny models to adapt, in temporary folders."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import torch
from transformers import AutoTokenizer, GPTNeoXConfig, GPTNeoXForCausalLM

from xlt_core import catalog
from xlt_core.adaptation.adapt import adapt
from xlt_core.adaptation.corpus import Corpus
from xlt_core.adaptation.records import Adaptation, Snapshot
from xlt_core.settings import POCKET
from xlt_core.world import world

SMALL = {"rows": 4, "block": 32, "steps": 8, "rank": 2}


def text(folder: Path, language: str = "kin", documents: int = 60) -> Path:
    """A text file of news of the bundled world."""
    path = folder / f"{language}.txt"
    path.write_text("\n\n".join(islice(world.documents(language, 7), documents)), encoding="utf-8")
    return path


def pairs(folder: Path, language: str = "kin", count: int = 60) -> Path:
    """A table of sentences of the bundled world with their English."""
    path = folder / "pairs.tsv"
    rows = catalog.dataset("world").load("topic", language, "train")[:count]
    path.write_text("\n".join(f"{row.text}\t{row.pivot.text}" for row in rows), encoding="utf-8")
    return path


def neox(folder: Path, width: int = 32) -> Path:
    """A random GPT-NeoX, of another architecture than the bundled model, with its tokenizer."""
    tokenizer = AutoTokenizer.from_pretrained(POCKET / "model")
    torch.manual_seed(0)
    config = GPTNeoXConfig(vocab_size=len(tokenizer), hidden_size=width, intermediate_size=64, num_hidden_layers=2,
                           num_attention_heads=4, max_position_embeddings=128)  # fmt: skip
    GPTNeoXForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def plan(*sources: Path | str, model: Path | str, language: str = "kin", **more: object) -> Adaptation:
    codes = (language, "hau", "lug")
    corpora = tuple(Corpus(code, str(source)) for code, source in zip(codes, sources, strict=False))
    return Adaptation(corpora, str(model), **{**SMALL, **more})


def finished(given: Adaptation, out: Path, resume: bool = False) -> Snapshot:
    """The last snapshot of a whole run."""
    *_, last = adapt(given, out, resume)
    assert last.doing in ("done", "finished before")
    return last
