"""The local host's engine: many prompts on one model in few forward passes."""

__all__ = ["adapter_files", "base", "batching", "encoder_decoder", "engine", "plain_prompts",
           "tokenization"]  # fmt: skip
