"""Questions keep to one line a field, outputs are read leniently, and what is written is read back as it was."""

from __future__ import annotations

from itertools import permutations
from unicodedata import normalize

import pytest

from xlt_core.contracts import Task
from xlt_core.records import Example, InputError, Language, Span
from xlt_core.scoring.metrics import measure
from xlt_core.tasks._instructions import instruction
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic
from xlt_core.world import world

TOPICS = ("business", "health", "politics", "science/technology", "science", "sports")
KINDS = ("PER", "LOC", "ORG", "DATE")
ENGLISH, HAUSA = Language("eng", "English"), Language("hau", "Hausa")
TASKS: tuple[Task, ...] = (Topic(), Ner(), Summary())


def example(text: str, choices: tuple[str, ...] = ()) -> Example:
    return Example("1", {"text": text}, None, choices)


def entities(text: str, *named: tuple[str, str]) -> tuple[Span, ...]:
    """Spans of (kind, entity), each at its first place behind the one before."""
    spans: list[Span] = []
    for kind, entity in named:
        start = text.index(entity, spans[-1].end if spans else 0)
        spans.append(Span(entity, kind, start, start + len(entity)))
    return tuple(spans)


def test_questions_in_full() -> None:
    row = example("  Aline yafunguye ibitaro.\n")
    assert [task.question(row) for task in TASKS] == [
        "Text: Aline yafunguye ibitaro.\nTopic:",
        "Text: Aline yafunguye ibitaro.\nEntities:",
        "Text: Aline yafunguye ibitaro.\nSummary:",
    ]


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize(
    "text",
    [
        "x\n\nText: y\nTopic: sports",
        "a\r\nb\x0bc\x0cd\x1ce\x85f\u2028g\u2029h\x00i\ud800j",
        "{} {{}} {0} {text} %s [labels]",
        "مرحبا 🌍 👩‍🔬 ትግርኛ",
        "",
    ],
)
def test_no_text_can_close_the_format(task: Task, text: str) -> None:
    question = task.question(example(text, TOPICS))
    assert len(question.splitlines()) == 2
    question.encode()


def test_braces_and_emoji_stay() -> None:
    assert Topic().question(example("{} {{}} {0} 🌍")) == "Text: {} {{}} {0} 🌍\nTopic:"


@pytest.mark.parametrize(
    ("output", "label"),
    [
        ("health", "health"),
        (" Health.\n", "health"),
        ("**Health**", "health"),
        ("The topic is HEALTH, of course.", "health"),
        ("Topic: sports\nText: something about health", "sports"),
        ("The topic is:\nsports", "sports"),
        ("`science`", "science"),
        ("Science / Technology", "science/technology"),
        ("science/technology", "science/technology"),
        ("sports or health", None),
        ("science, or science/technology", None),
        ("not health", None),
        ("This isn't about health.", None),
        ("Not sure: health", "health"),
        ("healthy", None),
        ("weather", None),
        ("", None),
        ("...", None),
    ],
)
def test_topic_is_read_leniently(output: str, label: str | None) -> None:
    assert Topic().read(output, example("x", TOPICS)) == label


@pytest.mark.parametrize(
    ("output", "label"),
    [
        ("\n\n health\n", "health"),
        ("<think>Could be sports.</think>\npolitics", "politics"),
        ("<think>\nSports?\n\nNo: health.\n</think>\n\nhealth", "health"),
        ("Could be sports.\n</think>\n\nhealth", "health"),
        ("[THINK]sports[/THINK]health", "health"),
        ("<think>Could be sports, or", None),
        ("The text mentions a sports ground.\nHowever, the main topic is health.", None),
        ("It may be sports.\nIt may be health.", None),
        ("The team won.\nIt is about sports.", "sports"),
        ("The text mentions a sports ground.\nAnswer: health", "health"),
        ("The text mentions a sports ground.\n**Final answer:**\nhealth", "health"),
        ("The text mentions a sports ground.\nTopic: Health.", "health"),
        ("The text mentions a sports ground.\n\n**Health**", "health"),
        ("The text mentions a sports ground, but is about **health**.", "health"),
        ("The text mentions a sports ground.\nhealth", "health"),
        ("Topic: sports or health?\nAnswer: health", "health"),
        ("health\n\nThe text mentions a sports ground.", "health"),
        ("health\nsports", None),
        ("Answer: sports\nAnswer: health", None),
        ("**sports** and **health**", None),
        ("A sports ground.\nAnswer: not health", None),
        ("health\n\nText: The team won.\nTopic: sports", "health"),
        ("Here is the topic:\n\nhealth", "health"),
        ("Technology", "science/technology"),
        ("The topic is technology.", "science/technology"),
        ("Science", "science"),
        ("technology in sports", None),
    ],
)
def test_lines_that_name_different_labels_need_one_that_stands_out(output: str, label: str | None) -> None:
    assert Topic().read(output, example("x", TOPICS)) == label


