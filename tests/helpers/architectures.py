"""Random models of many architectures, from tiny ones for the tests to small ones for the benchmark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, PreTrainedConfig, PreTrainedModel, PreTrainedTokenizerBase


@dataclass(frozen=True)
class Shape:
    """How large a model is. window: of its layers that slide, in tokens; std: of the random weights, large enough that
    no two tokens tie."""

    vocabulary: int = 420
    width: int = 32
    layers: int = 4
    window: int = 16
    context: int = 512
    std: float = 0.3

    @property
    def common(self) -> dict[str, Any]:
        return {"vocab_size": self.vocabulary, "hidden_size": self.width, "num_hidden_layers": self.layers,
                "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": self.width // 4,
                "intermediate_size": 2 * self.width, "max_position_embeddings": self.context,
                "initializer_range": self.std, "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1}  # fmt: skip


def _of(name: str, **more: Any) -> Callable[[Shape], PreTrainedConfig]:
    """Builds the configuration of a class; what depends on the shape is given as a function."""

    def build(shape: Shape) -> PreTrainedConfig:
        found = {key: value(shape) if callable(value) else value for key, value in more.items()}
        return getattr(transformers, name)(**shape.common | found)

    return build


def _window(shape: Shape) -> int:
    return shape.window


def _full_first(shape: Shape) -> int:
    return min(2, shape.layers // 2)


def _mixed(one: str, other: str) -> Callable[[Shape], list[str]]:
    """Kinds of layers that take turns."""
    return lambda shape: [(one, other)[i % 2] for i in range(shape.layers)]


_alternating = _mixed("sliding_attention", "full_attention")


SLIDING: dict[str, Callable[[Shape], PreTrainedConfig]] = {
    "mistral": _of("MistralConfig", sliding_window=_window),
    "gemma2": _of("Gemma2Config", sliding_window=_window, query_pre_attn_scalar=8, attn_logit_softcapping=5.0),
    "gemma3": _of("Gemma3TextConfig", sliding_window=_window, query_pre_attn_scalar=8, layer_types=_alternating),
    "cohere2": _of("Cohere2Config", sliding_window=_window, layer_types=_alternating),
    "qwen2": _of("Qwen2Config", sliding_window=_window, use_sliding_window=True, max_window_layers=_full_first),
    "qwen3": _of("Qwen3Config", sliding_window=_window, use_sliding_window=True, max_window_layers=_full_first),
    "phi3": _of("Phi3Config", sliding_window=_window),
    "starcoder2": _of("Starcoder2Config", sliding_window=_window),
    "olmo3": _of("Olmo3Config", sliding_window=_window, layer_types=_alternating),
    "exaone4": _of("Exaone4Config", sliding_window=_window, layer_types=_alternating),
    "smollm3": _of("SmolLM3Config", sliding_window=_window, use_sliding_window=True, layer_types=_alternating),
    "mixtral": _of("MixtralConfig", sliding_window=_window, num_local_experts=4),
    "gpt-oss": _of("GptOssConfig", sliding_window=_window, num_local_experts=4, num_experts_per_tok=2,
                   layer_types=_alternating),
    "llama4": _of("Llama4TextConfig", attention_chunk_size=_window, num_local_experts=2, num_experts_per_tok=1,
                  intermediate_size_mlp=64, interleave_moe_layer_step=2),
}  # fmt: skip
FULL: dict[str, Callable[[Shape], PreTrainedConfig]] = {
    "llama": _of("LlamaConfig"),
    "qwen2-full": _of("Qwen2Config"),
    "gpt-neox": _of("GPTNeoXConfig"),
    "gpt2": _of("GPT2Config", n_positions=lambda shape: shape.context),
    "bloom": _of("BloomConfig"),
    "falcon": _of("FalconConfig"),
}
_MAMBA2 = {"mamba_n_heads": 8, "mamba_n_groups": 1, "mamba_d_state": 8, "mamba_expand": 2, "mamba_chunk_size": 8,
           "mamba_d_head": lambda shape: shape.width // 4}  # fmt: skip

_DELTA = {"linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_key_head_dim": 8, "linear_value_head_dim": 8,
          "layer_types": _mixed("linear_attention", "full_attention")}  # fmt: skip
_EXPERTS = {"num_experts": 2, "num_experts_per_tok": 1}
RECURRENT: dict[str, Callable[[Shape], PreTrainedConfig]] = {
    "mamba": _of("MambaConfig", state_size=8),
    "falcon-mamba": _of("FalconMambaConfig", state_size=8),
    "mamba2": _of("Mamba2Config", num_heads=8, state_size=8, n_groups=2, expand=2, chunk_size=8,
                  head_dim=lambda shape: shape.width // 4),
    "jamba": _of("JambaConfig", attn_layer_period=2, attn_layer_offset=1, expert_layer_period=2, expert_layer_offset=1,
                 mamba_d_state=8, mamba_dt_rank=4, use_mamba_kernels=False, **_EXPERTS),
    "bamba": _of("BambaConfig", attn_layer_indices=[1, 3], **_MAMBA2),
    "granite-hybrid": _of("GraniteMoeHybridConfig", num_local_experts=2, num_experts_per_tok=1,
                          shared_intermediate_size=32, **_MAMBA2,
                          layer_types=_mixed("mamba", "attention")),
    "falcon-h1": _of("FalconH1Config", mamba_d_ssm=lambda shape: 2 * shape.width, **_MAMBA2),
    "qwen3-next": _of("Qwen3NextConfig", moe_intermediate_size=32, shared_expert_intermediate_size=32, **_EXPERTS,
                      **_DELTA),
    "qwen3.5": _of("Qwen3_5TextConfig", **_DELTA),
    "lfm2": _of("Lfm2Config", conv_L_cache=3, layer_types=_mixed("conv", "full_attention")),
    "olmo-hybrid": _of("OlmoHybridConfig", **_DELTA),
    "nemotron-h": _of("NemotronHConfig", layers_block_type=["mamba", "attention", "mlp", "mamba"], mamba_num_heads=8,
                      mamba_head_dim=lambda shape: shape.width // 4, ssm_state_size=8, n_groups=1, chunk_size=8),
    "recurrent-gemma": _of("RecurrentGemmaConfig", lru_width=lambda shape: shape.width, conv1d_width=4,
                           attention_window_size=_window, block_types=["recurrent", "recurrent", "attention"]),
}  # fmt: skip
ARCHITECTURES = FULL | SLIDING | RECURRENT


def make(name: str, folder: Path, tokenizer: PreTrainedTokenizerBase, shape: Shape = Shape()) -> PreTrainedModel:
    """A random model with its tokenizer, saved; as transformers loads it, with the attention that defines it."""
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(ARCHITECTURES[name](shape))
    with torch.no_grad():
        for key, value in model.named_parameters():
            if key.endswith("sinks"):
                value.normal_()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
