"""Apertium: nothing of a text is lost, what hangs or dies harms no other, what is not there is said in a sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from helpers import apertium_doubles
from helpers.small_hosts import Scoring, setting, solved, topic
from helpers.small_parts import parts, plan
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xlt_core import catalog
from xlt_core.comparison.compare import compare
from xlt_core.contracts import Translator
from xlt_core.records import HostError, InputError, Language
from xlt_core.strategies.translate import Translated
from xlt_core.tasks.topic import Topic
from xlt_core.translators._apertium import package, pair, released, segments
from xlt_core.translators._apertium_program import Program
from xlt_core.translators.apertium import Apertium, connect

ENGLISH, BASQUE = Language("eng", "English", aliases=("en",)), Language("eus", "Basque", flores="eus_Latn")
ICELANDIC, CROATIAN, YORUBA = Language("isl", "Icelandic"), Language("hrv", "Croatian"), Language("yor", "Yoruba")
MACEDONIAN = Language("mkd", "Macedonian")
REAL = shutil.which("apertium") and {"eu-en", "isl-eng"} <= Program().pairs()
real = pytest.mark.skipif(not REAL, reason="apertium-eu-en and apertium-isl-eng are not installed")
ODD = "@*#^$/\\[]{}<>+~_%&\t \u00a0\u200f\u202b\u0000\ud800\n\r\u2028\u0085😀👩‍🚀"
WORDS = ("etxe", "Kaixo", "ez", "liburua", "ñ", "ç", "שלום", "مرحبا", "𞤀𞤣", "12", "e\u0301", ".", "?", "(", "'", "[1]")
texts = st.lists(st.one_of(st.sampled_from(WORDS), st.text(ODD, max_size=4), st.just(" ")), max_size=9).map("".join)


def translations(translator: Translator, *given: str, source: Language = BASQUE) -> list[str]:
    """The translations in the order of the texts."""
    final = {index: reply.text for index, reply in translator.translate(given, source, ENGLISH) if reply.final}
    assert sorted(final) == list(range(len(given)))
    return [final[index] for index in range(len(given))]


@pytest.fixture
def hung(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program's double first in the path; and the file that has the process ids of those that hang."""
    file = apertium_doubles.program(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("APERTIUM_HUNG", str(file))
    return file


def group(number: int) -> list[str]:
    """The processes of a group, also those that have ended and were not waited for."""
    listed = subprocess.run(["ps", "-eo", "pgid=,stat=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if int(line.split()[0]) == number]


@given(texts)
@settings(max_examples=300, deadline=None)
def test_the_segments_of_any_text_are_the_text(text: str) -> None:
    parts = segments(text)
    assert "".join(part.text for part in parts) == text
    for part in parts:
        assert part.kept or (part.text.strip(" ") == part.text and len(part.text.splitlines()) == 1)
        assert part.kept or not set(part.text) & set("@*#^$/\\[]{}<>+~\t\n\r\0")
    assert any(map(str.isalpha, text)) or all(part.kept for part in parts)


@real
@given(st.lists(texts, max_size=2))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_line_and_no_sign_of_any_text_is_lost(given: list[str]) -> None:
    made = translations(connect("apertium"), *given)
    assert len(made) == len(given)
    for text, translation in zip(given, made, strict=True):
        assert len(translation.splitlines()) == len(text.splitlines())
        assert [char for char in translation if char in "@*#^$/\\[]{}<>\t😀"] == \
               [char for char in text if char in "@*#^$/\\[]{}<>\t😀"]  # fmt: skip
        assert any(map(str.isalpha, text)) or translation == text


@real
def test_real_sentences_are_translated_whatever_stands_beside_them() -> None:
    translator = connect("apertium")
    assert translations(translator, "Kaixo mundua", "[Kaixo mundua] *liburua*\n\n\tetxe handia", "", "1 < 2") == [
        "Hello The world", "[Hello The world] *The book*\n\n\tThe big house", "", "1 < 2"]  # fmt: skip
    assert translations(translator, "Ég sé hest.", source=ICELANDIC) == ["I see horse."]
    assert translator.revision.startswith("Apertium 3") and "eu-en " in translator.revision
    replies = [reply for _, reply in translator.translate(["Kaixo"], BASQUE, ENGLISH) if reply.final]
    assert replies[0].note.endswith(", pair eu-en") and replies[0].note.startswith("Apertium 3")


@real
def test_a_translation_hangs_on_its_text_alone() -> None:
    given = ["Við fórum á fjöllin í gær.", "Að þessu sinni var það ekki hægt.", "Hún sagði að bókin væri góð."] * 2
    alone = [translations(connect("apertium"), text, source=ICELANDIC)[0] for text in given[:3]]
    assert translations(connect("apertium"), *given[::-1], source=ICELANDIC) == (alone * 2)[::-1]


def test_pairs_are_found_by_any_code_of_a_language() -> None:
    assert pair(BASQUE, ENGLISH, {"eu-en"}) == "eu-en" and pair(BASQUE, ENGLISH, {"eus-eng"}) == "eus-eng"
    assert pair(ICELANDIC, ENGLISH, {"isl-eng"}) == "isl-eng" and not pair(ENGLISH, ICELANDIC, {"isl-eng"})
    assert pair(CROATIAN, ENGLISH, {"hbs-eng", "eng-hbs_HR", "eng-hbs"}) == "hbs-eng"
    assert pair(ENGLISH, CROATIAN, {"hbs-eng", "eng-hbs_HR", "eng-hbs"}) == "eng-hbs_HR"
    assert pair(Language("oci", "Occitan", aliases=("oc",)), ENGLISH, {"oc-en"}) == "oc-en"
    assert pair(Language("afr", "Afrikaans", aliases=("afrikaans",)), ENGLISH, {"afrikaans-en"}) == ""
    assert package(BASQUE, ENGLISH) == "apertium-eu-en" and package(ENGLISH, BASQUE) == package(YORUBA, ENGLISH) == ""
    assert all(code == "eng" or row.package.startswith("apertium-") for code, row in released().items())


def test_what_is_not_installed_is_a_sentence_with_the_package(hung: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    translator = connect("apertium")
    assert [translator.lacks(one) for one in (ENGLISH, BASQUE, CROATIAN, MACEDONIAN)] == [False, False, False, True]
    assert translator.missing(MACEDONIAN, ENGLISH) == (
        "Apertium's pair from Macedonian to English is not installed here: `apt install apertium-mkd-eng`."
    )
    assert "no Debian package with an Apertium pair from Yoruba to English" in translator.missing(YORUBA, ENGLISH)
    assert "no Debian package with an Apertium pair from English to Basque" in translator.missing(ENGLISH, BASQUE)
    with pytest.raises(InputError, match="apt install apertium-mkd-eng"):
        translations(translator, "a", source=MACEDONIAN)
    with pytest.raises(InputError, match="does not search with beams"):
        list(translator.translate(["a"], BASQUE, ENGLISH, beams=2))
    assert re.fullmatch(r"Apertium 9\.9\.9, eng-hbs_HR( \w{8})?, eu-en( \w{8})?, hbs-eng( \w{8})?", translator.revision)
    monkeypatch.setenv("PATH", str(hung.parent / "nowhere"))
    absent = connect("apertium")
    assert absent.lacks(BASQUE) and not absent.lacks(ENGLISH) and isinstance(absent.revision, str)
    assert absent.missing(BASQUE, ENGLISH) == (
        "The program apertium is not installed here; install it with its pair from Basque to English: "
        "`apt install apertium-eu-en`."
    )


def test_a_pair_into_english_alone_serves_labels(hung: Path) -> None:
    given = setting(Topic(), Scoring(), (), language=BASQUE, english=ENGLISH, translator=connect("apertium"))
    answer = solved(Translated(), given, topic("1", "[sports]\nbai"))["1"]
    assert answer.replies[0].text == "[SPORTS]\nBAI" and answer.answer and not answer.error


def test_the_others_are_there_before_one_that_dies_or_hangs(hung: Path) -> None:
    translator, given = Apertium("apertium", Program(patience=1.0)), ["bat", "die", "bi", "hang", "hiru"]
    made: dict[str, str] = {}
    with pytest.raises(HostError, match=r"ended in the middle of a text|no answer within 1 seconds"):
        for index, reply in translator.translate(given, BASQUE, ENGLISH):
            made |= {given[index]: reply.text} if reply.final else {}
    assert made == {"bat": "BAT", "bi": "BI", "hiru": "HIRU"}
    (number,) = map(int, hung.read_text().split())
    assert group(number) == []
    rows = [topic(text, f"sports {text}") for text in given]
    given_to = setting(Topic(), Scoring(), (), language=BASQUE, english=ENGLISH, translator=translator)
    answers = solved(Translated(), given_to, *rows)
    assert [bool(answers[text].error) for text in given] == [False, True, False, True, False]
    assert answers["die"].error == "apertium eu-en ended in the middle of a text (no such rule)."
    assert answers["hang"].error == "apertium eu-en gave no answer within 1 seconds."


def test_where_nothing_succeeds_it_is_given_up(hung: Path) -> None:
    with pytest.raises(HostError, match="no such rule"):
        translations(connect("apertium"), *(f"die {number}" for number in range(50)))


def test_stopping_ends_what_is_at_work_within_a_second(hung: Path) -> None:
    replies = connect("apertium").translate(["hang", "hang too"], BASQUE, ENGLISH)
    while not (hung.exists() and len(hung.read_text().split()) == 2):
        _, reply = next(replies)
        assert not reply.final and reply.text == ""
    started = time.monotonic()
    replies.close()
    assert time.monotonic() - started < 1
    assert [group(int(number)) for number in hung.read_text().split()] == [[], []]


@pytest.fixture
def address() -> Iterator[str]:
    with apertium_doubles.server() as found:
        yield found


def test_a_server_translates_by_its_documented_form(address: str) -> None:
    translator = connect(f"apertium:{address}/")
    assert translations(translator, "etxe [bat] & bi", "\n*kaixo*\n", "😀") == ["ETXE [BAT] & BI", "\n*KAIXO*\n", "😀"]
    assert not translator.lacks(BASQUE) and translator.lacks(YORUBA)
    assert translator.missing(YORUBA, ENGLISH).startswith(f"The apertium-apy server at {address} has no pair from Yoru")
    assert translator.revision == f"apertium-apy at {address}, eus-eng"
    with pytest.raises(HostError, match="apertium-apy answered with status 503"):
        translations(translator, "die")


def test_a_server_that_is_not_there_is_a_sentence(address: str) -> None:
    for name in (f"apertium:{address}0", "apertium:http://127.0.0.1:1", "apertium:http://[", f"apertium:{address}/x"):
        with suppress(OSError), pytest.raises(InputError, match="There is no apertium-apy server at http"):
            connect(name).lacks(BASQUE)
    with pytest.raises(InputError, match="no address of an apertium-apy server"):
        connect("apertium:here")


def test_the_catalog_knows_it_and_offers_it_where_it_is_installed(hung: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(catalog.translator("apertium"), Apertium) and "apertium" in catalog.translators()
    given = replace(parts(), translator=catalog.translator)
    *_, last = compare(plan("prompt", "translate", translator="apertium"), given)
    assert [run.state for run in last.runs] == ["done", "failed"]
    assert "no Debian package with an Apertium pair from Kinyarwanda to English" in last.runs[1].note
    monkeypatch.setenv("PATH", str(hung.parent / "nowhere"))
    assert "apertium" not in catalog.translators()
