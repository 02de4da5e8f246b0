"""GGUF: one file with a model's configuration, tokenizer and weights, as llama.cpp has it, here for transformers."""

from __future__ import annotations

import importlib.util
import os
import re
import struct
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from xlt_core import settings
from xlt_core.models import gguf_blocks, hub
from xlt_core.models.digest import digest
from xlt_core.records import InputError

SUFFIX = ".gguf"
HUB_FILE = re.compile(r"([\w-][\w.-]*/[\w-][\w.-]*):([\w-][\w.-]*\.gguf)", re.ASCII)  # one file of a Hub id
OTHER_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
AGAIN = "fetch it again, or choose another file"


def is_gguf(name: str) -> bool:
    """Whether a name stands for a GGUF file: here, or `ORG/NAME:FILE.gguf` on the Hub."""
    return name.lower().endswith(SUFFIX) and not os.path.isdir(name)


def named(name: str, path: Path) -> str:
    """The GGUF file that a model's name stands for, which as a local path is `path`: itself, the one in a folder, or
    one of the Hub; "" if none. Raises InputError for a folder with several."""
    if os.path.isdir(path):  # unlike pathlib's, false for a name that no file can have
        return in_folder(path)
    if os.path.isfile(path) and is_gguf(name):
        return str(path)
    return name if HUB_FILE.fullmatch(name) else ""


def in_folder(folder: Path) -> str:
    """The GGUF file of a folder without other weights; "" if it has none. Raises InputError if it has several."""
    found = sorted(path for path in folder.iterdir() if is_gguf(path.name) and path.is_file())
    if not found or any(any(folder.glob(pattern)) for pattern in OTHER_WEIGHTS):
        return ""
    if len(found) > 1:
        names = ", ".join(path.name for path in found)
        raise InputError(f"The folder {folder} holds several GGUF files; name one of them: {names}.")
    return str(found[0])


def fetch(name: str, revision: str | None = None) -> Path:
    """The file that a name stands for, downloaded if it is one of the Hub. Raises OSError with a reason."""
    on_hub = HUB_FILE.fullmatch(name)
    return Path(hub.fetch_file(*on_hub.groups(), revision)) if on_hub and not Path(name).is_file() else Path(name)


def check(path: Path) -> None:
    """Raises InputError for a file that cannot be loaded, with what is wrong with it. Reads no weights."""
    if importlib.util.find_spec("gguf") is None:
        raise InputError("GGUF files need the package gguf; install it with `pip install gguf`.")
    from transformers.integrations.gguf.reader import GgufHeader, read_gguf_metadata

    gguf_blocks.register()
    if not path.is_file():
        raise InputError(f"There is no file {path}; name one that exists.")
    if not path.stat().st_size:
        raise InputError(f"{path.name} is empty (0 bytes); {AGAIN}.")
    try:
        metadata, _ = read_gguf_metadata(str(path))
        _check_metadata(path.name, metadata)
        header = GgufHeader.from_file(str(path))
    except (struct.error, IndexError, OverflowError, MemoryError, UnicodeDecodeError) as error:
        raise InputError(f"{path.name} is cut or damaged: its header cannot be read; {AGAIN}.") from error
    except (ValueError, OSError) as error:
        reason = str(error).removeprefix(f"{path} ").rstrip(".")
        if "not supported yet" in reason:
            raise InputError(f"{path.name} {reason.partition(',')[0]}, which nothing here can read; choose the same "
                             "model in another quantization, such as Q4_1, Q6_K or Q8_0.") from error  # fmt: skip
        raise InputError(f"{path.name} cannot be read as GGUF ({reason}); {AGAIN}.") from error
    needed = header.data_start + max((tensor.offset + tensor.nbytes for tensor in header.tensors), default=0)
    if path.stat().st_size < needed:
        raise InputError(f"{path.name} is cut: it has {path.stat().st_size:,} of {needed:,} bytes; {AGAIN}.")


def _check_metadata(name: str, metadata: dict[str, Any]) -> None:
    from transformers.integrations.gguf.utils import GGUF_ARCHS
    from transformers.modeling_gguf_pytorch_utils import GGUF_SUPPORTED_ARCHITECTURES

    kind = metadata["general.architecture"]
    if _plain(kind) not in map(_plain, (*GGUF_SUPPORTED_ARCHITECTURES, *GGUF_ARCHS)):
        raise InputError(f"{name} is of the architecture {kind!r}, which transformers cannot load from GGUF; "
                         "choose another model, or its own format.")  # fmt: skip
    if metadata.get("split.count", 1) > 1:
        raise InputError(f"{name} is one of {metadata['split.count']} parts; join them with "
                         "`llama-gguf-split --merge`, and name the whole file.")  # fmt: skip
    if not metadata.get("tokenizer.ggml.model") or not metadata.get("tokenizer.ggml.tokens"):
        raise InputError(f"{name} holds no tokenizer; choose a file that has one.")


def _plain(architecture: str) -> str:
    """llama.cpp and transformers write the same names differently: qwen2moe, qwen2_moe; gpt-oss, gpt_oss."""
    return re.sub("[-_]", "", architecture)


def weights(path: Path) -> tuple[str, dict[str, Any]]:
    """The folder and the options from which from_pretrained loads the model."""
    from transformers import GgufConfig, modeling_gguf_pytorch_utils

    modeling_gguf_pytorch_utils.tqdm = lambda tensors, desc: tensors  # its progress bar knows no switch
    return str(path.parent), {"gguf_file": path.name, "quantization_config": GgufConfig(dequantize=True)}


def description(path: Path) -> tuple[str, dict[str, Any]]:
    """The folder and the options from which from_pretrained loads configuration and tokenizer.

    To read them from the file takes transformers eight seconds for 50,000 tokens, so they are kept as ordinary files.
    """
    import transformers

    folder = settings.MODEL_FOLDER / "gguf" / f"{digest(path)}-{transformers.__version__}"
    try:
        if not folder.is_dir():
            _write_description(path, folder)
    except OSError:  # such as a disk that is full or cannot be written
        return str(path.parent), {"gguf_file": path.name}
    return str(folder), {}


def _write_description(path: Path, folder: Path) -> None:
    from transformers import AutoConfig, AutoTokenizer

    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="unfinished-", dir=folder.parent) as unfinished:
        whole = Path(unfinished, "whole")
        for kind in (AutoConfig, AutoTokenizer):
            kind.from_pretrained(path.parent, gguf_file=path.name).save_pretrained(whole)
        with suppress(FileExistsError):  # another process was faster
            whole.rename(folder)


def forget_quantization(model: Any) -> None:
    """Lets a model be trained and saved like any other: its weights were de-quantized as they were loaded."""
    model.hf_quantizer, model.is_quantized = None, False
    model.name_or_path = None  # the file's folder: peft would miss a config.json there
    for owner, name in ((model, "quantization_method"), (model.config, "quantization_config")):
        if name in vars(owner):
            delattr(owner, name)