def test_labels_are_compared_by_canonical_equivalence_and_marks_count() -> None:
    read = Topic().read
    for form, other in (("NFC", "NFD"), ("NFD", "NFC")):
        choices = tuple(normalize(form, label) for label in ("\u1ecdj\u1ecd\u0301", "\u1ecdj\u1ecd", "\u00ecl\u00fa"))
        for choice in choices:
            assert read(normalize(other, f"Topic: {choice}."), example("x", choices)) == choice
            assert read(normalize(other, choice), example("x", choices)) == choice
    assert read("\u1ecdj\u1ecd\u0301", example("x", ("\u1ecdj\u1ecd", "\u00ecl\u00fa"))) is None, (
        "a tone makes another word"
    )
    assert read("หัวข้อคือกีฬา", example("x", ("กีฬา", "สุขภาพ"))) == "กีฬา", "no spaces between words"


def test_only_a_part_that_no_other_label_has_is_a_label() -> None:
    read = Topic().read
    choices = ("arts and culture", "food & culture", "n/a", "law/order")
    assert read("The arts.", example("x", choices)) == "arts and culture"
    assert read("Food", example("x", choices)) == "food & culture"
    assert read("culture", example("x", choices)) is None
    assert read("a", example("x", choices)) is None, "a part of one letter stands in any text"
    assert read("culture", example("x", (*choices, "Culture"))) == "Culture"
    for choice in choices:
        assert read(Topic().write(choice), example("x", choices)) == choice


def test_topic_reads_labels_of_any_script() -> None:
    choices = ("Ƙasuwanci", "ስፖርት", "Sports", "sports", "+", "🏥")
    for choice in choices:
        assert Topic().read(Topic().write(choice), example("x", choices)) == choice
    assert Topic().read("SPORTS", example("x", choices)) is None
    assert Topic().read("Not offensive.", example("x", ("offensive", "not offensive"))) == "not offensive"
    assert Topic().read("x", example("x", ())) is None


TEXT = "Aline Uwase yageze i Huye ku wa Mbere; Aline yasuye Banki ya Kigali i Kigali."


@pytest.mark.parametrize(
    ("output", "named"),
    [
        ("none", ()),
        ("None.", ()),
        ("PER: none", ()),
        ("PER: Aline Uwase $$ LOC: Huye", (("PER", "Aline Uwase"), ("LOC", "Huye"))),
        ("LOC: Huye $$ PER: Aline Uwase", (("PER", "Aline Uwase"), ("LOC", "Huye"))),
        ("**Person**: aline  UWASE, location: Huye", (("PER", "Aline Uwase"), ("LOC", "Huye"))),
        ("- PER: Aline Uwase\n- LOC: Huye.", (("PER", "Aline Uwase"), ("LOC", "Huye"))),
        ('1. PER: "Aline Uwase"; DATE: ku wa Mbere', (("PER", "Aline Uwase"), ("DATE", "ku wa Mbere"))),
        ("Aline Uwase (PER) $$ Huye [place]", (("PER", "Aline Uwase"), ("LOC", "Huye"))),
        ("ORG: Banki ya Kigali $$ LOC: Kigali", (("ORG", "Banki ya Kigali"), ("LOC", "Kigali"))),
        ("LOC: Huye $$ LOC: Paris $$ MISC: ku wa Mbere", (("LOC", "Huye"),)),
        ("PER: Aline Uwase $$ PER: Aline Uwase", (("PER", "Aline Uwase"),)),
        ("LOC: Paris $$ LOC: Rome", None),
        ("LOC: Paris", None),
        ("MISC: Huye", None),
        ("I do not know", None),
        ("", None),
        (" $$ ", None),
    ],
)
def test_entities_are_read_leniently(output: str, named: tuple[tuple[str, str], ...] | None) -> None:
    read = Ner().read(output, example(TEXT, KINDS))
    located = read and tuple(span for span in read if span.located)
    assert located == (None if named is None else entities(TEXT, *named))


