"""LoRA adapters over one base model in memory: loaded once each, switched, never copied into it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftConfig, PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import AuxiliaryTrainingWrapper, load_peft_weights

from xlt_core.models.pretrained import quiet, with_adapter
from xlt_core.records import InputError

INNER = "base_model.model."


class Adapters:
    """The adapters of a model. Callers hold the model's turn: nothing here may run beside a forward pass."""

    def __init__(self, model: torch.nn.Module) -> None:
        self._model = model
        self._wrapped: PeftModel | None = None
        self._names: dict[tuple[str, int], str] = {}
        self._active: str | None = ""
        self._layers: list[BaseTunerLayer] | None = None

    def load(self, source: str, label: str) -> str:
        """Loads a LoRA folder on first use, again when its file has changed; returns its name for `use`.

        Raises InputError with the reason where it does not fit the base model.
        """
        key = (source, changed(source))
        if key not in self._names:
            name = f"adapter{len(self._names)}"
            self._insert(source, label, name)
            self._names[key] = name
        return self._names[key]

    def use(self, name: str) -> None:
        """Makes the next forward pass run with this adapter; "" is the base model alone."""
        if name == self._active:
            return
        if self._layers is None or self._active is None:
            self._switch(name)
        else:
            # What peft's own switch comes to where nothing is trained; that one walks the whole model, which takes
            # longer than a token does on a small one.
            for layer in self._layers:
                layer._disable_adapters = not name
                layer._active_adapter = [name] if name else layer._active_adapter
        self._active = name

    def _switch(self, name: str) -> None:
        tuner = self._wrapped.base_model
        if name:
            tuner.enable_adapter_layers()
            tuner.set_adapter(name, inference_mode=True)
        else:
            tuner.disable_adapter_layers()
        modules = list(self._wrapped.modules())
        whole = any(isinstance(module, AuxiliaryTrainingWrapper) for module in modules)  # has more to switch
        self._layers = None if whole else [module for module in modules if isinstance(module, BaseTunerLayer)]

    def _insert(self, source: str, label: str, name: str) -> None:
        config = _read_config(source, label)
        check_fit(self._model, source, label)
        config.inference_mode = True
        config.base_model_name_or_path = getattr(self._model, "name_or_path", "")  # the fit was checked, not the name
        self._active = None  # from here on, whatever happens, peft may have changed what is active
        try:
            # autocast_adapter_dtype=False: the adapter computes in the base model's own precision.
            if self._wrapped is None:
                self._wrapped = with_adapter(self._model, config, name, autocast_adapter_dtype=False)
            else:
                with quiet():
                    self._wrapped.add_adapter(name, config, autocast_adapter_dtype=False)
            device = str(next(self._model.parameters()).device)
            loaded = self._wrapped.load_adapter(source, name, torch_device=device, autocast_adapter_dtype=False)
        except (ValueError, RuntimeError, KeyError) as error:
            self._remove(name)
            raise InputError(f"The adapter {label!r} does not fit this model: {_line(error)}") from error
        if loaded.missing_keys:
            self._remove(name)
            raise InputError(f"The adapter {label!r} is not whole: it lacks {loaded.missing_keys[0]}.")

    def _remove(self, name: str) -> None:
        if self._wrapped is not None and name in self._wrapped.peft_config:
            self._wrapped.delete_adapter(name)


def changed(source: str) -> int:
    """When a LoRA folder last changed."""
    return max((path.stat().st_mtime_ns for path in Path(source).glob("adapter_*")), default=0)


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]


def _read_config(source: str, label: str) -> LoraConfig:
    try:
        config = PeftConfig.from_pretrained(source)
    except (OSError, ValueError) as error:
        raise InputError(f"No adapter {label!r} could be read: {_line(error)}") from error
    if not isinstance(config, LoraConfig):
        raise InputError(f"The adapter {label!r} is of the kind {config.peft_type}; give a LoRA adapter.")
    if config.bias != "none":
        raise InputError(
            f"The adapter {label!r} changes biases, which cannot be switched off; train it with bias none."
        )
    return config


def check_fit(model: torch.nn.Module, source: str, label: str) -> None:
    """Raises InputError with the reason where a LoRA folder does not fit the model, whose weights need not be there."""
    _read_config(source, label)
    modules: dict[str, Any] = dict(model.named_modules())
    for key, weight in load_peft_weights(source, device="cpu").items():
        for part, axis, side in ((".lora_A.", 1, "in_features"), (".lora_B.", 0, "out_features")):
            if part not in key:
                continue
            name = key.split(part)[0].removeprefix(INNER)
            if name not in modules:
                raise InputError(f"The adapter {label!r} does not fit this model: it changes {name}, which it lacks.")
            width = getattr(modules[name], side, weight.shape[axis])
            if width != weight.shape[axis]:
                raise InputError(
                    f"The adapter {label!r} does not fit this model: {name} is {width} wide here, "
                    f"and {weight.shape[axis]} there."
                )
