"""What is known of a causal language model before its weights are read, and then its weights."""

from __future__ import annotations

import importlib.util
import inspect
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from xlt_core.models import pretrained
from xlt_core.models.pool import free, taken
from xlt_core.records import InputError
from xlt_core.settings import POCKET

MOST_CONTEXT = 32_768  # tokens; the cache of what some models claim beyond it would not fit beside them
HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")
QUANTIZED = "4bit"
WHAT = "language model"


@dataclass(frozen=True)
class Known:
    """A model without its weights. source: what the user named; place: the folder of its files; context: tokens of
    prompt and answer together; end: the tokens that end an answer; form: "" or 4bit; skeleton: the network with every
    shape and no values."""

    source: str
    name: str
    revision: str
    place: str
    device: str
    dtype: torch.dtype
    context: int
    end: frozenset[int]
    form: str
    tokenizer: PreTrainedTokenizerBase
    skeleton: PreTrainedModel

    @property
    def need(self) -> int:
        """Bytes of memory that it takes, with a fifth for what it computes; one GPU's where it is spread over all."""
        if exceeds_gpu(self):
            return int(0.7 * _gpu_memory(self.device))
        return self.bytes * 6 // 5

    @property
    def bytes(self) -> int:
        """What the weights will take."""
        if self.form != QUANTIZED:
            return taken(self.skeleton)
        last = self.skeleton.get_output_embeddings()  # stays as it is
        inner = [m.weight for m in self.skeleton.modules() if isinstance(m, torch.nn.Linear) and m is not last]
        halved = sum(weight.nbytes for weight in inner)
        return taken(self.skeleton) - halved + int(halved * 4.5 / (8 * self.dtype.itemsize))


def look(model: str, revision: str | None, device: str, dtype: str) -> Known:
    """Reads configuration and tokenizer; where device or dtype is empty, takes what is there and suits the model.

    model: a folder or a Hugging Face id, with #4bit behind it for weights of four bits. Raises InputError.
    """
    source, _, form = model.partition("#")
    _check_form(form)
    if not Path(source).is_dir() and not HUB_ID.fullmatch(source):
        raise InputError(f"There is no model folder {source!r}; give an existing folder, or a Hugging Face id.")
    config = pretrained.load(AutoConfig, source, WHAT, revision=revision)
    place = config.name_or_path or source
    tokenizer = pretrained.load(AutoTokenizer, place, WHAT)
    device = device or _device()
    skeleton = _skeleton(config, source)
    chosen = getattr(torch, dtype) if dtype else _dtype(skeleton, config, device)
    return Known(source, _name(source) + f"#{form}" * bool(form), pretrained.revision_at(source, place), place, device,
                 chosen, _context(config, tokenizer), _end(skeleton, tokenizer, place), form, tokenizer,
                 skeleton.to(chosen))  # fmt: skip


def read(known: Known) -> PreTrainedModel:
    """The model with its weights, on its device. Raises InputError where they cannot be had."""
    options: dict[str, Any] = {"dtype": known.dtype}
    if known.form == QUANTIZED:
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=known.dtype
        )
    options["device_map"] = "auto" if exceeds_gpu(known) else {"": known.device}
    return pretrained.load(AutoModelForCausalLM, known.place, WHAT, **options)


def fetch(known: Known) -> None:
    """Downloads the weights where they are a Hub id's."""
    pretrained.fetch(known.source, known.revision)


def check_alike(base: Known, other: Known) -> None:
    """Raises InputError where full weights cannot be an adaptation of the base model: another network was trained."""
    for key, what in (("model_type", "kind"), ("hidden_size", "width"), ("num_hidden_layers", "number of layers")):
        ours, theirs = (getattr(known.skeleton.config.get_text_config(decoder=True), key) for known in (base, other))
        if ours != theirs:
            raise InputError(
                f"The adapter {other.name!r} does not fit this model: its {what} is {theirs}, and {ours} here; "
                f"name weights that were adapted from {base.name}."
            )


def exceeds_gpu(known: Known) -> bool:
    """Whether the model is too large for one GPU, even an empty one; then it is spread over all there is."""
    return known.device.startswith("cuda") and known.bytes > 0.8 * _gpu_memory(known.device)


def _gpu_memory(device: str) -> int:
    return torch.cuda.get_device_properties(device).total_memory


def _check_form(form: str) -> None:
    if form not in ("", QUANTIZED):
        raise InputError(f"There is no form {form!r} of a model; write #{QUANTIZED} behind its name, or nothing.")
    if form and importlib.util.find_spec("bitsandbytes") is None:
        raise InputError(f"Weights of four bits (#{QUANTIZED}) need bitsandbytes; install it with pip.")


def _skeleton(config: Any, source: str) -> PreTrainedModel:
    try:
        with pretrained.BUILDING, torch.device("meta"):
            network = AutoModelForCausalLM.from_config(config, trust_remote_code=False)
    except (ValueError, ImportError, AttributeError, KeyError) as error:
        raise InputError(
            f"No {WHAT} could be loaded from {source!r}; it is of the kind {config.model_type} "
            f"({pretrained.reason(error)})."
        ) from error
    if "past_key_values" not in inspect.signature(network.forward).parameters:
        raise InputError(f"{source!r} is of the kind {config.model_type}, which cannot run here; choose a transformer.")
    return network


def _device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _dtype(skeleton: PreTrainedModel, config: Any, device: str) -> torch.dtype:
    """bfloat16 on CUDA where it has that; elsewhere float32, or bfloat16 where only that fits the memory."""
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    whole = 4 * sum(parameter.numel() for parameter in skeleton.parameters())
    halved = config.dtype in (torch.bfloat16, torch.float16) and whole > free(device, 0)
    return torch.bfloat16 if halved else torch.float32


def _name(model: str) -> str:
    path = Path(model)
    if not path.is_dir():
        return model
    return "pocket" if path.resolve() == (POCKET / "model").resolve() else path.resolve().name


def _context(config: Any, tokenizer: PreTrainedTokenizerBase) -> int:
    config = config.get_text_config(decoder=True)
    claimed = [getattr(config, key, None) for key in ("max_position_embeddings", "n_positions", "n_ctx")]
    return int(min([MOST_CONTEXT, tokenizer.model_max_length, *filter(None, claimed)]))


def _end(skeleton: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, place: str) -> frozenset[int]:
    try:
        end = GenerationConfig.from_pretrained(place).eos_token_id
    except (OSError, ValueError):  # older models have it in their configuration
        end = skeleton.config.get_text_config(decoder=True).eos_token_id
    end = tokenizer.eos_token_id if end is None else end
    return frozenset(end if isinstance(end, list) else [] if end is None else [end])
