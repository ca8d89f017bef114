"""A text for people: always in both languages, declared where it is used."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("zh-hans", "en")


class _Counted(string.Formatter):
    """`{n|day|days}` is the first word where n is one, else the second."""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        name, *words = field_name.split("|")
        if len(words) != 2:
            return super().get_field(field_name, args, kwargs)
        return words[0 if str(kwargs[name]).strip() == "1" else 1], name


_COUNTED = _Counted()


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or label in Chinese and English. `{name}` places are filled by `with_(name=...)`.

    `{n|day|days}` in the English one takes the word that goes with the number n.
    """

    zh: str
    en: str

    def in_(self, language: str) -> str:
        """Return the text for a language tag; anything that is not English gets Chinese."""
        return self.en if language.lower().startswith("en") else self.zh

    def with_(self, **values: Any) -> Text:
        """Fill the places of the text; a Text among the values is filled in the matching language, what is counted is grouped (12,345)."""
        values = {k: f"{v:,}" if type(v) is int and (k == "n" or f"{{{k}|" in self.en) else v for k, v in values.items()}
        zh = {k: v.zh if isinstance(v, Text) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
        return Text(self.zh.format(**zh), _COUNTED.vformat(self.en, (), en) if "|" in self.en else self.en.format(**en))

    def as_dict(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def from_dict(cls, pair: Mapping[str, str]) -> Text:
        """Read `{zh: ..., en: ...}`; raises KeyError when a language is missing."""
        return cls(str(pair["zh"]), str(pair["en"]))

    @classmethod
    def listed(cls, items: Iterable[Any]) -> Text:
        """Several in a row, as each language separates them. items: Texts, or anything that is the same in both."""
        pairs = [i if isinstance(i, Text) else cls(str(i), str(i)) for i in items]
        return cls("、".join(p.zh for p in pairs), ", ".join(p.en for p in pairs))

    @classmethod
    def aside(cls, said: Any, beside: Any) -> Text:
        """Something with its unit, place or number in brackets behind it."""
        return cls("{a}（{b}）", "{a} ({b})").with_(a=said, b=beside)

    def __str__(self) -> str:
        return self.zh
