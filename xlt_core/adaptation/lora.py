"""A model with a LoRA adapter that is to be trained: a new one, or one that was trained before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from peft import LoraConfig, set_peft_model_state_dict
from peft.utils import load_peft_weights

from xlt_core.adaptation.records import Adaptation
from xlt_core.engine.adapter_files import read_config, unfit
from xlt_core.models import pretrained
from xlt_core.models.digest import digest
from xlt_core.models.reading import reading, reason
from xlt_core.records import InputError


def with_lora(model: Any, plan: Adaptation, **more: Any) -> Any:
    """The model with a new adapter on the modules that the plan names, or with the one that the plan starts from. more:
    of its LoraConfig. Raises InputError where the model has none of the modules."""
    if plan.start:
        return _with_former(model, plan.start)
    named = [part.strip() for part in plan.targets.split(",") if part.strip()]
    targets = {"all-linear": "all-linear", "attention": None}.get(plan.targets, named)
    config = LoraConfig(r=plan.rank, lora_alpha=plan.alpha, target_modules=targets, task_type="CAUSAL_LM", **more)
    try:
        return pretrained.wrap_with_adapter(model, config)
    except ValueError as error:
        raise InputError(
            f"The targets {plan.targets!r} do not fit a model of the kind {model.config.model_type} "
            f"({reason(error)}); choose all-linear, or name modules of it."
        ) from error


def begun(plan: Adaptation) -> Adaptation:
    """The plan with the rank, alpha and targets of the adapter that it starts from, a folder or a Hub id. Raises
    InputError where that is no LoRA adapter, or all weights are to be trained."""
    if plan.method != "lora":
        raise InputError("To go on from an adapter trains that adapter; leave out --from, or take the method lora.")
    folder = pretrained.adapter_folder(plan.start)
    config = read_config(folder, Path(plan.start).name)
    targets = (
        config.target_modules if isinstance(config.target_modules, str) else ",".join(sorted(config.target_modules))
    )
    return replace(plan, start=folder, rank=config.r, alpha=config.lora_alpha, targets=targets)


def named(folder: str) -> str:
    """The adapter in a folder by its name and digest, as a card has it; "" for none."""
    return f"{Path(folder).name} @ {digest(Path(folder))}" if folder else ""


def _with_former(model: Any, folder: str) -> Any:
    """The model with the adapter of a folder, to be trained on: the same matrices, whatever they learned before."""
    label = Path(folder).name
    config = read_config(folder, label)
    config.inference_mode = False
    config.base_model_name_or_path = model.name_or_path  # the fit decides, not the name
    with reading(unfit(label)), pretrained.hide_peft_warning():
        wrapped = pretrained.wrap_with_adapter(model, config)
        found = set_peft_model_state_dict(wrapped, load_peft_weights(folder, device=str(model.device)))
    lacking = [key for key in found.missing_keys if ".lora_" in key]
    if lacking or found.unexpected_keys:
        raise InputError(f"{unfit(label)} ({(lacking or found.unexpected_keys)[0]}).")
    return wrapped
