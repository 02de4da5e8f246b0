from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import fields
from unicodedata import normalize

import pytest
from helpers.small_hosts import Generating
from helpers.small_parts import parts, plan

from xlt_core import catalog
from xlt_core.catalog_tools import Knob, coerced
from xlt_core.comparison.combining import why_not
from xlt_core.contracts import ABILITIES, Dataset, Strategy, Task
from xlt_core.models.names import model_path
from xlt_core.records import Column, InputError
from xlt_core.scoring.metrics import family_of
from xlt_core.settings import ASSETS, ROOT


@pytest.mark.parametrize("text", ["kin", " KIN ", "kin_Latn", "rw", "Kinyarwanda", "ikinyarwanda"])
def test_a_language_is_found_by_any_of_its_names(text):
    assert catalog.language(text).code == "kin"


def test_a_name_is_known_in_any_normal_form():
    name = catalog.languages()["yor"].autonym
    assert {catalog.language(normalize(form, name)).code for form in ("NFC", "NFD")} == {"yor"}


def test_codes_go_before_names_and_aliases():
    assert all(catalog.language(code).code == code for code in catalog.languages())
    assert all(catalog.language(entry.name).name == entry.name for entry in catalog.languages().values())


def test_a_language_that_is_not_there_brings_near_ones():
    with pytest.raises(InputError, match="did you mean kinyarwanda"):
        catalog.language("Kinyarwnda")
    with pytest.raises(InputError, match="There is no language ''"):
        catalog.language("")


def test_the_folders_are_found():
    assert {"topic", "ner", "summary"} <= set(catalog.tasks())
    assert {"prompt", "translate", "laft"} <= set(catalog.strategies())
    assert "world" in catalog.datasets()


@pytest.mark.parametrize("name", sorted(catalog.tasks()))
def test_a_task_keeps_the_contract(name):
    task = catalog.task(name)
    families = {
        "label": {"label"},
        "text": {"text", "translation", "short"},
        "spans": {"spans"},
        "number": {"number"},
    }
    assert isinstance(task, Task) and task.title
    assert {family_of(metric) for metric in task.metrics} <= families[task.answer_kind]


@pytest.mark.parametrize("name", sorted(catalog.strategies()))
def test_a_strategy_keeps_the_contract(name):
    kind = catalog.strategies()[name]
    assert issubclass(kind, Strategy) and kind.title and kind.summary and set(kind.needs) <= set(ABILITIES)
    assert kind.__dataclass_params__.frozen and hash(kind()) == hash(kind())
    assert [knob.name for knob in catalog.knobs(name)] == [field.name for field in fields(kind)]
    given = {knob.name: str(knob.default) for knob in catalog.knobs(name)}
    assert catalog.strategy(Column("a", name, given)) == kind()


@pytest.mark.parametrize("name", sorted(catalog.datasets()))
def test_a_dataset_keeps_the_contract(name):
    dataset = catalog.dataset(name)
    assert isinstance(dataset, Dataset) and dataset.title and dataset.licence
    assert all(catalog.by_code(code) for task in catalog.tasks() for code in dataset.languages(task))


@pytest.mark.parametrize("task", ["topic", "ner", "summary", "nli", "choice", "qa"])
def test_the_law_of_tasks_holds_over_the_bundled_rows(task):
    made, world = catalog.task(task), catalog.dataset("world")
    for language in world.languages(task):
        for split in ("train", "validation", "test"):
            examples = world.load(task, language, split)
            assert all(made.read(made.write(e.answer), e) == e.answer for e in examples)


@pytest.mark.parametrize(("kind", "given", "made"), [
    ("bool", "Yes", True), ("bool", False, False), ("bool", "0", False), ("int", " 7", 7), ("float", "0.5", 0.5),
    ("str", " as it is ", " as it is "), ("choice", "a", "a"),
])  # fmt: skip
def test_knobs_take_text(kind, given, made):
    value = coerced("s", Knob("k", "K", "", kind, ("a", "b") if kind == "choice" else (), ""), given)
    assert value == made and type(value) is type(made)


@pytest.mark.parametrize(("kind", "given", "sentence"), [
    ("bool", "maybe", "true or false"), ("int", "1.5", "a whole number"), ("float", "x", "a number"),
    ("float", "", "a number"), ("choice", "c", "one of a, b"),
])  # fmt: skip
def test_knobs_refuse_what_they_are_not(kind, given, sentence):
    with pytest.raises(InputError, match=f"s.k cannot be .* give {sentence}"):
        coerced("s", Knob("k", "K", "", kind, ("a", "b") if kind == "choice" else (), ""), given)


@pytest.mark.parametrize("given", ["0", "17", "-3", "two"])
def test_a_number_out_of_range_is_refused_with_the_plan(given):
    with pytest.raises(InputError, match=f"The knob translate.beams cannot be '{given}'; give 1 to 16"):
        catalog.strategy(Column("translate", "translate", {"beams": given}))
    assert catalog.strategy(Column("translate", "translate", {"beams": "16"})).beams == 16


