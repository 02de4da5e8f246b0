"""Outputs of other systems, as files from outside: scored as the libraries score them, or refused by name."""

import json
import random
import re
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest
from helpers.comparisons import comparison

from xlt_core.__main__ import main
from xlt_core.catalog import task
from xlt_core.documents import document, outputs
from xlt_core.records import Example, InputError, Plan, Span

CHATTY = {
    "This seems to be about **Sports**, because two teams played.": "sports",
    "Topic: health.": "health",
    "politics": "politics",
    "POLITICS\n\nThe text is about a vote.": "politics",
    "It could be sports or politics.": None,
    "I'm sorry, but I cannot classify this text as sports or anything else.": None,
    "As an AI language model, I do not judge health.": None,
    "I can't determine the topic; it may be sports.": None,
    "Ibyo ni byiza": None,
    "": None,
}
TOPICS = ("health", "politics", "sports")
ITEMS = [Example(f"item-{n}", {"text": "t"}, TOPICS[n % 3], TOPICS) for n in range(len(CHATTY))]


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def table(path: Path, rows) -> Path:
    if path.suffix == ".jsonl":
        return write(path, "\n".join(json.dumps({"id": name, "output": text}) for name, text in rows))
    separator = "\t" if path.suffix == ".tsv" else ","
    quoted = [[name, '"' + text.replace('"', '""') + '"'] for name, text in rows]
    return write(path, "\n".join(separator.join(cells) for cells in [["id", "output"], *quoted]))


@pytest.mark.parametrize("ending", ["jsonl", "csv", "tsv"])
def test_chatty_answers_are_read_and_unclear_ones_stand_apart(tmp_path, ending):
    path = table(tmp_path / f"gpt.{ending}", [(e.id, text) for e, text in zip(ITEMS, CHATTY, strict=True)])
    run = outputs.column("gpt", task("topic"), ITEMS, path)
    assert [p.answer for p in run.predictions] == list(CHATTY.values())
    assert run.valid == pytest.approx(0.4) and run.errors == 0 and run.state == "done"
    assert (
        run.note == f"recorded elsewhere, from gpt.{ending}; 6 of 10 could not be read: 3 a refusal, 1 empty, 2 unclear"
    )
    assert [p.replies[0].text for p in run.predictions] == list(CHATTY)


def test_thoughts_are_taken_off_and_counted(tmp_path):
    rows = [("item-0", "<think>Could be sports.</think>\nhealth"), ("item-1", "\n\npolitics"),
            ("item-2", "It mentions health.\nHowever, the main topic is sports."), ("item-3", "<think>So")]  # fmt: skip
    run = outputs.column("x", task("topic"), ITEMS[:4], table(tmp_path / "x.jsonl", rows))
    assert [p.answer for p in run.predictions] == ["health", "politics", None, None]
    assert run.predictions[0].notes == ("thoughts removed",)
    assert run.predictions[3].notes == ("thoughts removed", "not readable: empty")
    assert run.note.endswith("; thoughts removed from 2; 2 of 4 could not be read: 1 empty, 1 unclear")
    assert run.predictions[0].replies[0].text == rows[0][1], "what was said stays to be seen"


def test_a_lead_in_is_no_summary(tmp_path):
    example = Example("1", {"text": "An bude sabon asibiti a Kano yau."}, "An bude asibiti a Kano")
    path = table(tmp_path / "chat.jsonl", [("1", "Here is a one-sentence summary:\nAn bude asibiti a Kano")])
    run = outputs.column("x", task("summary"), [example], path)
    assert run.scores["rouge_l"].value == run.scores["chrf"].value == 1.0


def test_a_headline_that_quotes_somebody_is_no_refusal():
    read = task("summary").read
    example = Example("1", {"text": "t"})
    assert read("Sorry, says the minister after the vote", example) and read(
        "'I cannot go home': a mother speaks", example
    )
    assert read("I'm sorry, I can't summarise this.", example) is None


