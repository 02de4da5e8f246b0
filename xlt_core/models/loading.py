"""Loads a language model in two steps: first its description without weights, then the weights."""

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
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from xlt_core.models import gguf, pretrained
from xlt_core.models.pool import free_bytes, model_bytes
from xlt_core.models.reading import reading
from xlt_core.records import InputError
from xlt_core.settings import POCKET

MAX_CONTEXT = 32_768  # tokens; the KV cache of the longer contexts that some models claim would not fit in memory
# mT0, Aya-101 and ByT5 have relative positions, which claim no length, and were trained on 1,024 tokens or bytes.
MAX_RELATIVE_CONTEXT = 4096
HUB_ID = re.compile(r"[\w-][\w.-]*(/[\w-][\w.-]*)?")
QUANTIZED = "4bit"
KIND = "language model"


@dataclass(frozen=True)
class ModelDescription:
    """A model without its weights.

    source: what the user named; folder: of its files, or its one GGUF file; context: tokens of prompt and answer
    together, with an encoder too; end_tokens: the tokens that end an answer; quantization: "" or 4bit; skeleton: the
    network on torch's meta device, without values.
    """

    source: str
    name: str
    revision: str
    folder: str
    device: str
    dtype: torch.dtype
    context: int
    end_tokens: frozenset[int]
    quantization: str
    tokenizer: PreTrainedTokenizerBase
    skeleton: PreTrainedModel

    @property
    def bytes_needed(self) -> int:
        """Bytes of memory to reserve: a fifth more than the weights; on one GPU, if it is spread over all."""
        if exceeds_gpu(self):
            return int(0.7 * _gpu_memory(self.device))
        return self.bytes * 6 // 5

    @property
    def parameters(self) -> int:
        """How many the network has; shared ones count once."""
        return sum(parameter.numel() for parameter in self.skeleton.parameters())

    @property
    def bytes(self) -> int:
        """Bytes that the weights will take."""
        if self.quantization != QUANTIZED:
            return model_bytes(self.skeleton)
        output = self.skeleton.get_output_embeddings()  # is not quantized
        quantized = [m.weight for m in self.skeleton.modules() if isinstance(m, torch.nn.Linear) and m is not output]
        full_bytes = sum(weight.nbytes for weight in quantized)
        return model_bytes(self.skeleton) - full_bytes + int(full_bytes * 4.5 / (8 * self.dtype.itemsize))


def describe(model: str, revision: str | None, device: str, dtype: str) -> ModelDescription:
    """Reads configuration and tokenizer. An empty device or dtype is chosen by the machine and the model.

    model: a folder or a Hugging Face id, with #4bit after it for weights of four bits. Raises InputError.
    """
    source, _, quantization = model.partition("#")
    _check_quantization(quantization)
    if not Path(source).is_dir() and not HUB_ID.fullmatch(source) and not gguf.is_gguf(source):
        raise InputError(f"There is no model folder {source!r}; give an existing folder, or a Hugging Face id.")
    if quantization and gguf.is_gguf(source):
        raise InputError(f"A GGUF file is loaded without its quantization; leave out #{quantization}.")
    with reading(pretrained.not_loaded(source, KIND)):
        return _described(source, quantization, revision, device, dtype)


def _described(source: str, quantization: str, revision: str | None, device: str, dtype: str) -> ModelDescription:
    config = pretrained.load(AutoConfig, source, KIND, revision=revision)
    is_file = gguf.is_gguf(source)
    folder = str(pretrained.gguf_file(source, revision)) if is_file else config.name_or_path or source
    tokenizer = pretrained.load(AutoTokenizer, folder, KIND)
    device = device or _choose_device()
    skeleton = _skeleton(config, source)
    torch_dtype = getattr(torch, dtype) if dtype else _choose_dtype(skeleton, config, device)
    return ModelDescription(
        source,
        _display_name(source) + f"#{quantization}" * bool(quantization),
        pretrained.revision_at(source, folder),
        folder,
        device,
        torch_dtype,
        _context_length(config, tokenizer),
        _end_tokens(skeleton, tokenizer, folder),
        quantization,
        tokenizer,
        skeleton.to(torch_dtype),
    )


