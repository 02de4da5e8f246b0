"""Loads a causal language model and its tokenizer from a folder or the Hugging Face Hub."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from xlt_core import _pretrained
from xlt_core.records import InputError
from xlt_core.settings import POCKET

MOST_CONTEXT = 32_768  # tokens; the cache of what some models claim beyond it would not fit beside them
HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")


@dataclass(frozen=True)
class Loaded:
    """A model ready to run. folder: None where it is from the Hub; context: tokens of prompt and answer together;
    end: the tokens that end an answer."""

    name: str
    revision: str
    folder: Path | None
    device: str
    dtype: str
    context: int
    end: frozenset[int]
    tokenizer: PreTrainedTokenizerBase
    model: PreTrainedModel


def load(model: str, revision: str | None, device: str, dtype: str, threads: int | None) -> Loaded:
    """Loads a model; where device or dtype is empty, what is there and suits it. Raises InputError where it is not."""
    if threads:
        torch.set_num_threads(threads)
    device = device or _device()
    dtype = dtype or ("bfloat16" if device.startswith("cuda") else "float32")
    tokenizer, network = _read(model, revision, dtype)
    if "past_key_values" not in inspect.signature(network.forward).parameters:
        raise InputError(
            f"{model!r} is of the kind {network.config.model_type}, which cannot run here; choose a transformer."
        )
    folder = Path(model) if Path(model).is_dir() else None
    return Loaded(
        _name(model),
        _pretrained.revision(model, network),
        folder,
        device,
        dtype,
        _context(network, tokenizer),
        _end(network, tokenizer),
        tokenizer,
        network.to(device),
    )


def _device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _read(model: str, revision: str | None, dtype: str) -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    if not Path(model).is_dir() and not HUB_ID.fullmatch(model):
        raise InputError(f"There is no model folder {model!r}; give an existing folder, or a Hugging Face id.")
    what = "language model"
    tokenizer = _pretrained.load(AutoTokenizer, model, what, revision=revision)
    return tokenizer, _pretrained.load(AutoModelForCausalLM, model, what, revision=revision, dtype=dtype)


def _name(model: str) -> str:
    path = Path(model)
    if not path.is_dir():
        return model
    return "pocket" if path.resolve() == (POCKET / "model").resolve() else path.resolve().name


def _context(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> int:
    config = model.config.get_text_config(decoder=True)
    claimed = [getattr(config, key, None) for key in ("max_position_embeddings", "n_positions", "n_ctx")]
    return int(min([MOST_CONTEXT, tokenizer.model_max_length, *filter(None, claimed)]))


def _end(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> frozenset[int]:
    end = model.generation_config.eos_token_id if model.generation_config else None
    end = tokenizer.eos_token_id if end is None else end
    return frozenset(end if isinstance(end, list) else [] if end is None else [end])