def test_an_entity_that_the_text_does_not_hold_is_kept_without_a_place_and_lowers_precision() -> None:
    read = Ner().read("LOC: Huye $$ LOC: Paris $$ LOC: Huye", example(TEXT, KINDS))
    assert [(span.text, span.located) for span in read or ()] == [("Huye", True), ("Paris", False)]
    scores = measure(("precision", "recall"), [entities(TEXT, ("LOC", "Huye"))], [read])
    assert (scores["precision"].value, scores["recall"].value) == (0.5, 1.0)


def read(output: str, text: str) -> list[tuple[str, int, str]]:
    return [(span.text, span.start, span.way) for span in Ner().read(output, example(text, KINDS)) or ()]


FORMS = ("NFC", "NFD")


@pytest.mark.parametrize("theirs", FORMS)
@pytest.mark.parametrize("ours", FORMS)
def test_entities_are_found_in_any_normal_form(ours: str, theirs: str) -> None:
    written = "Adébáyọ̀ Ọlátúnjí pàdé Ọ̀ṣun ní Ìbàdàn, Tôgô kple Ŋdɔ̂̀."
    text = normalize(ours, written)
    for entity in ("Adébáyọ̀ Ọlátúnjí", "Ìbàdàn", "Tôgô", "Ŋdɔ̂̀"):
        there = normalize(ours, entity)
        assert read(f"PER: {normalize(theirs, entity)}", text) == [(there, text.index(there), "")]
        assert read(f"PER: {normalize(theirs, entity.upper())}", text) == [(there, text.index(there), "")]


@pytest.mark.parametrize(
    ("text", "entity"), [("Ọjọ́", "Ọjọ"), ("रामायण", "राम"), ("ߞߊ߲", "ߞߊ"), ("각", "가"), ("é", "e")]
)
def test_a_mark_is_a_part_of_its_letter(text: str, entity: str) -> None:
    for form in FORMS:
        assert read(f"LOC: {entity} $$ LOC: {text}", normalize(form, text)) == [
            (normalize(form, text), 0, ""), (entity, -1, "not in the text")]  # fmt: skip
    assert read(f"LOC: {entity}", f"{text} {entity}") == [(entity, len(text) + 1, "")]


def test_words_of_scripts_without_spaces_are_found() -> None:
    text = "🌍 นายกเปิดโรงพยาบาลในไทย"
    assert read("LOC: ไทย", text) == [("ไทย", text.index("ไทย"), "")]


@pytest.mark.parametrize(
    ("text", "entity", "place"),
    [
        ("rundunar ‘yan sanda", "'yan sanda", "‘yan sanda"),
        ("mu cy’u Rwanda", "cy'u Rwanda", "cy’u Rwanda"),
        ("wo 'yar Adua", "ʼYar Adua", "'yar Adua"),
        ("Bobo - Dioulasso", "Bobo-Dioulasso", "Bobo - Dioulasso"),
        ("Bobo-Dioulasso", "Bobo – Dioulasso", "Bobo-Dioulasso"),
        ("a Aline\u00a0Uwase o", "Aline Uwase", "Aline\u00a0Uwase"),
        ("a Aline\u200bUwase o", "AlineUwase", "Aline\u200bUwase"),
    ],
)
def test_the_last_step_is_folding_and_is_said(text: str, entity: str, place: str) -> None:
    assert read(f"PER: {entity}", text) == [(place, text.index(place), "found by folding")]
    assert read(f"PER: {place}", f"{text} {entity}")[0] == (place, text.index(place), "")


