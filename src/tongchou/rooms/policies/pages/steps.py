"""The forms of an application's steps: what each needs, and no more."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from tongchou.kernel.text import Text
from tongchou.packs.kinds import Need
from tongchou.rooms.policies.actions.deciding import PAPERS, criteria
from tongchou.rooms.policies.models import Application
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.choices import PLEASE
from tongchou.web.pages.forms import Draft
from tongchou.web.pages.uploads import evidence_of

_PAPER = Need("paper", "file", Text("材料", "Papers"), 0)


def files_of(request: HttpRequest) -> list[str]:
    """The papers that a form brings, taken in."""
    return [e["file"] for e in evidence_of(request, _PAPER)]


def fields_of(row: Application, what: str) -> Callable[[Draft], list[FieldParts]]:
    """The fields of one step."""
    money, day = Text("元", "yuan"), Text("日期", "Day")
    grounds = (
        [(k, Text("{a}（{b}）", "{a} ({b})").with_(a=g.reason, b=g.cited)) for k, g in criteria(row).items()]
        if what == "refuse"
        else []
    )
    if row.supplement_at:
        grounds.append(
            (PAPERS, Text("材料经补正仍不能证明符合条件", "The papers do not show it, though they were asked for"))
        )

    def fields(d: Draft) -> list[FieldParts]:
        amount = d.field("amount", Text("金额", "Amount"), "number", unit=money, required=True, min=0)
        note = d.field("note", Text("说明", "Note"), "textarea", required=True, maxlength=1000)
        return {
            "approve": [
                amount,
                d.field(
                    "reason",
                    Text("说明", "Note"),
                    "textarea",
                    rows=2,
                    maxlength=1000,
                    help=Text("与计算金额不同的，写明理由。", "Needed where it differs from what was worked out."),
                ),
            ],
            "ask_more": [
                d.field(
                    "note",
                    Text("缺什么（一次写全）", "What is missing, all of it"),
                    "textarea",
                    required=True,
                    maxlength=1000,
                )
            ],
            "refuse": [
                d.field(
                    "criterion",
                    Text("不符合的条件", "The condition that is not met"),
                    "select",
                    choices=[PLEASE, *grounds],
                    required=True,
                ),
                d.field("reason", Text("事实和理由", "Facts and reason"), "textarea", required=True, maxlength=1000),
            ],
            "pay": [amount, d.field("on", day, "date", required=True)],
            "give_more": [d.field("evidence_paper", Text("材料", "Papers"), "file", multiple=True), note],
            "arrived": [d.field("on", Text("到账日期", "It arrived on"), "date", required=True)],
            "not_arrived": [note],
            "withdraw": [note],
            "object": [
                d.field(
                    "note",
                    Text("为什么有异议", "Why you object"),
                    "textarea",
                    required=True,
                    maxlength=1000,
                    help=Text("由指挥部办公室办理答复，您确认后才算办结。", "The headquarters office answers; it is closed only when you say so."),
                )
            ],
        }[what]

    return fields


def given_by(request: HttpRequest, what: str) -> dict[str, Any]:
    """What the form gives for one step."""
    names = {
        "approve": ("amount", "reason"),
        "ask_more": ("note",),
        "refuse": ("criterion", "reason"),
        "pay": ("amount", "on"),
        "give_more": ("note",),
        "arrived": ("on",),
        "not_arrived": ("note",),
        "withdraw": ("note",),
        "object": ("note",),
    }[what]
    out: dict[str, Any] = {
        n: request.POST.get(n, "").replace(",", "") if n == "amount" else request.POST.get(n, "").strip() for n in names
    }
    return out | ({"files": files_of(request)} if what == "give_more" else {})
