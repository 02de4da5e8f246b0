"""A digest of a folder's or a file's model in twelve characters: the revision of models that are not from the Hub."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

READ_WHOLE = 256 << 20  # bytes; of a larger file only the start and the end are read


def digest(folder: Path) -> str:
    """Twelve hexadecimal digits from the weights, configuration and tokenizer of a model's or an adapter's folder, or
    from a model's one file."""
    if folder.is_file():
        return _digest(((folder, folder.stat().st_size, folder.stat().st_mtime_ns),))
    names = ("config.json", "tokenizer.json", "adapter_config.json", "adapter_model.bin")
    kinds = ("*.safetensors", "pytorch_model*.bin", "*.model")  # older formats of weights, and SentencePiece models
    found = (file for kind in kinds for file in sorted(folder.resolve().glob(kind)))
    files = (*found, *(folder.resolve() / name for name in names))
    return _digest(tuple((file, file.stat().st_size, file.stat().st_mtime_ns) for file in files if file.is_file()))


@lru_cache
def _digest(files: tuple[tuple[Path, int, int], ...]) -> str:
    found = sha256()
    for file, size, _ in files:
        found.update(f"{file.name} {size}\n".encode())
        with file.open("rb") as stream:
            found.update(stream.read(READ_WHOLE))
            stream.seek(max(stream.tell(), size - READ_WHOLE))
            found.update(stream.read())
    return found.hexdigest()[:12]
