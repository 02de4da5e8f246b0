"""What a generation is read up to: stop strings count where the answer has begun."""

from __future__ import annotations

import pytest

from xlt_core.engine.plain_prompts import cut_at_stop
from xlt_core.formats.outputs import one_begins_another


@pytest.mark.parametrize(("text", "stop", "read"), [
    ("health\nText: more", ("\n",), ("health", True)),
    ("\n\nhealth", ("\n",), ("health", False)),
    ("\n\nhealth\nText: more", ("\n",), ("health", True)),
    (" \r\n \n health\n", ("\n", "\n\n"), (" health", True)),
    ("\n \n", ("\n",), ("", False)),
    ("<think>\nCould be sports.\n", ("\n",), ("<think>\nCould be sports.\n", False)),
    ("<think>\nsports?\n</think>\n\nhealth\nmore", ("\n",), ("<think>\nsports?\n</think>\n\nhealth", True)),
    ("Here is the summary:\n\nAn bude\nmore", ("\n",), ("Here is the summary:\n\nAn bude", True)),
    ("Here is Kano.\nmore", ("\n",), ("Here is Kano.", True)),
    ("Okay.\nmore", ("\n",), ("Okay.", True)),
    ("\n\nhealth\nmore", (), ("\n\nhealth\nmore", False)),
    ("a, b; c", (";", ","), ("a", True)),
    ("health", ("", "\n"), ("health", False)),
])  # fmt: skip
def test_stop_strings_count_where_the_answer_has_begun(
    text: str, stop: tuple[str, ...], read: tuple[str, bool]
) -> None:
    assert cut_at_stop(text, stop) == read


def test_what_stands_before_an_answer_is_read_in_linear_time() -> None:
    for text in ("\n" * 100_000, "Here is " + "a list " * 20_000, "<" * 100_000, "Sure " * 20_000):
        cut_at_stop(text, ("\n",))


def test_one_choice_begins_another() -> None:
    assert one_begins_another(("science and technology", "health", "science"))
    assert one_begins_another(("b", "a", "a c", "a b"))
    assert not one_begins_another(("science", "technology", "life science", "Science and technology"))
    assert not one_begins_another(("a", "a")) and not one_begins_another(())
