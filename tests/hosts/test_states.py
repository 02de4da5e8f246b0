"""What a host gives of the middle of its model, for alignments of words: places, shapes, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.tiny_models import make_model

from xlt_core.contracts import Encodes
from xlt_core.hosts.local import LocalHost
from xlt_core.records import InputError

TEXT = "The minister visited Kigali, ŋŋenda ku lwokubiri."


def test_each_token_has_its_place_and_a_vector(tmp_path: Path) -> None:
    host = LocalHost(make_model(tmp_path))
    assert isinstance(host, Encodes)
    found = dict(host.states([TEXT, "a", f"{TEXT}\n{TEXT}"]))
    for index, text in enumerate((TEXT, "a", f"{TEXT}\n{TEXT}")):
        read = found[index]
        assert len(read.places) == len(read.states) > 0 and len({len(row) for row in read.states}) == 1
        assert read.places[-1][1] == len(text) and all(start <= end for start, end in read.places)
    assert found[0].states[0] == pytest.approx(found[2].states[0], abs=1e-4)  # the same words before it: none
    assert found[0].states[-1] != found[2].states[-1]
    assert dict(host.states([""]))[0].places == ()


def test_a_tokenizer_that_tells_no_places_is_refused(tmp_path: Path) -> None:
    host = LocalHost(make_model(tmp_path))

    class Slow:
        is_fast = False

    host._tokenizer._tokenizer = Slow()
    with pytest.raises(InputError, match="does not tell where its tokens stand"):
        list(host.states([TEXT]))
