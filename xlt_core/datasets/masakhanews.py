"""MasakhaNEWS (Adelani et al. 2023, arXiv 2304.09972): the topic of news articles, and their headline as a summary."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, called, table
from xlt_core.records import Example, InputError

LANGUAGES = "amh eng fra hau ibo lin lug orm pcm run sna som swa tir xho yor".split()
FILES = {"train": "train", "validation": "dev", "test": "test"}
FEW = "few_shot_data/5_samples"
HUB = "masakhane/masakhanews"
GITHUB = "https://raw.githubusercontent.com/masakhane-io/masakhane-news/main"


class MasakhaNews(Reader):
    """For the topic the text is headline and article, as the authors' headline_text; for the summary the article."""

    title = "MasakhaNEWS"
    licence = "not clear: the articles are their publishers'"
    citation = "Adelani et al. 2023: MasakhaNEWS, news topic classification for African languages."
    url = "https://github.com/masakhane-io/masakhane-news"
    tasks = ("topic", "summary")

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        path = f"data/{name}/{FILES[split]}.tsv"
        few = (f"{FEW}/{name}/train.tsv",) if split == "train" else ()
        return Address((path, *few), ((HUB, path, "main"),), (f"{GITHUB}/{path}",))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        choices = self._labels(language) if task == "topic" else ()
        for number, row in enumerate(table(path, "\t", ("category", "headline", "text")), 1):
            label, headline, text = (row[column].strip() for column in ("category", "headline", "text"))
            example = Example(f"{split}-{number}", {"text": text, "headline": headline}, headline)
            if task == "topic":
                whole = {"text": f"{headline} {text}".strip(), "headline": headline}
                example = Example(example.id, whole, label, choices)
            if example.text and example.answer:
                yield example

    def note(self, task: str, language: str, split: str) -> str:
        said = ["the summary to find is the article's headline"] if task == "summary" else []
        found = self.here(self.codes().get(language, ""), split)
        if found and FEW in found.as_posix():
            said.append(f"no train file in {language} here: demonstrations are from the authors' few-shot file")
        return "; ".join(said)

    def _labels(self, language: str) -> tuple[str, ...]:
        """The language's own labels: its labels.txt, or all that its files have."""
        name = self.codes()[language]
        path = f"data/{name}/labels.txt"
        here = next((root / path for root in self.clones if (root / path).is_file()), None)
        if here:
            return tuple(here.read_text(encoding="utf-8-sig").split())
        found: set[str] = set()
        for split in self.splits("topic", language):
            try:
                rows = table(self.file(name, split), "\t", ("category",))
            except InputError:  # one split less of labels; what the reader was asked for has its own error
                continue
            found |= {row["category"].strip() for row in rows}
        return tuple(sorted(found - {""}))
