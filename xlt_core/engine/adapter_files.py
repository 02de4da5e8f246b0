"""Reads the folder of an adapter: whether it is whole, fits a model, and can share it with other adapters."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

from peft import LoraConfig, PeftConfig, PromptTuningConfig
from peft.utils import get_peft_model_state_dict, load_peft_weights
from torch import Tensor
from transformers import PreTrainedModel

from xlt_core.models.pretrained import wrap_with_adapter
from xlt_core.models.reading import reading
from xlt_core.records import InputError

WEIGHTS = ("adapter_model.safetensors", "adapter_model.bin")
PEFT_PREFIX = "base_model.model."
SOFT_PROMPT = "prompt_embeddings"
ADDED = re.compile(r"\.lora_(A|B|magnitude_vector)\b")  # what stands beside a linear layer of the base model
RANK = re.compile(r"\.lora_(?:embedding_)?([AB])\b")
PARAMETER = re.compile(r"\.(lora_|base_layer|token_adapter|weight|bias)")
HARMLESS = (True, False, "gaussian")  # ways to begin a training that leave the base model's weights alone


def broken(source: str, label: str) -> str:
    """That the files of an adapter cannot be used, and what to do."""
    return f"The adapter {label!r} is not whole: save or download its folder {source} again"


def unfit(label: str) -> str:
    """That an adapter is not for this model, and what to do."""
    return f"The adapter {label!r} does not fit this model; name one that was trained on it"


def read_settings(source: str, label: str) -> PeftConfig:
    """The settings of an adapter of whatever kind. Raises InputError."""
    with reading(broken(source, label)):
        config = PeftConfig.from_pretrained(source)
    if config.peft_type is None:
        raise InputError(f"{broken(source, label)} (its adapter_config.json does not say of what kind it is).")
    return config


def read_config(source: str, label: str) -> LoraConfig:
    """The settings of a LoRA adapter that this program can run. Raises InputError."""
    config = read_settings(source, label)
    if not isinstance(config, LoraConfig):
        raise InputError(
            f"The adapter {label!r} is of the kind {config.peft_type}; give a LoRA adapter or a soft prompt."
        )
    if config.bias != "none":
        raise InputError(
            f"The adapter {label!r} changes biases, which cannot be switched off; train it with bias none."
        )
    return config


def soft_prompt(source: str, label: str) -> Tensor | None:
    """The vectors of the soft prompt in a folder, (tokens, width); None where it holds another kind of adapter. Raises
    InputError."""
    config = read_settings(source, label)
    if not isinstance(config, PromptTuningConfig):
        return None
    with reading(broken(source, label)):
        found = load_peft_weights(source, device="cpu").get(SOFT_PROMPT)
    if found is None or tuple(found.shape) != (config.num_virtual_tokens, config.token_dim):
        raise InputError(f"{broken(source, label)} (its vectors are not those of its settings).")
    return found


def soft_prompt_length(model: PreTrainedModel, source: str, label: str) -> int:
    """Tokens of the soft prompt in a folder; 0 where it holds another kind of adapter. model: may be on torch's meta
    device. Raises InputError with the reason if it does not fit the model."""
    vectors = soft_prompt(source, label)
    if vectors is None:
        return 0
    if model.config.is_encoder_decoder:
        raise InputError(f"{unfit(label)} (a soft prompt needs a model that continues a text).")
    width = model.get_input_embeddings().weight.shape[1]
    if vectors.shape[1] != width:
        raise InputError(f"{unfit(label)} (its vectors are {vectors.shape[1]} wide, and {width} here).")
    return len(vectors)


def shares_base(model: PreTrainedModel, source: str, label: str) -> bool:
    """Whether an adapter only adds to the base model, so that others may run on the same weights.

    model: on torch's meta device; the adapter is put on a copy of it. Raises InputError with the reason if the adapter
    is not whole, or does not fit.
    """
    config = read_config(source, label)
    begins, config.init_lora_weights = config.init_lora_weights, True  # some begin with values of the base's weights
    there = _read_weights(source, label)
    with reading(unfit(label)), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peft says it again when the adapter is loaded
        wrapped = wrap_with_adapter(deepcopy(model), config)
        here = _named_alike(get_peft_model_state_dict(wrapped, save_embedding_layers=False))
    with reading(broken(source, label)):
        _check_token_indices(model, config, label)
        _check_weights(model, there, here, source, label)
    rewrites = begins not in HARMLESS or config.target_parameters or config.layer_replication
    return not rewrites and all(ADDED.search(key) for key in there)


def _read_weights(source: str, label: str) -> dict[str, Tensor]:
    if not any((Path(source) / name).is_file() for name in WEIGHTS):
        raise InputError(f"{broken(source, label)} (it has no {WEIGHTS[0]}).")
    with reading(broken(source, label)):
        weights = load_peft_weights(source, device="cpu")
        return _named_alike(weights)


def _named_alike(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights by their present names: versions of peft differ in the end of one."""
    return {key.replace("lora_magnitude_vector.weight", "lora_magnitude_vector"): w for key, w in weights.items()}


