"""A plan behind a link: compressed, in characters that an address may have, and without paths of this machine."""

from __future__ import annotations

import base64
import binascii
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from xlt_core.formats.dataset_names import bare, file_of
from xlt_core.formats.values import build, plain
from xlt_core.records import InputError, Plan

FILE_KNOBS = ("adapter", "dictionary", "only", "glossary")  # these may name a file or a folder
LONGEST_LINK = 2_000_000  # bytes of a plan behind a link, unpacked


def encode(plan: Plan) -> str:
    """The plan for a share link: compressed, in characters that an address may have; of a folder only its name."""
    packed = zlib.compress(json.dumps(plain(shareable(plan)), ensure_ascii=False).encode(), 9)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def shareable(plan: Plan) -> Plan:
    """The plan without local paths: of a folder or a file only its name."""
    columns = tuple(replace(column, knobs=_shared_knobs(column.knobs), model=_without_folder(column.model),
                            translator=_without_folder(column.translator)) for column in plan.columns)  # fmt: skip
    return replace(plan, model=_without_folder(plan.model), translator=_without_folder(plan.translator),
                   dataset=_without_folder(plan.dataset), columns=columns)  # fmt: skip


def decode(text: str) -> Plan:
    """The plan of a share link. Raises InputError for a link that is damaged."""
    try:
        packed = base64.b64decode(text.strip() + "=" * (-len(text.strip()) % 4), altchars=b"-_", validate=True)
        unpacking = zlib.decompressobj()
        data = json.loads(unpacking.decompress(packed, LONGEST_LINK))
    except (ValueError, RecursionError, binascii.Error, zlib.error):
        raise InputError("This link is damaged; copy it again, whole.") from None
    try:
        return build(Plan, data, "plan")
    except InputError as error:
        raise InputError(f"This link cannot be used: {error} Copy it again.") from None


def _shared_knobs(knobs: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _without_folder(str(value)) if name in FILE_KNOBS else value for name, value in knobs.items()}


def _without_folder(name: str) -> str:
    """The name without its folder where it is a local path: none goes into a link."""
    path = Path(bare(name))
    local = (
        path.is_absolute()
        or name.startswith(("~", ".", "hub:/", "hub:~", "hub:."))
        or os.path.exists(path)
        or bool(file_of(name))
    )
    return path.name + name[len(bare(name)) :] if local else name
