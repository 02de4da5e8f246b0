from __future__ import annotations

import pytest
from helpers import clones

from xlt_core import catalog
from xlt_core.contracts import SPLITS
from xlt_core.datasets.masakhaner import sentences
from xlt_core.datasets.masakhaner_x import spans
from xlt_core.reading.download import Address, download
from xlt_core.records import InputError, Span
from xlt_core.settings import ROOT

SAMPLES = ROOT.parent / "shared" / "data"
REAL = [("afriqa", ["afriqa"], 400), ("afrisenti", ["afrisent-semeval-2023"], 4000), ("sib200", ["sib-200"], 701),
        ("masakhanews", ["masakhane-news"], 300),
        ("masakhaner_x", ["masakhane-ner"], 300), ("masakhaner", ["masakhane-ner", "lafand-mt"], 300)]  # fmt: skip
PUBLIC = [name for name in catalog.datasets() if name not in ("world", "file", "hub")]


def texts(examples):
    return [example.text for example in examples]


def test_sib200_has_the_human_english_by_index_id(tmp_path):
    data = catalog.dataset("sib200", [clones.sib200(tmp_path)])
    assert set(data.languages("topic")) == {"kin", "hau", "lug", "swa", "eng"} and data.languages("ner") == ()
    found = data.load("topic", "swa", "validation")
    assert texts(found)[:2] == ["Hii dev 0", "Hii dev 1"] and found[0].answer == "travel" and len(found) == 12
    assert found[1].pivot.text == 'This is "quoted" dev 1' and found[1].pivot.answer == "travel"
    assert len(found[0].choices) == 7 and data.load("topic", "eng", "test")[0].pivot is None


def test_sib200_without_english_has_no_pivots(tmp_path):
    clones.sib200(tmp_path)
    for path in (tmp_path / "data/annotated/eng_Latn").iterdir():
        path.unlink()
    assert catalog.dataset("sib200", [tmp_path]).load("topic", "kin", "test")[0].pivot is None


def test_sib200_never_swaps_a_script(tmp_path):
    clones.sib200(tmp_path)
    rows = {"knc_Latn": "Kanuri", "knc_Arab": "كنري", "taq_Latn": "Tamasheq"}
    for code, text in rows.items():
        clones.write(tmp_path / f"data/annotated/{code}/test.tsv", f"index_id\tcategory\ttext\n1\thealth\t{text}\n")
    data = catalog.dataset("sib200", [tmp_path])
    served = data.languages("topic")
    assert {"knc", "knc_Arab", "taq"} <= set(served) and "taq_Tfng" not in served
    read = {code: texts(data.load("topic", catalog.language(code).code, "test")) for code in (*rows, "knc")}
    assert read == {code: [text] for code, text in rows.items()} | {"knc": ["Kanuri"]}
    with pytest.raises(InputError, match="SIB-200 has no topic in taq_Tfng here; choose one of"):
        data.load("topic", catalog.language("taq_Tfng").code, "test")


def test_masakhanews_reads_quoted_line_ends_and_takes_the_headline_as_the_summary(tmp_path):
    data = catalog.dataset("masakhanews", [clones.masakhanews(tmp_path)])
    topics, summaries = (data.load(task, "hau", "validation") for task in ("topic", "summary"))
    assert texts(topics)[0] == 'Kanun wasa Layi na daya.\nLayi "na" biyu.' and topics[0].answer == "sports"
    assert topics[0].choices == ("health", "religion", "sports") and len(topics) == 3
    assert [(e.id, e.answer) for e in summaries] == [("validation-1", "Kanun wasa"), ("validation-3", "Kanun asibiti")]
    assert data.load("topic", "lug", "train")[0].choices == ("health", "politics")
    assert "headline" in data.note("summary", "lug", "train") and not data.note("topic", "lug", "train")


def test_masakhanews_without_train_takes_the_few_shot_file_and_says_so(tmp_path):
    data = catalog.dataset("masakhanews", [clones.masakhanews(tmp_path)])
    assert data.splits("topic", "hau") == ("train", "validation") and len(data.load("topic", "hau", "train")) == 10
    assert "few-shot" in data.note("topic", "hau", "train") and not data.note("topic", "hau", "validation")