def _check_token_indices(model: PreTrainedModel, config: LoraConfig, label: str) -> None:
    found = config.trainable_token_indices or []
    indices: Iterable[int] = [index for some in found.values() for index in some] if isinstance(found, dict) else found
    _check_vocabulary(model.get_input_embeddings().weight.shape[0], max(indices, default=-1) + 1, label, at_least=True)


def _check_vocabulary(here: int, there: int, label: str, at_least: bool = False) -> None:
    if there > here or (there < here and not at_least):
        raise InputError(
            f"The adapter {label!r} was trained with a vocabulary of {there} tokens{' or more' * at_least}, and this "
            f"model has {here}; merge it into the model that it was trained on (merge_and_unload), and name the folder "
            "of the merged weights."
        )


def _check_weights(
    model: PreTrainedModel, there: dict[str, Tensor], here: dict[str, Tensor], source: str, label: str
) -> None:
    """Raises InputError unless the weights there, in the folder, are those that the adapted model takes here."""
    base = {f"{PEFT_PREFIX}{key}": weight for key, weight in model.state_dict().items()}
    for key, weight in there.items():
        taken = here.get(key, base.get(key.replace(".base_layer", "")))
        if taken is None:
            raise InputError(f"{unfit(label)} (it changes {_module(key)}, which this one lacks).")
        if taken.shape != weight.shape:
            _refuse_shape(model, key, weight, taken, source, label)
    if missing := sorted(here.keys() - there.keys()):
        raise InputError(f"{broken(source, label)} (it lacks {missing[0]}).")


def _refuse_shape(model: PreTrainedModel, key: str, weight: Tensor, taken: Tensor, source: str, label: str) -> None:
    """Raises InputError with what the two shapes mean."""
    if weight.dim() != taken.dim():
        raise InputError(f"{broken(source, label)} ({key} has {weight.dim()} dimensions, not {taken.dim()}).")
    axis = next(axis for axis in range(weight.dim()) if weight.shape[axis] != taken.shape[axis])
    ours, theirs, name = taken.shape[axis], weight.shape[axis], _module(key)
    part = RANK.search(key)
    if part and (part[1], axis) in (("A", 0), ("B", 1)):
        raise InputError(f"{broken(source, label)} (its rank is {theirs} in the weights, and {ours} in the settings).")
    vocabulary = model.get_input_embeddings().weight.shape[0]
    if ours == vocabulary and model.get_submodule(name) in (
        model.get_input_embeddings(),
        model.get_output_embeddings(),
    ):
        _check_vocabulary(ours, theirs, label)
    raise InputError(f"{unfit(label)} ({name} is {ours} wide here, and {theirs} there).")


def _module(key: str) -> str:
    """The module of the base model that a weight of an adapter belongs to."""
    return PARAMETER.split(key.removeprefix(PEFT_PREFIX))[0]
