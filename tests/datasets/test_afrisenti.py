"""AfriSenti's reader on files in the layout of its repository."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.records import InputError

TWEETS = """tweet\tlabel
@user Murakoze 😂 https://t.co/x\tpositive
""Amakuru"" y'inkuba "\tNegative
Muraho\tneutral
 \tneutral
Nta kimenyetso\tmixed
"""


def test_tweets_are_read_as_they_are(tmp_path: Path) -> None:
    clones.write(tmp_path / "data/kin/dev.tsv", TWEETS)
    clones.write(tmp_path / "data/oro/oro_test.tsv", TWEETS)
    data = catalog.dataset("afrisenti", [tmp_path])
    found = data.load("sentiment", "kin", "validation")
    assert [(e.text, e.answer) for e in found] == [
        ("@user Murakoze 😂 https://t.co/x", "positive"), ("\"\"Amakuru\"\" y'inkuba \"", "negative"),
        ("Muraho", "neutral"),
    ]  # fmt: skip
    assert set(data.languages("sentiment")) == {"kin", "orm"} and data.splits("sentiment", "orm") == ("test",)
    assert len(data.load("sentiment", "orm", "test")) == 3 and "@user" in data.note("sentiment", "kin", "test")


def test_languages_without_training_have_no_train_split() -> None:
    data = catalog.dataset("afrisenti")
    assert len(data.languages("sentiment")) == 14
    assert data.splits("sentiment", "tir") == ("validation", "test") and "train" in data.splits("sentiment", "por")
    with pytest.raises(InputError, match="no sentiment in eng"):
        data.load("sentiment", "eng", "test")
