"""The weights of scores: what is in force, what is proposed, who adopted what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from tongchou.kernel.clock import parse_date
from tongchou.kernel.text import Text
from tongchou.rooms.assessment.definition import MEASURES, in_force
from tongchou.rooms.assessment.models import ScoreEdition
from tongchou.web.fieldparts import FieldParts
from tongchou.web.pages.forms import Draft, done, form_page
from tongchou.web.pages.requests import actor_of, do, integer, yes_or_no
from tongchou.web.permission import page

_TITLE = Text("考核权重", "Weights of scores")


@page("score_weights", "scores/weights", "scores.set")
def score_weights(request: HttpRequest) -> HttpResponse:
    """Propose other weights from a day on; another person adopts them."""
    how = in_force(timezone.localdate())

    def fields(d: Draft) -> list[FieldParts]:
        shown = [d.field(f"w_{k}", Text("{t}（分）", "{t} (points)").with_(t=m.title), "integer", min=0, max=100, help=m.meaning) for k, m in MEASURES.items()]
        wrong = d.problem.rule if d.problem is not None and d.problem.field == "weights" else ""
        total = FieldParts("weights", Text("合计", "Total"), "text", "100", readonly=True, error=wrong)
        return [
            d.field("since", Text("自何日起施行", "In force from"), "date", required=True, help=Text("须在今天之后。", "After today.")),
            *shown,
            total,
            d.field("least", Text("每项至少件数", "Least number of loops"), "integer", min=1, max=100, required=True),
            d.field("reason", Text("理由和依据", "Why, and on what basis"), required=True, maxlength=300),
        ]

    def send() -> HttpResponse:
        weights = {k: integer(request, f"w_{k}") or 0 for k in MEASURES}
        since = parse_date(request.POST.get("since", ""), "since").isoformat()
        do(request, "scores.propose", {"since": since, "least": integer(request, "least"), "weights": weights, "reason": request.POST.get("reason", "")})
        return done(request, reverse("score_weights"), Text("已提出，待其他同志审定。", "Proposed; somebody else has to adopt it."))

    on_record: dict[str, Any] = {f"w_{k}": str(how.weights.get(k, 0)) for k in MEASURES} | {"least": how.least}
    me = actor_of(request).account_id
    rows = ScoreEdition.objects.select_related("proposed_by", "decided_by").order_by("-since", "-pk")[:40]
    editions = [
        {"row": r, "parts": [(MEASURES[k].title, v) for k, v in r.weights.items() if k in MEASURES], "can": r.adopted is None and r.proposed_by_id != me}
        for r in rows
    ]
    crumbs = [{"url": reverse("scores"), "label": Text("考核排名", "Scores")}, {"url": "", "label": _TITLE}]
    return form_page(
        request, fields, send, title=_TITLE, button=Text("提出", "Propose"), back=reverse("scores"), breadcrumbs=crumbs, on_record=on_record,
        template="assessment/weights.html", how=how, parts=[(MEASURES[k].title, v) for k, v in how.weights.items()], editions=editions,
    )  # fmt: skip


@page("score_adopt", "scores/weights/<int:edition>", "scores.set", methods=("POST",))
def score_adopt(request: HttpRequest, edition: int) -> HttpResponse:
    """Adopt or drop a proposal."""
    adopted = do(request, "scores.adopt", {"edition": edition, "adopt": yes_or_no(request, "adopt")}).result["adopted"]
    said = Text("已审定，到期施行。", "Adopted; in force from its day.") if adopted else Text("未采纳。", "Dropped.")
    return done(request, reverse("score_weights"), said)
