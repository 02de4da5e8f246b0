"""`sources`: which language's data might help (Lin et al. 2019, arXiv 1905.12688), beside what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from xlt_core.contracts import Chart, Diagnostic, Measured, Series, Subject, Values
from xlt_core.diagnostics import _distances
from xlt_core.diagnostics._naming import language_name
from xlt_core.language_table import by_code, flores_codes
from xlt_core.records import InputError, Language
from xlt_core.scoring.rank_correlation import FEWEST, rank_correlation
from xlt_core.text.words import words

SHOWN = 8  # languages; English and those with a measured transfer come on top
WEAK = ("Such a ranking is a guess: distances between languages explain little of what a model transfers, so measure "
        "the first few before you rely on one.")  # fmt: skip
N = 3  # characters


class Sources(Diagnostic):
    """Ranked by distance in URIEL+ where its package is here, else by family, script and shared trigrams."""

    title = "Source languages"
    summary = (
        "Languages whose demonstrations or data might help, the nearest first: by family, place and grammar, with the "
        f"share of character trigrams that both have. {WEAK}"
    )
    paper = "Lin et al. 2019, arXiv 1905.12688; URIEL+: Khan et al. 2025, COLING"

    def measure(self, subject: Subject) -> Generator[str, None, Values]:
        yield "looking up distances between languages"
        transfers = {one.source: one for one in subject.transfers()}
        own = _trigrams(subject.own)
        ranked = []
        for language in _chosen(subject, set(transfers)):
            yield f"comparing with {language.name}"
            ranked.append(_row(subject, language, own, transfers))
        if not _distances.source():
            ranked.sort(key=lambda row: (not row["same_family"], not row["same_script"], -(row["trigrams"] or 0)))
        return {"database": _distances.source(), "ranked": ranked, "correlation": _correlation(ranked)}

    def row(self, values: Values) -> Mapping[str, str]:
        first = [f"{one['name']} {_cell(one['distance'])}".strip() for one in values["ranked"][:3]]
        measured = [f"{one['name']} {one['transfer']['score']:.2f}" for one in values["ranked"] if one["transfer"]]
        return {"nearest": ", ".join(first) or "-", "by": values["database"] or "family, script and trigrams",
                "measured": ", ".join(measured) or "-", "rank correlation": _correlated(values)}  # fmt: skip

    def says(self, language: str, values: Values) -> str:
        names = [one["name"] for one in values["ranked"][:3]]
        said = f"Nearest to {language} lie {', '.join(names)}. " if names else ""
        found = values["correlation"]
        if found:
            said += (f"Nearness and measured transfer: Spearman's rho {found['rho']:.2f} ({found['low']:.2f} to "
                     f"{found['high']:.2f}) over {found['pairs']} languages. ")  # fmt: skip
        return said + WEAK

    def charts(self, found: Sequence[Measured]) -> tuple[Chart, ...]:
        return tuple(chart for one in found for chart in _charts(one))


def _charts(one: Measured) -> Sequence[Chart]:
    name, rows = language_name(one.language), one.values["ranked"]
    known = [row for row in rows if row["distance"] is not None]
    measured = [row for row in rows if row["transfer"]]
    charts = []
    if known:
        series = (Series("distance", tuple(row["distance"] for row in known)),)
        charts.append(Chart("bars", f"Distance from {name}, less is nearer", "distance", series,
                            tuple(row["name"] for row in known), top=1.0))  # fmt: skip
    shared = [row for row in rows if row["trigrams"] is not None]
    if shared:
        series = (Series("shared trigrams", tuple(row["trigrams"] for row in shared)),)
        charts.append(Chart("bars", f"Character trigrams shared with {name}", "share", series,
                            tuple(row["name"] for row in shared), top=1.0))  # fmt: skip
    if measured:
        series = (Series("score", tuple(row["transfer"]["score"] for row in measured)),)
        charts.append(Chart("bars", f"Measured: scores in {name} with demonstrations in", "score", series,
                            tuple(row["name"] for row in measured), top=1.0))  # fmt: skip
    return charts


def _chosen(subject: Subject, measured: set[str]) -> list[Language]:
    """Of the languages of public parallel data the nearest, with English and all whose transfer was measured."""
    own, public = subject.language, filter(None, map(by_code, flores_codes()))
    known = {one.code: one for one in (*public, *subject.languages, subject.english) if one.code != own.code}
    ranked = _distances.nearest(own, known.values())
    if not _distances.source():
        ranked.sort(key=lambda code: (known[code].family != own.family, known[code].script != own.script))
    kept = {*ranked[:SHOWN], subject.english.code, *measured}
    return [known[code] for code in ranked if code in kept]


def _row(subject: Subject, language: Language, own: Counter[str], transfers: Mapping[str, Any]) -> dict[str, Any]:
    texts: tuple[str, ...] = ()
    with suppress(InputError):  # such as a language whose sentences are not here
        texts = subject.in_language(language.code)
    measured = transfers.get(language.code)
    return {
        "code": language.code, "name": language.name, "distance": _distances.mean_distance(subject.language, language),
        **{kind: None for kind in _distances.KINDS}, **_distances.distances(subject.language, language),
        "same_family": language.family == subject.language.family if language.family else None,
        "same_script": language.script == subject.language.script,
        "trigrams": _shared(own, _trigrams(texts)) if texts and own else None,
        "transfer": asdict(measured) if measured else None,
    }  # fmt: skip


def _correlation(ranked: Sequence[Mapping[str, Any]]) -> dict[str, float] | None:
    """Of nearness with measured transfer; None where too few languages have both."""
    both = [row for row in ranked if row["transfer"] and row["distance"] is not None]
    found = rank_correlation([-row["distance"] for row in both], [row["transfer"]["score"] for row in both])
    return asdict(found) if found else None


def _correlated(values: Values) -> str:
    found = values["correlation"]
    if not found:
        return f"fewer than {FEWEST} measured"
    return f"{found['rho']:.2f} ({found['low']:.2f} to {found['high']:.2f})"


def _cell(distance: float | None) -> str:
    return "" if distance is None else f"{distance:.2f}"


def _trigrams(texts: Sequence[str]) -> Counter[str]:
    """Of the words of the texts, each with a space before and behind."""
    padded = (f" {word} " for text in texts for word in words(text.lower()))
    return Counter(word[at : at + N] for word in padded for at in range(len(word) - N + 1))


def _shared(one: Counter[str], other: Counter[str]) -> float:
    """What two distributions of trigrams have in common, 1 for equal ones."""
    return sum(min(count / one.total(), other[gram] / other.total()) for gram, count in one.items())
