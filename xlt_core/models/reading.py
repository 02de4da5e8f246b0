"""The one place where files from elsewhere are read: whatever goes wrong there becomes one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from xlt_core.records import InputError

MAX_REASON = 200  # characters


@contextmanager
def reading(sentence: str) -> Iterator[None]:
    """Raises InputError for whatever the block raises: the sentence, without its full stop, and the reason.

    What a damaged file makes a library raise is known to nobody, not even to the library: transformers, peft, jinja and
    the parsers below them raise errors of every type for it, and tokenizers plain Exception.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{sentence} ({reason(error)}).") from error


def reason(error: Exception) -> str:
    """The reason of an error, as a clause of a sentence."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return "its owner asks you to accept terms on its page at huggingface.co first; then set HF_TOKEN"
    if isinstance(error, RepositoryNotFoundError):
        return "there is no such id, or it is private: then set HF_TOKEN"
    if isinstance(error, KeyError):
        return f"there is no {error}"
    lines = str(error).strip().splitlines() or [type(error).__name__]
    said = " ".join(map(str.strip, lines[: 2 if lines[0].endswith(":") else 1]))
    sentences = said[:MAX_REASON].rpartition(". ")[0] if len(said) > MAX_REASON else ""
    return (sentences or said[:MAX_REASON]).rstrip(".: ")