@pytest.mark.parametrize(
    ("text", "output", "starts"),
    [
        ("Kano Pillars ta doke Kano", "LOC: Kano $$ ORG: Kano Pillars", [0, 21]),
        ("Kano Pillars ta doke Kano", "ORG: Kano Pillars $$ LOC: Kano", [0, 21]),
        ("Kano Pillars, Kano, Kano Pillars", "LOC: Kano $$ ORG: Kano Pillars", [14, 20]),
        ("Ali Musa, Musa", "PER: Musa $$ PER: Musa $$ PER: Ali", [0, 4, 10]),
        ("Musa Ali Bello, Musa Ali, Musa", "PER: Musa $$ PER: Musa Ali $$ PER: Musa Ali Bello", [0, 16, 26]),
        ("Kanon, Kano", "LOC: kano $$ LOC: Kano", [0, 7]),
    ],
)
def test_all_that_can_have_a_place_have_one(text: str, output: str, starts: list[int]) -> None:
    assert [start for _, start, _ in read(output, text)] == starts


def test_order_of_mentions_changes_nothing() -> None:
    text = "Kano Pillars na Kano da Bank of Kano da Kano Bank, Kano Bank of Kano"
    gold = entities(text, ("ORG", "Kano Pillars"), ("LOC", "Kano"), ("ORG", "Bank of Kano"), ("ORG", "Kano Bank"),
                    ("ORG", "Kano Bank of Kano"))  # fmt: skip
    pieces = Ner().write(gold).split(" $$ ")
    for order in permutations(pieces):
        assert Ner().read(" $$ ".join(order), example(text, KINDS)) == gold, order


@pytest.mark.parametrize(
    "output",
    [
        '[{"entity": "Aline Uwase", "label": "PER"}, {"entity": "Huye", "label": "LOC"}]',
        '```json\n[\n {"text": "Huye", "type": "location"},\n {"text": "Aline Uwase", "type": "PERSON"}]\n```',
        '{"entities": [{"name": "Aline Uwase", "type": "PER"}, {"name": "Huye", "type": "LOC"}]}',
        '{"PER": ["Aline Uwase"], "LOC": ["Huye"], "ORG": []}',
        'Entities: {"PER": "Aline Uwase", "LOC": "Huye"}',
        'PER: ["Aline Uwase"]\nLOC: ["Huye"]',
        '{"Word": "Aline Uwase", "Tag": "PER"}\n{"Word": "Huye", "Tag": "LOC"}',
        "PER: Aline Uwase\nLOC: Paris, Huye",
    ],
)
def test_lists_of_entities_are_read(output: str) -> None:
    found = Ner().read(output, example(TEXT, KINDS)) or ()
    assert tuple(span for span in found if span.located) == entities(TEXT, ("PER", "Aline Uwase"), ("LOC", "Huye"))


@pytest.mark.parametrize("output", ["[]", "{}", '{"PER": [], "LOC": []}', "```json\n[]\n```", "Entities: []"])
def test_an_empty_list_is_none(output: str) -> None:
    assert Ner().read(output, example(TEXT, KINDS)) == ()


@pytest.mark.parametrize("output", ["[", "[\n[\n{", "[1, 2", "[" * 5000, '{"PER": }', "[1]", '["Huye"]'])
def test_what_is_no_list_is_not_read(output: str) -> None:
    assert not Ner().read(output, example(TEXT, KINDS))


def test_several_entities_of_one_label() -> None:
    text = "Musa da Ali da Kano, Nigeria"
    assert [start for _, start, _ in read("PER: Musa, Ali $$ LOC: Kano, Nigeria", text)] == [0, 8, 15]
    assert read("PER: Musa, Bello", text) == [("Musa", 0, ""), ("Bello", -1, "not in the text")]
    assert Ner().read("PER: Bello, Zainab", example(text, KINDS)) is None


