"""Translation by a chat model, such as TranslatePsy-AfriSLM: how each is asked is a row of assets/chat_prompts.csv."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import astuple, dataclass
from fnmatch import fnmatchcase
from functools import cache
from hashlib import sha256

from xlt_core.contracts import Host
from xlt_core.formats.outputs import without_lead_in, without_thoughts
from xlt_core.records import InputError, Language, Message, Prompt
from xlt_core.settings import ASSETS
from xlt_core.translators._by_host import TranslatesByHost

NAME = "chat-mt"  # `chat-mt:MODEL` is any model; those of a row of their own need no such prefix
ANY_MODEL = "*"


@dataclass(frozen=True)
class PromptForm:
    """How a family of models is asked.

    pattern: of their ids and folders; system, question: with {source}, {target} and {text}; languages: codes, beside
    English, or () for any; names: of languages that the family calls by another name.
    """

    pattern: str
    system: str
    question: str
    languages: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    source: str
    note: str

    def name(self, language: Language) -> str:
        """What the family calls a language."""
        return dict(self.names).get(language.code, language.name)

    def prompt(self, text: str, source: Language, target: Language) -> Prompt:
        """The turns that ask for the translation of a text."""
        filled = {"source": self.name(source), "target": self.name(target), "text": text}
        system = (Message("system", self.system.format(**filled)),) if self.system else ()
        return (*system, Message("user", self.question.format(**filled)))


@cache
def prompt_forms() -> tuple[PromptForm, ...]:
    """The rows of the table, the one for any model last."""
    with (ASSETS / "chat_prompts.csv").open(encoding="utf-8", newline="") as file:
        return tuple(map(_form, csv.DictReader(file)))


def _form(row: dict[str, str]) -> PromptForm:
    names = (entry.partition("=") for entry in row["names"].split())
    more = {"languages": tuple(row["languages"].split()), "names": tuple((code, name) for code, _, name in names)}
    return PromptForm(**{**row, **more})


def model_of(translator: str) -> str:
    """The model that a translator's name asks for chat turns; "" where the name is of another kind.

    Raises InputError where the model is left out.
    """
    kind, _, model = translator.partition(":")
    if kind == NAME:
        if not model:
            raise InputError(f"Name the model that translates, as in {NAME}:smollm2.")
        return model
    return translator if form_for(translator).pattern != ANY_MODEL else ""


def form_for(model: str) -> PromptForm:
    """The first row whose pattern the model's name matches."""
    return next(form for form in prompt_forms() if fnmatchcase(model.casefold(), form.pattern.casefold()))


class ChatMt(TranslatesByHost):
    """Asks a model on a host. name: as the user wrote it; model: what it stands for."""

    def __init__(self, name: str, model: str, host: Host) -> None:
        super().__init__(host)
        self.name, self.form = name, form_for(model)

    @property
    def revision(self) -> str:
        """Changes with the model and with the form of its prompts."""
        return sha256(repr((self.host.name, self.host.revision, astuple(self.form))).encode()).hexdigest()[:12]

    def identity(self) -> str:
        """What translates, in which precision and asked how: if this is the same, a text gets the same translation."""
        identity = getattr(self.host, "identity", None)
        return f"{identity()} · {self.revision}" if identity else self.revision

    def lacks(self, language: Language) -> bool:
        """Whether the family's languages are known, and this is none of them."""
        return bool(self.form.languages) and language.code not in ("eng", *self.form.languages)

    def prompter(self, source: Language, target: Language) -> Callable[[str], Prompt]:
        """The turns of the model's own form. Raises InputError for a language that it lacks."""
        for language in (source, target):
            if self.lacks(language):
                raise InputError(
                    f"The translator {self.name} does not know {language.name} ({language.code}); "
                    "choose another translator or leave out translate."
                )
        return lambda text: self.form.prompt(text, source, target)

    def read(self, output: str) -> str:
        """The output without thoughts, and without a lead-in such as "Here is the translation:"."""
        return without_lead_in(without_thoughts(output))
