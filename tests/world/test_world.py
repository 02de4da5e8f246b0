"""The bundled world: its tables, its splits, its spans."""

import csv
from collections import Counter

import pytest

from xlt_core.datasets.world import World
from xlt_core.settings import POCKET
from xlt_core.world import vocabulary, world

CODES = world.languages()


def test_the_tables_are_parallel_and_large_enough():
    english = world.table("eng")
    for code in CODES:
        assert list(world.table(code)) == list(english)
        assert all(text.strip() == text and text for text in world.table(code).values())
    sizes = Counter(key.split(".")[0] for key in english)
    assert all(sizes[topic] >= 20 for topic in world.TOPICS)
    assert sizes["place"] >= 40 and sizes["org"] >= 30 and len(world.people()) >= 60


@pytest.mark.parametrize("code", [code for code in CODES if code != "eng"])
def test_the_english_beside_each_line_is_the_english_table(code):
    with (POCKET / "world" / f"{code}.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {row["id"]: row["english"] for row in rows} == world.table("eng")


@pytest.mark.parametrize("code", CODES)
def test_no_two_phrases_are_the_same(code):
    phrases = [text for key, text in world.table(code).items() if key.split(".")[0] in world.TOPICS]
    assert len(set(phrases)) == len(phrases)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("split", world.SIZES)
def test_spans_reproduce_the_text_and_no_mark_is_left(code, split):
    for facts in world.items(split):
        item = world.tell(code, facts)
        assert not set("{}[]|") & set(item.text + item.summary)
        assert all(item.text[span.start : span.end] == span.text for span in item.spans)
        assert {span.kind for span in item.spans} <= set(world.KINDS)
        assert all(a.end <= b.start for a, b in zip(item.spans, item.spans[1:], strict=False))


def test_splits_share_no_phrase_with_its_person_and_tests_hold_phrases_that_training_lacks():
    pairs = {split: {(f.phrase, f.fills["PER"]) for f in world.items(split)} for split in world.SIZES}
    assert not pairs["train"] & pairs["test"] and not pairs["train"] & pairs["validation"]
    assert not pairs["test"] & pairs["validation"]
    seen = {phrase for phrase, _ in pairs["train"]}
    assert {phrase for phrase, _ in pairs["test"]} - seen
    assert len(pairs["test"]) == 300


def test_topics_are_balanced_and_items_the_same_in_every_language():
    for code in CODES:
        rows = World().load("topic", code, "test")
        counts = Counter(row.answer for row in rows)
        assert set(counts) == set(world.TOPICS) and max(counts.values()) - min(counts.values()) <= 1
        assert [row.id for row in rows] == [row.id for row in World().load("topic", "eng", "test")]
    assert rows[0].pivot.texts == World().load("topic", "eng", "test")[0].texts


def test_gender_agrees_in_hausa():
    man = next(key for key, (_, gender) in world.people().items() if gender == "m")
    woman = next(key for key, (_, gender) in world.people().items() if gender == "f")
    facts = next(f for f in world.items("train") if "{ya|ta}" in world.table("hau")[f.phrase])
    told = [
        world.tell("hau", world.Facts(facts.topic, facts.phrase, "frame.01", {**facts.fills, "PER": key})).text
        for key in (man, woman)
    ]
    assert " ya " in told[0] and " ta " in told[1]


@pytest.mark.parametrize("code", CODES)
def test_every_word_that_the_world_is_told_in_is_known(code):
    for facts in [*world.items("test"), *world.items("train")[:200]]:
        item = world.tell(code, facts)
        assert vocabulary.known_share(item.text, code) == vocabulary.known_share(item.summary, code) == 1


def test_words_of_elsewhere_numbers_and_other_languages_are_told_apart():
    assert vocabulary.known_share("Umukinnyi YATSINZE umukino 2026", "kin") == 1
    assert vocabulary.known_share("Poliisi yakutte ababbi, umukino", "kin") == 0.25
    assert vocabulary.known_share("The team won the match", "swa") == 0
    assert vocabulary.known_share("12 34 !", "kin") == vocabulary.known_share("", "kin") == 1
