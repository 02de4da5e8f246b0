"""Votes in the store: kept one by one as they are given, so that a vote that is closed in the middle is not lost."""

from __future__ import annotations

import time

from xlt_core.findings.votes import CHOICES, Vote
from xlt_core.records import InputError
from xlt_core.store.schema import Database


def keep(store: Database, ballot: str, voter: str, vote: Vote) -> None:
    """Keeps a vote, in place of a former one of the voter's on the item. Raises InputError."""
    if vote.choice not in CHOICES:
        raise InputError(f"A vote is one of {', '.join(CHOICES)}.")
    row = (ballot, voter, vote.item, vote.choice, vote.reason, time.time())
    with store.connect() as file:
        file.execute("INSERT OR REPLACE INTO votes VALUES (?, ?, ?, ?, ?, ?)", row)


def kept(store: Database, ballot: str, voter: str) -> tuple[Vote, ...]:
    """The voter's votes, in the order in which they were given."""
    query = "SELECT item, choice, reason FROM votes WHERE ballot = ? AND voter = ? ORDER BY made, rowid"
    with store.connect() as file:
        return tuple(Vote(*row) for row in file.execute(query, (ballot, voter)).fetchall())


def take_back(store: Database, ballot: str, voter: str) -> None:
    """Deletes the voter's last vote."""
    votes = kept(store, ballot, voter)
    if votes:
        with store.connect() as file:
            file.execute("DELETE FROM votes WHERE ballot = ? AND voter = ? AND item = ?",
                         (ballot, voter, votes[-1].item))  # fmt: skip
