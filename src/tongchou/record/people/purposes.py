"""The closed list of purposes for which a personal file is opened (purposes.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import yaml

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Purpose:
    key: str
    title: Text
    note_required: bool


@lru_cache(maxsize=1)
def purposes() -> dict[str, Purpose]:
    """Every purpose by key, in the order of the file."""
    raw = yaml.safe_load(files("tongchou.record.people").joinpath("purposes.yaml").read_text("utf-8"))
    return {k: Purpose(k, Text.from_dict(v["title"]), v.get("note") == "required") for k, v in raw.items()}


def stated(key: str, note: str) -> str:
    """Return the purpose as it is stored and shown (at most 200 characters); refuses what is not on the list."""
    purpose = purposes().get(key)
    if purpose is None:
        rule = Text("没有这种用途。", "There is no such purpose.")
        zh = "、".join(f"{p.key}（{p.title.zh}）" for p in purposes().values())
        remedy = Text("可选：{all}。", "Choose from: {all}.").with_(all=Text(zh, ", ".join(purposes())))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="purpose", value=key[:40])
    if purpose.note_required and len(note) < 4:
        rule = Text("选择“{title}”须写明具体事由。", "“{title}” needs the particulars.").with_(title=purpose.title)
        remedy = Text("请用一句话写明事由和依据。", "Say in one sentence why and on what basis.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="note")
    return f"{purpose.title.zh}：{note}"[:200] if note else purpose.title.zh
