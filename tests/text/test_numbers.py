"""Numbers in any writing, and what an output says its answer is, beside lm-evaluation-harness's reading."""

from __future__ import annotations

import re

import pytest

from xlt_core.text.numbers import number_of

READ = [
    ("1,200", "1200"), ("$5", "5"), ("-3", "-3"), ("٣", "3"), ("5.", "5"), ("1.5", "1.5"), ("1,200.50", "1200.5"),
    ("1.200,50", "1200.5"), ("1.200.000", "1200000"), ("1,00,000", "100000"), ("0,500", "0.5"), ("1,5", "1.5"),
    ("\u22127", "-7"), ("$-3", "-3"), ("-$3", "-3"), ("- 3 apples", "3"), ("10-3", "3"), ("x=-4", "-4"), ("(3)", "3"),
    ("٣٬٤٥٦٫٧", "3456.7"), ("१२", "12"), ("\uff15", "5"), ("5%", "5"), ("5km", "5"), ("1/2", "0.5"), (".5", "0.5"),
    ("1\u00a0200", "1200"), ("1'000", "1000"), ("-0", "0"), ("00012", "12"), ("3.0", "3"), ("no number", None),
    ("", None), ("The answer is 5 + 3 = 8.", "8"), ("The answer is 12 apples, not 3.", "12"), ("#### 42", "42"),
    ("\\boxed{7}", "7"), ("The answer is 5.\n\nQuestion: 7?", "5"), ("Answer:\n 9", "9"), ("It is 3. Answer:", "3"),
    ("The answer is: **18**", "18"), ("the answer is not known", None), ("First 3, then 4, so 7", "7"),
    ("The answer is 3. No, the answer is 4.", "4"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), READ)
def test_a_number_is_read(text: str, value: str | None) -> None:
    assert number_of(text) == value
    assert value is None or number_of(value) == value, "plain digits stay"


def harness(text: str) -> str | None:
    """The tasks mgsm and gsm8k of lm-evaluation-harness: behind "The answer is", else the last number; then compared
    without commas, dollar signs and a last point."""
    found = re.findall(r"The answer is (-?[0-9.,]+)", text) or re.findall(r"-?[$0-9.,]{2,}|-?[0-9]+", text)[-1:]
    return re.sub(r",|\$|\.$", "", found[0]) if found else None


@pytest.mark.parametrize(
    "text", ["1,200", "$5", "-3", "5.", "1.5", "The answer is 5.", "The answer is 1,200.", "It costs $12 and 3", "none"]
)
def test_what_the_harness_reads_is_read_alike(text: str) -> None:
    assert number_of(text) == harness(text)


@pytest.mark.parametrize(
    ("text", "theirs", "ours"),
    [("٣", None, "3"), ("The answer is $5", "5", "5"), ("The answer is: 18", "18", "18"), ("1\u00a0200", "200", "1200"),
     ("\u22127", "7", "-7"), ("1/2", "2", "0.5"), ("7 apples, 3 left.\nQuestion 2", "2", "2"), ("10-3", "-3", "3")],
)  # fmt: skip
def test_where_the_harness_reads_otherwise(text: str, theirs: str | None, ours: str) -> None:
    assert (harness(text), number_of(text)) == (theirs, ours)
