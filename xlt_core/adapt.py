"""LAFT, language-adaptive fine-tuning: trains an adapter, or all weights, on plain text of a language."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

from xlt_core import catalog
from xlt_core.records import InputError
from xlt_core.settings import POCKET

RATES = {"lora": 1e-3, "full": 2e-5}
LEAST_DOCUMENTS = 20


@dataclass(frozen=True)
class Adaptation:
    """What to train. rate 0: the method's default; block: tokens a row; held_out: share kept for perplexity."""

    language: str
    model: str = "pocket"
    method: Literal["lora", "full"] = "lora"
    steps: int = 200
    rate: float = 0.0
    rank: int = 16
    block: int = 192
    rows: int = 16
    held_out: float = 0.05
    seed: int = 0


def adapt(
    plan: Adaptation, corpus: Path, out: Path, resume: bool = False, say: Callable[[str], None] = print
) -> dict[str, Any]:
    """Trains on the documents of a text file (separated by blank lines, or else one a line) and writes `out`.

    Returns the card that is also written to out/adaptation.json: the plan, the text's digest and, as bits per byte of
    held-out text (mean negative log-likelihood in nats x tokens / (ln 2 x UTF-8 bytes)), the model before and after.
    """
    from xlt_core import _adapt

    language = catalog.language(plan.language)
    if plan.method not in RATES:
        raise InputError(f"There is no method {plan.method!r}; choose lora or full.")
    if plan.steps < 1:
        raise InputError(f"There cannot be {plan.steps} steps; give 1 or more.")
    plan = replace(plan, language=language.code, rate=plan.rate or RATES[plan.method])
    texts = documents(corpus)
    random.Random(plan.seed).shuffle(texts)
    kept = max(1, round(len(texts) * plan.held_out))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{out} cannot be written ({error.strerror}); name another folder.") from None
    say(f"{len(texts)} documents of {language.name}, {kept} of them held out")
    path = catalog.model_path(plan.model)
    if Path(path).is_dir():  # a card travels; a machine's folders do not
        folder = Path(path).resolve()
        plan = replace(plan, model="pocket" if folder == (POCKET / "model").resolve() else folder.name)
    trained = _adapt.train(plan, path, texts[kept:], texts[:kept], out, resume, say)
    digest = hashlib.sha256("\n\n".join(texts).encode()).hexdigest()[:16]
    card = {"plan": asdict(plan), "documents": len(texts), "text_sha256": digest, **trained}
    (out / "adaptation.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    return card


def documents(path: Path) -> list[str]:
    """The documents of a text file, duplicates dropped, in their order."""
    if not path.is_file():
        raise InputError(f"There is no file {path}; name a text file in UTF-8.")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is not UTF-8 text (byte {error.start}); save it as UTF-8.") from error
    parts = text.split("\n\n") if "\n\n" in text else text.splitlines()
    found = list(dict.fromkeys(part.strip() for part in parts if part.strip()))
    if len(found) < LEAST_DOCUMENTS:
        raise InputError(
            f"{path.name} holds {len(found)} documents; adapting needs at least {LEAST_DOCUMENTS} "
            "(separate them by blank lines, or write one a line)."
        )
    return found


def bits_per_byte(nats: float, size: int) -> float:
    """nats: the summed negative log-likelihood of text of `size` UTF-8 bytes."""
    return nats / (math.log(2) * size)
