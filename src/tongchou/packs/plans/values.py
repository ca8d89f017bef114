"""Values and what they rest on: parameters with their dates, editions, papers, and where in a pack's files all of it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from tongchou.kernel.text import Text

Value = bool | int | float | str | date | tuple[int, ...]
Status = Literal["confirmed", "unconfirmed"]

STATUSES: tuple[Status, ...] = ("confirmed", "unconfirmed")
PARAMETER_TYPES = ("whole", "number", "flag", "word", "mode", "days")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the file's path inside the pack, and the line from 1."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Ref:
    """A parameter where a value could stand: `$name`, `-$name` for its negative, `$name+$plus` for a sum."""

    name: str
    negative: bool = False
    plus: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, self.plus) if self.plus else (self.name,)


@dataclass(frozen=True, slots=True)
class Source:
    """A document of the pack and the clause in it."""

    document: str
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """A published paper. link: an address without a promise that it still answers; empty where none is known. seen: where it was seen, or that
    it was not (unseen), of one that has neither date nor number nor link."""

    key: str
    title: Text
    issuer: str
    number: str
    issued: date | None
    effective: date | None
    link: str
    place: Place
    seen: Text | None = None
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Edition:
    """The plan in force from a day on. confirmed_from: the first day on which a source in print shows it in force; None: no source does."""

    key: str
    title: Text
    from_: date
    known_from: date
    source: Source
    confirmed_from: date | None
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    """A parameter's value from a day on, known from a day on, with its source and whether that source was seen."""

    value: Value
    from_: date
    known_from: date
    source: Source
    status: Status
    place: Place


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named quantity of the plan. entries: by `from_`."""

    key: str
    title: Text
    type: str
    entries: tuple[Entry, ...]
    place: Place
