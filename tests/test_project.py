"""What people and services read before any code runs: README, requirements, Spacefile."""

import re

import yaml

from xlt_core.settings import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
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


def test_what_the_readme_shows_and_names_is_there():
    assert all((ROOT / path).exists() for path in re.findall(r"\]\(((?:assets|tests)/[^)]+)\)", README))
    tree = README.partition("## How it is built")[2].partition("```")[2].partition("```")[0]
    named = re.findall(r"^( *)([\w./-]+)", tree, re.M)
    assert named, "the README has a tree"
    for indent, name in named:
        places = [ROOT / name, ROOT / "xlt_core" / name] if indent else [ROOT / name]
        assert any(place.exists() for place in places), name
