"""The rendering of records as HTML and figures, without a model."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from unicodedata import normalize

import pytest

from xlt_core import catalog
from xlt_core.comparison.preview import Preview
from xlt_core.findings import conclusions
from xlt_core.findings.pivots import INPUT
from xlt_core.lessons import claims
from xlt_core.lessons.lesson import lessons
from xlt_core.records import (
    Column,
    Comparison,
    Example,
    InputError,
    PairedTest,
    Plan,
    Prediction,
    Reply,
    Row,
    Run,
    Score,
    Span,
)
from xlt_core.ui.compare import chart, columns, share, view
from xlt_core.ui.fields import demonstrations
from xlt_core.ui.fields import lessons as lesson_fields
from xlt_core.ui.items import answers, cell, rows, steps, table
from xlt_core.ui.shared import errors, limits
from xlt_core.ui.shared.html import escape, language_attributes, message_html
from xlt_core.ui.shared.updates import merge

NASTY = "<script>alert('x')</script> {} {{}} ${1} \x00\x1b 😀 שלום"
KIN = catalog.language("kin")
CHOICES = ("health", "sports")


def prediction(answer: object, **more: object) -> Prediction:
    reply = Reply(
        "ask", f"sent {NASTY}", f"back {NASTY}", 10, 2, 0.25, {"health": math.log(0.6), "sports": math.log(0.2)}
    )
    return Prediction("a", answer, (reply,), answer is not None, **more)


def run_of(name: str, answer: object = "health", **more: object) -> Run:
    example = Example("a", {"text": NASTY}, "health", CHOICES)
    return Run(name, name, "done", "", "likelihood", (example,), (prediction(answer),), **more)


def comparison_of(*runs: Run, inputs: tuple[Row, ...] = (), tests: tuple[PairedTest, ...] = ()) -> Comparison:
    plan = Plan("topic", "kin", tuple(Column(run.name, run.strategy) for run in runs), inputs=inputs, demonstrations=())
    return Comparison(plan, runs, tests)


def test_bars_are_the_softmax_of_the_choices() -> None:
    shares = answers.choice_probabilities(prediction("health"))
    assert list(shares) == ["health", "sports"]
    assert shares["health"] == pytest.approx(0.75)
    html = answers.answer_html(Example("a", {"text": "t"}, "sports", CHOICES), prediction("health"), KIN)
    assert "<b>health</b>" in html and "75%" in html and html.count("gold") == 1


def test_very_unlikely_choices_do_not_underflow() -> None:
    reply = Reply("ask", "", "", choices={"health": -2000.0, "sports": -2001.0})
    assert sum(answers.choice_probabilities(Prediction("a", "health", (reply,))).values()) == pytest.approx(1)


def test_entities_are_marked_on_the_source() -> None:
    text = "Aline <b> went to Huye"
    html = answers.spans_html(text, (Span("Huye", "LOC", 18, 22, "exact"), Span("Aline", "PER", 0, 5)), KIN)
    assert html.index("data-kind='PER'") < html.index("data-kind='LOC'")
    assert "&lt;b&gt;" in html and "title='exact'" in html and "lang='rw'" in html


def test_overlapping_entities_do_not_repeat_text() -> None:
    html = answers.spans_html("abcdef", (Span("abc", "PER", 0, 3), Span("bcd", "LOC", 1, 4)), None)
    assert "bcd" not in html and "def" in html


def test_nothing_that_anybody_wrote_is_live_html() -> None:
    one, many = (
        comparison_of(run_of("prompt"), inputs=(Row(NASTY),)),
        comparison_of(run_of("prompt"), run_of("laft", "sports")),
    )
    previews = {NASTY: Preview(NASTY, 3, (NASTY,), ()), "b": Preview(error=NASTY)}
    for html in (
        view.columns_html(one), view.columns_html(many), table.matrix_html(many, "macro_f1", KIN),
        cell.cell_html(many, "macro_f1", KIN, ("a", "prompt")),
        columns.previews_html(previews, {}, KIN), message_html(NASTY, "problem"), view.heading_html(many, NASTY),
    ):  # fmt: skip
        assert "<script>" not in html and "\x00" not in html


def test_a_single_column_shows_verdict_costs_and_every_step() -> None:
    known = replace(
        run_of("prompt"), examples=(Example("a", {"text": "Umukinnyi yatsinze umukino"}, "health", CHOICES),)
    )
    html = view.columns_html(comparison_of(known, inputs=(Row("t", "health"),)))
    assert ">right<" in html and "valid output" in html and "<b>10</b> tokens in" in html and "0.2 s" in html
    again = view.columns_html(comparison_of(replace(known, recalled=1), inputs=(Row("t", "health"),)))
    assert "computed before" in again and "computed before" not in html
    assert "sent &lt;script&gt;" in html and "back &lt;script&gt;" in html
    wrong = view.columns_html(comparison_of(run_of("prompt", "sports"), inputs=(Row("t", "health"),)))
    assert ">wrong<" in wrong


def test_no_output_of_a_bundled_model_is_called_valid_outside_its_world() -> None:
    strange, own = run_of("prompt"), Example("a", {"text": "Umukinnyi yatsinze umukino"}, "health", CHOICES)
    for inputs in ((Row("t", "health"),), (Row("t"), Row("u"))):
        made = comparison_of(strange, inputs=inputs)
        html = view.columns_html(made)
        assert "valid" not in html and "outside the model" in html
        inside = view.columns_html(replace(made, runs=(replace(strange, examples=(own,)),)))
        other = view.columns_html(replace(made, plan=replace(made.plan, model="smollm2")))
        assert all("valid output" in html and "outside" not in html for html in (inside, other))


def test_an_unreadable_answer_an_error_and_a_failed_column_say_so() -> None:
    unread = replace(run_of("prompt"), predictions=(Prediction("a", None, (Reply("ask", "s", "gibberish"),), False),))
    html = view.columns_html(comparison_of(unread, inputs=(Row("t"),)))
    assert "not readable" in html and "gibberish" in html
    error = replace(run_of("prompt"), predictions=(Prediction("a", error="no server"),))
    assert "No result: no server" in view.columns_html(comparison_of(error, inputs=(Row("t"),)))
    failed = Run("laft", "laft", "failed", "no adapter")
    assert "no adapter" in view.columns_html(comparison_of(failed))


def test_a_column_whose_items_failed_shows_how_many_and_why_beside_its_calls() -> None:
    some = replace(run_of("prompt"), note="1 of 2 items failed: no server")
    assert "1 of 2 items failed: no server" in view.columns_html(comparison_of(some))
    failed = replace(run_of("prompt"), state="failed", note="no server")
    html = view.columns_html(comparison_of(failed, inputs=(Row("t"),)))
    assert "class='xlt-reason'>no server" in html and "sent &lt;script&gt;" in html and ">right<" not in html


def test_many_items_show_scores_with_intervals() -> None:
    html = view.columns_html(comparison_of(run_of("prompt", scores={"macro_f1": Score(0.5, 0.25, 0.75)})))
    assert "0.50" in html and "95% interval 0.25 to 0.75" in html and "valid outputs" in html and "1 of 1 items" in html


def test_the_chart_has_a_row_for_each_column_in_its_colour_and_chance() -> None:
    scored = [run_of(name, scores={"macro_f1": Score(0.5, -0.1, 0.6)}) for name in ("prompt", "laft")]
    html = chart.chart_html(comparison_of(*scored), "macro_f1")
    rows = html.split("<div class='xlt-dots-row'")[1:]
    assert [row.partition("<b>")[2].partition("</b>")[0] for row in rows] == ["prompt", "laft"]
    assert rows[0].partition(">")[0] != rows[1].partition(">")[0], "each strategy has its colour"
    assert all("left:0.00%;width:60.00%" in row and "left:50.00%" in row for row in rows)
    assert html.count("xlt-dots-chance") == 2 and "the dashed line is chance" in html
    assert "0.50 <small>" in html and "to 0.60)</small>" in html
    assert chart.chart_html(comparison_of(run_of("prompt")), "macro_f1") == ""


def test_the_sentence_says_what_can_be_concluded_and_what_cannot() -> None:
    clear = PairedTest("prompt", "translate", "macro_f1", -0.21, -0.33, -0.08, 0.001)
    open_ = PairedTest("prompt", "laft", "macro_f1", 0.02, -0.1, 0.12, 0.7)
    sentence = conclusions.of_comparison(comparison_of(run_of("prompt"), tests=(clear, open_)), "macro_f1", False)
    assert "translate is ahead of prompt by 0.21 (0.08 to 0.33)" in sentence
    assert "nothing can be concluded about prompt versus laft (0.02, −0.10 to 0.12, p = 0.700)" in sentence
    assert "nothing can be concluded" in conclusions.of_comparison(comparison_of(run_of("prompt")), "macro_f1", True)
    equal = PairedTest("prompt", "laft", "macro_f1", 0.0, 0.0, 0.0, 1.0)
    sentence = conclusions.of_comparison(comparison_of(run_of("prompt"), tests=(equal,)), "macro_f1", False)
    assert "prompt versus laft (the same on these items)" in sentence


def test_a_text_cannot_turn_the_shown_command_around() -> None:
    plan = Plan("topic", "kin", inputs=(Row("Amakuru \u202e abc"),))
    html = share.text_html(Comparison(plan, (run_of("prompt"),)))
    shown = html.split("<pre", 1)[1]
    assert "\u202e" not in shown and "\u202e" in html


def test_items_can_be_filtered_to_disagreements() -> None:
    agree, differ = (
        comparison_of(run_of("prompt"), run_of("laft")),
        comparison_of(run_of("prompt"), run_of("laft", "sports")),
    )
    shown = rows.Shown((rows.DISAGREE,))
    assert not rows.rows_of(agree, "macro_f1", shown) and len(rows.rows_of(differ, "macro_f1", shown)) == 1
    assert "No item is like that" in table.matrix_html(agree, "macro_f1", KIN, shown)


def crossed(*pivots_of_items: str, human: str = "the team won the match", **changes: object) -> Comparison:
    """A column by way of English, an item for each of its machine's pivots; the first is right."""
    pivot = Example("", {"text": human}, "sports", CHOICES) if human else None
    examples = tuple(Example(str(n), {"text": "ikipe yatsinze"}, "sports", CHOICES, pivot)
                     for n, _ in enumerate(pivots_of_items))  # fmt: skip
    predictions = tuple(Prediction(str(n), "sports" if n == 0 else "health", (Reply(INPUT, "ikipe", text),), True)
                        for n, text in enumerate(pivots_of_items))  # fmt: skip
    made = Run("translate", "translate", "done", examples=examples, predictions=predictions)
    return comparison_of(replace(made, **changes))


