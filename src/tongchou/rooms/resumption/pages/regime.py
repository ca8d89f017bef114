"""By which procedure an enterprise resumes work here on a day; for everybody."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.models import District
from tongchou.record.regime import Regime, regime
from tongchou.web.permission import PUBLIC, page

_CASES = (
    (Text("一般企业，未签承诺书", "Not essential, no commitment signed"), False, False),
    (Text("一般企业，已签防控承诺书", "Not essential, a commitment signed"), False, True),
    (Text("保障运行、疫情防控、群众生活必需等企业", "Essential: supply, epidemic control, daily needs"), True, False),
)
_LEVELS = {"low": Text("低风险", "low"), "medium": Text("中风险", "medium"), "high": Text("高风险", "high")}


@page("regime", "regime", PUBLIC, methods=("GET",))
def regime_page(request: HttpRequest) -> HttpResponse:
    """The regime of the district on a day (?on=), for each kind of enterprise."""
    on = _day(request)
    here = District.objects.filter(pk=1).select_related("root").first()
    rows: list[dict[str, Any]] = []
    found: Regime | None = None
    if here is not None and here.root is not None:
        for title, essential, commitment in _CASES:
            found = regime(here.root.code, on, essential=essential, commitment=commitment)
            rows.append({"title": title, "found": found})
    level = _LEVELS.get(found.level or "") if found else None
    context = {
        "on": on,
        "today": timezone.localdate(),
        "rows": rows,
        "found": found,
        "level": level,
        "name": here.name if here else "",
    }
    return render(request, "resumption/regime.html", context)


def _day(request: HttpRequest) -> date:
    text = (request.GET.get("on") or "").strip()
    try:
        return date.fromisoformat(text) if text else timezone.localdate()
    except ValueError:
        rule = Text("不是有效的日期。", "This is no valid date.")
        remedy = Text("请按“2020-03-05”的格式填写。", "Write it like 2020-03-05.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=remedy, field="on", value=text[:20]) from None
