"""The one request for what is missing, as a letter; readiness in three counts; an officer's renewal; what each of an enterprise's posts may do."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from docx import Document

from tests.cast import Cast
from tests.rooms.resumption.flow import STAGED, answers, do, refused, submitted
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import Context, act
from tongchou.record.actions.permits import Given, grant
from tongchou.record.models import Account, Loop, Post, PostHolding, WorkPermit
from tongchou.rooms.resumption.models import Application
from tongchou.rooms.resumption.queue import ranking
from tongchou.rooms.resumption.ways import default_rules

WEIGHTS = default_rules()["weights"]


def post(cast: Cast, name: str, role: str) -> None:
    account = Account.objects.create(username=name, display_name=name)
    PostHolding.objects.create(post=Post.objects.create(unit=cast.units["works"], title=role, role=role), account=account, from_date=STAGED.date())
    cast.accounts[name] = account


def test_the_letter_lists_every_item_with_what_was_wanting(cast: Cast) -> None:
    row = submitted(cast)
    bad = row.items.filter(site=True).order_by("n")[0]
    do(cast, "street", "resumption.check", application=str(row.pk), items=[{"key": bad.key, "ok": False, "reason": "隔离间没有独立卫生间"}])
    do(cast, "street", "resumption.ask", application=str(row.pk), items=[bad.key, "plan"], what="隔离间整改，方案补充轮班安排")
    url = reverse("resumption_asked_letter", args=[row.pk, 1, "docx"])
    answer = signed_in(cast, "enterprise").get(url)
    document = Document(io.BytesIO(answer.content))
    said = "".join(p.text for p in document.paragraphs) + "".join(c.text for t in document.tables for r in t.rows for c in r.cells)
    for words in ("一次性补正告知书", bad.title["zh"], "隔离间没有独立卫生间", "方案补充轮班安排", "个工作日"):
        assert words in said
    do(cast, "enterprise", "resumption.fill", application=str(row.pk), items=answers(cast, row, "enterprise", {bad.key}))
    later = Document(io.BytesIO(signed_in(cast, "enterprise").get(url).content))
    assert "隔离间没有独立卫生间" in "".join(c.text for t in later.tables for r in t.rows for c in r.cells)  # as it was said then
    assert signed_in(cast, "enterprise").get(reverse("resumption_asked_letter", args=[row.pk, 2, "docx"])).status_code == 409
    assert signed_in(cast, "rival").get(url).status_code == 404
    assert url in signed_in(cast, "enterprise").get(reverse("resumption_application", args=[row.pk])).content.decode()


def ready(cast: Cast, row: Application) -> tuple[float | None, float, str]:
    one = next(r for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS) if r.application == row.pk)
    part = next(p for p in one.parts if p.key == "readiness")
    return part.points, part.weight, part.why.zh


def test_what_was_not_looked_at_is_neither_in_order_nor_wanting(cast: Cast) -> None:
    row = submitted(cast)
    of = row.items_of
    assert ready(cast, row) == (None, 0.0, f"{of} 项：合格 0、不合格 0、未核查 {of}")
    site = list(row.items.filter(site=True, units=[]).order_by("n")[:2])
    found = [{"key": site[0].key, "ok": True}, {"key": site[1].key, "ok": False, "reason": "不足"}]
    do(cast, "street", "resumption.check", application=str(row.pk), items=found)
    row.refresh_from_db()
    assert (row.items_ok, row.items_bad) == (1, 1)
    points, weight, why = ready(cast, row)
    assert points == 50
    assert weight == pytest.approx(WEIGHTS["readiness"] * 2 / of)
    assert why == f"{of} 项：合格 1、不合格 1、未核查 {of - 2}"
    do(cast, "street", "resumption.ask", application=str(row.pk), items=[site[1].key], what="请补足数量")
    do(cast, "enterprise", "resumption.fill", application=str(row.pk), items=answers(cast, row, "enterprise", {site[1].key}))
    row.refresh_from_db()
    assert (row.items_ok, row.items_bad) == (1, 0)  # given anew, nobody has looked at it
    page = signed_in(cast, "hq").get(reverse("resumption_queue")).content.decode()
    assert "未核查项" in page


def test_one_found_wanting_ranks_below_one_that_nobody_has_looked_at(cast: Cast) -> None:
    works, mill = submitted(cast), submitted(cast, "rival", "mill")
    first = works.items.filter(site=True).order_by("n")[0]
    do(cast, "street", "resumption.check", application=str(works.pk), items=[{"key": first.key, "ok": False, "reason": "不足"}])
    scores = {r.application: r.score for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS)}
    assert scores[works.pk] <= scores[mill.pk]
    do(cast, "street", "resumption.check", application=str(works.pk), items=[{"key": first.key, "ok": True}])
    assert {r.application: r.score for r in ranking(cast.as_("hq"), STAGED.date(), WEIGHTS)}[works.pk] > scores[works.pk]


def test_an_officer_renews_without_being_asked(cast: Cast) -> None:
    until = timezone.localdate() + timedelta(days=5)
    wanted = Given(cast.units["works"].pk, "list", until, (), {}, "resumption-2020", "guided", "by_list")
    permit = grant(Context(new_id(), SYSTEM, timezone.now(), ()), [wanted])[0]
    office, url = signed_in(cast, "hq"), reverse("permit_renew", args=[permit.pk])
    assert url in office.get(reverse("permit", args=[permit.pk])).content.decode()
    early = office.post(url, {"until": until.isoformat(), "reason": "继续生产", "seen_version": permit.version, "client_id": str(new_id())})
    assert early.status_code == 422
    new = until + timedelta(days=30)
    done = office.post(url, {"until": new.isoformat(), "reason": "继续生产", "seen_version": permit.version, "client_id": str(new_id())})
    assert done.status_code == 302, done.content[:500]
    assert WorkPermit.objects.get(pk=permit.pk).until == new
    assert signed_in(cast, "street").get(url).status_code in (403, 404)
    assert url not in signed_in(cast, "enterprise").get(reverse("permit", args=[permit.pk])).content.decode()


def test_the_safety_officer_applies_and_the_reporter_is_offered_nothing_that_is_refused(cast: Cast) -> None:
    post(cast, "safety", "enterprise_safety")
    post(cast, "reporter", "enterprise_reporter")
    assert submitted(cast, "safety").loop_id is not None
    offered = signed_in(cast, "reporter").get(reverse("resumption")).content.decode()
    assert reverse("resumption_new") not in offered
    assert cast.units["works"].name in offered
    assert refused(lambda: do(cast, "reporter", "resumption.start", unit=cast.units["works"].pk)).reason is Reason.NOT_ALLOWED


def test_reporter_and_safety_officer_keep_staff_and_raise_difficulties(cast: Cast) -> None:
    for name, role in (("safety", "enterprise_safety"), ("reporter", "enterprise_reporter")):
        post(cast, name, role)
        given = {"unit": cast.units["works"].pk, "topic": "labour", "title": "缺三十名操作工"}
        loop = act("service.raise", cast.as_(name), new_id(), given).result["loop"]
        assert Loop.objects.get(pk=loop).kind == "difficulty"
        page = signed_in(cast, name).get(reverse("staff", args=[cast.units["works"].pk])).content.decode()
        assert reverse("staff_new", args=[cast.units["works"].pk]) in page
        assert signed_in(cast, name).get(reverse("staff_new", args=[cast.units["works"].pk])).status_code == 200
        act("enterprise.propose", cast.as_(name), new_id(), {"unit": cast.units["works"].pk, "name": "新名称", "reason": "换照"}, dry_run=True)
    assert signed_in(cast, "reporter").get(reverse("policies")).status_code == 200
    assert signed_in(cast, "safety").get(reverse("policies")).status_code == 403


def test_who_only_keeps_accounts_is_not_offered_a_change_of_the_entry(cast: Cast) -> None:
    post(cast, "keeper", "enterprise_accounts")
    post(cast, "reporter", "enterprise_reporter")
    url = reverse("enterprise_propose", args=[cast.units["works"].pk])
    assert url not in signed_in(cast, "keeper").get(reverse("enterprise_own")).content.decode()
    assert url in signed_in(cast, "reporter").get(reverse("enterprise_own")).content.decode()
