"""Texts in Latin letters: the prompts, the listed words alone, and entities that come back to the source."""

from __future__ import annotations

import pytest
from helpers.small_hosts import KINDS, Generating, Scoring, entities, prepared, setting, shown, solved, topic

from xlt_core.records import Example, InputError, Language
from xlt_core.strategies.transliterate import UNCHANGED, Transliterated
from xlt_core.tasks.ner import Ner
from xlt_core.tasks.summary import Summary
from xlt_core.tasks.topic import Topic

AMHARIC = Language("amh", "Amharic", script="Ethi")
TEXT = "አበበ ወደ ጎንደር ሄደ።"
ROW = Example("d1", {"text": TEXT}, entities(TEXT, ("PER", "አበበ"), ("LOC", "ጎንደር")), KINDS)
PROMPT = """\
system: Read the news text and name its topic, one of: health, sports.
user: Text: abaaba wada gonedare hede.
Topic:
assistant: health
user: Text: Musa gonedare
Topic:"""


def test_the_prompt() -> None:
    rows = (topic("d1", TEXT, "health"),)
    sent = shown(Transliterated(), setting(Topic(), Scoring(), rows, language=AMHARIC), topic("1", "Musa ጎንደር"))
    assert sent.isascii() and sent.splitlines()[0] == PROMPT.splitlines()[0] and "Text: Musa gon" in sent


def test_entities_come_back_to_the_source() -> None:
    def write(prompt) -> str:
        place = prompt[-1].text.partition("wad")[2].split()[1].rstrip(".")
        return f"LOC: {place} $$ PER: {prompt[2].text.partition('PER: ')[2].split()[0]}"

    given = setting(Ner(), Generating(write), (ROW,), language=AMHARIC)
    sent = shown(Transliterated(), given, Example("1", {"text": TEXT}, None, KINDS))
    assert sent.isascii() and "assistant: PER: ab" in sent
    answer = solved(Transliterated(), given, Example("1", {"text": f"ዛሬ {TEXT}"}, None, KINDS))["1"].answer or ()
    assert [(span.text, span.kind, span.start) for span in answer] == [("አበበ", "PER", 3), ("ጎንደር", "LOC", 10)]


def test_only_the_listed_words(tmp_path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("ጎንደር\nሄደ\n", "utf-8")
    given = setting(Topic(), Scoring(), (), language=AMHARIC)
    for only in ("ጎንደር, ሄደ", str(path)):
        text = shown(Transliterated(only=only), given, topic("1", TEXT)).splitlines()[1]
        assert text.startswith("user: Text: አበበ ወደ gon") and text.endswith("።") and "ሄደ" not in text


def test_what_it_says_and_refuses() -> None:
    given = setting(Topic(), Scoring(), ())
    assert solved(Transliterated(), given, topic("1", "plain"))["1"].notes == (UNCHANGED,)
    assert solved(Transliterated(), given, topic("1", "ɗan ƙasa"))["1"].notes == ()
    with pytest.raises(InputError, match="transliterate cannot bring a text back to its script"):
        prepared(Transliterated(), setting(Summary(), Generating(), ()))
    with pytest.raises(InputError, match="The list of words to romanise is empty"):
        prepared(Transliterated(only=" , "), given)