def load_weights(description: ModelDescription) -> PreTrainedModel:
    """The model with its weights, on its device. Raises InputError if they cannot be had."""
    options: dict[str, Any] = {"dtype": description.dtype}
    if description.quantization == QUANTIZED:
        from transformers import BitsAndBytesConfig

        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=description.dtype
        )
    if gguf.is_gguf(description.folder):
        options["config"] = description.skeleton.config  # to read it once more takes seconds
    options["device_map"] = "auto" if exceeds_gpu(description) else {"": description.device}
    return pretrained.load(_network(description.skeleton.config), description.folder, KIND, **options)


def fetch_weights(description: ModelDescription) -> None:
    """Downloads the weights of a Hub id."""
    pretrained.fetch_weights(description.source, description.revision)


def check_same_architecture(base: ModelDescription, other: ModelDescription) -> None:
    """Raises InputError if full weights are of another architecture than the base model, and so no adaptation of it."""
    configs = [model.skeleton.config.get_text_config(decoder=True) for model in (base, other)]
    for key, what in (("model_type", "kind"), ("hidden_size", "width"), ("num_hidden_layers", "number of layers")):
        ours, theirs = (getattr(config, key, None) for config in configs)
        if ours != theirs:
            raise InputError(
                f"The adapter {other.name!r} does not fit this model: its {what} is {theirs}, and {ours} here; "
                f"name weights that were adapted from {base.name}."
            )


def exceeds_gpu(description: ModelDescription) -> bool:
    """Whether the model is too large for one GPU, even an empty one; it is then spread over all GPUs."""
    return description.device.startswith("cuda") and description.bytes > 0.8 * _gpu_memory(description.device)


def _gpu_memory(device: str) -> int:
    return torch.cuda.get_device_properties(device).total_memory


def _check_quantization(quantization: str) -> None:
    if quantization not in ("", QUANTIZED):
        raise InputError(
            f"There is no form {quantization!r} of a model; write #{QUANTIZED} behind its name, or nothing."
        )
    if quantization and importlib.util.find_spec("bitsandbytes") is None:
        raise InputError(f"Weights of four bits (#{QUANTIZED}) need bitsandbytes; install it with pip.")


def _skeleton(config: Any, source: str) -> PreTrainedModel:
    with pretrained.BUILD_LOCK, torch.device("meta"):
        network = _network(config).from_config(config, trust_remote_code=False)
    if not {"past_key_values", "cache_params"} & set(inspect.signature(network.forward).parameters):
        raise InputError(f"{source!r} is of the kind {config.model_type}, which cannot run here; choose a transformer.")
    return network


def _network(config: Any) -> type[Any]:
    """What loads the network: an encoder-decoder reads the prompt with its encoder, and continues none."""
    return AutoModelForSeq2SeqLM if config.is_encoder_decoder else AutoModelForCausalLM


def _choose_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _choose_dtype(skeleton: PreTrainedModel, config: Any, device: str) -> torch.dtype:
    """bfloat16 on CUDA if the GPU has it, else float16; elsewhere float32, or bfloat16 if only that fits in memory."""
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    float32_bytes = 4 * sum(parameter.numel() for parameter in skeleton.parameters())
    use_half = config.dtype in (torch.bfloat16, torch.float16) and float32_bytes > free_bytes(device, 0)
    return torch.bfloat16 if use_half else torch.float32


def _display_name(model: str) -> str:
    path = Path(model)
    if path.is_file():
        return path.name
    if not path.is_dir():
        return model
    return "pocket" if path.resolve() == (POCKET / "model").resolve() else path.resolve().name


def _context_length(config: Any, tokenizer: PreTrainedTokenizerBase) -> int:
    most = MAX_RELATIVE_CONTEXT if config.is_encoder_decoder else MAX_CONTEXT
    config = config.get_text_config(decoder=True)
    claimed = [getattr(config, key, None) for key in ("max_position_embeddings", "n_positions", "n_ctx")]
    return int(min([most, tokenizer.model_max_length, *filter(None, claimed)]))


def _end_tokens(skeleton: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: str) -> frozenset[int]:
    configured = skeleton.config.get_text_config(decoder=True).eos_token_id
    try:
        end = configured if gguf.is_gguf(folder) else GenerationConfig.from_pretrained(folder).eos_token_id
    except (OSError, ValueError):  # older models have it in their configuration
        end = configured
    end = tokenizer.eos_token_id if end is None else end
    return frozenset(end if isinstance(end, list) else [] if end is None else [end])