def tagged(seed: int, sentences: int = 60):
    """Sentences of tokens with gold tags, and with the tags of a system that errs, some of them orphan I- tags."""
    rng, made = random.Random(seed), []
    words = "Aline yageze i Kigali ejo . \u201cFERWAFA\u201d n'abana \u2028 2024".split(" ")
    for _ in range(sentences):
        tokens = rng.choices(words, k=rng.randint(1, 12))
        sides = [[rng.choice(["O", "O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORG", "I-DATE"]) for _ in tokens]
                 for _ in range(2)]  # fmt: skip
        system = [rng.choice([gold, gold, gold, other]) for gold, other in zip(*sides, strict=True)]
        made.append((tokens, sides[0], system))
    return made


def lines(made, side, gold_too=False):
    def line(token, gold, system):
        return f"{token} {gold} {system}" if gold_too else f"{token} {(gold, system)[side]}"

    return "\n\n".join("\n".join(map(line, *sentence)) for sentence in made) + "\n"


@pytest.fixture
def clone(tmp_path):
    made = tagged(1)
    folder = tmp_path / "clone" / "MasakhaNER2.0" / "data" / "kin"
    folder.mkdir(parents=True)
    write(folder / "test.txt", lines(made, 0))
    return tmp_path / "clone", made


def scored(clone, *paths, **more):
    arguments = ["score", "--task", "ner", "--dataset", "masakhaner", "--data-root", str(clone), "--language", "kin"]
    return main(
        [*arguments, *(word for path in paths for word in ("--predictions", str(path))), *more.get("with_", ())]
    )


@pytest.mark.parametrize("gold_too", [False, True])
def test_conll_predictions_give_seqevals_f1_to_six_digits(tmp_path, clone, capsys, gold_too):
    from seqeval.metrics import f1_score, precision_score, recall_score

    root, made = clone
    path = write(tmp_path / "xlmr.conll", lines(made, 1, gold_too))
    assert scored(root, path, with_=("--out", str(tmp_path / "x.json"))) == 0
    golds, found = ([sentence[side] for sentence in made] for side in (1, 2))
    scores = json.loads((tmp_path / "x.json").read_text("utf-8"))["runs"][0]["scores"]
    expected = {
        "f1": f1_score(golds, found),
        "precision": precision_score(golds, found),
        "recall": recall_score(golds, found),
    }
    assert {name: round(scores[name]["value"], 6) for name in expected} == {n: round(v, 6) for n, v in expected.items()}
    assert 0.1 < scores["f1"]["value"] < 0.9 and "xlmr" in capsys.readouterr().out


def test_two_files_stand_side_by_side_with_a_test(tmp_path, clone, capsys):
    root, made = clone
    paths = [write(tmp_path / "good.conll", lines(made, 0)), write(tmp_path / "poor.conll", lines(made, 1))]
    assert scored(root, *paths, with_=("--out", str(tmp_path / "x.json"))) == 0
    (test,) = json.loads((tmp_path / "x.json").read_text("utf-8"))["tests"]
    assert (test["a"], test["b"], test["metric"]) == ("good", "poor", "f1") and test["p"] < 0.001
    assert "good - poor: entity F1 +0." in capsys.readouterr().out


@pytest.mark.parametrize(("change", "sentence"), [
    (lambda text: text.replace("\n\n", "\n\nyavuye O\n", 1), "has the token 'yavuye' where the item 'test-2' has ."),
    (lambda text: text.partition("\n\n")[2], "where the item 'test-1' has ."),
    (lambda text: text.rpartition("\n\n")[0], "has 59 sentences and the data 60 items: the item 'test-60' has none"),
    (lambda text: text + "\nAline B-PER\n", "has 61 sentences and the data 60 items: that of line .* is too many"),
    (lambda text: text.replace(" O\n", " X\n", 1), "has 'X' as its tag; write such as O, B-PER or I-PER"),
    (lambda text: "\n".join(line.partition(" ")[0] for line in text.split("\n")), "has no tags"),
])  # fmt: skip
def test_predictions_that_do_not_fit_are_refused_by_name(tmp_path, clone, capsys, change, sentence):
    root, made = clone
    path = write(tmp_path / "off.conll", change(lines(made, 1)))
    assert scored(root, path) == 2
    assert re.search(sentence, capsys.readouterr().err)


