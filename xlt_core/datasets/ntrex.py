"""NTREX-128 (Federmann et al. 2022): 1,997 English news sentences, translated by people into 128 languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from xlt_core.language_table import find
from xlt_core.reading.download import Address
from xlt_core.reading.parallel import TASKS, pairs
from xlt_core.reading.reader import Reader, lines_of_text
from xlt_core.records import Example, InputError

GITHUB = "https://raw.githubusercontent.com/MicrosoftTranslator/NTREX/main"
SOURCE = "NTREX-128/newstest2019-src.eng.txt"
# As the repository names its files, without variants of one language by country.
NAMES = """
afr amh arb aze-Latn bak bel bem ben bod bos bul cat ces ckb-Arab cym dan deu div dzo ell est eus ewe fao fas
fij fil fin fra fuc gle glg guj hau heb hin hmn hrv hun hye ibo ind isl ita jpn kan kat kaz khm kin kir kmr
kor lao lav lit ltz mal mar mey mkd mlg mlt mon mri msa mya nde nep nld nno nob nso nya orm pan pol por prs
pus ron rus shi sin slk slv smo sna-Latn snd-Arab som spa sqi srp-Cyrl srp-Latn ssw swa swe tah tam tat tel
tgk-Cyrl tha tir ton tsn tuk tur uig ukr urd uzb ven vie wol xho yor yue zho-CN zho-TW zul
""".split()


class Ntrex(Reader):
    """Plain text, a sentence a line, the same lines in every language; only a test split."""

    title = "NTREX-128"
    licence = "CC BY-SA 4.0"
    citation = "Federmann et al. 2022: NTREX-128, news test references for MT evaluation of 128 languages."
    url = "https://github.com/MicrosoftTranslator/NTREX"
    tasks = TASKS
    published = ("test",)

    def codes(self) -> Mapping[str, str]:
        return _codes()

    def address(self, name: str, split: str) -> Address:
        path = f"NTREX-128/newstest2019-ref.{name}.txt" if name != "eng" else SOURCE
        return Address((path,), (), (f"{GITHUB}/{path}",))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        sentences, english = lines_of_text(path), lines_of_text(self.file("eng", split))
        if len(sentences) != len(english):
            raise InputError(f"{path} has {len(sentences)} lines, and the English {len(english)}; fetch both again.")
        return pairs(task, split, zip(sentences, english, strict=True))


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """The repository's names by our codes; what is known here only in another script is left out."""
    plain = {name: find(name.partition("-")[0]) for name in NAMES if not name.endswith(("-CN", "-TW", "-Cyrl"))}
    return {language.code: name for name, language in plain.items() if language}