def test_items_can_be_sorted_by_their_pivots() -> None:
    made = crossed("the team won the match", "NASTY", "the team won a thing")
    worst = rows.Shown((rows.WORST_FIRST,))
    order = [example.id for example, _ in rows.rows_of(made, "macro_f1", worst)]
    drawn = [example.id for example, _ in rows.rows_of(made, "macro_f1")]
    assert order == ["1", "2", "0"] and drawn == ["0", "1", "2"]
    html = table.matrix_html(made, "macro_f1", KIN, worst)
    assert html.count("pivot chrF++") == 3 and html.index("pivot chrF++ 0.0") < html.index("pivot chrF++ 1.00")
    assert "xlt-pivot-score" in html  # by which the page's style knows that there is something to sort
    assert "xlt-pivot-score" not in table.matrix_html(crossed("x", human=""), "macro_f1", KIN, worst)


def test_a_column_that_has_ended_says_how_good_its_pivots_are() -> None:
    html = view.columns_html(crossed("the team won the match", "ikipe yatsinze won"))
    assert "Does a worse pivot mean a wrong answer?" in html and "here are 1 and 1" in html and "nw:2" in html
    assert "50% untranslated" in html and "repetition is the share" in html
    assert "worse pivot" not in view.columns_html(crossed("the team", state="running"))
    assert "worse pivot" not in view.columns_html(comparison_of(run_of("prompt"), run_of("laft")))


