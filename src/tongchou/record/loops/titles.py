"""What the program itself writes into a loop, in both languages; what people write stays as it was written.

The Chinese title is the loop's title: it is what is searched, exported and printed. The English one lies beside it in the loop's data, under a
key that no kind can declare as a field of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tongchou.kernel.text import Text

KEY = "_en"
LONGEST = 300
SQL = f"array[l.title, coalesce(nullif(l.data->'{KEY}'->>'title', ''), l.title)]"
"""A column for statements that call the loop l; `paired` reads it."""


def paired(row: Sequence[Any], place: int) -> list[Any]:
    """A row of a statement with the title at this place as a pair."""
    return [*row[:place], Text(*row[place]), *row[place + 1 :]]


def written(title: Text, detail: Text | None = None) -> dict[str, str]:
    """The part of a loop to open that the program words: {"kind": ..., **written(Text(...))}."""
    out = {"title": title.zh[:LONGEST], "title_en": title.en[:LONGEST]}
    return out if detail is None else out | {"detail": detail.zh, "detail_en": detail.en}


def noted(note: Text) -> dict[str, str]:
    """The note of a step that the program takes."""
    return {"note": note.zh, "note_en": note.en}


def beside(title_en: str, detail_en: str) -> dict[str, dict[str, str]]:
    """What is kept in the data; nothing where there is no English wording."""
    kept = {name: words for name, words in (("title", title_en), ("detail", detail_en)) if words}
    return {KEY: kept} if kept else {}


def in_both(data: Mapping[str, Any], name: str, chinese: str) -> Text:
    """A title or detail as a pair: the English one, else as it was written."""
    return Text(chinese, (data.get(KEY) or {}).get(name) or chinese)


def own_data(data: Mapping[str, Any]) -> dict[str, Any]:
    """The kind's own fields alone."""
    return {k: v for k, v in data.items() if k != KEY}


def short(title: Text, most: int = 30) -> Text:
    """As much of it as a bread crumb holds."""
    return Text(title.zh[:most], title.en[: 2 * most])
