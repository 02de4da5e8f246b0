"""A blind vote: sides by chance, ties left out of the sign test and said, votes kept one by one, and exported."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from helpers.comparisons import comparison

from xlt_core import catalog
from xlt_core.comparison.endings import ended
from xlt_core.documents import vote_file
from xlt_core.findings import votes
from xlt_core.findings.votes import BOTH_BAD, BOTH_GOOD, A, B, Vote
from xlt_core.records import Comparison, Example, InputError, Prediction
from xlt_core.store import vote_box
from xlt_core.store.store import Store


def summaries(items: int = 20) -> Comparison:
    """Two columns that summarize differently, but for one item that they do alike and one that fails."""
    made = comparison({"prompt": 0.5, "laft": 0.5}, items=items + 2)
    examples = tuple(Example(str(n), {"text": f"news {n}"}, f"summary {n}") for n in range(items + 2))

    def run(side, column):
        said = [Prediction(e.id, "the same" if n == items else f"{column} on {n}", valid=True)
                for n, e in enumerate(examples)]  # fmt: skip
        said[-1] = Prediction(said[-1].id, error="no server") if column == "laft" else said[-1]
        return ended(replace(side, examples=examples, predictions=tuple(said)), "done", catalog.task("summary"))

    runs = tuple(run(side, side.name) for side in made.runs)
    return replace(made, plan=replace(made.plan, task="summary"), runs=runs)


MADE = summaries()


def test_items_with_two_different_answers_are_on_the_ballot_in_an_order_and_on_sides_by_chance() -> None:
    mine, again, other = (votes.ballot(MADE, "prompt", "laft", voter) for voter in ("me", "me", "you"))
    assert mine == again and sorted(mine.items, key=int) == [str(n) for n in range(20)]
    assert mine.items != other.items and sorted(mine.items) == sorted(other.items) and mine.key == other.key
    assert (mine.same, mine.missing) == (1, 1) and 3 <= len(mine.swapped) <= 17
    with pytest.raises(InputError, match="two different columns"):
        votes.ballot(MADE, "laft", "laft")
    with pytest.raises(InputError, match="two columns of this result"):
        votes.ballot(MADE, "laft", "translate")


@pytest.mark.parametrize(("a", "b", "p"), [(0, 0, 1.0), (5, 0, 0.0625), (15, 5, 0.04138946533203125), (9, 9, 1.0)])
def test_the_sign_test_is_the_exact_binomial_without_the_ties(a: int, b: int, p: float) -> None:
    given = [Vote(str(n), choice) for n, choice in enumerate([A] * a + [B] * b + [BOTH_GOOD] * 2 + [BOTH_BAD])]
    found = votes.sign_test(given)
    assert (found.a, found.b, found.both_good, found.both_bad) == (a, b, 2, 1)
    assert found.p == pytest.approx(p)


def test_what_the_votes_show_is_said_with_the_ties_and_what_was_left_out() -> None:
    ballot = votes.ballot(MADE, "prompt", "laft")
    choices = [A] * 12 + [B] * 2 + [BOTH_GOOD, BOTH_BAD]
    said = votes.sentence(ballot, [Vote(item, choice) for item, choice in zip(ballot.items, choices, strict=False)])
    assert (
        "16 votes: prompt better in 12, laft in 2; 2 ties (1 both good, 1 both bad) are left out of the test." in said
    )
    assert "p = 0.0129; the votes prefer prompt. 4 of 20 items have no vote." in said
    assert "Not voted on: 1 with the same answer in both and 1 without an answer in one." in said
    even = votes.sentence(ballot, [Vote(ballot.items[0], A), Vote(ballot.items[1], B)])
    assert "do not tell the two apart" in even and votes.sentence(ballot, []) == "No vote yet."


def test_votes_are_kept_by_voter_one_by_one_and_taken_back(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite")
    vote_box.keep(store, "key", "me", Vote("1", A, "clearer"))
    vote_box.keep(store, "key", "me", Vote("2", BOTH_BAD))
    vote_box.keep(store, "key", "you", Vote("1", B))
    store.close()
    store = Store(tmp_path / "store.sqlite")
    assert vote_box.kept(store, "key", "me") == (Vote("1", A, "clearer"), Vote("2", BOTH_BAD))
    vote_box.keep(store, "key", "me", Vote("1", B))
    vote_box.take_back(store, "key", "me")
    assert vote_box.kept(store, "key", "me") == (Vote("2", BOTH_BAD),)
    assert vote_box.kept(store, "key", "you") == (Vote("1", B),) and vote_box.kept(store, "other", "me") == ()
    with pytest.raises(InputError, match="A vote is one of"):
        vote_box.keep(store, "key", "me", Vote("1", "left"))
    store.close()


def test_a_store_of_before_takes_votes(tmp_path: Path) -> None:
    store = Store(tmp_path / "store.sqlite")
    with store.connect() as file:
        file.execute("DROP TABLE votes")
    store.close()
    store = Store(tmp_path / "store.sqlite")
    vote_box.keep(store, "key", "", Vote("1", A))
    assert len(vote_box.kept(store, "key", "")) == 1
    store.close()


def test_a_vote_over_twenty_summaries_is_exported_with_its_sign_test() -> None:
    ballot = votes.ballot(MADE, "prompt", "laft", "me")
    given = [Vote(item, B if n < 15 else A, "why, because" * (n == 0)) for n, item in enumerate(ballot.items)]
    lines = list(csv.DictReader(io.StringIO(vote_file.votes_csv(MADE, ballot, given))))
    assert len(lines) == 20 and [line["better"] for line in lines] == ["laft"] * 15 + ["prompt"] * 5
    first = lines[0]
    assert first["answer laft"] == f"laft on {first['item']}" and first["reason"] == "why, because"
    assert {line["left"] for line in lines} == {"prompt", "laft"}
    data = json.loads(vote_file.votes_json(MADE, ballot, given))
    assert data["sign_test"]["p"] == pytest.approx(0.0413894653) and data["sign_test"]["b"] == 15
    assert set(data["scores"]) == {"prompt", "laft"} and len(data["votes"]) == 20
    assert data["left_out"] == {"same answer": 1, "no answer": 1}
