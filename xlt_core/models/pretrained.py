"""Models, tokenizers and adapters from a folder or the Hugging Face Hub: quiet, and soon done where it is out of reach.

A Hub id that is in the cache loads without a network; any other is refused within seconds.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from xlt_core.models import hub
from xlt_core.models.digest import digest
from xlt_core.records import InputError

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel

# transformers changes torch's own functions while it builds a model: of two that are built at once, neither gets its
# weights.
BUILDING = RLock()


def load(kind: Any, name: str, what: str, **options: Any) -> Any:
    """kind.from_pretrained(name). what: such as "language model". Raises InputError where there is none to load."""
    from safetensors import SafetensorError
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        place = name
        if not Path(name).is_dir():
            fetch = hub.weights if hasattr(kind, "from_config") else hub.files  # a model, or what goes before it
            place = fetch(name, options.pop("revision", None))
        with BUILDING:
            return kind.from_pretrained(place, trust_remote_code=False, **options)
    except (OSError, ValueError, ImportError, RuntimeError, KeyError, SafetensorError) as error:
        raise InputError(
            f"No {what} could be loaded from {name!r}; give a model folder, or a Hugging Face id that can be "
            f"reached from here ({reason(error)})."
        ) from error


def fetch(name: str, revision: str | None = None) -> None:
    """Downloads the weights of a Hub id; a folder has them. Raises InputError where they cannot be had."""
    if Path(name).is_dir():
        return
    try:
        hub.weights(name, revision)
    except (OSError, ValueError) as error:
        raise InputError(f"The weights of {name} could not be fetched ({reason(error)}).") from error


def revision(name: str, model: PreTrainedModel) -> str:
    """The Hub's commit, or a digest of the folder's weights."""
    return revision_at(name, model.name_or_path)


def revision_at(name: str, place: str) -> str:
    """As revision, from the folder where the model lies: the cache has one for each commit."""
    return digest(Path(name)) if Path(name).is_dir() else Path(place).name


@lru_cache
def adapter_folder(name: str) -> str:
    """The folder of an adapter, which is fetched where the name is a Hub id. Raises InputError."""
    if Path(name).is_dir():
        return name
    try:
        return hub.adapter(name)
    except (OSError, ValueError) as error:
        raise InputError(
            f"The adapter {name!r} could not be fetched; name a LoRA folder, or a Hugging Face id that can be "
            f"reached from here ({reason(error)})."
        ) from error


def with_adapter(model: PreTrainedModel, config: PeftConfig, name: str = "default", **options: Any) -> PeftModel:
    """peft's model around a model, with one new adapter."""
    from peft import get_peft_model

    with quiet(), BUILDING:
        return get_peft_model(model, config, name, **options)


@contextmanager
def quiet() -> Iterator[None]:
    """Keeps back a warning that nobody can do anything about: peft asks transformers by a name that has changed."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        yield


def reason(error: Exception) -> str:
    """What went wrong, in a clause."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return "its owner asks you to accept terms on its page at huggingface.co first; then set HF_TOKEN"
    if isinstance(error, RepositoryNotFoundError):
        return "there is no such id, or it is private: then set HF_TOKEN"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".")
