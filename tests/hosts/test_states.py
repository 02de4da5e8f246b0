"""What a host gives of the middle of its model, for alignments of words: places, shapes, and what it refuses."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from helpers.tiny_models import make_adapter, make_model
from transformers import AutoModelForCausalLM, AutoTokenizer

from xlt_core.contracts import Encodes, Inspects
from xlt_core.hosts.local import LocalHost
from xlt_core.probing.bits_per_byte import bits_per_byte
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


def test_sentences_tokens_and_likelihoods_with_an_adapter_and_without(tmp_path: Path) -> None:
    model = make_model(tmp_path / "model")
    host, adapter = LocalHost(model), str(make_adapter(model, tmp_path / "adapter"))
    assert isinstance(host, Inspects)
    assert [(one.count > 0, one.unknown) for one in host.pieces([TEXT, ""])] == [(True, 0), (False, 0)]
    assert host.pieces(["ẽ"])[0].broken == 3  # its bytes, of a letter that the tokenizer has not seen

    def read(name: str) -> tuple[float, float]:
        states = dict(pair for batch in host.sentence_states([TEXT, "a"], name) for pair in batch)
        assert states[0].weighted.shape == (4, 32)
        return float(states[0].last[-1, 0]), sum(host.nats([TEXT, "a"], name))

    plain, adapted = read(""), read(adapter)
    assert read("") == pytest.approx(plain) and plain[0] != adapted[0] and plain[1] != adapted[1]
    network, tokenizer = AutoModelForCausalLM.from_pretrained(model), AutoTokenizer.from_pretrained(model)
    size = len(TEXT.encode()) + 1
    assert bits_per_byte(network, tokenizer, [TEXT, "a"]) == pytest.approx(plain[1] / math.log(2) / size, rel=1e-4)