def test_a_sentence_that_ends_early_is_refused(tmp_path):
    example = Example("s-1", {"text": "Aline yaje i Kigali"}, (), ("PER",))
    path = write(tmp_path / "off.txt", "Aline B-PER\nyaje O\n")
    with pytest.raises(InputError, match=r"line 1 of off\.txt ends before 'i Kigali' of the item 's-1'"):
        outputs.column("x", task("ner"), [example], path)


def test_tokens_find_their_places_in_raw_text_and_kinds_their_case(tmp_path):
    example = Example("s-1", {"text": "Aline, (Kato)  yaje."}, (Span("Kato", "Per", 8, 12),), ("Per",))
    path = write(tmp_path / "x.txt", "Aline b-per\n, O\n( O\nKato S-PER\n) O\nyaje O\n. O\n")
    run = outputs.column("x", task("ner"), [example], path)
    assert run.predictions[0].answer == (Span("Aline", "Per", 0, 5), Span("Kato", "Per", 8, 12))
    assert run.scores["precision"].value == 0.5 and run.scores["recall"].value == 1.0


@pytest.mark.parametrize(("name", "text", "sentence"), [
    ("a.csv", "id,output\nitem-0,health\nitem-0,sports\n", "Line 3 of a.csv has the id 'item-0', as an earlier line"),
    ("a.csv", "id,output\nitem-99,health\n", "Line 2 of a.csv has the id 'item-99', which is no item of these data; "
                                             "theirs are such as 'item-0', 'item-1'"),
    ("a.csv", "id,output\nitem-0,health\n", r"no output for the items 'item-1', 'item-2', 'item-3' "
     r"and 6 more; add a line for each, or count them as wrong \(--missing wrong\) or leave them out \(--missing skip"),
    ("a.csv", "id,answer\nitem-0,health\n", "Line 1 of a.csv lacks the column output"),
    ("a.jsonl", '{"id": "item-0"}', "Line 1 of a.jsonl lacks the column output"),
    ("a.jsonl", '{"id": "item-0", "output": ["x"]}', "must have text as its id and output"),
    ("a.jsonl", "[]", "Line 1 of a.jsonl is no JSON object"),
    ("a.txt", "health\n", "must end in .jsonl, .csv, .tsv"),
    ("a.csv", "", "no output for the items 'item-0', 'item-1', 'item-2' and 7 more; "),
    ("a.csv", "".join(["id,output\n", *(f"item-{n},health\n" for n in range(9))]), "for the item 'item-9'; add"),
])  # fmt: skip
def test_a_table_that_does_not_fit_is_refused_by_line_and_id(tmp_path, name, text, sentence):
    with pytest.raises(InputError, match=sentence):
        outputs.column("a", task("topic"), ITEMS, write(tmp_path / name, text))


@pytest.mark.parametrize(("missing", "accuracy", "valid", "errors", "said"), [
    ("wrong", 0.75, 0.75, 0, "; 1 of 4 could not be read: 1 missing"),
    ("skip", 1.0, 1.0, 1, "; 1 without an output are left out"),
])  # fmt: skip
def test_what_becomes_of_a_missing_output_is_chosen(tmp_path, missing, accuracy, valid, errors, said):
    path = table(tmp_path / "x.csv", [(e.id, e.answer) for e in ITEMS[1:4]])
    run = outputs.column("x", task("topic"), ITEMS[:4], path, fit=outputs.Fit(missing=missing))
    assert (run.scores["accuracy"].value, run.valid, run.errors) == (accuracy, valid, errors)
    assert run.note == f"recorded elsewhere, from x.csv{said}"


@pytest.mark.parametrize(("missing", "recall"), [("wrong", 0.5), ("skip", 1.0)])
def test_what_becomes_of_a_missing_sentence_is_chosen(tmp_path, missing, recall):
    examples = [Example(str(n), {"text": f"Aline yaje {n}"}, (Span("Aline", "PER", 0, 5),), ("PER",)) for n in range(4)]
    path = write(tmp_path / "x.conll", "\n\n".join(f"Aline B-PER\nyaje O\n{n} O" for n in (1, 3)))
    run = outputs.column("x", task("ner"), examples, path, fit=outputs.Fit(missing=missing))
    assert run.scores["recall"].value == recall and len(run.predictions) == 4
    with pytest.raises(InputError, match="has the token '1' where the item '0' has '0'"):
        outputs.column("x", task("ner"), examples, path)
    with pytest.raises(InputError, match=r"The sentence of line 5 of x\.conll is no further item of these data"):
        outputs.column("x", task("ner"), examples[:3], path, fit=outputs.Fit(missing=missing))


