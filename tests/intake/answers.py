"""Documents of our own with their expected answers.

One file each: what the answers are about, `---`, then the clean text in which [[…]] marks an item and {{…}} a sentence that was weighed and left out.
Inside an item `|u:` names its units, `|d:` its deadline, `|t:` its themes, `|s:` its speaker. `before`, `after`: lines of the page around it.
With `raw: yes` the file of the same name with `.raw` is what the intake gets.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "documents"
_MARK = re.compile(r"\[\[(?P<item>.*?)\]\]|\{\{(?P<soft>.*?)\}\}", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """name; data: bytes for the intake; gold: in the form of the scorer; head: what else is expected."""

    name: str
    data: bytes
    gold: dict[str, Any]
    head: dict[str, str]


def answers() -> list[Answer]:
    """All documents, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.txt"))]


def _read(path: Path) -> Answer:
    top, body = path.read_text("utf-8").split("\n---\n", 1)
    head = {k: v.strip() for k, v in (line.split(":", 1) for line in top.splitlines())}
    items: list[dict[str, Any]] = []
    soft: list[str] = []

    def plain(match: re.Match[str]) -> str:
        if match["soft"]:
            soft.append(match["soft"])
            return match["soft"]
        text, *rest = match["item"].split("|")
        fields = dict(part.split(":", 1) for part in rest)
        items.append(
            {
                "text": text,
                "units": [u for u in fields.get("u", "").split(";") if u],
                "deadline": fields.get("d"),
                "themes": fields.get("t", "").split(","),
                "speaker": None if head.get("kind", "report") != "report" else fields.get("s", head.get("speaker")),
            }
        )
        return text

    clean = _MARK.sub(plain, body).strip()
    gold = {
        "doc": path.name, "title": head["title"], "date": head["date"].strip() or None, "area": head["area"].strip() or None, "clean_text": clean, "items": items,
        "borderline": soft, "date_year_inferred": "yearless" in head,
    }  # fmt: skip
    if "raw" in head:
        return Answer(path.name, path.with_suffix(".raw").read_bytes(), gold, head)
    page = [
        *head.get("before", "").split("|"),
        head.get("number", ""),
        *head["title"].split(" "),
        clean,
        *head.get("after", "").split("|"),
    ]
    return Answer(path.name, "\n".join(page).encode(), gold, head)
