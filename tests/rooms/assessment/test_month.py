"""The monthly report and the chapters of the daily brief: the figures are those of the pages, and nobody is told what one may not see."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import docx
import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.rooms.assessment.test_bulletins import sign
from tests.rooms.assessment.test_scores import DAY, MARCH, NOW, task, work
from tests.rooms.command.test_duty import TOLD, incident
from tests.rooms.supervision.helping import LIST, carry_out, do, plan_visit
from tests.web.test_pages import signed_in
from tongchou.documents.model import Block, Heading, Paragraph, Table
from tongchou.documents.pdf import has_chinese_font
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.checklists import shipped
from tongchou.record.act import act
from tongchou.record.questions import figures, papers
from tongchou.record.questions.figures import over_period, top_area
from tongchou.record.questions.papers import CHAPTERS, Section, Span, section, sections
from tongchou.rooms.assessment import compose
from tongchou.rooms.assessment.blocks import as_text, store
from tongchou.rooms.assessment.compose import daily_brief, monthly_kinds, monthly_report
from tongchou.rooms.assessment.models import Bulletin
from tongchou.rooms.assessment.periods import Period
from tongchou.rooms.assessment.questions import Line, ranking, rankings
from tongchou.web.pages.names import KINDS

SPAN = Span(MARCH.first, MARCH.last, NOW)


def text_of(body: list[Block]) -> str:
    return "\n".join(
        b.text if isinstance(b, Heading | Paragraph) else "|".join((*b.header, *(c for r in b.rows for c in r)))
        for b in body
    )


def march(cast: Cast) -> None:
    """East: two closed in time, one late, one open, one opened again; west: one closed. One is cancelled and counts nowhere but as handed out."""
    again = task(cast)
    work(cast, again, 10)
    act(
        "loop.follow_up",
        cast.as_("hq"),
        new_id(),
        {"loop": again, "satisfied": False, "note": "仍未解决"},
        now=DAY + timedelta(days=8),
    )
    work(cast, task(cast), 20)
    work(cast, task(cast), 30)
    work(cast, task(cast), 60)
    task(cast)
    work(cast, task(cast, "west_street"), 5, who="next_street")


def test_what_became_of_the_loops_of_a_period(cast: Cast) -> None:
    march(cast)
    work(cast, task(cast, at=DAY - timedelta(days=40)), 5, at=DAY - timedelta(days=40))  # before the period
    hq = cast.as_("hq")
    found = {p.area: p for p in over_period(hq, top_area(hq), SPAN.since, SPAN.until)}
    east, west = found[cast.areas["east"].pk], found[cast.areas["west"].pk]
    assert (east.opened, east.closed, east.verified, east.in_time, east.late, east.reopened) == (5, 3, 3, 2, 3, 1)
    assert (west.opened, west.closed, west.verified, west.late) == (1, 1, 1, 0)
    assert east.in_time_share == 66.7
    earlier = over_period(hq, top_area(hq), SPAN.since - timedelta(days=60), SPAN.since)
    assert sum(p.closed for p in earlier) == 1


def test_closed_by_the_unit_itself_is_not_verified_and_without_the_rule_it_would_be(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = task(cast, opener="street", verifier_unit=cast.units["east_street"].pk)
    work(cast, own, 5, by="street_colleague")
    hq = cast.as_("hq")

    def verified() -> tuple[int, int]:
        rows = over_period(hq, top_area(hq), SPAN.since, SPAN.until)
        return sum(p.closed for p in rows), sum(p.verified for p in rows)

    assert verified() == (1, 0)
    monkeypatch.setattr(
        figures, "_PERIOD", figures._PERIOD.replace("x.unit_id is distinct from l.owner_unit_id", "true")
    )
    assert verified() == (1, 1)


def test_a_street_sees_its_own_figures(cast: Cast) -> None:
    march(cast)
    client = signed_in(cast, "next_street")
    page = client.get(reverse("month"), {"first": "2026-03-01", "last": "2026-03-31"}).content.decode()
    assert "reed 区域" in page or "west 区域" in page
    assert "east 区域" not in page


def test_the_report_holds_both_hands_and_the_figures_of_the_page(cast: Cast) -> None:
    march(cast)
    hq = cast.as_("hq")
    title, body = monthly_report(hq, MARCH, NOW)
    assert title == "2026年3月工作月报"
    heads = [b.text for b in body if isinstance(b, Heading) and b.level == 1]
    assert heads == ["事项办理", "考核排名", *CHAPTERS.values()]
    said = text_of(body)
    assert "期内交办事项6件，办结4件，其中经其他单位核验办结4件" in said
    assert "期内到期未按时办结3件，办结后又重开1件" in said
    table = next(b for b in body if isinstance(b, Table))
    rows = {p.name: p for p in over_period(hq, top_area(hq), SPAN.since, SPAN.until)}
    assert {r[0]: r[1:3] for r in table.rows} == {n: (str(p.opened), str(p.closed)) for n, p in rows.items()}
    assert (
        monthly_report(hq, Period(date(2026, 3, 1), date(2026, 3, 10)), NOW)[0] == "2026年3月1日至3月10日工作情况报告"
    )


def test_a_section_is_left_out_for_whom_it_is_not_meant_and_without_the_check_it_is_not(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = {s.key for s in sections(cast.as_("hq"), "month")}
    assert {
        "orders",
        "grades",
        "permits",
        "difficulties",
        "supervision",
        "duty",
        "burden",
        "praise",
        "leads",
    } <= keys
    street = {s.key for s in sections(cast.as_("street"), "month")}
    assert not {"leads", "burden", "supervision"} & street
    monkeypatch.setattr(papers, "any", lambda found: True, raising=False)
    assert "leads" in {s.key for s in sections(cast.as_("street"), "month")}


def test_a_section_of_no_chapter_is_refused() -> None:
    with pytest.raises(ValueError, match="no chapter"):
        section(Section("x", "nowhere", Text("无", "none"), ("unit.view",), "units"))


def test_the_brief_tells_duty_incidents_and_what_is_to_be_put_right(cast: Cast) -> None:
    now = timezone.now()
    starts = (now - timedelta(hours=1)).replace(microsecond=0)
    people = {"leaders": [cast.accounts["leader"].pk], "staff": [cast.accounts["hq"].pk]}
    shift = {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(hours=3)).isoformat(), **people}
    do(cast, "hq", "duty.plan", unit=cast.units["office"].pk, shifts=[shift])
    told = incident(cast, "accident", 4)
    do(cast, "street", "loop.advance", loop=str(told.pk), step="phone", evidence=TOLD)
    incident(cast, "disaster", 45)
    visit = plan_visit(cast)
    carry_out(cast, visit, (shipped()[LIST].items[0].key,))
    said = text_of(daily_brief(cast.as_("hq"), timezone.now())[1])
    assert "带班领导leader 同志" in said
    assert "office 单位" in said
    assert "登记突发事件2件，首报超时1件" in said
    assert "自然灾害|east 区域" in said
    assert "4分钟（限20分钟）" in said
    assert "未报，已超时（限20分钟）" in said
    assert "当日督查1个单位（次），发现问题1个" in said


def test_what_is_planned_unannounced_is_not_told(cast: Cast) -> None:
    plan_visit(cast, "unannounced")
    said = text_of(daily_brief(cast.as_("hq"), timezone.now())[1])
    assert "当日督查0个单位（次）" in said
    assert "works 单位" not in said


def test_an_incident_told_by_mistake_is_none(cast: Cast) -> None:
    row = incident(cast, "accident", 2)
    do(cast, "hq", "loop.advance", loop=str(row.pk), step="withdraw", note="误报")
    assert "当日没有登记突发事件" in text_of(daily_brief(cast.as_("hq"), timezone.now())[1])


def test_drafted_signed_and_issued_as_word_and_pdf(cast: Cast) -> None:
    client = signed_in(cast, "hq")
    address = reverse("bulletin_new") + "?compose=month&first=2026-03-01&last=2026-03-31"
    assert "2026年3月工作月报" in client.get(address).content.decode()
    title, body = monthly_report(cast.as_("hq"), MARCH, datetime.now(SHANGHAI))
    sent = {
        "form": "brief",
        "title": title,
        "body": as_text(store(body)),
        "client_id": str(new_id()),
        "composed_at": NOW.isoformat(),
    }
    got = client.post(address, sent)
    assert got.status_code == 302, got.content.decode()[:2000]
    row = Bulletin.objects.get()
    assert row.source["compose"] == "month"
    assert sign(cast, str(row.pk))["seq"] == 1
    shown = client.get(reverse("bulletin", args=[row.pk])).content.decode()
    assert reverse("month") + "?first=2026-03-01" in shown
    assert reverse("order_counts") in shown
    word = client.get(reverse("bulletin_file", args=[row.pk, "docx"])).content
    assert "疫情防控" in "".join(p.text for p in docx.Document(io.BytesIO(word)).paragraphs)
    if has_chinese_font():
        assert client.get(reverse("bulletin_file", args=[row.pk, "pdf"])).content[:4] == b"%PDF"


def section_of(body: list[Block], head: str) -> list[Block]:
    """The blocks under a heading, up to the next of the same level or a higher one."""
    start = next(n for n, b in enumerate(body) if isinstance(b, Heading) and b.text == head)
    level = body[start].level  # type: ignore[union-attr]
    rest = body[start + 1 :]
    return rest[: next((n for n, b in enumerate(rest) if isinstance(b, Heading) and b.level <= level), len(rest))]


def departments(cast: Cast) -> None:
    """Three tasks of a department, all in time."""
    for hours in (5, 10, 15):
        work(cast, task(cast, "department"), hours, who="dept")


def test_each_kind_of_units_has_its_own_ranking_and_none_that_was_not_chosen(cast: Cast) -> None:
    march(cast)
    departments(cast)
    hq = cast.as_("hq")
    _, body = monthly_report(hq, MARCH, NOW)
    whole = section_of(body, "考核排名")
    assert [b.text for b in whole if isinstance(b, Heading)] == [KINDS[k].zh for k in monthly_kinds(MARCH)]
    street, dept = (text_of(section_of(body, KINDS[k].zh)) for k in ("street", "department"))
    assert "east_street" in street
    assert "department" not in street
    assert "department 单位" in dept
    assert "east_street" not in dept
    assert "企业" not in {b.text for b in whole if isinstance(b, Heading)}
    one = section_of(monthly_report(hq, MARCH, NOW, ["department"])[1], "考核排名")
    assert [type(b).__name__ for b in one] == ["Paragraph", "Table"]
    assert "考核排名" not in [b.text for b in monthly_report(hq, MARCH, NOW, [])[1] if isinstance(b, Heading)]


def test_several_kinds_at_once_give_the_numbers_of_each_alone(cast: Cast) -> None:
    march(cast)
    departments(cast)
    hq = cast.as_("hq")
    together = rankings(hq, ["street", "department", "community"], MARCH, NOW)
    assert {k: r.lines for k, r in together.items()} == {k: ranking(hq, k, MARCH, NOW).lines for k in together}
    assert [x.score for x in together["department"].lines if x.name == "department 单位"] == [100.0]


def test_of_very_many_units_both_ends_are_listed(monkeypatch: pytest.MonkeyPatch, cast: Cast) -> None:
    march(cast)
    for _ in range(3):
        work(cast, task(cast, "west_street"), 5, who="next_street")
    hq = cast.as_("hq")
    assert len(next(b for b in section_of(monthly_report(hq, MARCH, NOW, ["street"])[1], "考核排名") if isinstance(b, Table)).rows) == 2
    monkeypatch.setattr(compose, "_ends", lambda ranked, most: ([ranked[0]], "下表列前1位"))
    body = section_of(monthly_report(hq, MARCH, NOW, ["street"])[1], "考核排名")
    assert "参加排名的街道（镇）2个，下表列前1位" in text_of(body)
    monkeypatch.undo()
    lines = [Line(n, f"单位{n}", {}, 100.0 - n, n + 1, ()) for n in range(50)]
    listed, said = compose._ends(lines, 10)
    assert [x.unit for x in listed] == [*range(10), *range(40, 50)]
    assert said == "下表列前10位和后10位"
    assert compose._ends(lines[:20], 10) == (lines[:20], "")


def test_the_kinds_are_chosen_on_the_page_and_lead_back_to_their_loops(cast: Cast) -> None:
    march(cast)
    departments(cast)
    client = signed_in(cast, "hq")
    days = "first=2026-03-01&last=2026-03-31"
    assert 'name="kinds" value="department" checked' in client.get(f"{reverse('month')}?{days}").content.decode()
    address = f"{reverse('bulletin_new')}?compose=month&{days}&kinds=&kinds=department&kinds=street"
    assert "区直部门" in client.get(address).content.decode()
    title, body = monthly_report(cast.as_("hq"), MARCH, NOW, ["department", "street"])
    sent = {"form": "brief", "title": title, "body": as_text(store(body)), "client_id": str(new_id()), "composed_at": NOW.isoformat()}
    assert client.post(address, sent).status_code == 302
    row = Bulletin.objects.get()
    assert row.source["kinds"] == "department,street"
    shown = client.get(reverse("bulletin", args=[row.pk])).content.decode()
    for kind, unit in (("department", "department"), ("street", "east_street")):
        assert f"{reverse('scores')}?kind={kind}&amp;first=2026-03-01" in shown
        assert f"{reverse('score_loops')}?unit={cast.units[unit].pk}&amp;measure=in_time&amp;kind={kind}" in shown
    assert client.get(f"{reverse('bulletin_new')}?compose=month&{days}&kinds=site").status_code == 422


def test_dates_in_the_wrong_order_are_refused(cast: Cast) -> None:
    got = signed_in(cast, "hq").get(reverse("month"), {"first": "2026-03-31", "last": "2026-03-01"})
    assert got.status_code == 422
    assert signed_in(cast, "hq").get(reverse("month"), {"first": "三月"}).status_code == 422