def test_the_command_takes_what_becomes_of_missing_outputs(tmp_path, capsys):
    data = write(tmp_path / "mine.csv", "id;text;answer\na;one;sports\nb;two;health\n")
    path = write(tmp_path / "gpt.csv", "id\toutput\nb\thealth\n")
    call = ["score", "--task", "topic", "--dataset", str(data), "--language", "yor", "--predictions", str(path)]
    assert main(call) == 2 and "no output for the item 'a'; add" in capsys.readouterr().err
    assert main([*call, "--missing", "skip"]) == 0
    out, err = capsys.readouterr()
    assert "from gpt.csv; gpt.csv has a tab between its cells; 1 without an output are left out" in out
    assert err == "Note: mine.csv has a semicolon between its cells.\n"
    assert main([*call, "--missing", "wrong"]) == 0 and "1 missing" in capsys.readouterr().out
    assert main([*call, "--missing", "none"]) == 2


def test_a_summary_is_scored_as_rouge_and_entities_as_written(tmp_path):
    from rouge_score.rouge_scorer import RougeScorer

    examples = [Example(str(n), {"text": "t"}, gold) for n, gold in enumerate(["the cat sat", "a dog ran home"])]
    path = table(tmp_path / "s.jsonl", [("0", "Summary: the cat sat down"), ("1", "the dog")])
    run = outputs.column("s", task("summary"), examples, path)
    rouge = RougeScorer(["rougeL"])
    expected = [rouge.score("the cat sat", "the cat sat down"), rouge.score("a dog ran home", "the dog")]
    assert run.scores["rouge_l"].value == pytest.approx(sum(one["rougeL"].fmeasure for one in expected) / 2)
    spans = [Example("1", {"text": "Aline i Huye"}, (Span("Aline", "PER", 0, 5),), ("LOC", "PER"))]
    written = table(tmp_path / "n.tsv", [("1", "PER: Aline $$ LOC: Huye")])
    assert outputs.column("n", task("ner"), spans, written).scores["precision"].value == 0.5


def test_outputs_join_a_comparison_as_one_more_column(tmp_path):
    one = comparison({"prompt": 0.4, "translate": 0.9})
    rows = [(e.id, f"I think it is {e.answer}.") for e in one.runs[0].examples]
    made = outputs.joined(one, table(tmp_path / "translate.csv", [*rows, ("other", "x")]))
    assert [run.name for run in made.runs] == ["prompt", "translate", "translate 2"]
    assert made.runs[2].scores["accuracy"].value == 1.0 and made.plan == one.plan
    pairs = {(test.a, test.b) for test in made.tests}
    assert pairs == {("prompt", "translate"), ("prompt", "translate 2"), ("translate", "translate 2")}
    assert all(test.p_holm is not None for test in made.tests)
    named = outputs.joined(one, table(tmp_path / "upload.csv", rows), "gpt-4o.csv")
    assert named.runs[2].name == "gpt-4o"
    with pytest.raises(InputError, match="no output for the items"):
        outputs.joined(one, table(tmp_path / "few.csv", rows[:3]))


def test_tagged_sentences_join_a_sample_by_their_text(tmp_path):
    one = comparison({"prompt": 0.4}, task="ner", items=4)
    said = ["\n".join(f"{word} {'B-PER' if word == 'Aline' else 'O'}" for word in e.text.split())
            for e in reversed(one.runs[0].examples)]  # fmt: skip
    made = outputs.joined(one, write(tmp_path / "x.conll", "\n\n".join([*said, "Ikindi O"])))
    assert made.runs[1].scores["precision"].value == 1.0 and made.runs[1].scores["recall"].value == 0.5
    with pytest.raises(InputError, match="no sentence with the tokens of the item 'item-000'"):
        outputs.joined(one, write(tmp_path / "y.conll", said[0]))


