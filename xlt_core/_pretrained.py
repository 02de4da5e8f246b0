"""Models, tokenizers and adapters from a folder or the Hugging Face Hub: quiet, and soon done where it is out of reach.

A Hub id that is in the cache loads without a network; any other is refused within seconds.
"""

from __future__ import annotations

import time
import warnings
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlt_core._digest import digest
from xlt_core.records import InputError

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel

PATIENCE = 5.0  # seconds; the Hub's own client tries each file for half a minute
RECHECK = 60.0  # seconds for which an answer about the Hub holds


def load(kind: Any, name: str, what: str, **options: Any) -> Any:
    """kind.from_pretrained(name). what: such as "language model". Raises InputError where there is none to load."""
    from safetensors import SafetensorError
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    try:
        return kind.from_pretrained(_place(name, options.get("revision")), trust_remote_code=False, **options)
    except (OSError, ValueError, ImportError, RuntimeError, KeyError, SafetensorError) as error:
        raise InputError(
            f"No {what} could be loaded from {name!r}; give a model folder, or a Hugging Face id that can be "
            f"reached from here ({reason(error)})."
        ) from error


def offline() -> bool:
    """Whether the Hub does not answer."""
    return not _answers(int(time.monotonic() // RECHECK))


@lru_cache(maxsize=1)
def _answers(period: int) -> bool:
    import httpx2
    from huggingface_hub import constants, get_session

    try:
        get_session().head(constants.ENDPOINT, timeout=PATIENCE)
    except (OSError, httpx2.HTTPError):  # OSError: HF_HUB_OFFLINE is set
        return False
    return True


def _place(name: str, revision: str | None = None) -> str:
    """Where to load from: the name, or what the cache has of it where the Hub does not answer."""
    from huggingface_hub import snapshot_download

    if Path(name).is_dir() or not offline():
        return name
    try:
        return snapshot_download(name, revision=revision, local_files_only=True)
    except FileNotFoundError as error:
        raise FileNotFoundError("the Hub does not answer, and it is not in the cache") from error


def revision(name: str, model: PreTrainedModel) -> str:
    """The Hub's commit, or a digest of the folder's weights."""
    if Path(name).is_dir():
        return digest(Path(name))
    return getattr(model.config, "_commit_hash", None) or Path(model.name_or_path).name  # the cache's folder


@lru_cache
def adapter_folder(name: str) -> str:
    """The folder of an adapter, which is fetched where the name is a Hub id. Raises InputError."""
    if Path(name).is_dir():
        return name
    from huggingface_hub import snapshot_download

    try:
        place = _place(name)
        return snapshot_download(name, allow_patterns=["adapter_*"]) if place == name else place
    except (OSError, ValueError) as error:
        raise InputError(
            f"The adapter {name!r} could not be fetched; name a LoRA folder, or a Hugging Face id that can be "
            f"reached from here ({reason(error)})."
        ) from error


def with_adapter(model: PreTrainedModel, config: PeftConfig, name: str = "default", **options: Any) -> PeftModel:
    """peft's model around a model, with one new adapter."""
    from peft import get_peft_model

    with warnings.catch_warnings():
        # peft asks transformers by a name that has become another; nothing that a user could change.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        return get_peft_model(model, config, name, **options)


def reason(error: Exception) -> str:
    """The first line of what went wrong."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(".")
