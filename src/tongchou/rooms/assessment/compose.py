"""Drafts out of the record: the bulletin of scores, the daily brief. The figures are those of the pages, at one moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from tongchou.documents.model import Block, Heading, Paragraph, Table
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.models import Loop
from tongchou.record.questions.figures import by_area, by_day, over_period, top_area
from tongchou.record.questions.papers import CHAPTERS, Span, sections
from tongchou.rooms.assessment.definition import MEASURES, Definition, in_force
from tongchou.rooms.assessment.periods import Period
from tongchou.rooms.assessment.questions import NEAR_ONLY, Line, Oddity, ranking, rankings
from tongchou.web.pages.names import KINDS

ENDS, BULLETIN_ENDS = 10, 100
"""Of a kind with more ranked units than twice as many, a monthly report and a bulletin of scores list so many from either end."""
NAMED = 50
"""So many units are named in a sentence; of the others it says how many there are."""

ODDITIES = {
    "quick": Text("{n} 件在交办后极短时间内办结", "{n} closed moments after being handed out"),
    "bare": Text("{n} 件办结时没有证明材料", "{n} closed without evidence"),
    "copied": Text("{n} 件的反馈文字大量雷同", "{n} with the same words as many others"),
    "own": Text("{n} 件由本单位自己交办，不计分", "{n} opened by the unit itself, not counted"),
    "visits": Text("{n} 次走访没有发现任何困难", "{n} {n|visit|visits} that found no difficulty at all"),
    "same_visits": Text("{n} 次走访为同一分钟登记或文字相同", "{n} {n|visit|visits} of the same minute or with the same words"),
}


def oddity(o: Oddity) -> Text:
    return ODDITIES[o.key].with_(n=o.found)


def days(over: Period) -> str:
    """A period as documents write it."""
    first, last = over.first, over.last
    year = "" if first.year == last.year else f"{last.year}年"
    return f"{first.year}年{first.month}月{first.day}日至{year}{last.month}月{last.day}日"


def score_bulletin(actor: Actor, kind: str, kind_name: str, over: Period, now: datetime) -> tuple[str, list[Block]]:
    """Title and body of the bulletin of a period's scores, compared with the period before it."""
    how = in_force(over.last)
    lines, before = ranking(actor, kind, over, now).lines, ranking(actor, kind, over.before, now).lines
    ranked = [x for x in lines if x.score is not None]
    earlier = {x.unit: x.score for x in before}
    judged = sum(x.shares["in_time"].judged for x in lines) if "in_time" in how.weights else 0
    counted = sum(x.shares["in_time"].counted for x in lines) if judged else 0
    body: list[Block] = [Paragraph(f"现将{days(over)}各{kind_name}任务办理情况通报如下。"), Heading("总体情况")]
    if judged:
        body.append(Paragraph(f"期内应办结事项{judged}件，按期办结{counted}件，按期办结率{_per_cent(counted, judged)}。参加排名的{kind_name}{len(ranked)}个。"))
    else:
        body.append(Paragraph("期内没有应办结的事项。"))
    if ranked:
        listed, some = _ends(ranked, BULLETIN_ENDS)
        if some:
            body.append(Paragraph(f"{some}。"))
        table = _score_table(listed, how, earlier)
        assert table is not None
        body.append(replace(table, caption=scores_caption(kind_name)))
        few_of_many = min(3, len(ranked) // 2)
        best, last = ranked[: few_of_many or 1], ranked[len(ranked) - few_of_many :][::-1]
        body += [Heading("好的方面"), Paragraph(f"得分靠前的是：{'、'.join(x.name for x in best)}。")]
        if last:
            body += [Heading("存在问题"), Paragraph(f"得分靠后的是：{'、'.join(x.name for x in last)}。" + _weakest(last, list(how.weights)))]
    few = [x.name for x in lines if x.score is None]
    if few:
        body.append(Paragraph(f"可考核事项不足{how.least}件、不参加排名的：{_named(few, '、')}。"))
    odd = [f"{x.name}{'，'.join(oddity(o).zh for o in x.warnings)}" for x in lines if x.warnings]
    if odd:
        body += [Heading("需要核查的情况"), Paragraph(_named(odd, "；") + "。有关单位应予核实并说明。")]
    weights = "、".join(f"{MEASURES[k].title.zh}{w}分" for k, w in how.weights.items())
    body.append(Paragraph(f"计分办法：{weights}。数据取自系统办理记录，截至{_moment(now)}。"))
    return f"关于{days(over)}{kind_name}任务办理情况的通报", body


def _shares(x: Line) -> tuple[str, ...]:
    return tuple(f"{s.per_cent}%" if s.judged else "—" for s in x.shares.values())


def _change(x: Line, earlier: dict[int, float | None]) -> str:
    old = earlier.get(x.unit)
    if old is None or x.score is None:
        return "—"
    return f"{x.score - old:+.1f}"


def _weakest(lines: list[Line], keys: list[str]) -> str:
    """For each unit the measure in which it lost most."""
    said = []
    for x in lines:
        judged = [(x.shares[k].per_cent or 0.0, k) for k in keys if x.shares[k].judged]
        if judged:
            per_cent, key = min(judged)
            said.append(f"{x.name}{MEASURES[key].title.zh}仅{per_cent}%")
    return "其中" + "，".join(said) + "。" if said else ""


def _per_cent(counted: int, judged: int) -> str:
    return f"{round(100 * counted / judged, 1)}%"


def _moment(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H}时{local:%M}分"


def daily_brief(actor: Actor, now: datetime) -> tuple[str, list[Block]]:
    """Title and body of the day's brief: what was opened and closed, what is open and late, by area; then what the rooms say of the day."""
    top = top_area(actor)
    parts, course = by_area(actor, top, now), by_day(actor, top, now, days=2)
    today, yesterday = course[-1], course[-2]
    late, supervised = sum(p.late for p in parts), sum(p.supervised + p.accountable for p in parts)
    local = now.astimezone(SHANGHAI)
    body: list[Block] = [
        Heading("事项办理"),
        Paragraph(
            f"截至{_moment(now)}，全区今日新交办事项{today.opened}件（昨日{yesterday.opened}件），办结{today.closed}件（昨日{yesterday.closed}件）；"
            f"在办{sum(p.open for p in parts)}件，其中超时{late}件，已升级督办或列入问责线索{supervised}件。"
        ),
        Table(
            ("区域", "在办", "超时", "督办", "问责线索", "近三十天办结", "按期办结率"),
            tuple(
                (p.name, str(p.open), str(p.late), str(p.supervised), str(p.accountable), str(p.closed), "—" if p.in_time_share is None else f"{p.in_time_share}%")
                for p in parts
            ),
            "各区域在办事项",
        ),
    ]
    worst = sorted((p for p in parts if p.late), key=lambda p: -p.late)[:3]
    if worst:
        body.append(Paragraph("超时较多的是：" + "、".join(f"{p.name}（{p.late}件）" for p in worst) + "，请抓紧办理。"))
    return f"每日工作简报（{local.month}月{local.day}日）", body + chapters(actor, "brief", Span(local.date(), local.date(), now))


def chapters(actor: Actor, paper: str, span: Span) -> list[Block]:
    """What the rooms say, chapter by chapter; a chapter with nothing to say is left out, one with several sections has a heading for each."""
    told: dict[str, list[tuple[str, list[Block]]]] = {}
    for one in sections(actor, paper):
        run = one.of(paper)
        said = run(actor, span) if run else []
        if said:
            told.setdefault(one.chapter, []).append((one.title.zh, said))
    body: list[Block] = []
    for chapter, parts in told.items():
        body.append(Heading(CHAPTERS[chapter]))
        for title, said in parts:
            body += [*([Heading(title, 2)] if len(parts) > 1 else []), *said]
    return body


def monthly_report(actor: Actor, over: Period, now: datetime, kinds: Sequence[str] | None = None) -> tuple[str, list[Block]]:
    """Title and body of a month's report: what became of the tasks by area, the rankings, both hands, supervision, duty, the burden of reports, praise.

    kinds: whose scores it holds, each in a section of its own; without it those of monthly_kinds.
    """
    span, top = Span(over.first, over.last, now), top_area(actor)
    parts = over_period(actor, top, span.since, span.until)
    opened, closed, verified, in_time, late, again = (
        sum(getattr(p, k) for p in parts) for k in ("opened", "closed", "verified", "in_time", "late", "reopened")
    )
    share = f"，按期办结率{_per_cent(in_time, closed)}" if closed else ""
    so_far = "" if span.until < now else f"（截至{_moment(now)}）"
    body: list[Block] = [
        Paragraph(f"{days(over)}{so_far}统筹疫情防控和经济社会发展工作情况报告如下。"),
        Heading("事项办理"),
        Paragraph(f"期内交办事项{opened}件，办结{closed}件，其中经其他单位核验办结{verified}件{share}；期内到期未按时办结{late}件，办结后又重开{again}件。"),
        Table(
            ("区域", "交办", "办结", "核验办结", "到期未按时", "重开", "按期办结率"),
            tuple(
                (p.name, str(p.opened), str(p.closed), str(p.verified), str(p.late), str(p.reopened), "—" if p.in_time_share is None else f"{p.in_time_share}%")
                for p in parts
            ),
            "各区域事项办理情况",
        ),
    ]
    body += _ranked(actor, over, now, kinds) + chapters(actor, "month", span)
    body.append(Paragraph(f"以上数据取自系统办理记录，截至{_moment(now)}。"))
    whole = over.first.day == 1 and (over.last + timedelta(days=1)).day == 1 and over.last - over.first < timedelta(days=31)
    name = f"{over.first.year}年{over.first.month}月" if whole else days(over)
    return f"{name}工作月报" if whole else f"{name}工作情况报告", body


def monthly_kinds(over: Period) -> list[str]:
    """Kinds that a monthly report ranks unless told otherwise: those whose scores everybody sees who may see scores."""
    return [k for k in in_force(over.last).ranked if k not in NEAR_ONLY]


def _ranked(actor: Actor, over: Period, now: datetime, kinds: Sequence[str] | None) -> list[Block]:
    """A section for each kind of units, for who may see scores."""
    if not actor.permits("scores.view") or (kinds is not None and not kinds):
        return []
    how = in_force(over.last)
    found = rankings(actor, list(dict.fromkeys(kinds if kinds is not None else monthly_kinds(over))), over, now)
    body: list[Block] = [Heading("考核排名")]
    for kind, one in found.items():
        body += [*([Heading(KINDS[kind].zh, 2)] if len(found) > 1 else []), *_section(KINDS[kind].zh, one.lines, how)]
    return body


def _section(name: str, lines: list[Line], how: Definition) -> list[Block]:
    """The ranking of one kind: its table, who is not ranked and what is to be checked."""
    ranked = [x for x in lines if x.score is not None]
    if not ranked:
        return [Paragraph("期内可考核的事项不足，不作排名。")]
    listed, some = _ends(ranked, ENDS)
    few, odd = len(lines) - len(ranked), sum(bool(x.warnings) for x in lines)
    said = f"参加排名的{name}{len(ranked)}个{'，' + some if some else ''}。"
    said += f"可考核事项不足{how.least}件、不参加排名的{few}个。" if few else ""
    said += f"{odd}个单位有需要核查的情况，见考核通报。" if odd else ""
    table = _score_table(listed, how, None)
    assert table is not None
    return [Paragraph(said), replace(table, caption=scores_caption(name))]


def _ends(ranked: list[Line], most: int) -> tuple[list[Line], str]:
    """What a table lists of a kind's ranked units, and how it says that it leaves some out."""
    if len(ranked) <= 2 * most:
        return ranked, ""
    return [*ranked[:most], *ranked[-most:]], f"下表列前{most}位和后{most}位"


def _named(said: list[str], mark: str) -> str:
    return mark.join(said[:NAMED]) + (f"等{len(said)}个" if len(said) > NAMED else "")


def scores_caption(name: str) -> str:
    """What the table of scores of a kind of units is called."""
    return f"各{name}考核情况"


def _score_table(lines: list[Line], how: Definition, earlier: dict[int, float | None] | None) -> Table | None:
    """The ranked units; earlier: scores of the period before, where they are to be compared."""
    rows = [
        (str(x.rank), x.name, f"{x.score}", *_shares(x), *(() if earlier is None else (_change(x, earlier),)))
        for x in lines if x.score is not None
    ]  # fmt: skip
    more = () if earlier is None else ("较上期",)
    header = ("位次", "单位", "得分", *(MEASURES[k].title.zh for k in how.weights), *more)
    return Table(header, tuple(rows), "考核情况") if rows else None


def resumption_brief(actor: Actor, day: date, now: datetime) -> tuple[str, list[Block]]:
    """Title and body of the daily report of resumption (复工复产日报), from what the rooms say; each has headings of its own."""
    body: list[Block] = [Paragraph(f"现将{day.year}年{day.month}月{day.day}日复工复产情况报告如下，数据取自系统记录，截至{_moment(now)}。")]
    span = Span(day, day, now)
    for one in sections(actor, "resumption"):
        if run := one.of("resumption"):
            body += run(actor, span)
    return f"复工复产日报（{day.month}月{day.day}日）", body


CHAIN = "chain_block"
"""The kind of loop that asks for a supplier to be cleared; its text names who waits, one to a line with the product in brackets."""
_WAITS = re.compile(r"^(?P<who>[^（）]{2,}(?:（[^（）]*）[^（）]+)?)（(?P<what>[^（）]+)）$")


def chain_letter(block: Loop) -> tuple[str, list[Block]]:
    """Title and body of the letter that asks for a supplier to be helped back to work: what is short, who waits for it, until when.

    It goes to another government or department: figures are those of the block as it was handed out.
    """
    supplier = block.subject_unit.name if block.subject_unit else block.subject_item.removeprefix("outside:")
    waits: list[tuple[str, ...]] = []
    asked: list[str] = []
    for line in filter(None, (x.strip() for x in block.detail.splitlines())):
        found = _WAITS.match(line)
        if found:
            waits.append((found["who"], found["what"]))
        else:
            asked.append(line)
    count, product = block.data.get("waiting") or len(waits), block.data.get("product") or "有关产品"
    due = block.due_at.astimezone(SHANGHAI)
    body: list[Block] = [
        Paragraph(f"{supplier}是我区企业{product}的关键供应方，目前尚未恢复供应，有{count}家企业因此等待。为保障产业链供应链畅通，现商请贵单位予以协调。"),
        Heading("商请事项"),
        *(Paragraph(line) for line in asked),
        Paragraph(f"请协调{supplier}在落实防控措施的前提下尽快复工并恢复供应，于{due.year}年{due.month}月{due.day}日前将办理情况函复我单位。"),
    ]
    if waits:
        body += [Heading("等待供应的企业"), Table(("企业", "所需产品"), tuple(waits))]
    body.append(Paragraph("专此函达，请予支持。"))
    return f"关于商请协调{supplier}复工复产的函", body