def test_the_pivot_of_one_input_has_its_signs_with_a_human_english_and_without() -> None:
    made = crossed("go go go go go " + NASTY)
    html = view.columns_html(replace(made, plan=replace(made.plan, inputs=(Row("ikipe", "sports"),))))
    assert "the team won the match" in html and "chrF++ against the human English" in html and "repeated" in html
    assert "<script>" not in html
    bare = crossed("the team", human="")
    html = view.columns_html(replace(bare, plan=replace(bare.plan, inputs=(Row("ikipe", "sports"),))))
    assert "no human English to compare" in html and "length ratio" in html and "human English</span>" not in html


def test_rows_are_shuffled_added_and_resized() -> None:
    rows = tuple(Row(text, "x") for text in "abc")
    assert demonstrations.shuffled(rows) != rows and set(demonstrations.shuffled(rows)) == set(rows)
    fresh = tuple(Row(text, "x") for text in "cde")
    assert [row.text for row in demonstrations.resized(rows, fresh, 5)] == ["a", "b", "c", "d", "e"]
    assert demonstrations.resized(rows, fresh, 1) == rows[:1]
    with pytest.raises(InputError, match="at most"):
        demonstrations.added(tuple(Row(str(i)) for i in range(limits.MAX_ROWS)))


def test_a_lesson_shows_its_steps_and_then_whether_the_prediction_was_right() -> None:
    lesson = lessons()[0]
    panel = lesson_fields.panel_html(lesson, 1)
    assert all(f"<h3>{step}</h3>" in panel for step in lesson_fields.STEPS) and panel.count("type='radio'") == 3
    said = {given: lesson_fields.reveal_html(lesson, 1, claims.Outcome(lesson.shows, ("4 < 11",)), given)
            for given in (None, lesson.shows, 2)}  # fmt: skip
    assert "no prediction" in said[None] and "was right" in said[lesson.shows] and "was wrong" in said[2]
    assert all("4 &lt; 11" in html and escape(lesson.take_away) in html for html in said.values())
    other = lesson_fields.reveal_html(lesson, 1, claims.Outcome(0, ()), 1)
    assert "was wrong" in other and escape(lesson.happened) not in other
    assert lesson_fields.NOT_OF_IT in lesson_fields.reveal_html(lesson, 1, None, 1)
    studied = next(one for one in lessons() if one.study)
    panel, said = lesson_fields.panel_html(studied, 11), lesson_fields.reveal_html(
        studied, 11, claims.outcome(studied, studied.study), 1)  # fmt: skip
    assert "data-ask='11 finished'" in panel and escape(studied.study.command) in panel and ">Compare<" not in panel
    assert "was right" in said and "61,440 tokens" in said and said.count("<figure") == 1


