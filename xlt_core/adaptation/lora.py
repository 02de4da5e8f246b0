"""A model with a LoRA adapter that is to be trained."""

from __future__ import annotations

from typing import Any

from peft import LoraConfig

from xlt_core.adaptation.records import Adaptation
from xlt_core.models import pretrained
from xlt_core.models.reading import reason
from xlt_core.records import InputError


def with_lora(model: Any, plan: Adaptation, **more: Any) -> Any:
    """The model with a new adapter on the modules that the plan names. more: of its LoraConfig. Raises InputError
    where the model has none of the modules."""
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
