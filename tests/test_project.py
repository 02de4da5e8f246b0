"""What people and services read before any code runs: README, docs, requirements, Spacefile."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from xlt_core.documents import export
from xlt_core.findings.findings import find
from xlt_core.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SERVE = "pip install -r requirements.txt && python app.py"
TEST = "pip install -r requirements.txt -r tests/requirements.txt && python -m pytest"
MICRO = {"name", "src", "engine", "primary", "commands", "include", "run", "dev", "public_routes", "presets"}


def test_the_spacefile_fits_its_schema_and_starts_the_same_app():
    space = yaml.safe_load((ROOT / "Spacefile").read_text(encoding="utf-8"))
    assert set(space) <= {"v", "micros", "icon", "app_name", "auto_pwa"} and space["v"] == 0
    assert len(space["app_name"]) <= 12 and (ROOT / space["icon"]).is_file()
    assert 1 <= len(space["micros"]) <= 5 and sum(micro.get("primary", False) for micro in space["micros"]) == 1
    for micro in space["micros"]:
        assert set(micro) <= MICRO and micro["engine"] == "custom" and (ROOT / micro["src"]).is_dir()
        assert all((ROOT / path).exists() for path in micro["include"])
        assert all(set(row) == {"name", "description", "default"} for row in micro["presets"]["env"])
        assert f"{micro['commands'][0]} && {micro['run']}" == SERVE


def test_the_readme_has_the_two_commands_and_the_front_matter_of_a_space():
    assert SERVE in README and TEST in README
    front = yaml.safe_load(README.split("---")[1])
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M))
    assert front["sdk"] == "gradio" and front["sdk_version"] == pins["gradio"]
    assert (ROOT / front["app_file"]).is_file() and len(front["short_description"]) <= 60


def test_everything_is_pinned():
    for path in (ROOT / folder / "requirements.txt" for folder in ("", "tests", "tests/bench")):
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
        assert all(re.fullmatch(r"[\w-]+==[\w.]+", line) for line in lines)


def anchors(path: Path) -> set[str]:
    """What a link may name after #: the headings of a page, in the form that GitHub gives them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_links_to_is_there(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        path, _, anchor = target.partition("#")
        if not path.startswith("http"):
            linked = (page.parent / path).resolve() if path else page
            assert linked.exists(), target
            assert not anchor or anchor in anchors(linked), target


def test_the_readme_is_short_and_leads_to_every_page():
    assert len(README.splitlines()) <= 220
    pages = [f"docs/{page.name}" for page in PAGES if page.parent.name == "docs"]
    assert pages and all(f"]({page})" in README for page in pages)


def test_the_tree_of_the_architecture_is_the_folders():
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    tree = text.partition("## Folders")[2].partition("```\n")[2].partition("```")[0]
    named, parent = set(), ""
    for indent, name in re.findall(r"^( *)([\w./-]+)", tree, re.M):
        parent = parent if indent else name
        named.add(f"{parent}{name}" if indent else name)
    assert all((ROOT / name).exists() for name in named)
    folders = {f"xlt_core/{init.parent.name}/" for init in ROOT.glob("xlt_core/*/__init__.py")}
    assert folders <= named, folders - named


def test_every_environment_variable_is_explained():
    variables = set(re.findall(r"XLT_\w+", (ROOT / "xlt_core" / "settings.py").read_text("utf-8")))
    text = (ROOT / "docs" / "models-and-hosts.md").read_text("utf-8").partition("## Environment variables")[2]
    assert variables and {name for name in variables if name not in text} == set()


def test_the_table_of_the_real_model_is_that_of_the_committed_results():
    found = find(export.load(ROOT / "assets" / "sweeps" / "1-smollm2.json.gz"))
    scores = {(cell.condition.language, cell.column): cell.score for cell in found.cells if cell.shots is None}
    codes = {"English": "eng", "Basque": "eus", "Icelandic": "isl", "Kinyarwanda": "kin", "Swahili": "swa"}
    columns = ("prompt", "translate-apertium", "translate-human", "laft")
    for name, code in codes.items():
        cells = re.search(rf"^\| {name} \|(.*)\|$", README, re.MULTILINE)[1].replace("*", "").split("|")
        made = [scores.get((code, column)) for column in columns]
        assert [cell.strip() for cell in cells] == [
            f"{score.value:.2f} ({score.low:.2f} to {score.high:.2f})" if score else "" for score in made
        ]
    others = [scores[code, "prompt"].value for code in ("hau", "lug", "yor")]
    assert f"| Hausa, Luganda, Yoruba | {min(others):.2f} to {max(others):.2f} |" in README


def test_the_page_is_built_before_the_heavy_packages_load():
    code = "import sys, xlt_core.ui.page as page; page.build(); print({'torch', 'transformers'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
