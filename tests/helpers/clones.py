"""Small clones of the upstream repositories, in their own layout and form, with invented rows."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

LANGUAGES = {"kin_Latn": "Iki", "hau_Latn": "Wannan", "lug_Latn": "Kino", "swh_Latn": "Hii", "eng_Latn": "This"}
TOPICS = ("travel", "sports", "health")
CONLL = """-DOCSTART- O

Aline B-PER
Uwase I-PER
yageze O
i O
Kigali B-LOC
. O

Ejo\tB-DATE
yavuye I-ORG
FERWAFA I-ORG
"\"\"\" O
bare
\u2028 O

nothing O
"""
PARALLEL = """Nakato B-PER
yagenze O
e O
Jinja B-LOC
. O

Okello B-PER
yakomawo O
ku O
Lwokubiri B-DATE
. O

Tewali O
linnya O
"""


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def sib200(root: Path, folder: str = "data/annotated", splits: tuple[str, ...] = ("train", "dev", "test")) -> Path:
    """Sorted by label, as upstream's test file is; one English sentence is in quotation marks and has some inside."""
    for code, word in LANGUAGES.items():
        for shift, split in enumerate(splits):
            rows = [f"{1000 * shift + i}\t{TOPICS[i // 4]}\t{word} {split} {i}" for i in range(12)]
            if code == "eng_Latn":
                rows[1] = f'{1000 * shift + 1}\ttravel\t"This is ""quoted"" {split} 1"'
            write(root / folder / code / f"{split}.tsv", "\n".join(["index_id\tcategory\ttext", *rows]) + "\n")
    return root


def masakhanews(root: Path) -> Path:
    """Hausa without a train file, Luganda with one; an article over two lines, and one without a text."""
    head = "category\theadline\ttext\turl\n"
    rows = ['sports\tKanun wasa\t"Layi na daya.\nLayi ""na"" biyu."\thttp://a', "health\tKanun lafiya\t\thttp://b",
            "health\tKanun asibiti\tLikita ya zo.\thttp://c"]  # fmt: skip
    write(root / "data/hau/dev.tsv", head + "\n".join(rows) + "\n")
    write(root / "data/hau/labels.txt", "health\nreligion\nsports\n")
    few = [f"{label}\tKanun {label} {i}\tRubutu {label} {i}." for label in ("health", "sports") for i in range(5)]
    write(root / "few_shot_data/5_samples/hau/train.tsv", "category\theadline\ttext\n" + "\n".join(few) + "\n")
    for split in ("train", "dev"):
        own = [f"{label}\tOmutwe {split} {i}\tAmawulire {split} {i}.\thttp://d" for i, label in
               enumerate(["politics", "health"] * 3)]  # fmt: skip
        write(root / f"data/lug/{split}.tsv", head + "\n".join(own) + "\n")
    return root


def masakhaner(root: Path) -> Path:
    for split in ("train", "dev"):
        write(root / f"MasakhaNER2.0/data/kin/{split}.txt", CONLL if split == "dev" else CONLL.replace("Aline", "Ange"))
        write(root / f"MasakhaNER2.0/data/lug/{split}.txt", PARALLEL)
    text = "Ubuzima bw’umwana: “Aline” yageze i Kigali ku wa 5."
    marks = [_mark(text, "Aline", "PER"), _mark(text, "Kigali", "LOC"), _mark(text, "ku wa 5", "DATE")]
    rows = [{"example_id": "dev-1", "language": "kin", "text": text, "spans": marks,
             "target": "PER: Aline $$ LOC: Kigali $$ DATE: ku wa 5"},
            {"example_id": "dev-2", "language": "kin", "text": "Nta zina.", "spans": [], "target": ""}]  # fmt: skip
    write(root / "xtreme-up/MasakhaNER-X/validation/rw.jsonl", "\n".join(map(json.dumps, rows)) + "\n")
    return root


def _mark(text: str, entity: str, kind: str) -> dict[str, object]:
    start = len(text[: text.index(entity)].encode())
    return {"start_byte": start, "limit_byte": start + len(entity.encode()), "label": kind}


def mafand(root: Path) -> Path:
    pairs = [("Nakato yagenze e Jinja.", "Nakato went to Jinja."), ("Okello yakomawo ku Lwokubiri.",
             "Okello came back on Tuesday.")]  # fmt: skip
    lines = [json.dumps({"translation": {"en": english, "lug": text}}) for text, english in pairs]
    write(root / "data/json_files/en-lug/dev.json", "\n".join(lines) + "\n")
    return root


def kinnews(root: Path) -> Path:
    head = "label,kin_label,en_label,url,title,content\n"
    rows = '1,politiki,politics,http://a,Inama,"Inama, ya mbere."\n2,siporo,sport,http://b,Umukino,"Umu\nkino."\n'
    for split in ("train", "test"):
        write(root / f"KINNEWS/raw/{split}.csv", head + rows.replace("Inama", f"Inama {split}"))
    return root


def xlsum(root: Path) -> Path:
    (root / "data").mkdir(parents=True)
    with tarfile.open(root / "data/hausa_XLSum_v2.0.tar.bz2", "w:bz2") as archive:
        for split in ("train", "val", "test"):
            rows = [{"id": "same", "url": "", "title": f"Kanu {i}", "summary": f"Takaitawa {split} {i}.",
                     "text": f"Labari {split} {i}."} for i in range(3)]  # fmt: skip
            content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
            entry = tarfile.TarInfo(f"./hausa_{split}.jsonl")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return root
