"""LoRA adapters and soft prompts on one base model: each is loaded once, switched on and off, and never merged."""

from __future__ import annotations

from pathlib import Path

import torch
from peft import LoraConfig, PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer
from peft.utils import AuxiliaryTrainingWrapper
from transformers import PreTrainedModel

from xlt_core.engine.adapter_files import broken, read_config, soft_prompt, unfit
from xlt_core.models.pretrained import hide_peft_warning, wrap_with_adapter
from xlt_core.models.reading import reading
from xlt_core.records import InputError


class Adapters:
    """The adapters of a model. Callers hold the engine's lock: nothing here may run during a forward pass."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._model, self._soft_prompts = model, SoftPrompts(model)
        self._peft_model: PeftModel | None = None
        self._names: dict[tuple[str, int], str] = {}
        self._active: str | None = ""
        self._layers: list[BaseTunerLayer] | None = None

    def load(self, source: str, label: str) -> str:
        """Loads a folder on first use, again when its files have changed; returns its name for `use`.

        Raises InputError with the reason if it does not fit the base model.
        """
        key = (source, modified_at(source))
        if key not in self._names:
            name = f"adapter{len(self._names)}"
            vectors = soft_prompt(source, label)
            if vectors is not None:
                self._soft_prompts.add(name, vectors)
            else:
                self._add(source, label, name)
            self._names[key] = name
        return self._names[key]

    def use(self, name: str) -> None:
        """Makes the next forward pass run with this adapter; "" is the base model alone."""
        self._soft_prompts.use(name)
        name = "" if name in self._soft_prompts else name
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
        config = read_config(source, label)
        config.base_model_name_or_path = getattr(self._model, "name_or_path", "")  # the fit decides, not the name
        self._active = None  # even if this fails, peft may have changed what is active
        try:
            self._load(source, label, name, config)
        except InputError:
            self._remove(name)
            raise

    def _load(self, source: str, label: str, name: str, config: LoraConfig) -> None:
        # autocast_adapter_dtype=False: the adapter computes in the base model's own precision.
        with reading(unfit(label)), hide_peft_warning():
            if self._peft_model is None:
                self._peft_model = wrap_with_adapter(self._model, config, name, autocast_adapter_dtype=False)
            else:
                self._peft_model.add_adapter(name, config, autocast_adapter_dtype=False)
            device = str(next(self._model.parameters()).device)
            loaded = self._peft_model.load_adapter(source, name, torch_device=device, autocast_adapter_dtype=False)
        if loaded.missing_keys:
            raise InputError(f"{broken(source, label)} (it lacks {loaded.missing_keys[0]}).")

    def _remove(self, name: str) -> None:
        if self._peft_model is not None and name in self._peft_model.peft_config:
            self._peft_model.delete_adapter(name)


class SoftPrompts:
    """The soft prompts of a model. A vector has a token id of its own, behind those of the vocabulary: prefixes,
    batches and caches treat it as any other token, and only the layer of embeddings knows better."""

    def __init__(self, model: PreTrainedModel) -> None:
        self._layer = model.get_input_embeddings()
        self._vocabulary = self._layer.weight.shape[0]
        self._vectors: dict[str, torch.Tensor] = {}
        self._active: torch.Tensor | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._vectors

    def add(self, name: str, vectors: torch.Tensor) -> None:
        """vectors: (tokens, width)."""
        if not self._vectors:
            self._embed, self._layer.forward = self._layer.forward, self._embedded
        self._vectors[name] = vectors.to(self._layer.weight)

    def use(self, name: str) -> None:
        """Makes the next forward pass run with this soft prompt; "" or another name: with none."""
        self._active = self._vectors.get(name)

    def _embedded(self, ids: torch.Tensor) -> torch.Tensor:
        """(rows, length, width)"""
        if self._active is None:
            return self._embed(ids)
        own, place = self._embed(ids.clamp(max=self._vocabulary - 1)), ids - self._vocabulary
        return torch.where((place >= 0)[..., None], self._active[place.clamp(min=0)].to(own), own)


def modified_at(source: str) -> int:
    """When the folder of an adapter last changed."""
    return max((path.stat().st_mtime_ns for path in Path(source).glob("adapter_*")), default=0)
