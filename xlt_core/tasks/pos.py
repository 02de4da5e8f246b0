"""Parts of speech: a tag for each word, as in MasakhaPOS (Dione et al. 2023, arXiv 2305.13989)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from xlt_core.contracts import Task
from xlt_core.formats.lines import one_line
from xlt_core.formats.outputs import without_thoughts
from xlt_core.records import Answer, Example, Language, Span
from xlt_core.tasks._instructions import instruction
from xlt_core.text.forms import key

# `word/TAG`, `word_TAG`, `("word", "TAG")` and `word: TAG`; a word may itself have a slash or a colon.
PAIR = re.compile(
    r"""\(\s*['"]?(.+?)['"]?\s*,\s*['"]?([A-Za-z]+)['"]?\s*\)|(\S+?)\s*(?:[/_]|:\s)\s*([A-Za-z]+)(?!\S)"""
)
BARE = re.compile(r"[A-Za-z]+")


class Pos(Task):
    """The words are those between spaces of the text. Read leniently: pairs in any of several forms, matched to the
    words in their order, or as many bare tags as there are words. A word without a tag of the set is wrong."""

    title = "Parts of speech"
    answer_kind = "spans"
    metrics = ("word_accuracy", "f1")
    unpivoted = "Tags belong to the words of the text itself; ask in the language, by prompt or laft."

    def instruction(self, choices: Sequence[str], language: Language) -> str:
        return instruction("pos", choices, language)

    def question(self, example: Example) -> str:
        return f"Text: {one_line(example.text).strip()}\nTags:"

    def write(self, answer: Answer) -> str:
        return " ".join(f"{span.text}/{span.kind}" for span in answer if isinstance(span, Span))

    def read(self, text: str, example: Example) -> Answer | None:
        """The words that have a tag, in their order; None where there is none."""
        said, words = without_thoughts(text).partition("\nText:")[0], list(_words(example.text))
        tags = {key(choice): choice for choice in example.choices}
        pairs = [(match[1] or match[3], match[2] or match[4]) for match in PAIR.finditer(said)]
        known = [(word, tags[key(tag)]) for word, tag in pairs if key(tag) in tags]
        bare = [tags.get(key(tag), "") for tag in BARE.findall(said)] if not known else []
        if bare and len(bare) == len(words) and all(bare):
            return tuple(_tagged(word, tag) for word, tag in zip(words, bare, strict=True))
        return tuple(_matched(words, known)) or None


def _words(text: str) -> Iterator[re.Match[str]]:
    return re.finditer(r"\S+", one_line(text))


def _tagged(word: re.Match[str], tag: str) -> Span:
    return Span(word[0], tag, word.start(), word.end())


def _matched(words: Sequence[re.Match[str]], pairs: Sequence[tuple[str, str]]) -> Iterator[Span]:
    """Each pair at the next word that is spelt so; what stands nowhere is passed over."""
    ahead = 0
    for word, tag in pairs:
        found = next((at for at in range(ahead, len(words)) if key(words[at][0]) == key(word)), None)
        if found is not None:
            yield _tagged(words[found], tag)
            ahead = found + 1
