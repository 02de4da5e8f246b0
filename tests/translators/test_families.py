"""NLLB-200, M2M100 and MADLAD-400: each gets the languages in its own way, and a document by sentences."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
import torch
from helpers.tiny_translators import MAKERS, TEXTS, make

from xlt_core import catalog
from xlt_core.models.pool import ModelPool
from xlt_core.records import InputError
from xlt_core.translators import _beam_search
from xlt_core.translators._beam_search import SearchOptions
from xlt_core.translators._families import M2M100, MADLAD, NLLB
from xlt_core.translators.seq2seq import Seq2Seq

ENGLISH, SWAHILI, AMHARIC = map(catalog.language, ("eng", "swa", "amh"))


@pytest.fixture(scope="module", params=MAKERS)
def translator(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Seq2Seq:
    return Seq2Seq(make(request.param, tmp_path_factory.mktemp(request.param)), request.param)


def watched(monkeypatch: pytest.MonkeyPatch, read: Callable[[list[list[int]], SearchOptions], object]) -> list:
    """A list that gets, for each batch from now on, what `read` returns for it."""
    seen, original = [], _beam_search._beam_search

    def search(model: object, tokenizer: object, rows: list[list[int]], options: SearchOptions) -> object:
        seen.append(read(rows, options))
        return original(model, tokenizer, rows, options)

    monkeypatch.setattr(_beam_search, "_beam_search", search)
    return seen


def translated(translator: Seq2Seq, text: str, source: str = "swa", target: str = "eng", beams: int = 1) -> str:
    (reply,) = [
        reply
        for _, reply in translator.translate([text], catalog.language(source), catalog.language(target), beams)
        if reply.final
    ]
    assert reply.sent == text
    return reply.text


@pytest.mark.parametrize(("source", "target"), list(permutations(TEXTS, 2)))
def test_both_languages_are_given(translator: Seq2Seq, source: str, target: str) -> None:
    for text, other in zip(TEXTS[source], TEXTS[target], strict=True):
        assert translated(translator, text, source, target) == other


@pytest.mark.parametrize(("source", "target"), [("swa", "eng"), ("amh", "swa"), ("eng", "amh")])
def test_a_document_is_translated_by_sentences_and_keeps_its_lines(
    translator: Seq2Seq, source: str, target: str
) -> None:
    def document(a: str, b: str, c: str) -> str:
        return f"{a} {b}\n\n{c} {a}\n{b}"

    assert translated(translator, document(*TEXTS[source]), source, target) == document(*TEXTS[target])
    assert translated(translator, " ".join(TEXTS[source] * 9), source, target) == " ".join(TEXTS[target] * 9)


def test_each_number_of_beams_has_its_own_cached_translations(
    translator: Seq2Seq, monkeypatch: pytest.MonkeyPatch
) -> None:
    beams_used = watched(monkeypatch, lambda rows, options: options.beams)
    text = "Mvua ilinyesha jana. Mvua ilinyesha."
    for beams in (3, 1, 3, 1):
        translated(translator, text, beams=beams)
    assert beams_used == [3, 1]
    assert translated(translator, "Tunauza mkate.", beams=3) == "We sell bread."


def test_a_language_that_the_model_lacks_is_refused_by_name(translator: Seq2Seq) -> None:
    for code, name in (("kin", "Kinyarwanda"), ("bbj", "Ghomálá'")):
        assert translator.lacks(catalog.language(code))
        with pytest.raises(InputError, match=f"{translator.name} does not know {name} \\({code}\\)"):
            next(translator.translate(["x"], ENGLISH, catalog.language(code)))


def test_a_long_text_can_be_stopped_between_batches(translator: Seq2Seq, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = watched(monkeypatch, lambda rows, options: len(rows))
    text = " ".join(f"{number}. {' '.join(TEXTS['swa'])}" for number in range(60))
    work = translator.translate([text], SWAHILI, ENGLISH)
    index, reply = next(step for step in work if step[1].text)  # empty replies come while the model is loading
    assert (index, reply.final, len(calls)) == (0, False, 1) and reply.text.count(" ") < text.count(" ")
    work.close()
    assert len(calls) == 1


def test_a_batch_too_large_for_memory_is_halved(translator: Seq2Seq, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(rows: list[list[int]], options: SearchOptions) -> None:
        if len(rows) > 1:
            raise torch.OutOfMemoryError

    watched(monkeypatch, full)
    *_, (_, reply) = translator.translate(["\n".join(TEXTS["amh"])], AMHARIC, ENGLISH)
    assert reply.text == "\n".join(TEXTS["eng"]) and reply.note == _beam_search.HALVED
    monkeypatch.setattr(_beam_search, "_beam_search", lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError))
    with pytest.raises(torch.OutOfMemoryError):
        translated(translator, "Daktari!")


def test_no_piece_is_longer_than_the_model_takes(translator: Seq2Seq, monkeypatch: pytest.MonkeyPatch) -> None:
    given = watched(monkeypatch, lambda rows, options: rows)
    translated(translator, "mkate" * 200)
    rows = [row for batch in given for row in batch]
    assert max(map(len, rows)) <= translator._max_tokens // 2
    assert sum(translator._tokenizer.decode(row, skip_special_tokens=True).count("t") for row in rows) == 200


def test_two_translators_share_a_small_memory(translator: Seq2Seq) -> None:
    size = int(1.5 * translator._loader.bytes_needed)
    pool = ModelPool(lambda device, used: size - used)
    ours = [Seq2Seq(translator.path, name, pool) for name in ("one", "two")]
    for turn, text in enumerate(TEXTS["swa"]):
        assert translated(ours[turn % 2], text) == TEXTS["eng"][turn]
        assert [*pool.loaded()] == [ours[turn % 2].name] and sum(pool.loaded().values()) <= size


def test_codes_by_family() -> None:
    known = {
        NLLB: ("swh_Latn", "gaz_Latn", "fuv_Latn", "mya_Mymr", "tha_Thai", "plt_Latn", "nso_Latn"),
        M2M100: ("__sw__", None, "__ff__", "__my__", "__th__", "__mg__", "__ns__"),
        MADLAD: ("<2sw>", "<2om>", "<2ff>", "<2my>", "<2th>", "<2mg>", "<2nso>"),
    }
    for family, tokens in known.items():
        vocabulary = frozenset(filter(None, tokens)) | {"sw", "en", "om"}  # ordinary pieces, no language tokens
        for code, token in zip(("swa", "orm", "fuv", "mya", "tha", "plt", "nso"), tokens, strict=True):
            found = family.code(catalog.language(code), vocabulary)
            assert (found and family.token.format(found)) == token
    assert NLLB.code(catalog.language("orm"), frozenset({"om", "oromo"})) is None


def test_a_model_that_names_no_languages_is_refused(translator: Seq2Seq) -> None:
    mute = Seq2Seq(translator.path, "mute")
    mute.__dict__["_vocabulary"] = frozenset({"en", "the"})
    with pytest.raises(InputError, match="'mute' names no language as NLLB-200"):
        mute.lacks(ENGLISH)
