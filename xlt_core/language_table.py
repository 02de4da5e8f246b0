"""The languages: ours, from tables that are data, and all others of the world; found by code, name, autonym and alias.

A language in one script is one choice. Where data have it in several, each further one is a choice of its own, with its
code in FLORES-200 as its code: `knc` is Central Kanuri in Latin script, `knc_Arab` in Arabic script.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from xlt_core import language_codes
from xlt_core.language_codes import autonyms, bare, direction, retired, short_codes, standards
from xlt_core.records import InputError, Language
from xlt_core.settings import ASSETS
from xlt_core.text.forms import key

WITH_SCRIPT = re.compile(r"(\w+)[-_]([a-z]{4})", re.ASCII | re.IGNORECASE)  # kin-Latn (BCP 47), kin_Latn (FLORES-200)
MOST_READINGS = 8
MOST_LISTED = 20

Readings = Mapping[str, set[str]]  # codes by what is the same for all spellings of a name


@dataclass(frozen=True)
class FloresRow:
    """A language of FLORES-200 that is not in languages.csv: its code there, and other codes that stand for it."""

    flores: str
    aliases: tuple[str, ...]


@cache
def languages() -> Mapping[str, Language]:
    """Our languages by code: the rows of assets/languages.csv, then of any assets/languages-*.csv."""
    found: dict[str, Language] = {}
    for path in (ASSETS / "languages.csv", *sorted(ASSETS.glob("languages-*.csv"))):
        for cells in _rows(path):
            aliases = tuple(cells.pop("aliases", "").split())
            found[cells["code"]] = Language(**(cells | {"direction": cells.get("direction") or "ltr"}), aliases=aliases)
    return found


@cache
def flores_codes() -> Mapping[str, str]:
    """The codes in FLORES-200 by ours, of all its languages."""
    own = {language.code: language.flores for language in languages().values() if language.flores}
    return own | {code: row.flores for code, row in _flores_rows().items()}


@cache
def by_code(code: str) -> Language | None:
    """The language of a code as we write it: one of ours, of FLORES-200 or of ISO 639-3, or such a one in a script."""
    if code in languages():
        return languages()[code]
    row = _flores_rows().get(code)
    if row and code != row.flores:
        return _standard(code, row)
    base, _, script = code.partition("_")
    language = by_code(base) if script else _standard(code, FloresRow("", ()))
    return _in_script(language, script, row.flores if row else "") if language and script else language


def every() -> Iterator[Language]:
    """All languages, ours first. A code that stands for another of them is not one of its own."""
    taken = {alias for language in languages().values() for alias in language.aliases}
    taken |= {alias for row in _flores_rows().values() for alias in row.aliases}
    taken |= {language.flores.partition("_")[0] for language in languages().values()} - languages().keys()
    others = (code for code in standards() if code not in taken)
    for code in dict.fromkeys((*languages(), *_flores_rows(), *others)):
        language = by_code(code)
        if language:
            yield language


def other_scripts(language: str) -> tuple[str, ...]:
    """The codes of a language in its further scripts: ("knc_Arab",) for knc."""
    return tuple(code for code in (*languages(), *_flores_rows()) if code.startswith(f"{language}_"))


def listed_codes(codes: Sequence[str]) -> str:
    """Codes to choose from, in a sentence: the first ones, and how many more there are."""
    more = f" and {len(codes) - MOST_LISTED} more" if len(codes) > MOST_LISTED else ""
    return ", ".join(codes[:MOST_LISTED]) + more


def find(text: str) -> Language | None:
    """The language by its code, FLORES code, alias or name, whatever the case, with or without its marks.

    Raises InputError for a name of several languages, and for a code that is no longer used.
    """
    wanted = key(text)
    if wanted in _ours():
        return _ours()[wanted]
    coded = _of_code(wanted)
    if coded and text.strip() != wanted.capitalize():
        return coded
    named = _named(wanted)
    if coded:  # Fur is a language whose code is not fur
        named = [coded, *(language for language in named if text.strip() == language.name and language != coded)]
    if len(named) > 1:
        raise InputError(_several(text.strip(), named))
    return named[0] if named else None


def known_names() -> tuple[str, ...]:
    """Whatever a language may be called, to look for what is spelt nearly so."""
    return tuple(dict.fromkeys((*_ours(), *_readings()[0])))


@cache
def _ours() -> Mapping[str, Language]:
    """Our languages by their other names, their names, and their codes, the last of which go first."""
    found: dict[str, Language] = {}
    for entry in reversed(languages().values()):
        found |= dict.fromkeys(map(key, filter(None, (*entry.aliases, entry.autonym, entry.flores))), entry)
    found |= {key(entry.name): entry for entry in languages().values()}
    return found | {key(entry.code): entry for entry in languages().values()}


def _of_code(wanted: str) -> Language | None:
    """The language of a code in any form: FLORES-200, ISO 639-1 to 3, also with a script."""
    code = _flores_names().get(wanted) or short_codes().get(wanted, wanted)
    if code != wanted or code in _flores_rows():
        return _ours().get(code) or by_code(_flores_names().get(code, code))
    with_script = WITH_SCRIPT.fullmatch(wanted)
    if with_script:
        base, script = find(with_script[1]), with_script[2].capitalize()
        return base if not base or base.script == script else by_code(f"{base.code.partition('_')[0]}_{script}")
    if wanted in retired():
        raise InputError(_no_longer(wanted))
    return by_code(wanted) if wanted in standards() else None


def _named(wanted: str) -> list[Language]:
    """The languages of a name: by the name that ISO 639-3 prefers, any name, one without what is in parentheses, and
    one without marks; the first that there is."""
    for readings, spelling in zip(_readings(), (wanted, wanted, wanted, unmarked(wanted)), strict=True):
        if spelling in readings:
            found = (_ours().get(code) or _of_code(code) for code in sorted(readings[spelling]))
            return list(dict.fromkeys(filter(None, found)))
    return []


@cache
def _readings() -> tuple[Readings, ...]:
    preferred = [(row.name, row.code) for row in standards().values()]
    more = [(name, code) for name, code in language_codes.names() if code in standards()]
    own = [(name, entry.code) for entry in languages().values() for name in (entry.name, entry.autonym) if name]
    names = [*preferred, *more, *_autonyms(), *own]
    shortened = [*names, *((bare(name), code) for name, code in names if "(" in name)]
    return (_index(preferred), _index(names), _index(shortened),
            _index((unmarked(name), code) for name, code in shortened))  # fmt: skip


def _autonyms() -> Iterable[tuple[str, str]]:
    return ((name, code) for code, name in autonyms().items() if code in standards())


def _index(names: Iterable[tuple[str, str]]) -> Readings:
    found: dict[str, set[str]] = defaultdict(set)
    for name, code in names:
        found[key(name)].add(code)
    return dict(found)


def unmarked(text: str) -> str:
    """A text without the marks on its letters."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


