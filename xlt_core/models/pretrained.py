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
from xlt_core.models.reading import reading, reason
from xlt_core.models.suggested import near_name
from xlt_core.records import InputError

if TYPE_CHECKING:
    from peft import PeftConfig, PeftModel
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

# transformers replaces functions of torch while it builds a model: if two are built at once, neither gets its weights.
BUILD_LOCK = RLock()
SOME_LETTERS = "a 1 的 अ ع"  # a tokenizer knows one of them, whatever its scripts
FEWEST_TOKENS = 100  # an alphabet and some more; a tokenizer of whole words may know none of these letters
WITH_GAPS = {"output_loading_info": True}  # so that from_pretrained tells which weights it has not found


def load(kind: Any, name: str, what: str, **options: Any) -> Any:
    """kind.from_pretrained(name). what: such as "language model". Raises InputError if none can be loaded."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    folder, is_model, is_file = name, hasattr(kind, "from_config"), gguf.is_gguf(name)
    with reading(not_loaded(name, what)):
        if is_file:
            file = gguf_file(name, options.pop("revision", None))
            folder, more = gguf.weights(file) if is_model else gguf.description(file)
            options |= more
        elif not Path(name).is_dir():
            fetch = hub.fetch_weights if is_model else hub.fetch_config
            folder = fetch(name, options.pop("revision", None))
        with BUILD_LOCK:
            found = kind.from_pretrained(folder, trust_remote_code=False, **options, **WITH_GAPS if is_model else {})
        if hasattr(found, "decode"):
            _check_tokenizer(found, name)
    if not is_model:
        return found
    model = _whole(name, what, *found)
    if is_file:
        gguf.forget_quantization(model)
    return model


def not_loaded(name: str, what: str) -> str:
    """That nothing could be loaded, and what to do."""
    return (
        f"No {what} could be loaded from {name!r}{near_name(name)}; give a model folder, or a Hugging Face id that can "
        "be reached from here"
    )


def _check_tokenizer(tokenizer: PreTrainedTokenizerBase, name: str) -> None:
    """Raises InputError for one without words: transformers makes such a one where the files are missing."""
    tokens = tokenizer(SOME_LETTERS, add_special_tokens=False)["input_ids"]
    own = tokenizer.get_vocab().keys() - tokenizer.get_added_vocab().keys()
    if len(own) < FEWEST_TOKENS and not tokenizer.decode(tokens, skip_special_tokens=True).strip():
        raise InputError(f"{name} holds no tokenizer; save or download it again, with its tokenizer's files.")


def _whole(name: str, what: str, model: PreTrainedModel, gaps: dict[str, Any]) -> PreTrainedModel:
    """The model, if its files hold all weights: transformers fills those that they lack with random numbers."""
    if missing := sorted(gaps["missing_keys"]):
        raise InputError(f"{not_loaded(name, what)} (its files lack {len(missing)} weights, such as {missing[0]}).")
    return model


def fetch_weights(name: str, revision: str | None = None) -> None:
    """Downloads the weights of a Hub id; does nothing for a folder. Raises InputError if they cannot be had."""
    if Path(name).is_dir() or gguf.is_gguf(name):  # one file, which was fetched for its configuration
        return
    with reading(f"The weights of {name} could not be fetched; try again when the Hub can be reached from here"):
        hub.fetch_weights(name, revision)


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
    with reading(
        f"The adapter {name!r} could not be fetched; name a LoRA folder, or a Hugging Face id that can be "
        "reached from here"
    ):
        return hub.fetch_adapter(name)


def wrap_with_adapter(model: PreTrainedModel, config: PeftConfig, name: str = "default", **options: Any) -> PeftModel:
    """A peft model that wraps a model, with one new adapter."""
    from peft import get_peft_model

    with hide_peft_warning(), BUILD_LOCK:
        wrapped = get_peft_model(model, config, name, **options)
    wrapped.create_or_update_model_card = lambda _: None  # weights get a card of our own, and checkpoints need none
    return wrapped


@contextmanager
def hide_peft_warning() -> Iterator[None]:
    """Hides warnings that users can do nothing about: peft and trl use a deprecated name of transformers, and peft
    would rather have trained an adapter of tied embeddings in another way."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        warnings.filterwarnings("ignore", "Model has `tie_word_embeddings=True`", UserWarning)
        yield
