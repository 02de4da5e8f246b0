"""A part of a label that no other label has stands for it; what only looks like one does not."""

from __future__ import annotations

import pytest

from xlt_core.records import Example
from xlt_core.tasks.sentiment import Sentiment
from xlt_core.tasks.topic import Topic

SIB = ("science/technology", "travel", "politics", "sports", "health", "entertainment", "geography")


def read(output: str, choices: tuple[str, ...] = SIB) -> object:
    return Topic().read(output, Example("1", {"text": "x"}, None, choices))


@pytest.mark.parametrize("output", [
    "Technology", "technology.", "The topic of this text is technology.", "**Technology**", "Topic: Science", "science",
    "Science and technology", "science & technology", "Science, technology", "technology/science", "SCIENCE-TECHNOLOGY",
    "Category: Technology\n\nText: another", "Answer: technology (the text is about phones)",
])  # fmt: skip
def test_a_part_names_its_label(output: str) -> None:
    assert read(output) == "science/technology"


@pytest.mark.parametrize("output", [
    "biotechnology", "technological", "scientific", "conscience", "sci", "tech", "not technology",
    "It isn't about science.", "technology or travel", "science, health", "I cannot classify science.", "",
    "sport", "healthy living",
])  # fmt: skip
def test_what_only_looks_like_a_part_or_names_two_is_not_read(output: str) -> None:
    assert read(output) is None


def test_a_part_that_two_labels_share_names_neither() -> None:
    shared = ("science/technology", "technology/business", "arts and culture", "food & culture")
    assert read("technology", shared) is None and read("culture", shared) is None
    assert read("science", shared) == "science/technology" and read("business", shared) == "technology/business"
    whole = ("science", "science/technology")
    assert read("science", whole) == "science" and read("technology", whole) == "science/technology"


@pytest.mark.parametrize(("output", "label"), [
    ("Positive", "positive"), ("The sentiment is negative.", "negative"), ("Sentiment: neutral", "neutral"),
    ("It is not positive.", None), ("positive/negative", None), ("mixed", None), ("non-negative", None),
])  # fmt: skip
def test_a_sentiment_is_read_like_any_label(output: str, label: str | None) -> None:
    assert Sentiment().read(output, Example("1", {"text": "x"}, None, ("positive", "neutral", "negative"))) == label
