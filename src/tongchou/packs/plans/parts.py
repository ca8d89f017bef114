"""What a plan pack brings besides its rules: loop kinds and checklists. A name belongs to one pack, or to the program itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.checklists import read_checklist
from tongchou.packs.checklists import shipped as base_checklists
from tongchou.packs.kindfile import base_kinds, read_kind
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import shipped_packs

FOLDERS = ("loops", "checklists")


def parts_in(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Folder -> path -> text of the loop kinds and checklists among a pack's files."""
    return {folder: {path: text for path, text in sorted(texts.items()) if path.startswith(f"{folder}/")} for folder in FOLDERS}


@lru_cache(maxsize=1)
def shipped_owners() -> Mapping[tuple[str, str], str]:
    """(folder, key) -> the pack whose it is, of what comes with the program; "base" for what belongs to no plan."""
    owners = dict.fromkeys((("loops", key) for key in base_kinds()), "base")
    owners |= dict.fromkeys((("checklists", key) for key in base_checklists()), "base")
    for pack in shipped_packs():
        for folder in FOLDERS:
            here = files("tongchou.packs").joinpath("data", pack, folder)
            for file in here.iterdir() if here.is_dir() else ():
                text = file.read_bytes().decode("utf-8")
                owners[folder, (read_kind if folder == "loops" else read_checklist)(text, file.name).key] = pack
    return owners


def check_parts(pack: Pack) -> Iterator[Refusal]:
    """Names that belong to the program or to another shipped pack, and what only the program's own kinds may be."""
    owners = shipped_owners()
    for folder, file, key in [*(("loops", k.source, k.key) for k in pack.kinds.values()), *(("checklists", c.file, c.key) for c in pack.checklists.values())]:
        owner = owners.get((folder, key), pack.key)
        if owner != pack.key:
            yield taken(file, key, owner)
    for kind in pack.kinds.values():
        if kind.confidential:
            yield only_the_programs(kind.source, line=1)


def only_the_programs(file: str, line: int | None = None) -> Refusal:
    """A kind of a plan or of the district that says it is confidential."""
    rule = Text("confidential 仅限系统自带的类型。", "`confidential` is for kinds that come with the system.")
    remedy = Text("请删除 confidential。", "Delete `confidential`.")
    return Refusal(Reason.NOT_ALLOWED, rule, remedy=remedy, field="confidential", value=True, line=line, file=file)


def taken(file: str, key: str, owner: str) -> Refusal:
    """A name that somebody else's kind or checklist bears already. owner: a pack, "base", or "" for the district's own."""
    whose = {"base": Text("系统自带", "the program"), "": Text("本区", "the district")}.get(owner, Text(owner, f"pack {owner}"))
    rule = Text("“{key}”已是{whose}的名称。", "“{key}” is a name of {whose} already.").with_(key=key, whose=whose)
    remedy = Text("请另取名称。", "Choose another name.")
    return Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="kind" if file.startswith("loops") else "checklist", value=key, line=1, file=file)
