"""Downloads one file by HTTP, and goes on where an earlier download of it was ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from xlt_core.models import pretrained
from xlt_core.models.hub import Download
from xlt_core.records import InputError

CHUNK = 1 << 20  # bytes
PARTIAL_CONTENT, RANGE_NOT_SATISFIABLE = 206, 416  # of HTTP


def download(name: str, url: str, part: Path, headers: Mapping[str, str] | None = None) -> Iterator[Download]:
    """Appends to `part` what is missing of the file at `url`, and yields how far it is. A server that does not give
    ranges is asked for the whole. Raises InputError if it cannot be had; what came until then stays."""
    import httpx2
    from huggingface_hub import get_session

    have = part.stat().st_size if part.is_file() else 0
    wanted = {**(headers or {}), "Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    try:
        with get_session().stream("GET", url, headers=wanted, follow_redirects=True) as answer:
            if answer.status_code == RANGE_NOT_SATISFIABLE:
                return  # it is whole, or not this file: its digest tells
            answer.raise_for_status()
            have = have if answer.status_code == PARTIAL_CONTENT else 0
            total = have + int(answer.headers.get("Content-Length", 0))
            with part.open("ab" if have else "wb") as file:
                for chunk in answer.iter_bytes(CHUNK):
                    have += file.write(chunk)
                    yield Download(name, have, max(total, have))
    except (httpx2.HTTPError, OSError) as error:
        raise InputError(f"the download ended ({pretrained.reason(error)})") from error
