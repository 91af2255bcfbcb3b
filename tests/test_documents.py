"""Promises of the documents: links lead somewhere, named files and commands exist, nothing of one machine is told."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from filmsite.demo import DEMO_ACCOUNTS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
every_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=[str(path.relative_to(ROOT)) for path in DOCUMENTS]
)
# Files named with their folder, as in `films/search.py`; patterns and places to be filled in are no names.
NAMED_FILE = re.compile(r"`((?:accounts|films|reviews|filmsite|bench|tests|templates|docs)/[\w/.-]+\.\w+)`")
# Said to be missing today.
TO_COME = {"reviews/models/lists.py", "films/services/merging.py"}
# A place of one machine, or a registry of one network.
MACHINE = re.compile(r"/(?:home|tmp|root)\b/?\w|index-url|\b(?!127\.0\.0\.1\b)\d+\.\d+\.\d+\.\d+:\d+")


@every_document
def test_links_lead_to_files(document: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", document.read_text())
    local = [target.split("#")[0] for target in targets if not re.match(r"https?:|mailto:|#", target)]
    missing = [target for target in local if not (document.parent / target).exists()]
    assert not missing, f"{document.name} links to what is not there: {missing}"


@every_document
def test_named_files_exist(document: Path) -> None:
    named = set(NAMED_FILE.findall(document.read_text()))
    missing = {name for name in named - TO_COME if not (ROOT / name).exists()}
    assert not missing, f"{document.name} names what is not there: {missing}"


@every_document
def test_named_commands_exist(document: Path) -> None:
    text = document.read_text()
    verbs = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {
        verb
        for line in re.findall(r"(?:`|^    )make ([^`\n#]*)", text, re.MULTILINE)
        for verb in re.findall(r"(?<![=\w\"])[a-z-]+(?![=\w])", line.split("ARGS")[0])
    }
    assert asked <= verbs, f"{document.name} names what `make help` does not: {sorted(asked - verbs)}"
    commands = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert commands <= set(get_commands()), f"No such command: {sorted(commands - set(get_commands()))}"


@every_document
def test_no_document_tells_of_one_machine(document: Path) -> None:
    assert not (found := MACHINE.findall(document.read_text())), f"{document.name} names {found}"


def test_the_readme_shows_the_two_commands_and_lets_everybody_in() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "    make run " in readme
    assert "    make test " in readme
    for _, name, password in DEMO_ACCOUNTS:
        assert f"`{name}` | `{password}`" in readme


def test_decisions_are_numbered_and_say_how_things_stand() -> None:
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert [int(path.name[:4]) for path in records] == list(range(1, len(records) + 1))
    for path in records:
        text = path.read_text()
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        assert re.search(r"^Status: (accepted|superseded by \d+)$", text, re.MULTILINE), path.name
        for heading in ("Context", "Decision", "Consequences"):
            assert f"\n## {heading}\n" in text, f"{path.name} has no {heading}"
