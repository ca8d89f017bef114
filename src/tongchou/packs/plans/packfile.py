"""Read a plan pack: a folder with pack.yaml, documents.yaml, parameters/, tables/, overlays/, cases/, loops/, checklists/ and more. All problems
are reported together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TypeVar

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.checklists import Checklist, ChecklistErrors, read_checklist
from tongchou.packs.kindfile import KindErrors, read_kind
from tongchou.packs.kinds import LoopKind
from tongchou.packs.plans.clockfile import read_clocks
from tongchou.packs.plans.clocks import Clock
from tongchou.packs.plans.lint import check_grounds
from tongchou.packs.plans.machinefile import read_machine
from tongchou.packs.plans.model import HOLDING, MAY_RESTRICT, MODE_KINDS, Mode, Pack
from tongchou.packs.plans.overlayfile import read_cases, read_overlay
from tongchou.packs.plans.parameterfile import read_documents, read_editions, read_parameter
from tongchou.packs.plans.reader import PlanReader
from tongchou.packs.plans.refusals import no_such
from tongchou.packs.plans.tablefile import Words, read_table
from tongchou.packs.plans.values import Place, Status
from tongchou.packs.yamllines import Node, Problems, read_yaml

PACK_KEYS = ("pack", "version", "title", "modes", "editions", "schedule")
MODE_KEYS = ("title", "restricts", "kind")
SCHEDULE_KEYS = ("late_entry", "note", "status")
FOLDERS = ("parameters", "tables", "overlays", "cases", "clocks", "areas", "loops", "checklists")
LATE_ENTRY = ("keep_schedule", "from_measure_start")
MAX_FILES = 2_000
T = TypeVar("T")
Part = TypeVar("Part", LoopKind, Checklist)


class PackErrors(KindErrors):
    """A pack that was refused, with every problem found; each names file, line, field, value, rule and remedy."""


def read_pack(folder: Path) -> Pack:
    """Read a pack from its folder. Raises PackErrors. Whether its tables hold together, `checks.check_pack` says."""
    if not folder.is_dir() or not (folder / "pack.yaml").is_file():
        rule = Text("文件夹中没有 pack.yaml。", "There is no pack.yaml in this folder.")
        refusal = Refusal(
            Reason.NOT_FOUND, rule, remedy=Text("请核对路径。", "Check the path."), field="path", value=str(folder)
        )
        raise PackErrors([refusal])
    texts = {
        str(path.relative_to(folder).as_posix()): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return read_texts(texts)


def read_texts(texts: dict[str, bytes]) -> Pack:
    """Read a pack from its files, by path inside the pack. The same files are read once in a process: a pack never changes."""
    return _read(tuple(sorted(texts.items())))


@lru_cache(maxsize=32)
def _read(texts: tuple[tuple[str, bytes], ...]) -> Pack:
    return _Loader(dict(texts)).pack()


def shipped_packs() -> tuple[str, ...]:
    """The names of the packs that come with the program."""
    root = files("tongchou.packs").joinpath("data")
    return tuple(sorted(f.name for f in root.iterdir() if f.joinpath("pack.yaml").is_file()))


@lru_cache(maxsize=32)
def shipped_pack(name: str) -> Pack:
    """A pack that comes with the program. Raises Refusal when there is none of that name."""
    if name not in shipped_packs():
        raise no_such("pack", name, shipped_packs())
    with as_file(files("tongchou.packs").joinpath("data", name)) as folder:
        return read_pack(folder)


class _Loader:
    """Reads file after file, collecting problems."""

    def __init__(self, texts: dict[str, bytes]) -> None:
        self.texts = texts
        self.problems: list[Refusal] = []

    def pack(self) -> Pack:
        self._stray()
        empty = Node("mapping", 1, "")
        head, head_reader = self._root("pack.yaml") or (empty, PlanReader(Problems("pack.yaml")))
        papers = self._root("documents.yaml")
        documents = read_documents(*papers) if papers else {}
        head_reader.problems.known_keys(head, PACK_KEYS)
        key, title = head_reader.pack_name(head, "pack"), head_reader.text_pair(head, "title")
        version = head_reader.whole(head, "version", least=1, default=1, required=True)
        modes = {name: _mode(name, node, head_reader) for name, node in head_reader.named(head, "modes")}
        editions = read_editions(head, head_reader, documents)
        keep, note, status = _schedule(head, head_reader)
        self._take(head_reader, papers[1] if papers else None)
        parameters = self._all(
            "parameters", lambda r, p: read_parameter(r, p, documents, modes), lambda p: (p.key, p.place)
        )
        words = Words({k: p.type for k, p in parameters.items()}, modes, documents, [e.key for e in editions])
        tables = self._all("tables", lambda r, p: read_table(r, p, words), lambda t: (t.key, t.place))
        for table in tables.values():
            lint = Problems(table.place.file)
            check_grounds(table, lint)
            self.problems += lint.found
        overlays = self._all(
            "overlays", lambda r, p: read_overlay(r, p, words, parameters, tables), lambda o: (o.key, o.place)
        )
        lists = self._all(
            "cases",
            lambda r, p: read_cases(r, p, words, tables),
            lambda c: (c[0].place.file if c else "", Place("", 1)),
        )
        machines = self._all("areas", lambda r, p: read_machine(r, p, documents, tables), lambda m: (m.key, m.place))
        clocks = self._clocks(documents)
        kinds = self._whole_files("loops", read_kind)
        lists_ = self._whole_files("checklists", read_checklist)
        if self.problems:
            raise PackErrors(sorted(self.problems, key=lambda p: (p.file or "", p.line or 0)))
        cases = tuple(case for found in lists.values() for case in found)
        return Pack(
            key,
            version,
            title,
            modes,
            keep,
            note,
            status,
            editions,
            documents,
            parameters,
            tables,
            overlays,
            cases,
            digest(self.texts),
            clocks,
            machines,
            kinds,
            lists_,
        )

    def _clocks(self, documents: Collection[str]) -> dict[str, Clock]:
        files = self._all(
            "clocks", lambda r, p: read_clocks(r, p, documents), lambda c: (c[0].place.file if c else "", Place("", 1))
        )
        out: dict[str, Clock] = {}
        for clock in (c for found in files.values() for c in found):
            if out.setdefault(clock.key, clock) is not clock and clock.key:
                rule = Text("名称与 {place} 中的重复。", "This name is already in {place}.").with_(
                    place=str(out[clock.key].place)
                )
                remedy = Text("请改名。", "Choose another name.")
                place = clock.place
                self.problems.append(
                    Refusal(Reason.DUPLICATE, rule, remedy=remedy, value=clock.key, line=place.line, file=place.file)
                )
        return out

    def _whole_files(self, folder: str, read: Callable[[str, str], Part]) -> dict[str, Part]:
        """Files that have a format and a reader of their own: loop kinds and checklists."""
        out: dict[str, Part] = {}
        files: dict[str, str] = {}
        for name in self._in(folder):
            problems = Problems(name)
            text = self._text(name, problems)
            try:
                part = None if problems.found else read(text, name)
            except (KindErrors, ChecklistErrors) as errors:
                part = None
                problems.found += errors.problems
            if part is not None and out.setdefault(part.key, part) is not part:
                rule = Text("名称与 {file} 中的重复。", "This name is already in {file}.").with_(file=files[part.key])
                problems.add(1, rule, Text("请改名。", "Choose another name."), value=part.key, reason=Reason.DUPLICATE)
            elif part is not None:
                files[part.key] = name
            self.problems += problems.found
        return out

    def _root(self, name: str) -> tuple[Node, PlanReader] | None:
        problems = Problems(name)
        text = self._text(name, problems)
        root = None if problems.found else read_yaml(text, problems)
        if root is None:
            self.problems += problems.found
            return None
        return root, PlanReader(problems)

    def _text(self, name: str, problems: Problems) -> str:
        try:
            return self.texts[name].decode("utf-8")
        except KeyError:
            rule, remedy = Text("缺少这个文件。", "This file is missing."), Text("请补充。", "Add it.")
            problems.add(1, rule, remedy, reason=Reason.MISSING_VALUE)
        except UnicodeDecodeError as error:
            rule, remedy = (
                Text("文件须为 UTF-8 编码。", "The file must be in UTF-8."),
                Text("请另存为 UTF-8。", "Save it as UTF-8."),
            )
            problems.add(error.object.count(b"\n", 0, error.start) + 1, rule, remedy, reason=Reason.BAD_ENCODING)
        return ""

    def _take(self, *readers: PlanReader | None) -> None:
        for reader in readers:
            if reader is not None:
                self.problems += reader.problems.found

    def _all(
        self, folder: str, build: Callable[[Node, PlanReader], T], identity: Callable[[T], tuple[str, Place]]
    ) -> dict[str, T]:
        out: dict[str, T] = {}
        for name in self._in(folder):
            found = self._root(name)
            if found is None:
                continue
            built = build(*found)
            self._take(found[1])
            key, place = identity(built)
            if out.setdefault(key, built) is not built and key:
                rule = Text("名称与 {file} 中的重复。", "This name is already in {file}.").with_(
                    file=identity(out[key])[1].file
                )
                remedy = Text("请改名。", "Choose another name.")
                self.problems.append(
                    Refusal(Reason.DUPLICATE, rule, remedy=remedy, value=key, line=place.line, file=name)
                )
        return out

    def _in(self, folder: str) -> Iterable[str]:
        return [name for name in self.texts if name.startswith(f"{folder}/")]

    def _stray(self) -> None:
        """Files that no rule would read would be rules that nobody sees not working."""
        for name in self.texts:
            place = name.split("/")
            known = name in ("pack.yaml", "documents.yaml") or (
                len(place) == 2 and place[0] in FOLDERS and name.endswith(".yaml")
            )
            if not known and name != "README.md":
                rule = Text("包中不应有这个文件。", "A pack has no such file.")
                remedy = Text("可用：{all}，扩展名 .yaml。", "Allowed: {all}, ending in .yaml.").with_(
                    all=", ".join((*FOLDERS, "README.md"))
                )
                self.problems.append(Refusal(Reason.UNKNOWN_FIELD, rule, remedy=remedy, line=1, file=name))


def digest(texts: dict[str, bytes]) -> str:
    """SHA-256 over path, length and bytes of every file, in the order of the paths."""
    total = hashlib.sha256()
    for name in sorted(texts):
        total.update(f"{name}\0{len(texts[name])}\0".encode())
        total.update(texts[name])
    return total.hexdigest()


def _mode(key: str, node: Node, reader: PlanReader) -> Mode:
    reader.problems.known_keys(node, MODE_KEYS)
    restricts, kind = reader.flag(node, "restricts"), reader.choice(node, "kind", MODE_KINDS, default="", required=False)
    if restricts and kind and kind not in MAY_RESTRICT:
        rule = Text("这一类措施不限制人身活动。", "Measures of this kind restrict nobody.")
        remedy = Text("请改 kind（{all}），或删去 restricts。", "Choose another `kind` ({all}), or take out `restricts`.")
        reader.problems.add(node.at("kind"), rule, remedy.with_(all=", ".join(MAY_RESTRICT)), value=kind)
    if kind in HOLDING and not restricts:
        rule = Text("这一类措施限制人身活动，须写明 restricts: true。", "Measures of this kind restrict: say `restricts: true`.")
        reader.problems.add(node.at("kind"), rule, Text("请补充，或改 kind。", "Add it, or choose another `kind`."), value=kind)
    return Mode(key, reader.text_pair(node, "title"), restricts, kind, reader.place(node))


def _schedule(head: Node, reader: PlanReader) -> tuple[bool, Text, Status]:
    node = reader.child(head, "schedule", "mapping")
    if node is None:
        return True, Text("", ""), "unconfirmed"
    reader.problems.known_keys(node, SCHEDULE_KEYS)
    keep = reader.choice(node, "late_entry", LATE_ENTRY, default="keep_schedule", required=True) == "keep_schedule"
    return keep, reader.text_pair(node, "note"), reader.status(node)
