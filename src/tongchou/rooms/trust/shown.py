"""How an order is told: to officers, to the person, on paper."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from tongchou.documents.notice import PersonalNotice
from tongchou.kernel.text import Text
from tongchou.record.models import District
from tongchou.record.questions.people import who_looked
from tongchou.rooms.trust.models import Restriction
from tongchou.rooms.trust.questions import facts_of_order, state_on
from tongchou.rooms.trust.words import END_REASONS, KINDS, STATES
from tongchou.web.pages.people import HOW

_LINE = "{when} · {unit} · {role} · {how}{why}{often}"
_LOOK = Text(_LINE, _LINE)
LOOKS = 8


def badge(row: Restriction, today: date) -> dict[str, Any]:
    label, tone, icon = STATES[state_on(row, today)]
    return {"label": label, "tone": tone, "icon": icon}


def dashed(code: str) -> str:
    """ABCD-EFGH-JKLM."""
    return "-".join(code[n : n + 4] for n in range(0, len(code), 4))


def reasons(row: Restriction) -> tuple[Text, ...]:
    return tuple(Text(r["zh"], r["en"]) for r in facts_of_order(row)["reasons"])


def stages(row: Restriction) -> list[dict[str, Any]]:
    """The measures of the decision that restrict, with dates and tests, as far as the order goes."""
    out = []
    for m in facts_of_order(row)["measures"]:
        if m["restricts"]:
            out.append(
                {
                    "mode": Text.from_dict(m["mode_title"]),
                    "from": m["from"],
                    "until": m["until"] or str(row.ends_on),
                    "tests": m["test_dates"],
                }
            )
    return out


def tests(row: Restriction) -> list[str]:
    return sorted({day for m in facts_of_order(row)["measures"] for day in m["test_dates"]})


def what_ends_it(row: Restriction) -> list[Text]:
    """What would end the order before or at its last day."""
    out = [
        Text("到 {day} 自动解除，不需要申请。", "It ends by itself after {day}; nothing has to be asked for.").with_(
            day=row.ends_on
        )
    ]
    if tests(row):
        out.append(
            Text(
                "按期完成检测，结果为阴性的，不会延长。",
                "Take the tests on their days: it is not prolonged when they are negative.",
            )
        )
    out.append(Text("申诉成立，立即解除。", "An appeal that is upheld ends it at once."))
    out.append(
        Text(
            "方案调整或下达有误的，由下达单位解除。",
            "The issuer lifts it when the plan changes or when it was an error.",
        )
    )
    return out


def facts(row: Restriction, today: date) -> list[dict[str, Any]]:
    """What officers and the person are both told."""
    held: list[tuple[Text, Any]] = [
        (Text("措施", "Order"), KINDS[row.kind]),
        (Text("起止日期", "From and until"), f"{row.starts_on} — {row.ends_on}"),
        (
            Text("规则", "Rule"),
            Text.from_dict(facts_of_order(row)["edition_title"]),
        ),
        (Text("法律依据", "Legal basis"), row.legal_basis),
        (Text("下达单位", "Issued by"), row.issuer.name),
        (Text("下达时间", "Issued"), row.issued_at),
    ]
    if tests(row):
        held.insert(2, (Text("检测日期", "Tests"), Text.listed(tests(row))))
    if row.confirmed_unit is not None:
        held.append((Text("确认单位", "Confirmed by"), row.confirmed_unit.name))
    if row.end_reason:
        held.append(
            (Text("结束原因", "Why it ended"), END_REASONS.get(row.end_reason, Text(row.end_reason, row.end_reason)))
        )
        held.append((Text("结束时间", "Ended"), row.ended_at))
    return [{"label": label, "value": value} for label, value in held]


def appeal_phone() -> str:
    here = District.objects.filter(pk=1).first()
    return str((here.settings or {}).get("appeal_phone", "")) if here else ""


def notice(row: Restriction, name: str, address: str, today: date) -> PersonalNotice:
    """The printed notice. name: whole, as the paper goes to the person."""
    phone = appeal_phone()
    state = state_on(row, today)
    rows: list[tuple[Text, Text | str]] = [(Text("姓名", "Name"), name), (Text("措施", "Order"), KINDS[row.kind])]
    for s in stages(row):
        days = Text("{a} 至 {b}", "{a} to {b}").with_(a=s["from"], b=s["until"])
        rows.append((s["mode"], days))
    rows += [
        (
            Text("最后一日", "Last day"),
            Text("{d}，次日起自动解除", "{d}; free from the next day on").with_(d=row.ends_on),
        ),
        (Text("检测日期", "Tests"), Text.listed(tests(row)) if tests(row) else Text("无", "none")),
        (Text("法律依据", "Legal basis"), row.legal_basis),
        (Text("下达单位", "Issued by"), row.issuer.name),
    ]
    appeal = Text(
        "对本措施不服的，可以向社区或{phone}提出申诉，由下达单位以外的人员在 24 小时内答复；申诉成立的立即解除。就医不受本措施限制，请告知值守人员。",
        "You may appeal to your community{phone}. Somebody outside the issuing unit answers within 24 hours; if upheld, the order ends at once. "
        "It never stands in the way of medical care.",
    ).with_(phone=Text("拨打 {p} ", " or by phone, {p}").with_(p=phone) if phone else Text("街道", ""))
    banner = None if state == "active" else STATES[state][0]
    return PersonalNotice(
        title=Text("{k}告知书", "Notice of an order: {k}").with_(k=KINDS[row.kind]), issuer=row.issuer.name, number=f"{row.issued_at:%Y%m%d}-{row.code[:4]}",
        rows=tuple(rows), reasons=reasons(row), code=dashed(row.code), address=address, appeal=appeal, banner=banner, looks=looks(row.person_id),
    )  # fmt: skip


def looks(person: UUID) -> tuple[Text, ...]:
    """Who saw a person's data, for paper: a line for each unit, role, way and purpose, with the last time and how often; the latest first."""
    times: dict[tuple[str, Text | None, str, str], list[datetime]] = {}
    for look in who_looked(person, limit=1000):
        times.setdefault((look.unit, look.role, look.how, look.purpose), []).append(look.at)
    out = []
    for (unit, role, how, purpose), at in list(times.items())[:LOOKS]:
        when, why = f"{timezone.localtime(at[0]):%Y-%m-%d %H:%M}", f" · {purpose}" if purpose else ""
        often = Text("（共 {n} 次）", " ({n} {n|time|times})").with_(n=len(at)) if len(at) > 1 else ""
        out.append(_LOOK.with_(when=when, unit=unit or "—", role=role or "—", how=HOW.get(how, how), why=why, often=often))
    return tuple(out)
