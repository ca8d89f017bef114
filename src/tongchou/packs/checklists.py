"""Checklists for visits (督查清单): what is looked at, how, and what a fault means. Read from YAML and checked, with file and line.

The format is written for districts in `docs/plan-writer/checklists.md`. Those that come with the program whatever the plan lie in data/base/checklists/;
a plan pack brings its own.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.kindreader import Reader
from tongchou.packs.yamllines import Node, Problems, read_yaml

SEVERITIES = ("minor", "serious", "grave")
UNIT_KINDS = (
    "headquarters", "hq_office", "hq_department", "special_team", "department", "street", "community", "checkpoint", "site", "clinic", "lab",
    "sampling", "store", "transport", "enterprise", "school", "volunteer_team",
)  # fmt: skip
MOST_ITEMS = 60
TOP_KEYS = ("checklist", "version", "title", "purpose", "for", "source", "fill", "items")
ITEM_KEYS = ("key", "title", "how", "severity", "photo", "due_hours", "number", "sample")


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is read off on site. Below least or above most is a fault."""

    unit: Text
    least: int | None = None
    most: int | None = None

    def holds(self, number: int) -> bool:
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    @property
    def limits(self) -> Text:
        """What is asked of it, in words."""
        if self.least is None:
            return Text("不得多于 {m}", "at most {m}").with_(m=self.most)
        if self.most is None:
            return Text("不得少于 {n}", "at least {n}").with_(n=self.least)
        return Text("须在 {n} 至 {m} 之间", "between {n} and {m}").with_(n=self.least, m=self.most)


@dataclass(frozen=True, slots=True)
class Sample:
    """Whom or what to sample, and how many at least; all there are where there are fewer."""

    of: Text
    least: int


@dataclass(frozen=True, slots=True)
class Item:
    """One line. photo: a fault is recorded with a photo. due_hours: how long putting it right may take; None: the kind's own time."""

    key: str
    title: Text
    how: Text
    severity: str
    photo: bool = True
    due_hours: int | None = None
    number: Number | None = None
    sample: Sample | None = None


@dataclass(frozen=True, slots=True)
class Checklist:
    """A versioned list. fill: it ships empty and each district fills it in. `digest`: SHA-256 (hex) of the text. file: its name, for messages."""

    key: str
    version: int
    title: Text
    purpose: Text
    suits: tuple[str, ...]
    source: Text
    fill: bool
    items: tuple[Item, ...]
    digest: str = ""
    file: str = ""

    def item(self, key: str) -> Item | None:
        return next((i for i in self.items if i.key == key), None)


class ChecklistErrors(Exception):
    """A checklist that was refused, with every problem; each names file, line, field, value, rule and remedy."""

    def __init__(self, problems: list[Refusal]) -> None:
        self.problems = problems
        super().__init__("\n".join(p.sentence("en") for p in problems))


@lru_cache(maxsize=512)
def read_checklist(text: str, source: str) -> Checklist:
    """Read and check one. source: the file's name, for messages. Raises ChecklistErrors."""
    problems = Problems(source)
    root = read_yaml(text, problems)
    if root is None:
        raise ChecklistErrors(problems.found)
    read = Reader(problems)
    problems.known_keys(root, TOP_KEYS)
    fill = read.choice(root, "fill", ("district",)) == "district"
    found = Checklist(
        key=read.key(root, "checklist"),
        version=read.whole(root, "version", least=1, default=1, required=True),
        title=read.text_pair(root, "title"),
        purpose=read.text_pair(root, "purpose"),
        suits=read.words(root, "for", UNIT_KINDS, required=True),
        source=read.text_pair(root, "source"),
        fill=fill,
        items=tuple(_item(read, node) for node in read.entries(root, "items", required=True)),
        digest=hashlib.sha256(text.encode("utf-8")).hexdigest(),
        file=source,
    )
    _check(found, root, problems)
    if problems.found:
        raise ChecklistErrors(sorted(problems.found, key=lambda p: p.line or 0))
    return found


def _item(read: Reader, node: Node) -> Item:
    read.problems.known_keys(node, ITEM_KEYS)
    due = read.whole(node, "due_hours", least=1, default=0)
    return Item(
        key=read.key(node, "key"),
        title=read.text_pair(node, "title"),
        how=read.text_pair(node, "how"),
        severity=read.choice(node, "severity", SEVERITIES, default="minor", required=True),
        photo=read.flag(node, "photo") if "photo" in node.mapping else True,
        due_hours=due or None,
        number=_number(read, node),
        sample=_sample(read, node),
    )


def _number(read: Reader, item: Node) -> Number | None:
    node = read.child(item, "number", "mapping", required=False)
    if node is None:
        return None
    read.problems.known_keys(node, ("unit", "least", "most"))
    least, most = (read.whole(node, k, least=0, default=0) if k in node.mapping else None for k in ("least", "most"))
    if least is None and most is None:
        rule = Text("数值须有下限（least）或上限（most）。", "A number has a least or a most.")
        read.problems.add(node, rule, Text("请写明合格的范围。", "Say what is in order."), reason=Reason.MISSING_VALUE)
    elif least is not None and most is not None and least > most:
        rule = Text("下限大于上限。", "The least is above the most.")
        read.problems.add(node.at("most"), rule, Text("请调整范围。", "Change the range."), value=most)
    return Number(read.text_pair(node, "unit"), least, most)


def _sample(read: Reader, item: Node) -> Sample | None:
    node = read.child(item, "sample", "mapping", required=False)
    if node is None:
        return None
    read.problems.known_keys(node, ("of", "least"))
    return Sample(read.text_pair(node, "of"), read.whole(node, "least", least=1, default=1, required=True))


def _check(found: Checklist, root: Node, problems: Problems) -> None:
    """The list as a whole: not empty unless a district is to fill it, not too long, nothing twice."""
    where = root.at("items")
    if not found.items and not found.fill and not problems.touch("items"):
        rule = Text("清单不能为空。", "The list may not be empty.")
        remedy = Text("请写明检查内容；由区县填写的写 fill: district。", "Write items; `fill: district` where each district fills it in.")
        problems.add(where, rule, remedy, reason=Reason.MISSING_VALUE)
    if len(found.items) > MOST_ITEMS:
        rule = Text("不得超过 {n} 项。", "At most {n} {n|item|items}.").with_(n=MOST_ITEMS)
        problems.add(where, rule, Text("请拆成几个清单。", "Split it into several."), value=len(found.items), reason=Reason.TOO_MANY)
    seen: set[tuple[str, str]] = set()
    for item, node in zip(found.items, (n for n in where.items if n.shape == "mapping"), strict=False):
        for said in (("key", item.key), ("title", item.title.zh)):
            if said[1] and said in seen:
                rule = Text("同一清单中不得重复。", "This stands twice in the list.")
                problems.add(node.at(said[0]), rule, Text("请改名或删除。", "Rename or delete it."), value=said[1], reason=Reason.DUPLICATE)
            seen.add(said)


def shipped_texts() -> dict[str, str]:
    """Texts of the checklists that belong to no plan, by file name."""
    folder = files("tongchou.packs").joinpath("data/base/checklists")
    found = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return {f.name: f.read_bytes().decode("utf-8") for f in found}


def shipped() -> dict[str, Checklist]:
    """The shipped checklists, by key."""
    return {c.key: c for c in (read_checklist(text, name) for name, text in shipped_texts().items())}