def test_conll_is_read_leniently(tmp_path):
    found = catalog.dataset("masakhaner", [clones.masakhaner(tmp_path)]).load("ner", "kin", "validation")
    assert texts(found) == ["Aline Uwase yageze i Kigali .", 'Ejo yavuye FERWAFA " bare \u2028', "nothing"]
    assert found[0].answer == (Span("Aline Uwase", "PER", 0, 11), Span("Kigali", "LOC", 21, 27))
    assert found[1].answer == (Span("Ejo", "DATE", 0, 3), Span("yavuye FERWAFA", "ORG", 4, 18)) and not found[2].answer
    assert list(sentences("a\tb-per\r\nb\tI-PER\r\n\r\n\r\n")) == [[("a", "B-PER"), ("b", "I-PER")]]


def test_luganda_entities_have_their_human_english_from_a_second_clone(tmp_path):
    own, pairs = clones.masakhaner(tmp_path / "ner"), clones.mafand(tmp_path / "mt")
    alone = catalog.dataset("masakhaner", [own]).load("ner", "lug", "train")
    assert len(alone) == 3 and not any(example.pivot for example in alone)
    first, second, third = catalog.dataset("masakhaner", [own, pairs]).load("ner", "lug", "train")
    assert first.pivot.text == "Nakato went to Jinja."
    assert first.pivot.answer == (Span("Nakato", "PER", 0, 6), Span("Jinja", "LOC", 15, 20))
    assert second.pivot.text == "Okello came back on Tuesday." and second.pivot.answer is None and third.pivot is None


def test_byte_offsets_become_characters(tmp_path):
    first, second = catalog.dataset("masakhaner_x", [clones.masakhaner(tmp_path)]).load("ner", "kin", "validation")
    assert [(s.kind, s.text) for s in first.answer] == [("PER", "Aline"), ("LOC", "Kigali"), ("DATE", "ku wa 5")]
    assert all(first.text[s.start : s.end] == s.text for s in first.answer) and second.answer == ()
    assert spans("aéb", [(2, 3, "PER")]) == (Span("é", "PER", 1, 2),) == spans("aéb", [(1, 2, "PER")])


def test_kinnews_and_xlsum(tmp_path):
    news = catalog.dataset("kinnews", [clones.kinnews(tmp_path / "a")])
    assert news.splits("topic", "kin") == ("train", "test") and news.languages("topic") == ("kin",)
    assert [e.answer for e in news.load("topic", "kin", "test")] == ["politics", "sport"]
    assert news.load("summary", "kin", "test")[0].answer == "Inama test"
    data = catalog.dataset("xlsum", [clones.xlsum(tmp_path / "b")])
    assert data.languages("summary") == ("hau",) and data.splits("summary", "hau") == SPLITS
    found = data.load("summary", "hau", "validation")
    assert (
        found[1].text == "Labari val 1." and found[1].answer == "Takaitawa val 1." and len({e.id for e in found}) == 3
    )


def test_kinnews_reads_parquet_the_same(tmp_path):
    import pandas

    clones.kinnews(tmp_path / "a")
    (tmp_path / "b/kinnews_raw/test").mkdir(parents=True)
    rows = pandas.read_csv(tmp_path / "a/KINNEWS/raw/test.csv")
    rows.to_parquet(tmp_path / "b/kinnews_raw/test/0000.parquet")
    ours, theirs = (catalog.dataset("kinnews", [tmp_path / name]).load("topic", "kin", "test") for name in "ab")
    assert ours == theirs


def test_what_is_not_there_is_one_sentence(tmp_path):
    data = catalog.dataset("sib200", [clones.sib200(tmp_path, splits=("train", "dev"))])
    for call, words in (
        (("topic", "yor", "test"), "has no topic in yor here; choose one of"),
        (("ner", "kin", "test"), "choose another dataset or task"),
        (("topic", "kin", "test"), "no split 'test' in kin here; choose train or validation"),
        (("topic", "kin", "all"), "no split 'all' in kin; choose"),
    ):
        with pytest.raises(InputError, match=words):
            data.load(*call)
    with pytest.raises(InputError, match=r"is no clone of XL-Sum: it lacks such as data/\w+_XLSum"):
        catalog.dataset("xlsum", [tmp_path])


