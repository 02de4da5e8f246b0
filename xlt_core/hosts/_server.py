"""Speaks to an OpenAI-compatible server over HTTP: key, time-outs, retries with back-off, streams, breaking off."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Event, Lock
from time import monotonic
from types import TracebackType
from typing import Any, TypeVar

import httpx

from xlt_core.records import HostError

T = TypeVar("T")
Json = dict[str, Any]
CONNECT = 5.0  # seconds
LONGEST_PAUSE = 30.0  # seconds, whatever the server asks for
PATIENCE = 8  # requests that fail one after the other, retries included, before the server is left alone
REST = 10.0  # seconds for which it is


class ServerError(HostError):
    """What went wrong, in one sentence. status: HTTP, 0 where no answer came; again: whether a retry may help."""

    def __init__(self, message: str, status: int = 0, again: bool = False, pause: float = 0.0) -> None:
        super().__init__(message)
        self.status, self.again, self.pause = status, again, pause


class Server:
    """A server's address (ending in /v1), how it is spoken to, and whether it seems well.

    key: sent as a bearer token; timeout: seconds without a byte; tries: of each request;
    pause: seconds before the second try, twice as long before each further one.
    """

    def __init__(self, address: str, key: str = "", timeout: float = 120.0, tries: int = 4, pause: float = 0.5) -> None:
        self.address, self.timeout, self.tries, self.pause = address, timeout, tries, pause
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.certificates = httpx.create_ssl_context()  # read once: it takes longer than many a request
        self._lock, self._failures, self._last, self._failed_at = Lock(), 0, "", 0.0

    def check(self) -> None:
        """Raises at once, without a request, where the server failed again and again just now."""
        with self._lock:
            if self._failures >= PATIENCE and monotonic() < self._failed_at + REST:
                raise ServerError(self._last)

    def note(self, failure: ServerError | None) -> None:
        """Takes in how a request ended. One that the server refused tells that it is well."""
        with self._lock:
            if failure is None or 0 < failure.status < 500:
                self._failures = 0
            else:
                self._failures, self._last, self._failed_at = self._failures + 1, str(failure), monotonic()


class Line:
    """The connections of one call. Any thread may use it, and any may close it: that breaks off what is under way."""

    def __init__(self, server: Server) -> None:
        self._server, self._stopped, self._guard = server, Event(), Lock()
        self._streams: list[Any] = []
        self._client = httpx.Client(
            headers=server.headers,
            verify=server.certificates,
            timeout=httpx.Timeout(server.timeout, connect=min(CONNECT, server.timeout)),
            limits=httpx.Limits(max_connections=None),
        )

    def __enter__(self) -> Line:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes every connection, also those on which a thread waits for an answer."""
        with self._guard:
            self._stopped.set()
            for stream in self._streams:
                _shut(stream)
        self._client.close()

    def get(self, path: str) -> Json:
        """The answer to GET. path: under the address, or a whole address. Raises ServerError."""
        return self._retried(lambda: self._whole("GET", path, None))

    def post(self, path: str, body: Json) -> Json:
        """The answer to a POST of JSON. Raises ServerError."""
        return self._retried(lambda: self._whole("POST", path, body))

    def stream(self, path: str, body: Json, read: Callable[[Iterator[Json]], T]) -> T:
        """What `read` makes of the events of a streamed answer; a retry calls it anew. Raises ServerError."""

        def once() -> T:
            with self._send("POST", path, body) as response:
                _check(response, self._server.address)
                return read(_events(response))

        return self._retried(once)

    def _whole(self, method: str, path: str, body: Json | None) -> Json:
        with self._send(method, path, body) as response:
            _check(response, self._server.address)
            response.read()
            answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError
        return answer

    def _send(self, method: str, path: str, body: Json | None) -> Any:
        url = path if "://" in path else f"{self._server.address}/{path}"
        return self._client.stream(method, url, json=body, extensions={"trace": self._traced})

    def _traced(self, event: str, info: Json) -> None:
        """Keeps each new connection, so that `close` finds it: httpx cannot break off a wait from another thread."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._guard:
                self._streams = [stream for stream in self._streams if stream.get_extra_info("socket").fileno() >= 0]
                self._streams.append(info["return_value"])
                if self._stopped.is_set():
                    _shut(info["return_value"])

    def _retried(self, ask: Callable[[], T]) -> T:
        self._server.check()
        for done in range(1, self._server.tries + 1):
            failure = None
            try:
                answer = ask()
            except (httpx.HTTPError, ServerError, ValueError, RuntimeError) as error:
                failure = self._failure(error)
            if failure is None:
                self._server.note(None)
                return answer
            if not failure.again or done == self._server.tries:
                break
            pause = self._server.pause * 2 ** (done - 1) * random.uniform(0.75, 1.25)
            if self._stopped.wait(min(max(pause, failure.pause), LONGEST_PAUSE)):
                break
        if not self._stopped.is_set():
            self._server.note(failure)
        raise failure

    def _failure(self, error: Exception) -> ServerError:
        address = self._server.address
        if self._stopped.is_set():
            return ServerError("The call was broken off.")
        if isinstance(error, ServerError):
            return error
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return ServerError(f"The server {address} cannot be reached ({error}).", again=True)
        if isinstance(error, httpx.TimeoutException):
            return ServerError(f"The server {address} did not answer within {self._server.timeout:g} s.")
        if isinstance(error, httpx.TransportError):
            return ServerError(f"The server {address} broke the connection ({error}).", again=True)
        if isinstance(error, RuntimeError):
            raise error
        return ServerError(f"The server {address} answered something else than JSON.", status=200)


def _shut(stream: Any) -> None:
    with suppress(OSError):  # it may be closed already
        stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _check(response: httpx.Response, address: str) -> None:
    if response.is_success:
        return
    status, wanted = response.status_code, response.headers.get("retry-after", "")
    said = _said(response.read())
    raise ServerError(
        f"The server {address} answered {status}{': ' * bool(said)}{said.rstrip('.')}.",
        status,
        again=status == 429 or status >= 500,
        pause=float(wanted) if wanted.isdigit() else 0.0,
    )


def _said(content: bytes) -> str:
    """The reason in the body of a refusal, in one line."""
    try:
        body = json.loads(content)
        found = body.get("error", body.get("detail", body.get("message", "")))
        found = found.get("message", "") if isinstance(found, dict) else found
    except (ValueError, AttributeError):
        found = content.decode("utf-8", "replace") if len(content) < 300 else ""
    return " ".join(str(found).split())[:300]


def _events(response: httpx.Response) -> Iterator[Json]:
    """The events of a stream, to its end. Raises ServerError where it tells of an error or ends too soon."""
    ended = False
    for line in response.iter_lines():
        data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        if data == "[DONE]":
            return
        if not data:
            continue
        event = json.loads(data)
        if event.get("error"):
            raise ServerError(f"The server broke off: {_said(data.encode())}.", 500, again=True)
        ended = ended or any(choice.get("finish_reason") for choice in event.get("choices", ()))
        yield event
    if not ended:  # some servers send no [DONE], but all say why they finished
        raise httpx.RemoteProtocolError("the stream ended too soon")
