"""A diagnosis: each diagnostic on each language and, where it asks one, each model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from xlt_core import catalog
from xlt_core.catalog import PARTS, Parts
from xlt_core.contracts import Diagnostic, Inspects, Measured, Subject, Transfer
from xlt_core.diagnosis.parallel import Sentences
from xlt_core.diagnosis.records import Request, Snapshot
from xlt_core.records import InputError, Language

ORDER = ("tokenizer", "", "model", "translator")  # what is asked, the quickest first
ASKED = ("model", "tokenizer")
Transfers = Callable[[str], tuple[Transfer, ...]]


@dataclass(frozen=True)
class _Work:
    """What is to be measured. subject: without a host."""

    name: str
    diagnostic: Diagnostic
    subject: Subject
    model: str


def diagnose(request: Request, parts: Parts = PARTS, transfers: Transfers = lambda code: ()) -> Iterator[Snapshot]:
    """Yields snapshots; each is a place to stop. transfers: what was measured of demonstrations in other languages.

    A diagnostic that does not suit a language is `refused`, with the reason. Raises InputError for a call that is off.
    """
    checked(request)
    sentences = Sentences(request.parallel, request.split, parts, request.samples)
    told = [parts.language(name) for name in request.languages]
    yield Snapshot(request, 0, 0, "reading the parallel sentences", ())
    subjects = [_subject(request, language, sentences, parts, transfers) for language in told]
    memo: dict[Any, Any] = {}
    works = list(_works(request, [replace(subject, memo=memo) for subject in subjects]))
    found: list[Measured] = []
    said = ", ".join(f"{one.language.code} {len(one.sentences)}" for one in subjects)
    for work in works:
        steps = _measure(work, parts)
        while True:
            try:
                doing = next(steps)
            except StopIteration as end:
                found.append(end.value)
                break
            title = f"{work.diagnostic.title}, {work.subject.language.name}"
            yield Snapshot(request, len(found), len(works), f"{title}: {doing}", tuple(found), said)
        yield Snapshot(request, len(found), len(works), "", tuple(found), said)


def checked(request: Request) -> Request:
    """The request. Raises InputError for one that is off."""
    if not request.languages:
        raise InputError("Name a language, such as kin.")
    if not request.models:
        raise InputError("Name a model, such as smollm2.")
    if request.samples < 2:
        raise InputError("Sentences are compared with each other; take two or more.")
    if request.shots < 0 or request.price < 0:
        raise InputError("The number of shots and the price cannot be less than 0.")
    for name in request.only:
        catalog.diagnostic(name)
    if request.adapter and len(request.models) > 1:
        raise InputError("An adapter is of one model; name that one only.")
    return request


def _subject(
    request: Request, language: Language, sentences: Sentences, parts: Parts, transfers: Transfers
) -> Subject:  # fmt: skip
    pairs = sentences.of(language)
    ids = list(pairs)
    return Subject(
        language, parts.language(catalog.PIVOT), tuple(pairs.values()), adapter=request.adapter, shots=request.shots,
        price=request.price, languages=sentences.languages(),
        in_language=lambda code: sentences.in_language(code, ids), transfers=lambda: transfers(language.code),
    )  # fmt: skip


def _works(request: Request, subjects: Sequence[Subject]) -> Iterator[_Work]:
    chosen = {name: catalog.diagnostic(name) for name in request.only or catalog.diagnostics()}
    for name, one in sorted(chosen.items(), key=lambda entry: ORDER.index(entry[1].asks)):
        models = request.models if one.asks in ASKED else (request.translator if one.asks else "",)
        yield from (_Work(name, one, subject, model) for model, subject in product(models, subjects))


def _measure(work: _Work, parts: Parts) -> Generator[str, None, Measured]:
    made = Measured(work.name, work.subject.language.code, work.model if work.diagnostic.asks in ASKED else "")
    subject, asks = replace(work.subject, model=work.model), work.diagnostic.asks
    yield "getting ready"
    try:
        if asks in ASKED:
            subject = replace(subject, host=_host(work.model, asks, parts))
        elif asks == "translator" and work.subject.language.code != catalog.PIVOT:
            subject = replace(subject, translator=_translator(work.model, parts))
        refused = work.diagnostic.unfit(subject)
        values = {} if refused else (yield from work.diagnostic.measure(subject))
    except InputError as error:
        return replace(made, refused=str(error))
    return replace(made, values=values, refused=refused)


def _host(model: str, asks: str, parts: Parts) -> Any:
    host = parts.host(model)
    if not isinstance(host, Inspects):
        what = "layers" if asks == "model" else "tokens"
        raise InputError(f"{model} runs on a server, which does not show its {what}; name a model that runs here.")
    return host


def _translator(name: str, parts: Parts) -> Any:
    if name == catalog.LLM:
        raise InputError("The language model is measured as a translator by the task translation; name a translator.")
    return parts.translator(name)
