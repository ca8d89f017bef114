"""The small catalogue of what can be asked for and offered: words of one thing written differently come to one item."""

from __future__ import annotations

import difflib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Item:
    """key: kind.name. size: what a single one is measured by; None where that does not matter."""

    key: str
    title: Text
    unit: Text
    size: Text | None
    words: tuple[str, ...]

    @property
    def kind(self) -> str:
        return self.key.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Catalogue:
    kinds: dict[str, Text]
    conditions: dict[str, Text]
    items: dict[str, Item]
    by_word: dict[str, str]


@cache
def catalogue() -> Catalogue:
    """The catalogue. Raises ValueError where one word stands for two items."""
    raw = yaml.safe_load(files("tongchou.rooms.matching").joinpath("catalogue.yaml").read_text("utf-8"))
    kinds = {k: Text.from_dict(v) for k, v in raw["kinds"].items()}
    conditions = {k: Text.from_dict(v) for k, v in raw["conditions"].items()}
    items = {k: _item(k, v) for k, v in raw["items"].items()}
    by_word: dict[str, str] = {}
    for item in items.values():
        for word in (item.key, item.title.zh, item.title.en, *item.words):
            if by_word.setdefault(plain(word), item.key) != item.key or item.kind not in kinds:
                raise ValueError(f"catalogue.yaml: {word} is {item.key} and {by_word[plain(word)]}")
    return Catalogue(kinds, conditions, items, by_word)


def _item(key: str, raw: dict[str, Any]) -> Item:
    size = Text.from_dict(raw["size"]) if "size" in raw else None
    return Item(key, Text(raw["zh"], raw["en"]), Text(raw["unit"], raw["unit_en"]), size, tuple(str(w) for w in raw.get("words", ())))


def plain(word: str) -> str:
    """Letters and digits only, in one form and in small letters."""
    return "".join(c for c in unicodedata.normalize("NFKC", str(word)).lower() if c.isalnum())


def item_of(word: str, field: str = "item") -> Item:
    """The item that a word means. Refused, with the nearest, when the catalogue does not know it."""
    book = catalogue()
    key = book.by_word.get(plain(word))
    if key is not None:
        return book.items[key]
    near = difflib.get_close_matches(plain(word), book.by_word, n=6, cutoff=0.5)
    titles = list(dict.fromkeys(book.items[book.by_word[n]].title for n in near))[:3]
    rule = Text("目录里没有“{word}”。", "The catalogue does not know “{word}”.").with_(word=word[:40])
    if titles:
        words = Text("、".join(t.zh for t in titles), ", ".join(t.en for t in titles))
        remedy = Text("是否指：{near}？", "Do you mean: {near}?").with_(near=words)
    else:
        remedy = Text("请从目录中选择。", "Choose from the catalogue.")
    raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=word[:40])


def conditions_of(given: list[str], field: str = "conditions") -> list[str]:
    """Keys of the conditions, sorted. A condition may be given by its key or in words."""
    book = catalogue()
    names = {plain(k): k for k in book.conditions} | {plain(w): k for k, t in book.conditions.items() for w in (t.zh, t.en)}
    out = set()
    for one in given:
        key = names.get(plain(one))
        if key is None:
            rule = Text("不认识的条件“{word}”。", "The condition “{word}” is not known.").with_(word=one[:40])
            remedy = Text("可用：{all}", "Known: {all}").with_(
                all=Text("、".join(t.zh for t in book.conditions.values()), ", ".join(t.en for t in book.conditions.values()))
            )
            raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field=field, value=one[:40])
        out.add(key)
    return sorted(out)
