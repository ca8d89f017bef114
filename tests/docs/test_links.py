"""Links between the documents lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    p for p in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").glob("*.md")] if p.is_file()
]


def broken(page: Path, text: str) -> list[str]:
    """Links of a page to files that are not there, or to headings that the file does not have."""
    out = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, heading = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        headings = (
            re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            if target.suffix == ".md" and target.is_file()
            else []
        )
        if not target.exists() or (heading and heading not in map(_anchor, headings)):
            out.append(link)
    return out


def _anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert broken(page, page.read_text("utf-8")) == []


def test_a_dead_link_is_named() -> None:
    assert broken(ROOT / "README.md", "[a](nowhere.md) [b](README.md#no-such-part) [c](README.md)") == [
        "nowhere.md",
        "README.md#no-such-part",
    ]
