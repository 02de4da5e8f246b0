"""KINNEWS (Niyongabo et al. 2020, arXiv 2010.12174): the topic of Kinyarwanda news, and their title as a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, table
from xlt_core.records import Example

LABELS = (
    "politics", "sport", "economy", "health", "entertainment", "history", "technology", "tourism", "culture", "fashion",
    "religion", "environment", "education", "relationship",
)  # fmt: skip
HUB = ("andreniyongabo/kinnews_kirnews", "refs/convert/parquet")
COLUMNS = ("en_label", "title", "content")


class KinNews(Reader):
    """The raw version. A clone is the unpacked KINNEWS folder, or the Hub's own with its parquet files."""

    title = "KINNEWS"
    licence = "the articles are their publishers'"
    citation = "Niyongabo et al. 2020: KINNEWS and KIRNEWS, benchmarking cross-lingual text classification."
    url = "https://github.com/Andrews2017/KINNEWS-and-KIRNEWS-Corpus"
    tasks = ("topic", "summary")
    published = ("train", "test")

    def codes(self) -> Mapping[str, str]:
        return {"kin": "kinnews_raw"}

    def address(self, name: str, split: str) -> Address:
        parquet = f"{name}/{split}/0000.parquet"
        return Address(
            (f"KINNEWS/raw/{split}.csv", f"raw/{split}.csv", parquet),
            ((HUB[0], parquet, HUB[1]),),
        )

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        for number, row in enumerate(_rows(path), 1):
            label, title, text = ((row[column] or "").strip() for column in COLUMNS)
            whole = Example(f"{split}-{number}", {"text": f"{title} {text}".strip()}, label.casefold(), LABELS)
            example = whole if task == "topic" else Example(whole.id, {"text": text}, title)
            if example.text and example.answer and (task != "topic" or example.answer in LABELS):
                yield example

    def note(self, task: str, language: str, split: str) -> str:
        return "the summary to find is the article's title" if task == "summary" else ""


def _rows(path: Path) -> Iterator[Mapping[str, str | None]]:
    if path.suffix == ".csv":
        return table(path, ",", COLUMNS)
    import pandas

    return iter(pandas.read_parquet(path, columns=list(COLUMNS)).to_dict("records"))
