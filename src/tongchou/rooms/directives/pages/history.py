"""Every version of one directive: who changed what, when, from which value to which, in words."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tongchou.kernel.text import Text
from tongchou.record.models import Account, Unit
from tongchou.record.territory.names import told_apart
from tongchou.rooms.directives.collective import EACH
from tongchou.rooms.directives.names import EVIDENCE, THEMES
from tongchou.rooms.directives.pages.edit import crumbs_of
from tongchou.rooms.directives.questions import history
from tongchou.rooms.directives.reach import VIEW, directive_in_reach
from tongchou.web.pages.requests import actor_of
from tongchou.web.permission import page

_WHAT = {
    "read": Text("读出", "Read"), "confirm": Text("确认", "Confirmed"), "edit": Text("修改", "Edited"),
    "split": Text("拆分", "Split"), "split_off": Text("拆分得来", "Split off"),
    "merge": Text("并入另一条", "Another merged into it"), "merged": Text("并入另一条", "Merged into another"), "drop": Text("不采用", "Dropped"),
    "take_back": Text("恢复", "Taken back"), "add": Text("人工补充", "Added"), "issue": Text("下达", "Issued"),
}  # fmt: skip
_FIELDS = {
    "title": Text("任务名称", "Title"), "text": Text("内容", "Text"), "lead_unit": Text("牵头单位", "Lead unit"), "co_units": Text("协办单位", "Co-units"),
    "person": Text("第一责任人", "First responsible"), "due_at": Text("时限", "Due"), "evidence": Text("须提交", "Proof"), "urgent": Text("加急", "Urgent"),
    "themes": Text("主题", "Themes"), "each_kind": Text("每个单位一件", "One for each"), "each_units": Text("其中的单位", "Those meant"),
}  # fmt: skip
_NONE = Text("无", "none")


@page("directive_history", "directives/items/<uuid:directive>/history", VIEW, methods=("GET",))
def directive_history(request: HttpRequest, directive: uuid.UUID) -> HttpResponse:
    row = directive_in_reach(actor_of(request), VIEW, directive)
    found = [(h, [(k, v) for k, v in h.data.items() if k in _FIELDS and isinstance(v, list) and len(v) == 2]) for h in history(f"directive:{directive}")]
    said = _Said([(k, value) for _, changes in found for k, pair in changes for value in pair])
    lines = []
    for h, changes in found:
        told = [{"label": _FIELDS[k], "old": said.of(k, old), "new": said.of(k, new)} for k, (old, new) in changes]
        lines.append({"line": h, "what": _WHAT.get(h.what, Text(h.what, h.what)), "changes": told})
    context = {"row": row, "lines": lines, "breadcrumbs": crumbs_of(row, Text("修改记录", "History"))}
    return render(request, "directives/history.html", context)


class _Said:
    """Values of the fields as people read them: units and people by name, read once for all of them."""

    def __init__(self, values: Iterable[tuple[str, Any]]) -> None:
        units: set[int] = set()
        people: set[int] = set()
        for name, value in values:
            if name == "person" and value is not None:
                people.add(value)
            elif name in ("lead_unit", "co_units", "each_units"):
                units.update(value if isinstance(value, list) else () if value is None else (value,))
        named = told_apart(list(Unit.objects.filter(pk__in=units).values_list("pk", "name")))
        self._units: dict[int, str] = {key: name for key, name, *_ in named}
        self._people = {a.pk: a.display_name for a in Account.objects.filter(pk__in=people)}

    def of(self, name: str, value: Any) -> Any:
        if name in ("co_units", "each_units", "evidence", "themes"):
            words: dict[Any, Any] = EVIDENCE if name == "evidence" else THEMES if name == "themes" else self._units
            return Text.listed([words.get(v, str(v)) for v in value]) if value else _NONE
        if value is None or value == "":
            return _NONE
        if name == "lead_unit":
            return self._units.get(value, value)
        if name == "person":
            return self._people.get(value, value)
        if name == "each_kind":
            return EACH[value][0] if value in EACH else value
        return datetime.fromisoformat(value) if name == "due_at" else value
