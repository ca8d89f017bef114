"""docs/capabilities.md tells the truth: the tests and pages that it names exist, and no requirement is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tongchou.web.permission import PAGES, load

ROOT = Path(__file__).resolve().parents[2]
ROWS = [
    [c.strip() for c in line.strip("|\n").split("|")]
    for line in (ROOT / "docs/capabilities.md").read_text("utf-8").splitlines()
    if re.match(r"\| [A-Z]\d", line)
]


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r[0])
def test_what_is_claimed_is_shown_by_tests_that_exist(row: list[str]) -> None:
    _, _, today, shown = row
    assert (today == "—") == (shown == "—")
    for name in re.findall(r"`([^`]+)`", shown):
        file, _, function = name.partition("::")
        text = (ROOT / file).read_text("utf-8")
        assert not function or f"def {function}(" in text, name


def test_pages_that_are_named_exist() -> None:
    load()
    named = {n for row in ROWS for part in re.findall(r"[Pp]ages? ((?:`\w+`(?:, )?)+)", row[2]) for n in re.findall(r"`(\w+)`", part)}
    assert named
    assert named <= PAGES.keys(), named - PAGES.keys()


def test_every_requirement_has_a_row() -> None:
    source = ROOT.parent / "shared/design/requirements.md"
    if not source.exists():
        pytest.skip("the requirements lie beside the project, not in it; here they are absent")
    wanted = set(re.findall(r"^\| ([A-Z]\d+) \|", source.read_text("utf-8"), re.M))
    assert wanted == {row[0] for row in ROWS}


def test_links_of_the_documents_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)\)", document.read_text("utf-8")):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
