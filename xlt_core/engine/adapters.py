"""LoRA adapters on one base model in memory: each is loaded once, switched on and off, and never merged into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftConfig, PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import AuxiliaryTrainingWrapper, load_peft_weights

from xlt_core.models.pretrained import hide_peft_warning, wrap_with_adapter
from xlt_core.records import InputError

PEFT_PREFIX = "base_model.model."


class Adapters:
    """The adapters of a model. Callers hold the engine's lock: nothing here may run during a forward pass."""

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        self._peft_model: PeftModel | None = None
        self._names: dict[tuple[str, int], str] = {}
        self._active: str | None = ""
        self._layers: list[BaseTunerLayer] | None = None

    def load(self, source: str, label: str) -> str:
        """Loads a LoRA folder on first use, again when its files have changed; returns its name for `use`.

        Raises InputError with the reason if it does not fit the base model.
        """
        key = (source, modified_at(source))
        if key not in self._names:
            name = f"adapter{len(self._names)}"
            self._add(source, label, name)
            self._names[key] = name
        return self._names[key]

    def use(self, name: str) -> None:
        """Makes the next forward pass run with this adapter; "" is the base model alone."""
        if name == self._active:
            return
        if self._layers is None or self._active is None:
            self._switch(name)
        else:
            # The effect of peft's own switch when nothing is trained. That one visits every module of the model, which
            # on a small model takes longer than generating a token.
            for layer in self._layers:
                layer._disable_adapters = not name
                layer._active_adapter = [name] if name else layer._active_adapter
        self._active = name

    def _switch(self, name: str) -> None:
        tuner = self._peft_model.base_model
        if name:
            tuner.enable_adapter_layers()
            tuner.set_adapter(name, inference_mode=True)
        else:
            tuner.disable_adapter_layers()
        modules = list(self._peft_model.modules())
        has_other_modules = any(isinstance(module, AuxiliaryTrainingWrapper) for module in modules)
        lora_layers = [module for module in modules if isinstance(module, BaseTunerLayer)]
        self._layers = None if has_other_modules else lora_layers  # None: only peft itself can switch

    def _add(self, source: str, label: str, name: str) -> None:
        config = _read_config(source, label)
        check_fit(self._model, source, label)
        config.inference_mode = True
        config.base_model_name_or_path = getattr(self._model, "name_or_path", "")  # the fit decides, not the name
        self._active = None  # even if this fails, peft may have changed what is active
        try:
            # autocast_adapter_dtype=False: the adapter computes in the base model's own precision.
            if self._peft_model is None:
                self._peft_model = wrap_with_adapter(self._model, config, name, autocast_adapter_dtype=False)
            else:
                with hide_peft_warning():
                    self._peft_model.add_adapter(name, config, autocast_adapter_dtype=False)
            device = str(next(self._model.parameters()).device)
            loaded = self._peft_model.load_adapter(source, name, torch_device=device, autocast_adapter_dtype=False)
        except (ValueError, RuntimeError, KeyError) as error:
            self._remove(name)
            raise InputError(f"The adapter {label!r} does not fit this model: {_one_line(error)}") from error
        if loaded.missing_keys:
            self._remove(name)
            raise InputError(f"The adapter {label!r} is not whole: it lacks {loaded.missing_keys[0]}.")

    def _remove(self, name: str) -> None:
        if self._peft_model is not None and name in self._peft_model.peft_config:
            self._peft_model.delete_adapter(name)


def modified_at(source: str) -> int:
    """When a LoRA folder last changed."""
    return max((path.stat().st_mtime_ns for path in Path(source).glob("adapter_*")), default=0)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _read_config(source: str, label: str) -> LoraConfig:
    try:
        config = PeftConfig.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise InputError(f"No adapter {label!r} could be read: {_one_line(error)}") from error
    if not isinstance(config, LoraConfig):
        raise InputError(f"The adapter {label!r} is of the kind {config.peft_type}; give a LoRA adapter.")
    if config.bias != "none":
        raise InputError(
            f"The adapter {label!r} changes biases, which cannot be switched off; train it with bias none."
        )
    return config


def check_fit(model: torch.nn.Module, source: str, label: str) -> None:
    """Raises InputError with the reason if a LoRA folder does not fit the model, whose weights need not be loaded."""
    _read_config(source, label)
    modules: dict[str, Any] = dict(model.named_modules())
    for key, weight in load_peft_weights(source, device="cpu").items():
        for part, axis, side in ((".lora_A.", 1, "in_features"), (".lora_B.", 0, "out_features")):
            if part not in key:
                continue
            name = key.split(part)[0].removeprefix(PEFT_PREFIX)
            if name not in modules:
                raise InputError(f"The adapter {label!r} does not fit this model: it changes {name}, which it lacks.")
            width = getattr(modules[name], side, weight.shape[axis])
            if width != weight.shape[axis]:
                raise InputError(
                    f"The adapter {label!r} does not fit this model: {name} is {width} wide here, "
                    f"and {weight.shape[axis]} there."
                )
