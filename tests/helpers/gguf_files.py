"""Tiny GGUF files, and wheels that carry one."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter, quants
from helpers.tiny_models import CHAT, make_tokenizer

WIDTH, HEADS, KV_HEADS, LAYERS, INNER = 32, 4, 2, 2, 64


def make_gguf(
    path: Path,
    kind: str = "llama",
    tokenizer: bool = True,
    parts: int = 0,
    chat: str = CHAT,
    blocks: GGMLQuantizationType = GGMLQuantizationType.Q8_0,
) -> Path:
    """A random Llama with a tokenizer of bytes and pairs, its matrices in blocks of eight bits, or others."""
    made = make_tokenizer(chat)
    words = [word for word, _ in sorted(made.get_vocab().items(), key=lambda pair: pair[1])]
    writer = GGUFWriter(path, kind)
    _write_shape(writer, len(words))
    if parts:
        writer.add_uint16("split.count", parts)
    if tokenizer:
        _write_tokenizer(writer, words, made.backend_tokenizer.to_str(), chat)
    for name, shape in _shapes(len(words)):
        _write_tensor(writer, name, shape, blocks)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _write_shape(writer: GGUFWriter, words: int) -> None:
    writer.add_name("tiny")
    writer.add_context_length(512)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(words)


def _write_tokenizer(writer: GGUFWriter, words: Sequence[str], written: str, chat: str) -> None:
    merges = json.loads(written)["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list(words)
    writer.add_token_types([3 if word.startswith("<") and word.endswith(">") else 1 for word in words])
    writer.add_token_merges([pair if isinstance(pair, str) else " ".join(pair) for pair in merges])
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(1)
    writer.add_pad_token_id(1)
    if chat:
        writer.add_chat_template(chat)


def _shapes(words: int) -> list[tuple[str, tuple[int, ...]]]:
    narrow = WIDTH * KV_HEADS // HEADS
    layer = {"attn_norm": (WIDTH,), "attn_q": (WIDTH, WIDTH), "attn_k": (narrow, WIDTH), "attn_v": (narrow, WIDTH),
             "attn_output": (WIDTH, WIDTH), "ffn_norm": (WIDTH,), "ffn_gate": (INNER, WIDTH),
             "ffn_up": (INNER, WIDTH), "ffn_down": (WIDTH, INNER)}  # fmt: skip
    inner = [(f"blk.{at}.{name}.weight", shape) for at in range(LAYERS) for name, shape in layer.items()]
    return [("token_embd.weight", (words, WIDTH)), *inner, ("output_norm.weight", (WIDTH,))]


def _write_tensor(writer: GGUFWriter, name: str, shape: tuple[int, ...], kind: GGMLQuantizationType) -> None:
    random = np.random.default_rng(len(name) * 1000 + sum(map(ord, name)))
    if len(shape) == 1:
        writer.add_tensor(name, np.ones(shape, np.float32))
        return
    blocks = quants.quantize(random.normal(0, 0.3, shape).astype(np.float32), kind)
    writer.add_tensor(name, blocks, raw_dtype=kind)


def make_wheel(folder: Path, package: str, version: str, file: Path) -> Path:
    """A wheel of a package that holds a file, and wants another package that there is nowhere."""
    module = package.replace("-", "_")
    path = folder / f"{module}-{version}-py3-none-any.whl"
    about = f"{module}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\nRequires-Dist: nowhere-to-be-had\n"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.write(file, f"{module}/{file.name}")
        wheel.writestr(f"{module}/__init__.py", "raise SystemExit('it is never imported')\n")
        wheel.writestr(f"{about}/METADATA", metadata)
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")
    return path
