"""Loads models, tokenizers and adapters from a folder or the Hugging Face Hub, and fails fast if it is out of reach.

Without a network, a Hub id in the cache loads, and any other is refused within seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from xlt_core.models import gguf, hub
from xlt_core.models.digest import digest
from xlt_core.records import InputError

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel

# transformers replaces functions of torch while it builds a model: if two are built at once, neither gets its weights.
BUILD_LOCK = RLock()


def load(kind: Any, name: str, what: str, **options: Any) -> Any:
    """kind.from_pretrained(name). what: such as "language model". Raises InputError if none can be loaded."""
    from safetensors import SafetensorError
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        folder, is_model = name, hasattr(kind, "from_config")
        if gguf.is_gguf(name):
            file = gguf_file(name, options.pop("revision", None))
            folder, more = gguf.weights(file) if is_model else gguf.description(file)
            options |= more
        elif not Path(name).is_dir():
            fetch = hub.fetch_weights if is_model else hub.fetch_config
            folder = fetch(name, options.pop("revision", None))
        with BUILD_LOCK:
            loaded = kind.from_pretrained(folder, trust_remote_code=False, **options)
        if is_model and gguf.is_gguf(name):
            gguf.forget_quantization(loaded)
        return loaded
    except (OSError, ValueError, ImportError, RuntimeError, KeyError, SafetensorError) as error:
        raise InputError(
            f"No {what} could be loaded from {name!r}; give a model folder, or a Hugging Face id that can be "
            f"reached from here ({reason(error)})."
        ) from error


def fetch_weights(name: str, revision: str | None = None) -> None:
    """Downloads the weights of a Hub id; does nothing for a folder. Raises InputError if they cannot be had."""
    if Path(name).is_dir() or gguf.is_gguf(name):  # one file, which was fetched for its configuration
        return
    try:
        hub.fetch_weights(name, revision)
    except (OSError, ValueError) as error:
        raise InputError(f"The weights of {name} could not be fetched ({reason(error)}).") from error


def gguf_file(name: str, revision: str | None = None) -> Path:
    """The GGUF file that a name stands for, fetched and checked. Raises InputError."""
    try:
        file = gguf.fetch(name, revision)
    except (OSError, ValueError) as error:
        raise InputError(f"{name} could not be fetched ({reason(error)}).") from error
    gguf.check(file)
    return file


def revision(name: str, model: PreTrainedModel) -> str:
    """The Hub's commit, or a digest of the folder's weights."""
    return revision_at(name, model.name_or_path)


def revision_at(name: str, folder: str) -> str:
    """As `revision`, from the folder of the model's files: the Hub's cache has one for each commit."""
    if gguf.is_gguf(name):
        return digest(gguf_file(name))
    return digest(Path(name)) if Path(name).is_dir() else Path(folder).name


@lru_cache
def adapter_folder(name: str) -> str:
    """The folder of an adapter, which is downloaded if the name is a Hub id. Raises InputError."""
    if Path(name).is_dir():
        return name
    try:
        return hub.fetch_adapter(name)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The adapter {name!r} could not be fetched; name a LoRA folder, or a Hugging Face id that can be "
            f"reached from here ({reason(error)})."
        ) from error


def wrap_with_adapter(model: PreTrainedModel, config: PeftConfig, name: str = "default", **options: Any) -> PeftModel:
    """A peft model that wraps a model, with one new adapter."""
    from peft import get_peft_model

    with hide_peft_warning(), BUILD_LOCK:
        return get_peft_model(model, config, name, **options)


@contextmanager
def hide_peft_warning() -> Iterator[None]:
    """Hides a warning that users can do nothing about: peft uses a deprecated name of transformers."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        yield


def reason(error: Exception) -> str:
    """The reason of an error, as a clause of a sentence."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return "its owner asks you to accept terms on its page at huggingface.co first; then set HF_TOKEN"
    if isinstance(error, RepositoryNotFoundError):
        return "there is no such id, or it is private: then set HF_TOKEN"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".")
