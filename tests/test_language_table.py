"""The table of languages covers those of the datasets, each with all that can be known of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import unicodedata

import pytest
import regex
from babel import Locale, localedata

from xlt_core import catalog
from xlt_core.language_codes import autonyms, direction, script_names, short_codes, standards
from xlt_core.language_table import every, flores_codes, languages, other_scripts
from xlt_core.records import InputError
from xlt_core.settings import ROOT

MASAKHANEWS = "amh eng fra hau ibo lin lug orm pcm run sna som swa tir xho yor"
MASAKHANER = "bam bbj ewe fon hau ibo kin lug luo mos nya pcm sna swa tsn twi wol xho yor zul amh"
AFRICAN_FLORES = (  # of SIB-200, by the names of its folders
    "aeb_Arab afr_Latn aka_Latn amh_Ethi ary_Arab arz_Arab bam_Latn bem_Latn cjk_Latn dik_Latn dyu_Latn ewe_Latn "
    "fon_Latn fuv_Latn gaz_Latn hau_Latn ibo_Latn kab_Latn kam_Latn kbp_Latn kea_Latn kik_Latn kin_Latn kmb_Latn "
    "knc_Arab knc_Latn kon_Latn lin_Latn lua_Latn lug_Latn luo_Latn mos_Latn nqo_Nkoo nso_Latn nus_Latn nya_Latn "
    "plt_Latn run_Latn sag_Latn sna_Latn som_Latn sot_Latn ssw_Latn swh_Latn taq_Latn taq_Tfng tir_Ethi tsn_Latn "
    "tso_Latn tum_Latn twi_Latn tzm_Tfng umb_Latn wol_Latn xho_Latn yor_Latn zul_Latn"
)
NOT_IN_FLORES = {"pcm", "bbj"}
EVERY_LETTER = "".join(chr(point) for point in range(0x11000) if unicodedata.category(chr(point))[0] == "L")
WANTED = sorted({*MASAKHANEWS.split(), *MASAKHANER.split(), *AFRICAN_FLORES.split(), "mya", "tha", "eng"})


@pytest.mark.parametrize("name", WANTED)
def test_a_language_of_the_datasets_is_known_whole(name: str) -> None:
    language = catalog.language(name)
    assert name in (language.code, language.flores, *language.aliases)
    assert (
        re.fullmatch(rf"[a-z]{{3}}(_{language.script})?", language.code)
        and language.name
        and language.autonym
        and language.family
    )
    assert re.fullmatch("[A-Z][a-z]{3}", language.script)
    assert language.direction == ("rtl" if language.script in ("Arab", "Nkoo") else "ltr")
    if language.code in NOT_IN_FLORES:
        assert not language.flores
    else:
        assert re.fullmatch(rf"[a-z]{{3}}_{language.script}", language.flores)


def test_no_name_stands_for_two_languages() -> None:
    seen: dict[str, str] = {}
    for language in catalog.languages().values():
        for name in {language.code, language.flores, *language.aliases} - {""}:
            assert seen.setdefault(name.casefold(), language.code) == language.code, name


def test_a_language_and_its_script_are_one_choice() -> None:
    for code, script in (("knc_Arab", "Arab"), ("taq_Tfng", "Tfng"), ("knc", "Latn"), ("taq", "Latn")):
        language = catalog.language(code)
        assert (language.code, language.script) == (code, script)
        assert catalog.language(language.flores) == catalog.language(language.name) == language
    assert other_scripts("knc") == ("knc_Arab",) and other_scripts("kin") == ()
    scripts = {language.script for language in catalog.languages().values()}
    for language in catalog.languages().values():
        named = {name.partition("_")[2] for name in (language.flores, *language.aliases)}
        assert named & scripts <= {language.script}, f"{language.code} also stands for another script"


@pytest.mark.parametrize(("text", "code"), [
    ("eus", "eus"), ("EUS", "eus"), ("eu", "eus"), ("baq", "eus"), ("eus_Latn", "eus"), ("Basque", "eus"),
    ("euskara", "eus"), ("kin-Latn", "kin"), ("swh", "swa"), ("gaz", "orm"), ("zho", "zho"), ("cmn", "zho"),
    ("zh", "zho"), ("Mandarin", "zho"), ("中文", "zho"), ("ara", "arb"), ("ar", "arb"), ("arb", "arb"), ("iw", "heb"),
    ("he", "heb"), ("mo", "ron"), ("Guaraní", "grn"), ("guarani", "grn"), ("Zotung Chin", "czt"),
    ("zho-Hant", "zho_Hant"), ("zh_hant", "zho_Hant"), ("ajp", "ajp"), ("ajp_Arab", "ajp"), ("sat_Beng", "sat"),
    ("kas_Arab", "kas"), ("Ghomala'", "bbj"), ("Ikinyarwanda", "kin"), ("Luba-Katanga", "lub"), ("fur", "fur"),
    ("FUR", "fur"), ("Klingon", "tlh"),
])  # fmt: skip
def test_a_language_of_the_world_is_found_by_code_name_and_autonym(text: str, code: str) -> None:
    found = catalog.language(text)
    assert found.code == code and catalog.by_code(code) == found


@pytest.mark.parametrize(("text", "sentence"), [
    ("Malay", "'Malay' may mean Standard Malay (zsm) or Malay (individual language) (zlm); give the code that is "
              "meant."),
    ("Fur", "'Fur' may mean Friulian (fur) or Fur (fvr); give the code that is meant."),
    ("mol", "The code mol (Moldavian) is no longer used: it became ron; give ron (Romanian)."),
    ("bvs", "The code bvs (Belgian Sign Language) is no longer used: split into Langue des signes de Belgique "
            "Francophone [sfb], and Vlaamse Gebarentaal [vgt]; give another code."),
    ("amd", "The code amd (Amapá Creole) is no longer used: ISO 639-3 says that there is no such language; give "
            "another code."),
    ("Basqe", "There is no language 'Basqe'; did you mean basque, "), ("und", "There is no language 'und'"),
    ("kin_Qqqq", "There is no language 'kin_Qqqq'"), ("kin-Latn-RW-x", "There is no language 'kin-Latn-RW-x'"),
])  # fmt: skip
def test_what_is_no_one_language_is_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InputError) as error:
        catalog.language(text)
    assert str(error.value).startswith(sentence)


def test_every_language_of_iso_639_3_is_there_once() -> None:
    found = list(every())
    assert len(found) > 7800 and len({language.code for language in found}) == len(found)
    assert all(language.code and language.name and language.direction in ("", "ltr", "rtl") for language in found)
    assert {language.code for language in found[: len(languages())]} == set(languages())
    assert not {"swh", "gaz", "cmn", "ara", "und"} & {language.code for language in found}
    assert sum(bool(language.script) for language in found) > 7000


def test_a_language_in_another_script_is_a_choice_of_its_own() -> None:
    uzbek, kashmiri = catalog.language("uzn-cyrl"), catalog.language("kas_Deva")
    assert (uzbek.code, uzbek.name, uzbek.direction) == ("uzn_Cyrl", "Northern Uzbek (Cyrillic script)", "ltr")
    assert (kashmiri.flores, kashmiri.script, kashmiri.direction) == ("kas_Deva", "Deva", "ltr")
    assert catalog.language("kas").direction == "rtl" and other_scripts("kas") == ("kas_Deva",)
    assert catalog.language("kin_Arab").direction == "rtl" and catalog.by_code("kin_Latn") is None


@pytest.mark.parametrize(("code", "script", "direction"), [
    ("ckb", "Arab", "rtl"), ("prs", "Arab", "rtl"), ("nqo", "Nkoo", "rtl"), ("amh", "Ethi", "ltr"),
    ("mya", "Mymr", "ltr"), ("bod", "Tibt", "ltr"), ("mni_Beng", "Beng", "ltr"), ("quy", "Latn", "ltr"),
    ("heb", "Hebr", "rtl"), ("div", "Thaa", "rtl"), ("fuf_Adlm", "Adlm", "rtl"), ("uig", "Arab", "rtl"),
])  # fmt: skip
def test_a_language_has_its_script_and_direction(code: str, script: str, direction: str) -> None:
    language = catalog.language(code)
    assert (language.script, language.direction) == (script, direction)


def test_the_scripts_from_right_to_left_are_those_of_unicode() -> None:
    """The bidirectional class of a letter, for the scripts that regex knows by their codes."""
    for script in script_names():
        letters = _letters(script)
        if letters:
            backwards = sum(unicodedata.bidirectional(letter) in ("R", "AL") for letter in letters)
            assert direction(script) == ("rtl" if 2 * backwards > len(letters) else "ltr"), script


def _letters(script: str) -> list[str]:
    try:
        pattern = regex.compile(rf"\p{{Script={script}}}")
    except regex.error:
        return []
    return pattern.findall(EVERY_LETTER)


def test_the_table_of_autonyms_is_that_of_babel() -> None:
    for code in ("eus", "ckb", "bod", "amh", "mya", "yor", "quc", "zho"):
        standard = standards()[code]
        assert autonyms()[code] == Locale(standard.two or code).languages[standard.two or code]
    known = {short_codes().get(name, name) for name in localedata.locale_identifiers() if "_" not in name}
    assert autonyms().keys() <= known and len(autonyms()) > 300


def test_a_language_of_ours_is_found_without_the_world() -> None:
    line = ("import sys; from xlt_core import catalog, language_codes; [catalog.language(name) for name in "
            "('kin', 'Kinyarwanda', 'knc_Arab', 'SWH')]; "
            "print(language_codes.standards.cache_info().currsize, 'babel' in sys.modules)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "False"]


def test_all_languages_are_listed_at_once() -> None:
    """With some 25 functions for each of them, by a process that knows none yet."""
    line = ("import json; from helpers.counting import calls; from xlt_core.cli import lists; "
            "text, steps = calls(lambda: lists.as_json(lists.languages())); "
            "print(steps, len(json.loads(text)))")  # fmt: skip
    paths = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run([sys.executable, "-c", line], cwd=ROOT, env=paths, capture_output=True, text=True, check=True)
    steps, languages = map(int, done.stdout.split())
    assert languages > 7000 and steps < 50 * languages


def test_flores_200_has_its_205_codes() -> None:
    codes = flores_codes()
    assert len(codes) == 205 == len(set(codes.values())) and set(AFRICAN_FLORES.split()) <= set(codes.values())
    assert all(catalog.by_code(code) and catalog.language(name).code == code for code, name in codes.items())
    for code, name in codes.items():
        assert catalog.by_code(code).flores == name and catalog.by_code(code).script == name.partition("_")[2]
