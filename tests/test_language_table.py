"""The table of languages covers those of the datasets, each with all that can be known of it."""

from __future__ import annotations

import re

import pytest

from xlt_core import catalog
from xlt_core.language_table import other_scripts

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