ODD_NAMES = ["", "..", "/nowhere", "a b", "org/name/more", "http://x/v1", "ünï", "x" * 5000, "~nobody-here/x"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_model_that_cannot_be_is_one_sentence(name):
    with pytest.raises(InputError, match="Hugging Face id"):
        model_path(name)


def test_a_model_is_a_folder_or_a_hub_id(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="it lacks config"):
        model_path(str(tmp_path))
    monkeypatch.chdir(tmp_path.parent)
    with pytest.raises(InputError, match="it lacks config"):
        model_path(tmp_path.name)
    (tmp_path / "config.json").touch()
    assert model_path(str(tmp_path)) == str(tmp_path)
    assert model_path("facebook/nllb-200-distilled-600M", "translator").startswith("facebook/")


def test_one_thing_is_made_per_name_however_many_ask():
    made = []

    def make(name):
        time.sleep(0.01)
        made.append(name)
        return object()

    get, got = catalog.once(make), []
    threads = [threading.Thread(target=lambda: got.append(get("a"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["a"] and len(set(got)) == 1


def test_what_cannot_be_combined_has_a_reason():
    assert why_not(plan(), parts()) == {}
    english = why_not(plan(language="eng"), parts())
    assert english["translate"] == "English is what translate goes by: there is nothing to translate."
    assert set(why_not(plan(language="hau"), parts())) == {"translate", "laft"}
    assert "needs a host that adapts" in why_not(plan("laft"), parts(Generating()))["laft"]
    assert "has no topic in Yoruba" in why_not(plan(language="yor"), parts())[""]
    assert "There is no knob" in why_not(plan(columns=(Column("a", "prompt", {"x": 1}),)), parts())["a"]


STRATEGY = '''"""Asks for the first label, whatever the text."""

from dataclasses import dataclass

from xlt_core.contracts import Strategy
from xlt_core.records import Prediction


@dataclass(frozen=True)
class First(Strategy):
    """Always the first label."""

    title = "First"
    summary = "The first label."
    needs = ()
    place: int = 0

    def prepare(self, setting):
        yield from ()
        return lambda examples: (Prediction(e.id, e.choices[self.place], valid=True) for e in examples)
'''
TASK = '''"""Topics under another name."""

from xlt_core.contracts import Task


class Mood(Task):
    """A label."""

    title = "Mood"
    answer_kind = "label"
    metrics = ("accuracy",)

    def instruction(self, choices, language):
        return ""

    def question(self, example):
        return example.text

    def write(self, answer):
        return answer

    def read(self, text, example):
        return text if text in example.choices else None
'''
DATASET = '''"""Moods in a language that the project has never heard of."""

from xlt_core.contracts import Dataset
from xlt_core.records import Example


class Moods(Dataset):
    """Two moods."""

    title, licence, citation, url = "Moods", "none", "none", ""

    def languages(self, task):
        return ("qaa",) if task == "mood" else ()

    def load(self, task, language, split):
        return [Example(f"{split}{i}", {"text": f"{split} {i}"}, ("glad", "sad")[i % 2], ("glad", "sad"))
                for i in range(8)]
'''
RUN = """
import sys
from xlt_core.__main__ import main
from xlt_core.catalog import Parts

class Host:
    name = revision = "none"

sys.exit(main(sys.argv[1:], Parts(host=lambda name: Host())))
"""


def test_a_strategy_a_task_and_a_language_are_each_a_new_file(tmp_path):
    ignore = shutil.ignore_patterns("__pycache__", "ui")
    shutil.copytree(ROOT / "xlt_core", tmp_path / "xlt_core", ignore=ignore)
    (tmp_path / "assets").mkdir()
    shutil.copy(ASSETS / "languages.csv", tmp_path / "assets")
    (tmp_path / "xlt_core/strategies/first.py").write_text(STRATEGY)
    (tmp_path / "xlt_core/tasks/mood.py").write_text(TASK)
    (tmp_path / "xlt_core/datasets/moods.py").write_text(DATASET)
    (tmp_path / "assets/languages-new.csv").write_text("code,name\nqaa,Newish\n")
    (tmp_path / "run.py").write_text(RUN)
    line = "compare --task mood --language newish --dataset moods --strategies first --set first.place=1 --out x.json"
    clean = {name: value for name, value in os.environ.items() if name not in ("XLT_ASSETS", "PYTHONPATH")}
    done = subprocess.run([sys.executable, "run.py", *line.split()], cwd=tmp_path, env=clean, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = json.loads((tmp_path / "x.json").read_text())
    assert written["runs"][0]["scores"]["accuracy"]["value"] == 0.5
    assert {p["answer"] for p in written["runs"][0]["predictions"]} == {"sad"}
