"""The average of several checkpoints as one (Schmidt et al. 2023, arXiv 2305.16834)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from peft.utils import load_peft_weights
from safetensors.torch import save_file

from xlt_core.formats.files import check_folder
from xlt_core.records import InputError

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


def average(adapters: Sequence[Path], out: Path, base: str = "") -> None:
    """Writes the mean of LoRA adapters of one base as one adapter, exactly: what each adds to a weight is averaged,
    (alpha/r) B A, and not A and B on their own. Its rank is the sum of their ranks. base: its name, if it is to be
    another than theirs. Raises InputError."""
    configs = [_config(folder) for folder in adapters]
    for folder, config in zip(adapters[1:], configs[1:], strict=True):
        _check_alike(configs[0], config, folder)
    weights = [load_peft_weights(str(folder), device="cpu") for folder in adapters]
    if any(weight.keys() != weights[0].keys() for weight in weights):
        raise InputError("The adapters do not change the same modules; average those of one run.")
    scales = [_scale(config) / len(adapters) for config in configs]
    joined = {key: _joined(key, [weight[key] for weight in weights], scales) for key in weights[0]}
    rank = sum(config["r"] for config in configs)
    check_folder(out)
    save_file(joined, out / WEIGHTS, metadata={"format": "pt"})
    config = configs[0] | {"r": rank, "lora_alpha": rank, "use_rslora": False, "inference_mode": True}
    config |= {"base_model_name_or_path": base} if base else {}
    (out / CONFIG).write_text(json.dumps(config, indent=2, sort_keys=True), encoding="utf-8")


def average_weights(models: Sequence[Path], into: Any) -> None:
    """Puts the mean of whole models' weights into a model of the same shape."""
    from transformers import AutoModelForCausalLM

    states = (AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).state_dict() for folder in models)
    total = next(states)
    for state in states:
        for name, weight in state.items():
            total[name] = total[name] + weight
    into.load_state_dict({name: weight / len(models) for name, weight in total.items()})


def _joined(key: str, parts: Sequence[torch.Tensor], scales: Sequence[float]) -> torch.Tensor:
    """A's one under the other; B's side by side, each with its share of the whole."""
    parts = [part.float() for part in parts]
    if ".lora_A." in key:
        return torch.cat(parts, dim=0).contiguous()
    if ".lora_B." in key:
        return torch.cat([part * scale for part, scale in zip(parts, scales, strict=True)], dim=1).contiguous()
    raise InputError(f"The adapters hold more than LoRA ({key}), which cannot be averaged.")


def _scale(config: Mapping[str, Any]) -> float:
    return config["lora_alpha"] / (math.sqrt(config["r"]) if config.get("use_rslora") else config["r"])


def _config(folder: Path) -> dict[str, Any]:
    try:
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        config = {}
    plain = not config.get("use_dora") and not config.get("rank_pattern") and not config.get("alpha_pattern")
    if config.get("peft_type") != "LORA" or not plain or config.get("bias") != "none":
        raise InputError(f"{folder} is no plain LoRA adapter; average folders that `adapt` wrote.")
    return config


def _check_alike(first: Mapping[str, Any], other: Mapping[str, Any], folder: Path) -> None:
    if sorted(first["target_modules"]) != sorted(other["target_modules"]):
        raise InputError(f"{folder} changes other modules than the first adapter; average adapters of one kind.")
    if first.get("base_model_name_or_path") != other.get("base_model_name_or_path"):
        raise InputError(f"{folder} is of another base model than the first adapter; average adapters of one base.")