def test_an_unexpected_error_is_one_sentence_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    assert errors.error_sentence(InputError("Say it.")) == "Say it."
    assert errors.error_sentence(ZeroDivisionError("secret")) == errors.UNEXPECTED
    assert "secret" in caplog.text


def test_updates_of_one_widget_are_joined() -> None:
    update = {"__type__": "update", "visible": True}
    assert merge({"a": "x"}, {"a": update}) == {"a": {"value": "x", "__type__": "update", "visible": True}}
    assert merge({"a": update}, {"a": "y"})["a"]["value"] == "y"


def test_language_tags_are_those_that_browsers_know() -> None:
    assert language_attributes(KIN) == "lang='rw' dir='ltr'"
    assert "dir='rtl'" in language_attributes(catalog.language("ary"))
    shown = {code: language_attributes(catalog.language(code)) for code in "ckb prs nqo amh mya bod mni_Beng".split()}
    assert shown == {
        "ckb": "lang='ckb' dir='rtl'", "prs": "lang='prs' dir='rtl'", "nqo": "lang='nqo' dir='rtl'",
        "amh": "lang='am' dir='ltr'", "mya": "lang='my' dir='ltr'", "bod": "lang='bo' dir='ltr'",
        "mni_Beng": "lang='mni' dir='ltr'",
    }  # fmt: skip
    assert language_attributes(catalog.language("kin_Arab")) == "lang='kin-Arab' dir='rtl'"
    assert language_attributes(catalog.language("ads")) == "lang='ads' dir='auto'"  # CLDR does not say its script
    assert escape("\x1b") == "\N{REPLACEMENT CHARACTER}"