def test_only_test_items_can_be_joined(tmp_path):
    one = comparison({"prompt": 0.4}, items=2)
    bare = tuple(replace(example, answer=None) for example in one.runs[0].examples)
    with pytest.raises(InputError, match="no items with gold answers"):
        outputs.joined(replace(one, runs=(replace(one.runs[0], examples=bare),)), tmp_path / "x.csv")


def test_a_file_of_ones_own_is_scored_and_the_command_is_said(tmp_path, capsys):
    data = write(tmp_path / "mine.csv", "id,text,answer\na,one,sports\nb,two,health\n")
    path = table(tmp_path / "gpt.csv", [("b", "health"), ("a", "It is sports!")])
    out = tmp_path / "report.html"
    assert main(["score", "--task", "topic", "--dataset", str(data), "--language", "yor", "--predictions", str(path),
                 "--out", str(out)]) == 0  # fmt: skip
    assert "gpt" in capsys.readouterr().out and "Which is best where" in out.read_text("utf-8")
    plan = Plan("topic", "yor", (), str(data))
    assert document.command(plan).startswith("python -m xlt_core score --task topic --language yor --dataset ")


def test_the_command_joins_an_out_file(tmp_path, capsys):
    one = comparison({"prompt": 0.4})
    saved = write(tmp_path / "one.json", json.dumps(document.document(one)))
    path = table(tmp_path / "gpt.csv", [(e.id, str(e.answer)) for e in one.runs[0].examples])
    out = tmp_path / "two.json"
    assert main(["score", "--join", str(saved), "--predictions", str(path), "--out", str(out)]) == 0
    assert "gpt" in capsys.readouterr().out
    assert [run["name"] for run in json.loads(out.read_text("utf-8"))["runs"]] == ["prompt", "gpt"]
    assert main(["score", "--join", str(saved), "--predictions", str(path), "--out", str(tmp_path / "x.pdf")]) == 2
    assert "must end in .json, .gz, .csv, .parquet, .md, .tex, .html." in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "sentence"), [
    (["--predictions", "x.csv"], "Give --task and --language, or --join"), ([], "--predictions"),
    (["--task", "topic", "--join", "x.json", "--predictions", "x.csv"], "leave out --task"),
    (["--join", "none.json", "--predictions", "x.csv"], "none.json cannot be read"),
    (["--task", "topic", "--language", "yor", "--predictions", "x.csv"], "has no topic in yor"),
    (["--task", "topic", "--language", "kin", "--predictions", "none.csv"], "none.csv cannot be read"),
])  # fmt: skip
def test_a_call_that_is_off_is_one_sentence(capsys, arguments, sentence):
    assert main(["score", *arguments]) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.count("\n") == 1


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_equivalent_tokens_are_those_of_the_data(form):
    from xlt_core.documents.conll import predictions_of

    text = "Adébáyọ̀ Ọlátúnjí wá sí Ìbàdàn."
    for own in ("NFC", "NFD"):
        example = Example("1", {"text": normalize(own, text)}, (), ("PER", "LOC"))
        sentence = "Adébáyọ̀ B-PER\nỌlátúnjí I-PER\nwá O\nsí O\nÌbàdàn B-LOC\n. O\n"
        for whole in (True, False):
            (found,) = predictions_of([example], "x.conll", normalize(form, sentence), whole)
            assert [span.text for span in found.answer] == [
                normalize(own, name) for name in ("Adébáyọ̀ Ọlátúnjí", "Ìbàdàn")]  # fmt: skip
            assert all(span.text == example.text[span.start : span.end] and not span.way for span in found.answer)


def test_tokens_with_other_apostrophes_and_spaces_are_folded_and_that_is_said():
    from xlt_core.documents.conll import predictions_of

    example = Example("1", {"text": "rundunar ‘yan\u00a0sanda Bobo-Dioulasso"}, (), ("ORG", "LOC"))
    sentence = "rundunar O\n'yan B-ORG\nsanda I-ORG\nBobo B-LOC\n– I-LOC\nDioulasso I-LOC\n"
    for whole in (True, False):
        (found,) = predictions_of([example], "x.conll", sentence, whole)
        assert [(span.text, span.way) for span in found.answer] == [
            ("‘yan\u00a0sanda", "found by folding"), ("Bobo-Dioulasso", "found by folding")]  # fmt: skip
