"""The store's SQLite file: its tables, how it is opened, and how a damaged or older one is set aside."""

from __future__ import annotations

import json
import sqlite3
import time
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from xlt_core.formats.values import build, plain
from xlt_core.records import InputError

T = TypeVar("T")
FORMAT_VERSION = 1  # of the tables and their contents; a file of another version is set aside
APPLICATION_ID = 0x786C7421  # SQLite's application id: tells a store from the files of other programs
LOCK_TIMEOUT = 30.0  # seconds that one process waits for another's write
KEYS_PER_QUERY = 500  # in an SQL IN
MEMORY = ":memory:"
HEADER = b"SQLite format 3\0"

# Predictions are stored by signature and item, so that runs share them; cells name those that they need.
TABLES = """
CREATE TABLE IF NOT EXISTS predictions (signature TEXT, item TEXT, body BLOB, PRIMARY KEY (signature, item));
CREATE TABLE IF NOT EXISTS items (key TEXT PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS calls (key TEXT PRIMARY KEY, body BLOB);
CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, owner TEXT, name TEXT, kind TEXT, plan TEXT, made REAL,
                                 changed REAL);
CREATE TABLE IF NOT EXISTS cells (run TEXT, position INTEGER, plan TEXT, state TEXT, note TEXT, signatures TEXT,
                                  items TEXT, body BLOB, PRIMARY KEY (run, position));
CREATE TABLE IF NOT EXISTS votes (ballot TEXT, voter TEXT, item TEXT, choice TEXT, reason TEXT, made REAL,
                                  PRIMARY KEY (ballot, voter, item));
"""


class _Unusable(Exception):
    """The file cannot be used. The message says why, such as "is damaged"."""


class Database:
    """The open file, for all threads of a process. message: which damaged file was set aside on opening, or ""."""

    def __init__(self, path: Path) -> None:
        self.path, self._lock = path, RLock()
        self._connection, self.message = _connect(path)

    @property
    def persistent(self) -> bool:
        """Whether what is stored outlives the process."""
        return str(self.path) != MEMORY

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    @contextmanager
    def connect(self) -> Iterator[sqlite3.Connection]:
        """The connection, for this thread alone. Raises InputError where the file fails."""
        with self._lock:
            try:
                yield self._connection
            except sqlite3.OperationalError as error:
                raise InputError(f"The store {self.path} cannot be used: {error}.") from error
            except sqlite3.DatabaseError as error:
                raise InputError(
                    f"The store {self.path} is damaged ({error}); start again to begin a new one."
                ) from error

    @contextmanager
    def transact(self) -> Iterator[sqlite3.Connection]:
        """The same, in a transaction: all changes are written, or none."""
        with self.connect() as connection, _transaction(connection):
            yield connection

    def select(self, query: str, values: tuple[str, ...], keys: Sequence[str]) -> list[tuple[str, bytes]]:
        """The rows for a query that ends in IN, however many keys there are."""
        found: list[tuple[str, bytes]] = []
        for start in range(0, len(keys), KEYS_PER_QUERY):
            part = keys[start : start + KEYS_PER_QUERY]
            with self.connect() as connection:
                marks = ",".join("?" * len(part))
                found += connection.execute(f"{query} ({marks})", (*values, *part)).fetchall()
        return found


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _connect(path: Path) -> tuple[sqlite3.Connection, str]:
    """The connection, and a message where a damaged file was set aside and a new one begun. Raises InputError."""
    try:
        if str(path) != MEMORY:
            path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return _opened(path), ""
        except (_Unusable, sqlite3.DatabaseError) as problem:
            if isinstance(problem, sqlite3.OperationalError):  # such as a disk that is full: the file may be sound
                raise
            if _foreign(path):
                raise InputError(f"XLT_STORE names {path}, which is no store; name another file.") from None
            moved = _set_aside(path)
            why = problem if isinstance(problem, _Unusable) else f"is damaged ({problem})"
            return _opened(path), f"The store {path} {why}: it was set aside as {moved.name}, and a new one begun."
    except (OSError, sqlite3.Error, _Unusable) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"The store {path} cannot be opened ({reason}); set XLT_STORE to a file that can.") from None


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=LOCK_TIMEOUT, isolation_level=None, check_same_thread=False)
    try:
        _check(connection)
        _journal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")  # a killed process loses nothing; a power cut, the last moment
        with _transaction(connection):
            for statement in filter(str.strip, TABLES.split(";")):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={FORMAT_VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


def _check(connection: sqlite3.Connection) -> None:
    """Raises _Unfit for a damaged or older store, and InputError for another program's file."""
    tables = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]
    ((ours,), (form,)) = (connection.execute(f"PRAGMA {n}").fetchone() for n in ("application_id", "user_version"))
    if tables and ours != APPLICATION_ID:
        raise InputError("XLT_STORE names a database of another program; name another file.")
    if tables and form != FORMAT_VERSION:
        raise _Unusable("is of another version")
    found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise _Unusable(f"is damaged ({found.splitlines()[-1]})")


def _journal(connection: sqlite3.Connection) -> None:
    """Write-ahead logging: readers and one writer do not wait for each other."""
    for left in range(100, -1, -1):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            # SQLite does not wait here, as it does elsewhere, while another process switches the same new file.
            if not left or "locked" not in str(error):
                raise
            time.sleep(0.05)


def _foreign(path: Path) -> bool:
    """Whether a file is neither a database nor named like a store: then it must not be moved."""
    with path.open("rb") as file:
        return path.suffix != ".sqlite" and file.read(len(HEADER)) != HEADER


def _set_aside(path: Path) -> Path:
    """Renames the file, and those that SQLite has beside it, by the time."""
    moved = path.with_name(f"{path.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}{path.suffix}")
    for tail in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            Path(f"{path}{tail}").rename(f"{moved}{tail}")
    return moved


def pack(record: Any) -> bytes:
    """A record or plain value as compressed JSON; infinities and unpaired surrogates come back as they were."""
    return zlib.compress(json.dumps(plain(record, infinities=True), separators=(",", ":")).encode(), 6)


def unpack(kind: type[T], body: bytes) -> T:
    """The record of that kind."""
    return build(kind, json.loads(zlib.decompress(body)), kind.__name__)
