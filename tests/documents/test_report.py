"""The report, opened from disk in a real browser."""

from dataclasses import replace

import pytest
from helpers.comparisons import comparison, grid

from xlt_core.documents import report
from xlt_core.findings import figures
from xlt_core.findings.colours import COLOURS
from xlt_core.findings.details import confusions
from xlt_core.findings.findings import find
from xlt_core.records import InputError

FAR = {"prompt": 0.4, "translate": 0.95, "laft": 0.4}
NASTY = "</script><img src=http://127.0.0.1:1/x.png onerror=document.title='broken'>"


def crossed(one):
    """Entities that came back from English, for a comparison of ner."""

    def back(prediction):
        return replace(prediction, answer=tuple(replace(span, way="exact") for span in prediction.answer))

    runs = [replace(r, predictions=tuple(map(back, r.predictions))) if r.name == "translate" else r for r in one.runs]
    return replace(one, runs=tuple(runs))


@pytest.fixture(scope="module")
def made():
    rows = grid(FAR, ["kin", "hau"], tasks=("topic", "ner"), shots=(0, 2), seeds=(0,), items=30)
    failed = comparison({**FAR, NASTY: 0.4}, "lug", 0)
    runs = (*failed.runs[:3], replace(failed.runs[3], state="failed", note=NASTY))
    return [*(crossed(one) if one.plan.task == "ner" else one for one in rows), replace(failed, runs=runs)]


@pytest.fixture(scope="module")
def path(made, tmp_path_factory):
    file = tmp_path_factory.mktemp("report") / "report.html"
    report.write(file, made, command="python -m xlt_core sweep --out x")
    return file


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_it_opens_from_disk_and_asks_for_nothing_else(browser, path, made, width, scheme):
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(path.as_uri())
    page.wait_for_function("document.querySelectorAll('[data-drawn] .main-svg').length > 5")
    for fold in page.locator("details > summary").all():
        fold.click()
    count = page.locator("[data-figure]").count()
    page.wait_for_function(f"document.querySelectorAll('[data-figure] > .plot-container').length == {count}")
    assert asked == [path.as_uri()] and not wrong
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ink = page.evaluate("getComputedStyle(document.querySelector('[data-figure] .xtick text')).fill")
    assert ink == page.evaluate("getComputedStyle(document.body).color") == (
        "rgb(29, 34, 39)" if scheme == "light" else "rgb(232, 235, 238)")  # fmt: skip
    small = "[...document.querySelectorAll('[data-figure] text')].filter(t => t.textContent.trim() && "
    assert page.evaluate(small + "parseFloat(getComputedStyle(t).fontSize) < 10).length") == 0
    assert page.title() == "prompt, " + NASTY + ", translate and laft: what 9 comparisons show"
    assert NASTY in page.locator("table", has_text="reason").inner_text()
    page.close()


def test_it_says_what_it_shows_and_how_to_make_it_again(path):
    text = path.read_text("utf-8")
    for said in ("Which is best where", "Score against shots", "Score against cost", "Which labels are confused",
                 "Which entities survive translation", "Without a result", "python -m xlt_core sweep --out x",
                 "--task topic --language kin", "this is no measure of the languages", "Holm"):  # fmt: skip
        assert said in text, said
    assert "<img" not in text.partition("<script>")[0] and text.count("Content-Security-Policy") == 1


def test_the_pivots_quality_stands_in_it_where_there_is_a_pivot():
    from helpers.small_parts import parts, plan

    from xlt_core.comparison.compare import compare

    assert "How good is the pivot" not in report.html([comparison(FAR)])
    text = report.html([list(compare(plan(samples=4), parts()))[-1]])
    assert "How good is the pivot" in text and "Does a worse pivot mean a wrong answer?" in text and "nw:2" in text


def test_one_comparison_makes_a_report_too(tmp_path):
    text = report.html([comparison({"prompt": 0.5}, task="summary")])
    assert "nothing to compare it with" in text and "Which labels are confused" not in text


def test_nothing_to_report_and_nowhere_to_write_are_one_sentence(tmp_path):
    with pytest.raises(InputError, match="nothing to report"):
        report.html([])
    with pytest.raises(InputError, match="cannot be written"):
        report.write(tmp_path / "none" / "x.html", [comparison(FAR)])


def test_the_colours_are_the_strategies(made):
    found = find(made)
    chart = figures.over_shots(found, found.conditions[0])
    lines = {trace.name: trace.line.color for trace in chart.data if trace.name}
    assert {name: lines[name] for name in FAR} == {name: COLOURS[name] for name in FAR}
    bands = [trace for trace in chart.data if trace.fill == "toself"]
    cell = found.cell(found.conditions[0], 2, "prompt")
    assert len(bands) == 3 and cell.score.high in bands[0].y and cell.score.low in bands[0].y


def test_columns_of_one_strategy_are_told_apart():
    found = find(grid({"prompt": 0.5, "again": 0.6}, ["kin"]))
    dashes = [trace.line.dash for trace in figures.over_shots(found, found.conditions[0]).data if trace.name]
    assert len(set(dashes)) == 2


def test_the_map_marks_what_is_decisive():
    clear, close = find(grid(FAR, ["kin"])), find(grid({"prompt": 0.6, "translate": 0.61}, ["kin"], items=10))
    assert [shape.line.width for found in (clear, close) for shape in figures.best(found).layout.shapes] == [3, 0]
    assert "chance?" in figures.best(close).layout.annotations[0].text
    assert "decisive" in figures.best(clear).layout.annotations[0].text
    one = comparison({"prompt": 0.6})
    tie = find([replace(one, runs=(*one.runs, replace(one.runs[0], name="in two words")))])
    assert "prompt<br>= in<br>two<br>words</b>" in figures.best(tie).layout.annotations[0].text
    assert figures.best(tie).layout.height > figures.best(clear).layout.height


def test_many_tasks_stand_down_and_few_across(monkeypatch):
    found = find([comparison(FAR, task="summary"), comparison(FAR, task="topic")])
    places = []
    for most in (5, 1):
        monkeypatch.setattr(figures, "MOST_ACROSS", most)
        layout = figures.best(found).layout
        places.append((len(layout.xaxis.ticktext), len(layout.yaxis.ticktext)))
        assert {(note.x, note.y) for note in layout.annotations} == {
            (x, y) for x in range(places[-1][0]) for y in range(places[-1][1])}  # fmt: skip
    assert places == [(2, 1), (1, 2)] and layout.yaxis.ticktext[-1].strip() == "Summary"


def test_chance_and_majority_are_drawn_for_labels():
    found = find([comparison(FAR), comparison(FAR, task="ner")])
    said = [
        [note.text for note in figures.over_shots(found, condition).layout.annotations]
        for condition in found.conditions
    ]
    assert said == [[], ["chance", "majority"]]


def test_a_confusion_matrix_holds_every_count():
    (one,) = confusions([comparison({"prompt": 0.5})], 0)
    chart = figures.confusion(one)
    assert sum(int(note.text) for note in chart.layout.annotations) == 40
    assert list(chart.data[0].x) == list(one.labels) and sum(map(sum, chart.data[0].customdata)) == 40


def test_a_point_alone_shows_its_interval():
    found = find([comparison(FAR)])
    traces = [trace for trace in figures.over_shots(found, found.conditions[0]).data if trace.name]
    assert all(trace.error_y.visible and trace.error_y.array[0] > 0 for trace in traces)