def test_what_was_sent_and_came_back_says_its_language() -> None:
    replies = (Reply("translate input", "umukino", "a game"), Reply("answer", "English prompt", "sports"),
               Reply("translate answer back", "a win", "intsinzi"))  # fmt: skip
    html = steps.steps_html("translate", "item", replies, steps.call_languages("translate", KIN))
    spoken = re.findall(r"lang='(\w+)' dir='ltr'[^>]*>([^<]*)", html)
    assert spoken == [("rw", "umukino"), ("en", "a game"), ("en", "English prompt"), ("en", "sports"),
                      ("en", "a win"), ("rw", "intsinzi")]  # fmt: skip
    assert "lang='rw'" in steps.steps_html("prompt", "item", replies[1:2], steps.call_languages("prompt", KIN))


def test_swapped_words_are_underlined_in_what_was_sent() -> None:
    notes = ("a note; swapped in the demonstrations (2 of 4 words): won <b> (yatsinze), match (umukino)",)
    replies = (Reply("answer", "Text: Kato won <b> match matches", "sports"),)
    html = steps.steps_html("codeswitch", "item", replies, {}, notes=notes)
    mark = "<u class='xlt-swapped'>"
    assert f"Kato {mark}won &lt;b&gt;</u> {mark}match</u> matches" in html
    assert "<u" not in steps.steps_html("codeswitch", "item", replies, {}, notes=("swapped",))


def test_a_column_shows_what_it_waits_for() -> None:
    waiting = Reply("answer", "", "", final=False, note="downloading org/name: 1.2 of 13.5 GB")
    example = Example("a", {"text": "t"}, "health", CHOICES)
    run = Run("prompt", "prompt", "running", examples=(example,), predictions=(
        Prediction("a", replies=(waiting,), final=False),))  # fmt: skip
    assert "1.2 of 13.5 GB" in columns.columns_html(comparison_of(run), KIN, {})


def test_a_result_says_whose_the_data_are() -> None:
    told = view.heading_html(comparison_of(run_of("prompt")))
    assert "Licence: Apache-2.0" in told
    sib = replace(comparison_of(run_of("prompt")), plan=replace(Plan("topic", "kin"), dataset="sib200"))
    assert "CC BY-SA 4.0" in view.heading_html(sib) and "href='https://" in view.heading_html(sib)
    assert "Data: SIB-200" in view.heading_html(replace(sib, plan=replace(sib.plan, inputs=(Row("t", id="5"),))))


def test_a_text_of_the_visitors_own_is_not_called_the_datasets() -> None:
    plan = Plan("topic", "kin", dataset="sib200", inputs=(Row("Umukino"),), shots=4)
    assert view.citation_html(plan).startswith("Input: your own text. Demonstrations: SIB-200")
    for bare in (replace(plan, shots=0), replace(plan, demonstrations=())):
        assert view.citation_html(bare) == "Input: your own text."


def test_a_bar_is_chosen_and_gold_in_any_normal_form() -> None:
    label, other = normalize("NFC", "Ẹ̀kọ́"), normalize("NFD", "Ẹ̀kọ́")
    reply = Reply("answer", "", "", choices=((label, -0.1), ("eré", -2.0)))
    prediction = Prediction("1", other, (reply,), True)
    html = answers.answer_html(Example("1", {"text": "t"}, other, (label, "eré")), prediction, None)
    assert html.count("xlt-chosen") == html.count("gold") == 1
