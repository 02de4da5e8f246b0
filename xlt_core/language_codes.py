"""All languages of ISO 639-3, with their scripts and autonyms of CLDR: python-iso639 and Babel."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from xlt_core.settings import ASSETS

SPECIAL = "S"  # the scope of codes such as und, which name no language
RIGHT_TO_LEFT = frozenset(
    "Adlm Arab Aran Armi Avst Chrs Cprt Elym Gara Hatr Hebr Hung Khar Lydi Mand Mani Mend Merc Mero Narb Nbat Nkoo "
    "Orkh Ougr Palm Phli Phlp Phnx Prti Rohg Samr Sarb Sidt Sogd Sogo Syrc Syre Syrj Syrn Thaa Yezi".split()
)
REASONS = {"N": "ISO 639-3 says that there is no such language", "S": "it was split", "": "ISO 639-3 has it no more"}


@dataclass(frozen=True)
class Standard:
    """A language of ISO 639-3. two: its code of ISO 639-1; others: that of ISO 639-2, where it differs."""

    code: str
    name: str
    two: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retired:
    """A code that ISO 639-3 has no more. became: the code in its place, where there is one; remedy: what to do."""

    code: str
    name: str
    became: str
    remedy: str


@cache
def standards() -> Mapping[str, Standard]:
    """The languages by their codes of three letters."""
    rows = (row for row in _table("iso-639-3.tab") if row["Scope"] != SPECIAL)
    return {
        row["Id"]: Standard(row["Id"], row["Ref_Name"], row["Part1"], tuple({row["Part2b"]} - {row["Id"], ""}))
        for row in rows
    }


@cache
def retired() -> Mapping[str, Retired]:
    """The codes that are no longer used."""
    rows = (row for row in _table("iso-639-3_Retirements.tab") if row["Id"] not in standards())
    return {row["Id"]: Retired(row["Id"], row["Ref_Name"], row["Change_To"], _remedy(row)) for row in rows}


@cache
def macrolanguages() -> Mapping[str, str]:
    """The macrolanguage of each language that has one."""
    return {row["I_Id"]: row["M_Id"] for row in _table("iso-639-3-macrolanguages.tab") if row["I_Status"] == "A"}


@cache
def short_codes() -> Mapping[str, str]:
    """The codes of three letters by other codes: ISO 639-1, ISO 639-2, and older ones such as iw for heb."""
    from babel.core import get_global

    found = {other: row.code for row in standards().values() for other in (row.two, *row.others) if other}
    old = {code: new.partition("_")[0] for code, new in get_global("language_aliases").items() if len(code) == 2}
    return {code: found.get(new, new) for code, new in old.items()} | found


def names() -> Iterator[tuple[str, str]]:
    """Further names with their codes, as ISO 639-3 lists them."""
    for row in _table("iso-639-3_Name_Index.tab"):
        yield from ((name, row["Id"]) for name in {row["Print_Name"], row["Inverted_Name"]})


def script(code: str) -> str:
    """The usual script of a language by CLDR; "" where it says none."""
    from babel.core import get_global

    known = get_global("likely_subtags")
    for asked in filter(None, (code, macrolanguages().get(code, ""))):
        row = standards().get(asked)
        found = known.get(row.two if row and row.two else asked)
        if found:
            return str(found.split("_")[1])
    return ""


@cache
def script_names() -> Mapping[str, str]:
    """English names of scripts by their codes."""
    from babel import Locale

    return dict(Locale("en").scripts)


@cache
def autonyms() -> Mapping[str, str]:
    """What languages are called by themselves: CLDR's, in a table of ours since Babel takes half a second for them."""
    with (ASSETS / "autonyms.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"]: row["autonym"] for row in csv.DictReader(file)}


def direction(script: str) -> str:
    """How a script is written; "" where it is not known."""
    return "" if not script else "rtl" if script in RIGHT_TO_LEFT else "ltr"


def bare(name: str) -> str:
    """A name without what is added in parentheses: Luo for Luo (Cameroon)."""
    return re.sub(r"\s*\([^)]*\)", "", name).strip()


def _remedy(row: Mapping[str, str]) -> str:
    told = " ".join(row["Ret_Remedy"].split()).strip(".")
    return told[:1].lower() + told[1:] or REASONS.get(row["Ret_Reason"], REASONS[""])


def _table(name: str) -> list[dict[str, str]]:
    """A table of SIL, the registration authority of ISO 639-3, as python-iso639 ships it.

    It is read without importing the package, which takes five times as long: it makes an object of each row.
    """
    package = find_spec("iso639")
    assert package and package.origin, "python-iso639 is one of the requirements"
    with (Path(package.origin).parent / "_data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))
