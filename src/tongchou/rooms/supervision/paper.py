"""What papers say of supervision: visits and what they found, what is to be put right; praise, and figures of leads for those who may see them."""

from __future__ import annotations

from datetime import datetime, timedelta

from tongchou.documents.model import Block, Paragraph, Table
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Section, Span, section
from tongchou.rooms.supervision.pages.words import LEAD_KINDS, OUTCOMES, SEVERITIES
from tongchou.rooms.supervision.questions import (
    Faults,
    faults_between,
    lead_figures,
    load_between,
    published,
    rectifications_due,
)
from tongchou.rooms.supervision.reach import OVERSEE, PLAN

LISTED = 10


def brief(actor: Actor, span: Span) -> list[Block]:
    """The day's visits and findings, and what is to be put right by tomorrow. What is planned is not told: visits may be unannounced."""
    groups = [x for x in load_between(actor, span.first, span.today, span.today) if x.account is None]
    done = sum(x.finished for x in groups)
    body: list[Block] = [
        Paragraph(f"当日督查{done}个单位（次），{_found(faults_between(actor, span.since, span.until, span.at))}")
    ]
    due = rectifications_due(actor, span.at + timedelta(days=1))
    if due:
        late = sum(at < span.at for _, _, at in due)
        rows = tuple((unit, title, _day(at) + ("，已超时" if at < span.at else "")) for unit, title, at in due[:LISTED])
        said = f"待整改的问题中，一日内到期的{len(due) - late}个，已超时的{late}个。"
        body += [
            Paragraph(said),
            Table(
                ("单位", "问题", "整改时限"), rows, "到期整改" + (f"（列前{LISTED}个）" if len(due) > LISTED else "")
            ),
        ]
    return body


def month(actor: Actor, span: Span) -> list[Block]:
    """Visits of each group, planned and done, and findings by severity with how far they were put right."""
    groups = [x for x in load_between(actor, span.first, span.last, span.today) if x.account is None]
    faults = faults_between(actor, span.since, span.until, span.at)
    visits = sum(x.finished for x in groups)
    if not groups:
        return [Paragraph("期内没有安排督查。")]
    body: list[Block] = [
        Paragraph(f"期内督查{visits}个单位（次），到期未查{sum(x.late for x in groups)}个（次），{_found(faults)}")
    ]
    rows = tuple(
        (x.name, str(x.finished), str(x.late), str(x.cancelled), str(x.moved), str(x.findings)) for x in groups
    )
    body.append(Table(("督导组", "已检查", "到期未查", "取消", "移交", "发现问题"), rows, "各督导组工作量"))
    if faults:
        lines = tuple(
            (
                SEVERITIES[f.severity].zh if f.severity in SEVERITIES else "未定",
                str(f.found),
                str(f.closed),
                str(f.late),
            )
            for f in faults
        )
        body.append(Table(("程度", "发现", "已整改销号", "整改超时"), lines, "发现问题和整改情况"))
    return body


def _found(faults: list[Faults]) -> str:
    n, closed = sum(f.found for f in faults), sum(f.closed for f in faults)
    if not n:
        return "没有发现问题。"
    grave = sum(f.found for f in faults if f.severity == "grave")
    return f"发现问题{n}个" + (f"（其中严重{grave}个）" if grave else "") + f"，已整改销号{closed}个。"


def praised(actor: Actor, span: Span) -> list[Block]:
    """Who was praised in the period: units, never people."""
    rows = published(actor, span.since, span.until)
    if not rows:
        return [Paragraph("期内没有发布典型。")]
    names = "、".join(dict.fromkeys(r.unit.name for r in rows))
    return [Paragraph(f"期内经核验发布典型{len(rows)}个：{names}。")]


def led(actor: Actor, span: Span) -> list[Block]:
    """Leads raised in the period, by kind and outcome; no unit and nobody is named."""
    rows = lead_figures(actor, span.since, span.until)
    if not rows:
        return [Paragraph("期内没有移送问责线索。")]
    table = tuple(
        (LEAD_KINDS[k].zh, OUTCOMES[o].zh if o in OUTCOMES else "办理中", str(n), str(silent))
        for k, o, n, silent, _, _ in rows
    )
    return [
        Paragraph(f"期内移送问责线索{sum(r[2] for r in rows)}件，由纪检监察机关办理。"),
        Table(("类别", "结果", "件数", "尚未说明"), table, "问责线索（不含单位和个人）"),
    ]  # fmt: skip


def _day(at: datetime) -> str:
    here = at.astimezone(SHANGHAI)
    return f"{here.month}月{here.day}日{here:%H}时"


section(Section("supervision", "supervision", Text("督导检查", "Supervision"), (OVERSEE, PLAN), "coverage", month=month, brief=brief))
section(Section("praise", "account", Text("典型选树", "Praise"), ("praise.view",), "praise", month=praised, place=1))
section(Section("leads", "account", Text("问责线索", "Leads"), ("lead.figures",), "leads", month=led, place=2))
