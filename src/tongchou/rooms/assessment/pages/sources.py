"""From a figure in a document back to the question that gave it, at the same moment."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from tongchou.documents.model import Block, Table, numbered
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Area, Unit
from tongchou.record.questions.drafts import draft_sources
from tongchou.record.questions.papers import sections
from tongchou.rooms.assessment.compose import scores_caption
from tongchou.rooms.assessment.definition import MEASURES
from tongchou.rooms.assessment.models import Bulletin
from tongchou.web.pages.names import KINDS

_OF_AREA = {"在办": {}, "超时": {"late": "1"}, "督办": {"level": "supervise"}, "问责线索": {"level": "accountability"}}


def source_of(actor: Actor, row: Bulletin) -> dict[str, Any] | None:
    """The pages whose figures a document was composed from, as far as the reader may open them, and when; None where somebody wrote it."""
    source = row.source
    more: list[dict[str, Any]] = []
    if source.get("compose") == "scores":
        query = urlencode({k: source[k] for k in ("kind", "first", "last") if k in source})
        url, label = f"{reverse('scores')}?{query}", Text("考核排名 {a} — {b}", "Scores {a} to {b}").with_(a=source.get("first", ""), b=source.get("last", ""))
    elif source.get("compose") == "brief":
        url, label = reverse("figures"), Text("闭环态势", "Loops at a glance")
        more = _sections(actor, "brief")
    elif source.get("compose") == "month":
        query = urlencode({k: source[k] for k in ("first", "last") if k in source})
        url, label = f"{reverse('month')}?{query}", Text("月度情况", "The month")
        more = [*_rankings(actor, source, query), *_sections(actor, "month")]
    elif source.get("compose") == "resumption":
        day = source.get("first", "")
        url, label = f"{reverse('daily_overview')}?{urlencode({'day': day})}", Text("企业日报 {d}", "Daily reports of {d}").with_(d=day)
    elif source.get("loop"):
        url, label = reverse("loop", args=[source["loop"]]), Text("事项", "The loop")
    elif source.get("compose") in draft_sources() and source.get("key"):
        made = draft_sources()[source["compose"]]
        url, label = reverse(made.page, args=[source["key"]]), made.label
    else:
        return None
    return {"pages": [{"url": url, "label": label}, *more], "at": _moment(source.get("at", ""))}


def _kinds(row_source: dict[str, Any]) -> list[str]:
    """The kinds of units that a document ranks."""
    return [k for k in [*str(row_source.get("kinds", "")).split(","), row_source.get("kind", "")] if k in KINDS]


def _rankings(actor: Actor, source: dict[str, Any], query: str) -> list[dict[str, Any]]:
    if not actor.permits("scores.view"):
        return []
    label = Text("考核排名：{k}", "Scores: {k}")
    return [{"url": f"{reverse('scores')}?{urlencode({'kind': k})}&{query}", "label": label.with_(k=KINDS[k])} for k in _kinds(source)]


def _sections(actor: Actor, paper: str) -> list[dict[str, Any]]:
    return [{"url": reverse(s.page), "label": s.title} for s in sections(actor, paper)]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def linked(actor: Actor, row: Bulletin, body: tuple[Block, ...]) -> list[dict[str, Any]]:
    """The blocks of a document; the cells of its tables lead to the lists behind them, for those who may see these."""
    compose = row.source.get("compose", "")
    scored = compose in ("scores", "month")
    sees = (scored and actor.permits("scores.view")) or (compose == "brief" and actor.permits("figures.view"))
    out = []
    for block, number in numbered(body):
        one: dict[str, Any] = {"block": block, "number": number, "is": type(block).__name__.lower()}
        if isinstance(block, Table):
            find = (_scores(row, block) if scored else _areas(block)) if sees else {}
            one["rows"] = [[{"text": c, "url": find.get((n, m), "")} for m, c in enumerate(cells)] for n, cells in enumerate(block.rows)]
        out.append(one)
    return out


def _scores(row: Bulletin, table: Table) -> dict[tuple[int, int], str]:
    """(row, column) -> the loops behind that share."""
    measures = {m.title.zh: k for k, m in MEASURES.items()}
    columns = {n: measures[h] for n, h in enumerate(table.header) if h in measures}
    if "单位" not in table.header or not columns:
        return {}
    where = table.header.index("单位")
    source = row.source
    kinds = _kinds(source)
    kind = next((k for k in kinds if scores_caption(KINDS[k].zh) == table.caption), kinds[0] if len(kinds) == 1 else "")
    units = dict(Unit.objects.filter(kind=kind, name__in=[r[where] for r in table.rows]).values_list("name", "pk"))
    common = {"kind": kind} | {k: source[k] for k in ("first", "last", "at") if k in source}
    return {
        (n, m): f"{reverse('score_loops')}?{urlencode({'unit': units[cells[where]], 'measure': key} | common)}"
        for n, cells in enumerate(table.rows)
        if cells[where] in units
        for m, key in columns.items()
        if cells[m] != "—"
    }


def _areas(table: Table) -> dict[tuple[int, int], str]:
    """(row, column) -> the list of loops of that area."""
    if "区域" not in table.header:
        return {}
    where = table.header.index("区域")
    areas = dict(Area.objects.filter(name__in=[r[where] for r in table.rows], valid_to=None).values_list("name", "pk"))
    return {
        (n, m): f"{reverse('work')}?{urlencode({'view': 'area', 'area': areas[cells[where]]} | _OF_AREA[h])}"
        for n, cells in enumerate(table.rows)
        if cells[where] in areas
        for m, h in enumerate(table.header)
        if h in _OF_AREA
    }
