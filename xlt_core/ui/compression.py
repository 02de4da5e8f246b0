"""Compresses the page itself, which Gradio sends as it is; it compresses scripts and styles on its own."""

from __future__ import annotations

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import Receive, Scope, Send

NAMES = ("", "config", "info")  # what an address ends in that answers with the page, its configuration or its endpoints


class PageCompression(GZipMiddleware):
    """GZipMiddleware for the page only: the events of a running comparison are sent at once, and files as they are."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rpartition("/")[2] in NAMES:
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