def _several(text: str, named: list[Language]) -> str:
    told = [f"{language.name} ({language.code})" for language in named[:MOST_READINGS]]
    more = f", and {len(named) - MOST_READINGS} more" if len(named) > MOST_READINGS else ""
    return f"{text[:60]!r} may mean {' or '.join((', '.join(told[:-1]), told[-1]))}{more}; give the code that is meant."


def _no_longer(code: str) -> str:
    row = retired()[code]
    new = find(row.became) if row.became else None
    said = f"The code {code} ({row.name}) is no longer used"
    if new:
        return f"{said}: it became {row.became}; give {new.code} ({new.name})."
    return f"{said}: {row.remedy}; give another code."


@cache
def _flores_rows() -> Mapping[str, FloresRow]:
    """The languages of FLORES-200 that are not ours, by code."""
    rows = _rows(ASSETS / "flores.csv") if (ASSETS / "flores.csv").is_file() else ()
    return {row["code"]: FloresRow(row["flores"], tuple(row["aliases"].split())) for row in rows}


@cache
def _flores_names() -> Mapping[str, str]:
    """Our codes by what else stands for the languages of FLORES-200: their codes there, and their aliases."""
    return {key(name): code for code, row in _flores_rows().items() for name in (row.flores, code, *row.aliases)}


def _standard(code: str, row: FloresRow) -> Language | None:
    """A language of ISO 639-3 with what the libraries know of it."""
    standard = standards().get(code)
    if not standard and not row.flores:
        return None
    used = [standards()[name] for name in (code, *row.aliases) if name in standards()]
    aliases = [name for each in used for name in (each.two, *each.others, each.code) if name and name != code]
    script = row.flores.partition("_")[2] or language_codes.script(code)
    autonym = next((autonyms()[each.code] for each in used if each.code in autonyms()), "")
    name = standard.name if standard else retired()[code].name  # FLORES-200 is older than what ISO 639-3 retired
    return Language(code, name, autonym, script, direction(script), row.flores,
                    aliases=tuple(dict.fromkeys((*aliases, *row.aliases))))  # fmt: skip


def _in_script(language: Language, script: str, flores: str) -> Language | None:
    """The language in a script that is not its usual one; None where there is no such script."""
    name = language_codes.script_names().get(script)
    if not name or script == language.script:
        return None
    return Language(f"{language.code}_{script}", f"{bare(language.name)} ({name} script)", "", script,
                    direction(script), flores, language.family)  # fmt: skip


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a table, without spaces around what is in its cells."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: (cell or "").strip() for name, cell in row.items() if name}
