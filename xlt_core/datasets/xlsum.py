"""XL-Sum (Hasan et al. 2021, arXiv 2106.13822): one-sentence summaries of BBC news."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from xlt_core.reading.download import Address
from xlt_core.reading.reader import Reader, called, json_lines
from xlt_core.records import Example, InputError

LANGUAGES = (
    "amharic arabic azerbaijani bengali burmese english french gujarati hausa hindi igbo indonesian japanese kirundi "
    "korean kyrgyz marathi nepali oromo pashto persian pidgin portuguese punjabi russian scottish_gaelic sinhala "
    "somali spanish swahili tamil telugu thai tigrinya turkish ukrainian urdu uzbek vietnamese welsh yoruba"
).split()
FILES = {"train": "train", "validation": "val", "test": "test"}
HUB = "csebuetnlp/xlsum"


class XlSum(Reader):
    """One archive per language. A clone is that of the Hub's repository; unpacked files in it are taken as well."""

    title = "XL-Sum"
    licence = "CC BY-NC-SA 4.0"
    citation = "Hasan et al. 2021: XL-Sum, large-scale multilingual abstractive summarization for 44 languages."
    url = "https://huggingface.co/datasets/csebuetnlp/xlsum"
    tasks = ("summary",)

    def codes(self) -> Mapping[str, str]:
        return called(LANGUAGES)

    def address(self, name: str, split: str) -> Address:
        archive, bare = f"data/{name}_XLSum_v2.0.tar.bz2", f"{name}_{FILES[split]}.jsonl"
        return Address((archive, f"data/{bare}", bare), ((HUB, archive, "main"),))

    def read(self, path: Path, task: str, language: str, split: str) -> Iterable[Example]:
        bare = f"{self.codes()[language]}_{FILES[split]}.jsonl"
        seen: set[str] = set()
        for number, row in enumerate(json_lines(path, _lines(path, bare)), 1):
            text, summary = (str(row.get(name) or "").strip() for name in ("text", "summary"))
            name = str(row.get("id") or number)
            name = f"{name}-{number}" if name in seen else name
            seen.add(name)
            if text and summary:
                yield Example(name, {"text": text, "headline": str(row.get("title") or "")}, summary)


def _lines(path: Path, bare: str) -> Iterator[bytes]:
    if path.suffix == ".jsonl":
        yield from path.read_bytes().split(b"\n")
        return
    try:
        with tarfile.open(path) as archive:
            member = next((entry for entry in archive if Path(entry.name).name == bare), None)
            content = archive.extractfile(member) if member else None
            if content is None:
                raise InputError(f"{path} holds no {bare}; fetch the archive again.")
            yield from content
    except (tarfile.TarError, OSError, EOFError) as error:
        raise InputError(f"{path} cannot be unpacked ({error}); fetch it again.") from None
