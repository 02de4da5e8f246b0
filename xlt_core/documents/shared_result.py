"""A finished result in one link or inside a report, and what is said of one that was cut, is newer or is none."""

from __future__ import annotations

import base64
import binascii
import gzip
import json
import lzma
import re
import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from xlt_core.documents.document import document, read_document
from xlt_core.documents.plan_link import shareable
from xlt_core.records import Comparison, InputError

LONGEST_LINK = 32_000  # characters of the part behind #; browsers take more, mail and chat programs often do not
LONGEST_UNPACKED = 20_000_000  # bytes of what stands behind a link
MOST_MEMORY = 256 * 2**20  # bytes that unpacking a link may take
FRAGMENT = "result"  # the name in the address: behind #, which no server sees
MARK = "<script type='application/gzip' id='result'>"  # how the results in a report begin
EMBEDDED = re.compile(re.escape(MARK) + r"([A-Za-z0-9+/=\s]*)(</script>)?")
CUT = "it ends in the middle: it was cut; copy it again, whole."
NONE = "it is no result of this app."


def link(comparison: Comparison) -> str:
    """The end of an address that opens the result itself; "" where it would be too long. Local paths stay out."""
    shared = replace(comparison, plan=shareable(comparison.plan))
    packed = lzma.compress(_json(document(shared)), check=lzma.CHECK_NONE, preset=9)
    code = base64.urlsafe_b64encode(packed).decode().rstrip("=")
    return f"#{FRAGMENT}={code}" if len(code) <= LONGEST_LINK else ""


def read_link(code: str) -> Comparison:
    """The result behind a link. Raises InputError for one that is damaged, newer or something else."""
    try:
        packed = base64.b64decode(code.strip() + "=" * (-len(code.strip()) % 4), altchars=b"-_", validate=True)
        unpacking = lzma.LZMADecompressor(memlimit=MOST_MEMORY)
        found = unpacking.decompress(packed, LONGEST_UNPACKED)
        if not unpacking.eof:
            raise InputError(f"This link cannot be used: {CUT}")
        data = json.loads(found)
    except (ValueError, RecursionError, binascii.Error, lzma.LZMAError):
        raise InputError("This link is damaged; copy it again, whole.") from None
    try:
        return read_document(data)
    except InputError as error:
        raise InputError(f"This link cannot be used: {error}") from None


def embedded(comparisons: Sequence[Comparison]) -> str:
    """The element that carries the results inside an HTML file."""
    shared = [document(replace(one, plan=shareable(one.plan))) for one in comparisons]
    data = shared[0] if len(shared) == 1 else {"comparisons": shared}
    return f"{MARK}{base64.b64encode(gzip.compress(_json(data), mtime=0)).decode()}</script>"


def load_data(content: bytes) -> Any:
    """The JSON of a file: as it is, packed by gzip, or inside a report. Raises InputError."""
    if content[:2] == b"\x1f\x8b":
        return _parsed(_unpacked(content))
    if content.lstrip()[:1] != b"<":
        return _parsed(content)
    found = EMBEDDED.search(content.decode("utf-8", "replace"))
    if found is None:
        whole = content.rstrip().endswith(b"</html>")
        raise InputError("it is a page without results in it; open a report of this app." if whole else CUT)
    if not found[2]:
        raise InputError(CUT)
    return _parsed(_unpacked(base64.b64decode(found[1])))


def _unpacked(content: bytes) -> bytes:
    try:
        return gzip.decompress(content)
    except EOFError:
        raise InputError(CUT) from None
    except (OSError, zlib.error) as error:
        raise InputError(f"it is damaged ({str(error)[:80]}); copy it again.") from None


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        begun = content.lstrip()[:1] in (b"{", b"[")
        if begun and (error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")):
            raise InputError(CUT) from None
        raise InputError(f"it is no JSON ({str(error)[:80]}).") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"it is no JSON ({str(error)[:80]}).") from None


def _json(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