@pytest.mark.parametrize(("text", "words"), [
    ("category\theadline\nx\ty\n", "Line 1 of .*lacks the column text"), ("", "lacks the column category"),
])  # fmt: skip
def test_another_datasets_file_is_named(tmp_path, text, words):
    clones.write(tmp_path / "data/hau/dev.tsv", text)
    with pytest.raises(InputError, match=words):
        catalog.dataset("masakhanews", [tmp_path]).load("topic", "hau", "validation")


@pytest.mark.parametrize("row", ["{", "[]", '{"text": "a"}', '{"text": "a", "spans": [{}], "example_id": "b"}'])
def test_a_broken_row_is_named(tmp_path, row):
    clones.write(tmp_path / "xtreme-up/MasakhaNER-X/test/ha.jsonl", row + "\n")
    with pytest.raises(InputError, match=r"(Line|Row) 1 of"):
        catalog.dataset("masakhaner_x", [tmp_path]).load("ner", "hau", "test")


@pytest.mark.parametrize("name", PUBLIC)
def test_a_reader_says_whose_the_data_are_and_where_they_lie(name):
    data = catalog.dataset(name)
    assert data.title and data.licence and data.citation and data.url.startswith("https://")
    assert any(data.languages(task) for task in catalog.tasks()) and data.published
    for code, called in data.codes().items():
        address = data.address(called, "test")
        assert address.clone and (address.hub or address.raw) and catalog.by_code(code)
        assert all(url.startswith("https://") for url in address.raw)


def test_languages_go_by_their_aliases():
    assert catalog.dataset("masakhaner_x").codes()["kin"] == "rw" and len(catalog.dataset("masakhaner_x").codes()) == 21
    assert (
        catalog.dataset("xlsum").codes()["run"] == "kirundi" and catalog.dataset("sib200").codes()["swa"] == "swh_Latn"
    )
    assert len(catalog.dataset("masakhanews").codes()) == 16 and len(catalog.dataset("masakhaner").codes()) == 20


@pytest.mark.parametrize(("name", "roots", "least"), REAL)
def test_the_real_files_are_read_whole(name, roots, least):
    paths = [SAMPLES / root for root in roots]
    if not all(path.is_dir() for path in paths):
        pytest.skip("no samples of the upstream repositories here")
    data = catalog.dataset(name, paths)
    for task_name in data.tasks:
        task = catalog.task(task_name)
        for language in {"kin", "hau", "lug"} & set(data.languages(task_name)):
            examples = data.load(task_name, language, "train") + data.load(task_name, language, "validation")
            assert len(examples) >= least and len({e.id for e in examples}) == len(examples)
            assert all(task.read(task.write(e.answer), e) == e.answer for e in examples)
            assert name != "sib200" or all(e.pivot for e in examples)


def test_spans_reproduce_every_target_of_the_real_files():
    import json

    folder = SAMPLES / "masakhane-ner/xtreme-up/MasakhaNER-X"
    if not folder.is_dir():
        pytest.skip("no samples of the upstream repositories here")
    data = catalog.dataset("masakhaner_x", [SAMPLES / "masakhane-ner"])
    for code, name in (("kin", "rw"), ("hau", "ha"), ("lug", "lg")):
        for split in ("train", "validation"):
            lines = (folder / split / f"{name}.jsonl").read_text("utf-8").split("\n")
            targets = [json.loads(line)["target"] for line in lines if line]
            made = [" $$ ".join(f"{s.kind}: {s.text}" for s in e.answer) for e in data.load("ner", code, split)]
            assert made == targets


def test_what_cannot_be_downloaded_says_why_and_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr("huggingface_hub.constants.HF_HOME", str(tmp_path))
    address = Address(("data/x/test.tsv",), (), ("http://127.0.0.1:9/data/x/test.tsv",))
    with pytest.raises(InputError, match=r"test.tsv cannot be downloaded .*refused.*--data-root"):
        download(address)


def test_sib200_has_all_its_205_languages():
    served = catalog.dataset("sib200").languages("topic")
    assert len(served) == 205 and {*"eus quy bod ckb nqo zho zho_Hant arb_Latn sat".split()} <= set(served)
    assert catalog.dataset("sib200").codes()["ajp"] == "ajp_Arab"


def test_a_dataset_that_lacks_a_language_lists_some_of_those_it_has():
    with pytest.raises(InputError, match=r"SIB-200 has no topic in tlh; choose one of eng, .* and 185 more\."):
        catalog.dataset("sib200").load("topic", "tlh", "test")
