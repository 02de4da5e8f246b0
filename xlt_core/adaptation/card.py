"""The card of an adapted model: adaptation.json for programs, README.md for people."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from xlt_core.language_table import by_code
from xlt_core.models.adapted import NAME, read_card

BY = "LAFT: predicts the next token of plain text in the language"  # where a card says nothing of it
SETTINGS = ("method", "steps", "rows", "block", "rate", "rank", "alpha", "targets", "held_out", "packed", "average",
            "seed")  # fmt: skip


KINDS = {"lora": "A LoRA adapter", "full": "All weights", "soft": "A soft prompt"}


def identity(folder: Path) -> dict[str, Any]:
    """What a finished run was, in the form in which a run that goes on is compared; empty where there is none."""
    card = read_card(folder)
    if not {"plan", "base", "texts"} <= card.keys():
        return {}
    return {"plan": card["plan"], "base": card["base"]["revision"], "text": [row["sha256"] for row in card["texts"]]}


def write(folder: Path, card: Mapping[str, Any]) -> Mapping[str, Any]:
    """Writes both, the one that says that all is there as the last; returns the card."""
    (folder / "README.md").write_text(readme(card), encoding="utf-8")
    half = folder / f"{NAME}.new"
    half.write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    os.replace(half, folder / NAME)
    return card


def readme(card: Mapping[str, Any]) -> str:
    """A model card as the Hugging Face Hub reads it; a licence that the card lacks is for its author to fill in."""
    plan, base = card["plan"], card["base"]
    names = [_name(code) for code in plan["corpora"]]
    kind = KINDS[plan["method"]]
    tongues = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    averaged = f" It is the average of {', '.join(card['average_of'])}." if card.get("average_of") else ""
    texts = [f"| {_name(row['language'])} | {row['source']} | {row['documents']:,} | {row['bytes']:,} | "
             f"{row['sha256']} |" for row in card["texts"]]  # fmt: skip
    settings = [f"| {name} | {value} |" for name, value in _settings(plan)]
    return "\n".join([
        *_front(card),
        f"# {base['model']}, adapted to {tongues}", "",
        f"{kind} for `{base['model']}` (revision `{base['revision']}`), trained on {tongues} by "
        f"{card.get('by', BY)}.{averaged}", "",
        f"Licence: {card['licence'] or 'to be filled in. It depends on the base model and on the text'}.", "",
        *(_measured(card) if card["losses"] else []),
        "## Text", "", "| language | source | documents | bytes | digest |", "|---|---|---|---|---|",
        *texts, "", *_checking(card["texts"]), "## Settings", "", "| setting | value |", "|---|---|", *settings, "",
    ])  # fmt: skip


def _settings(plan: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """What was set, the objective and its knobs first."""
    yield "objective", plan.get("objective", "laft")
    yield from plan.get("knobs", {}).items()
    yield from (("replay", f"{one['language']}, a share of {one['share']:g}") for one in plan.get("replay", ()))
    yield from (("from", plan["start"]) for _ in range(bool(plan.get("start"))))
    yield from ((name, plan[name]) for name in SETTINGS)


def _measured(card: Mapping[str, Any]) -> list[str]:
    bits, losses, unit = card["bits_per_byte"], card["losses"], card.get("unit", "nats a token")
    named = [(_name(code), row) for code, row in bits.items()] + [*card.get("figures", {}).items()]
    rows = [f"| {name} | {row['before']:.3f} | {row['after']:.3f} |" for name, row in named]
    told = ["Bits per byte of held-out text; less is better. What English lost was forgotten.", ""] if bits else []
    return ["## Measured", "", *told,
            "| text | before | after |", "|---|---|---|", *rows, "",
            f"The training loss went from {losses[0][1]:.3f} to {losses[-1][1]:.3f} {unit}.", ""]  # fmt: skip


def _checking(texts: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """How whoever has the text sees that it is this one."""
    yield ("The digest is that of the documents as they were read: each once, sorted, with a blank line between two, "
           "the first 16 digits of their SHA-256.")  # fmt: skip
    for row in texts:
        if row.get("file_sha256"):
            yield f"`sha256sum {row['source']}` prints `{row['file_sha256']}`."
    yield ""


def _front(card: Mapping[str, Any]) -> list[str]:
    plan, base = card["plan"], card["base"]["model"]
    hub = [f"base_model: {base}"] if "/" in base else []
    kind = ["library_name: peft"] if plan["method"] != "full" else ["library_name: transformers"]
    given = card["licence"]
    licence = [f"license: {given}"] if given else ["license: other", "license_name: to-be-filled-in"]
    return ["---", *hub, *kind, "language:", *(f"- {code}" for code in plan["corpora"]), *licence,
            "pipeline_tag: text-generation", "---", ""]  # fmt: skip


def _name(code: str) -> str:
    language = by_code(code)
    return language.name if language else code