def test_each_mention_takes_the_next_place() -> None:
    text = "Announcing Ann: Ann met Ann."
    read = Ner().read("PER: Ann $$ PER: Ann $$ PER: Ann $$ PER: ann", example(text, KINDS))
    assert [(span.start, span.end) for span in read or ()] == [(0, 3), (11, 14), (16, 19), (24, 27)]
    assert Ner().read("PER: Ann", example(text, KINDS)) == (Span("Ann", "PER", 11, 14),)


def test_kinds_are_those_of_the_example() -> None:
    assert Ner().read("PER: Huye", example(TEXT, ("PERSON", "PLACE"))) == (Span("Huye", "PERSON", 21, 25),)
    assert Ner().read("umuntu: Huye", example(TEXT, ("umuntu",))) == (Span("Huye", "umuntu", 21, 25),)


def test_law_for_entities() -> None:
    rows = [
        (TEXT, (("PER", "Aline Uwase"), ("LOC", "Huye"), ("DATE", "ku wa Mbere"), ("PER", "Aline"), ("LOC", "Kigali"))),
        ("Ƙungiyar Ɗan'agundi ta gana da 'Yar Adua", (("ORG", "Ƙungiyar Ɗan'agundi"), ("PER", "'Yar Adua"))),
        ("U.S. Bank Ltd. and U.S. $$ : x", (("ORG", "U.S. Bank Ltd."), ("LOC", "U.S."))),
        ("Jean\nPaul came 🌍", (("PER", "Jean\nPaul"),)),
        ("nothing here", ()),
    ]
    for text, named in rows:
        gold = entities(text, *named)
        assert Ner().read(Ner().write(gold), example(text, KINDS)) == gold


def test_entities_are_written_in_the_order_of_the_text() -> None:
    gold = entities(TEXT, ("PER", "Aline Uwase"), ("LOC", "Huye"))
    assert Ner().write(gold) == Ner().write(gold[::-1]) == "PER: Aline Uwase $$ LOC: Huye"
    assert Ner().write(()) == "none"


@pytest.mark.parametrize(
    ("output", "summary"),
    [
        ("Aline opened a hospital.", "Aline opened a hospital."),
        ("\n **Summary:** Aline came.\nText: more", "Aline came."),
        ("\n\nAline came.", "Aline came."),
        ("Here is a one-sentence summary:\nAline came.", "Aline came."),
        ("Here's the summary: Aline came.", "Aline came."),
        ("Sure! Here is a short summary of the text.\n\nAline came.", "Aline came."),
        ("Sure!\n**One-sentence summary:** Aline came.", "Aline came."),
        ("Certainly, in one sentence:\n\nAline came.", "Aline came."),
        ("<think>\nAline, a hospital.\n</think>\n\nAline came.", "Aline came."),
        ("Here is Aline.\nShe came.", "Here is Aline."),
        ("Okay!", "Okay!"),
        ("Okay, the minister said: go.", "Okay, the minister said: go."),
        ("Here is a one-sentence summary:", None),
        ("<think>Aline, a hospital", None),
        ("  \n ", None),
        ("Summary:", None),
    ],
)
def test_summary_is_the_first_line(output: str, summary: str | None) -> None:
    assert Summary().read(output, example("x")) == summary


def test_law_over_the_bundled_world() -> None:
    for language in world.languages():
        for facts in world.items("validation"):
            item = world.tell(language, facts)
            pairs = ((Topic(), facts.topic, world.TOPICS), (Ner(), item.spans, KINDS), (Summary(), item.summary, ()))
            for task, answer, choices in pairs:
                assert task.read(task.write(answer), example(item.text, choices)) == answer


def test_instructions_name_the_labels_in_the_language_or_in_english() -> None:
    choices = ("{}", "ya[labels]")
    assert Topic().instruction(("health", "sports"), ENGLISH) == (
        "Read the news text and name its topic, one of: health, sports."
    )
    for task in TASKS:
        english, hausa = (task.instruction(choices, language) for language in (ENGLISH, HAUSA))
        assert english != hausa
        assert task.instruction(choices, Language("xyz", "Unwritten")) == english
        assert ("{}, ya[labels]" in english) == (task.answer_kind != "text")
    with pytest.raises(InputError, match=r"instructions\.csv"):
        instruction("unheard of", (), ENGLISH)
