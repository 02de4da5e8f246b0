"""Belebele (Bandarkar et al. 2023, arXiv 2308.16884): questions on passages of FLORES-200 in 122 languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xlt_core.language_table import flores_codes
from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, called, json_lines
from xlt_core.reading.relations_and_options import question, with_english
from xlt_core.records import Example, InputError

HUB = "facebook/belebele"
OPTIONS = ("mc_answer1", "mc_answer2", "mc_answer3", "mc_answer4")
FIELDS = ("link", "question_number", "flores_passage", "question", *OPTIONS, "correct_answer_num")
# Its variants that FLORES-200 has too; the others are in a script of their own, such as hin_Latn.
LANGUAGES = """
acm_Arab afr_Latn als_Latn amh_Ethi apc_Arab arb_Arab ars_Arab ary_Arab arz_Arab asm_Beng azj_Latn bam_Latn ben_Beng
bod_Tibt bul_Cyrl cat_Latn ceb_Latn ces_Latn ckb_Arab dan_Latn deu_Latn ell_Grek eng_Latn est_Latn eus_Latn fin_Latn
fra_Latn fuv_Latn gaz_Latn grn_Latn guj_Gujr hat_Latn hau_Latn heb_Hebr hin_Deva hrv_Latn hun_Latn hye_Armn ibo_Latn
ilo_Latn ind_Latn isl_Latn ita_Latn jav_Latn jpn_Jpan kac_Latn kan_Knda kat_Geor kaz_Cyrl kea_Latn khk_Cyrl khm_Khmr
kin_Latn kir_Cyrl kor_Hang lao_Laoo lin_Latn lit_Latn lug_Latn luo_Latn lvs_Latn mal_Mlym mar_Deva mkd_Cyrl mlt_Latn
mri_Latn mya_Mymr nld_Latn nob_Latn npi_Deva nso_Latn nya_Latn ory_Orya pan_Guru pbt_Arab pes_Arab plt_Latn pol_Latn
por_Latn ron_Latn rus_Cyrl shn_Mymr sin_Sinh slk_Latn slv_Latn sna_Latn snd_Arab som_Latn sot_Latn spa_Latn srp_Cyrl
ssw_Latn sun_Latn swe_Latn swh_Latn tam_Taml tel_Telu tgk_Cyrl tgl_Latn tha_Thai tir_Ethi tsn_Latn tso_Latn tur_Latn
ukr_Cyrl urd_Arab uzn_Latn vie_Latn war_Latn wol_Latn xho_Latn yor_Latn zho_Hans zho_Hant zsm_Latn zul_Latn
""".split()


class Belebele(Reader):
    """900 questions, the same in every language, joined by passage and number; only a test split."""

    title = "Belebele"
    licence = "CC BY-SA 4.0"
    citation = "Bandarkar et al. 2023: the Belebele benchmark, parallel reading comprehension in 122 language variants."
    url = "https://github.com/facebookresearch/belebele"
    tasks = ("choice",)
    published = ("test",)

    def codes(self) -> Mapping[str, str]:
        known, own = flores_codes(), set(LANGUAGES)
        return called(LANGUAGES) | {code: name for code, name in known.items() if name in own}

    def address(self, name: str, split: str) -> Address:
        path = f"data/{name}.jsonl"
        return Address((path, f"{name}.jsonl"), ((HUB, path, "main"),))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        there = language != "eng" and (not self.clones or self.here("eng_Latn", split))
        return with_english(_questions(path), _questions(self.file("eng_Latn", split)) if there else ())


def _questions(path: Path) -> Iterator[Example]:
    for number, row in enumerate(json_lines(path, path.read_bytes().split(b"\n")), 1):
        lacking = next((name for name in FIELDS if name not in row), "")
        if lacking:
            raise InputError(f"Row {number} of {path} lacks {lacking}; is it the file of another dataset?")
        texts = {"passage": str(row["flores_passage"]).strip(), "question": str(row["question"]).strip()}
        right = str(row["correct_answer_num"]).strip()
        options = [str(row[name]) for name in OPTIONS]
        name = f"{str(row['link']).rstrip('/').rpartition('/')[2]}-{row['question_number']}"
        found = question(name, texts, options, int(right) - 1 if right.isdecimal() else -1)
        if found:
            yield found
