"""An HTTP client for OpenAI-compatible servers: key, timeouts, retries with back-off, streams, cancellation."""

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
CONNECT_TIMEOUT = 5.0  # seconds
MAX_PAUSE = 30.0  # seconds, whatever the server asks for
MAX_FAILURES = 8  # failed requests in a row, retries included, after which no more are sent for a while
COOL_DOWN = 10.0  # seconds of that while


class ServerError(HostError):
    """What went wrong, in one sentence. status: of HTTP, 0 if no answer came; retryable: whether a retry may help;
    pause: seconds before it, if the server asks for some."""

    def __init__(self, message: str, status: int = 0, retryable: bool = False, pause: float = 0.0) -> None:
        super().__init__(message)
        self.status, self.retryable, self.pause = status, retryable, pause


class Server:
    """A server's address (ending in /v1), the options of its requests, and how the last ones ended.

    key: sent as a bearer token; timeout: seconds without a byte; tries: of each request;
    pause: seconds before the second try, twice as long before each further one.
    """

    def __init__(self, address: str, key: str = "", timeout: float = 120.0, tries: int = 4, pause: float = 0.5) -> None:
        self.address, self.timeout, self.tries, self.pause = address, timeout, tries, pause
        self.headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.certificates = httpx.create_ssl_context()  # loaded once: that takes longer than many a request
        self._lock, self._failures, self._last_failure, self._failed_at = Lock(), 0, "", 0.0

    def check(self) -> None:
        """Raises at once, without a request, if the last requests all failed."""
        with self._lock:
            if self._failures >= MAX_FAILURES and monotonic() < self._failed_at + COOL_DOWN:
                raise ServerError(self._last_failure)

    def record(self, failure: ServerError | None) -> None:
        """Records how a request ended. A refusal shows that the server works."""
        with self._lock:
            if failure is None or 0 < failure.status < 500:
                self._failures = 0
            else:
                self._failures, self._last_failure, self._failed_at = self._failures + 1, str(failure), monotonic()


class Session:
    """The connections of one call. Any thread may use it, and any may close it, which cancels its requests."""

    def __init__(self, server: Server) -> None:
        self._server, self._stopped, self._guard = server, Event(), Lock()
        self._connections: list[Any] = []
        self._client = httpx.Client(
            headers=server.headers,
            verify=server.certificates,
            timeout=httpx.Timeout(server.timeout, connect=min(CONNECT_TIMEOUT, server.timeout)),
            limits=httpx.Limits(max_connections=None),
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes every connection, including those on which a thread waits for an answer."""
        with self._guard:
            self._stopped.set()
            for connection in self._connections:
                _shut_down(connection)
        self._client.close()

    def get(self, path: str) -> Json:
        """The answer to GET. path: under the address, or a whole address. Raises ServerError."""
        return self._with_retries(lambda: self._request("GET", path, None))

    def post(self, path: str, body: Json) -> Json:
        """The answer to a POST of JSON. Raises ServerError."""
        return self._with_retries(lambda: self._request("POST", path, body))

    def stream(self, path: str, body: Json, read: Callable[[Iterator[Json]], T]) -> T:
        """What `read` makes of the events of a streamed answer; a retry calls it again. Raises ServerError."""

        def once() -> T:
            with self._open("POST", path, body) as response:
                _raise_for_status(response, self._server.address)
                return read(_events(response))

        return self._with_retries(once)

    def _request(self, method: str, path: str, body: Json | None) -> Json:
        with self._open(method, path, body) as response:
            _raise_for_status(response, self._server.address)
            response.read()
            answer = response.json()
        if not isinstance(answer, dict):
            raise ValueError
        return answer

    def _open(self, method: str, path: str, body: Json | None) -> Any:
        url = path if "://" in path else f"{self._server.address}/{path}"
        return self._client.stream(method, url, json=body, extensions={"trace": self._track_connection})

    def _track_connection(self, event: str, info: Json) -> None:
        """Keeps each new connection for `close`: httpx cannot interrupt a wait from another thread."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            with self._guard:
                self._connections = [c for c in self._connections if c.get_extra_info("socket").fileno() >= 0]
                self._connections.append(info["return_value"])
                if self._stopped.is_set():
                    _shut_down(info["return_value"])

    def _with_retries(self, send: Callable[[], T]) -> T:
        self._server.check()
        for attempt in range(1, self._server.tries + 1):
            failure = None
            try:
                answer = send()
            except (httpx.HTTPError, ServerError, ValueError, RuntimeError) as error:
                failure = self._as_server_error(error)
            if failure is None:
                self._server.record(None)
                return answer
            if not failure.retryable or attempt == self._server.tries:
                break
            pause = self._server.pause * 2 ** (attempt - 1) * random.uniform(0.75, 1.25)
            if self._stopped.wait(min(max(pause, failure.pause), MAX_PAUSE)):
                break
        if not self._stopped.is_set():
            self._server.record(failure)
        raise failure

    def _as_server_error(self, error: Exception) -> ServerError:
        address = self._server.address
        if self._stopped.is_set():
            return ServerError("The call was broken off.")
        if isinstance(error, ServerError):
            return error
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
            return ServerError(f"The server {address} cannot be reached ({error}).", retryable=True)
        if isinstance(error, httpx.TimeoutException):
            return ServerError(f"The server {address} did not answer within {self._server.timeout:g} s.")
        if isinstance(error, httpx.TransportError):
            return ServerError(f"The server {address} broke the connection ({error}).", retryable=True)
        if isinstance(error, RuntimeError):
            raise error
        return ServerError(f"The server {address} answered something else than JSON.", status=200)


def _shut_down(connection: Any) -> None:
    with suppress(OSError):  # it may be closed already
        connection.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def _raise_for_status(response: httpx.Response, address: str) -> None:
    if response.is_success:
        return
    status, retry_after = response.status_code, response.headers.get("retry-after", "")
    reason = _error_reason(response.read())
    raise ServerError(
        f"The server {address} answered {status}{': ' * bool(reason)}{reason.rstrip('.')}.",
        status,
        retryable=status == 429 or status >= 500,
        pause=float(retry_after) if retry_after.isdigit() else 0.0,
    )


def _error_reason(content: bytes) -> str:
    """The reason in the body of an error response, in one line."""
    try:
        body = json.loads(content)
        found = body.get("error", body.get("detail", body.get("message", "")))
        found = found.get("message", "") if isinstance(found, dict) else found
    except (ValueError, AttributeError):
        found = content.decode("utf-8", "replace") if len(content) < 300 else ""
    return " ".join(str(found).split())[:300]


def _events(response: httpx.Response) -> Iterator[Json]:
    """The events of a stream, to its end. Raises ServerError if it reports an error or ends too soon."""
    ended = False
    for line in response.iter_lines():
        data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        if data == "[DONE]":
            return
        if not data:
            continue
        event = json.loads(data)
        if event.get("error"):
            raise ServerError(f"The server broke off: {_error_reason(data.encode())}.", 500, retryable=True)
        ended = ended or any(choice.get("finish_reason") for choice in event.get("choices", ()))
        yield event
    if not ended:  # some servers send no [DONE], but all send a finish_reason
        raise httpx.RemoteProtocolError("the stream ended too soon")
