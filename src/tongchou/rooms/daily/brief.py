"""Daily reports in the daily report of resumption: who reported, employees back, masks, temperatures; by street, industry and size; and targets."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tongchou.documents.model import Block, Heading, Paragraph, Table
from tongchou.record.access import Actor
from tongchou.record.questions.papers import Span
from tongchou.rooms.daily.numbers import number_of
from tongchou.rooms.daily.progress import progress, whole_of
from tongchou.rooms.daily.questions import BY, GlanceLine, glance
from tongchou.rooms.daily.targets import aim_of, aims, gap, paths_of
from tongchou.rooms.daily.words import GROUP_NAMES, group_name


def daily_part(actor: Actor, span: Span) -> list[Block]:
    """The reports of the day."""
    day = span.first
    groups = {by: glance(actor, day, by) for by in BY}
    rows = groups["street"]
    obliged, silent = _sum(rows, "obliged"), _sum(rows, "silent")
    staff, back = _sum(rows, "staff"), _sum(rows, "returned")
    rate = f"，报送率{round(100 * (obliged - silent) / obliged, 1)}%" if obliged else ""
    share = f"，返岗率{round(100 * back / staff, 1)}%（按填报职工总数和返岗人数的企业计）" if staff else "，返岗率未填报"
    body: list[Block] = [
        Heading("人员返岗"),
        Paragraph(f"应报日报企业{obliged}家，未报{silent}家{rate}。已报企业在岗{_sum(rows, 'at_work')}人，职工返岗{back}人{share}。"),
        *(_table(lines, by) for by, lines in groups.items()),
        *_targets(actor, day),
        Heading("防护物资和异常情况"),
        Paragraph(
            f"口罩可用不足{number_of('mask_days_needed', day):g}天的企业{_sum(rows, 'masks_short')}家，已报但未填口罩存量的{_sum(rows, 'masks_unknown')}家。"
            f"体温异常{_sum(rows, 'abnormal')}人次，进入发热处置{_sum(rows, 'fevers')}起，其他异常{_sum(rows, 'incidents')}起。"
        ),
    ]  # fmt: skip
    return body


def _table(lines: list[GlanceLine], by: str) -> Table:
    """The groups that owe a report or sent one, as the page of the day shows them."""
    head = GROUP_NAMES[by].zh
    rows = tuple(
        (group_name(by, r.key, r.name).zh, str(r.obliged), str(r.silent), str(r.at_work), "—" if r.returned_pct is None else f"{r.returned_pct}%",
         str(r.masks_short), str(r.abnormal), str(r.fevers))
        for r in lines if r.obliged or r.reported
    )  # fmt: skip
    return Table((head, "应报", "未报", "在岗人数", "返岗率", "口罩不足", "体温异常", "发热处置"), rows, f"分{head}企业日报情况")


def _targets(actor: Actor, day: date) -> list[Block]:
    """What is aimed at by the end of the month, how far it is, and which streets and industries are behind; nothing where nothing is aimed at."""
    aimed = aims(actor, day)
    lines = {by: progress(actor, day, by) for by in ("street", "industry")}
    whole, aim = whole_of(lines["street"]), aimed.of()
    said = [
        s for s in (
            _against("职工返岗率", whole.returned_pct, aim.returned), _against("产值率", whole.output_pct, aim.output),
        ) if s
    ]  # fmt: skip
    behind = []
    for by, rows in lines.items():
        paths = paths_of([int(r.key) for r in rows if r.key]) if by == "street" else {}
        found = []
        for r in rows:
            own = aim_of(by, r.key, aimed, paths)
            gaps = (gap(r.returned_pct, own.returned), gap(r.output_pct, own.output))
            short = "、".join(f"{what}低{-g:g}个百分点" for what, g in zip(("返岗率", "产值率"), gaps, strict=True) if g is not None and g < 0)
            if short:
                found.append((min(g for g in gaps if g is not None), f"{group_name(by, r.key, r.name).zh}（{short}）"))
        if found:
            behind.append(f"低于目标的{GROUP_NAMES[by].zh}{len(found)}个：{'、'.join(words for _, words in sorted(found))}。")
    if not said and not behind:
        return []
    first = f"{day.month}月底目标：{'；'.join(said)}（按近7日各企业最近一次日报计）。" if said else ""
    return [Paragraph(first + "".join(behind))]


def _against(what: str, value: float | None, aimed: Decimal | None) -> str:
    """One of the two shares against what is aimed at; empty where nothing is."""
    if aimed is None:
        return ""
    found = gap(value, aimed)
    if found is None:
        return f"{what}{float(aimed):g}%，目前进度不明"
    told = "已达到" if found >= 0 else f"低{-found:g}个百分点"
    return f"{what}{float(aimed):g}%，目前{value}%，{told}"


def _sum(rows: list[GlanceLine], name: str) -> int:
    return sum(int(getattr(r, name)) for r in rows)
