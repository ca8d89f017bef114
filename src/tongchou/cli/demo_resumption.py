"""Three weeks of resumption in the demo district: rules that two people agreed on, applications in every state, permits, one batch announced and one proposed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import Unit
from tongchou.rooms.resumption.models import Application

_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)
_TEXTS = {
    "plan": "分两批返岗，先恢复一条生产线；错峰上下班，分餐制；设专人测温登记，发热人员按预案处置。",
    "commitment": "法定代表人签字",
    "contact_person": "综合部经理，每日17时前报送",
}
_CYCLE = (
    "approved",
    "supplement",
    "deciding",
    "checking",
    "batch",
    "batch",
    "refused",
    "suspended",
    "review",
    "draft",
    "deciding",
    "withdrawn",
    "checking",
    "deciding",
    "next",
    "next",
)
_files: dict[str, str] = {}


def make_resumption(demo: Demo) -> None:
    """Sixteen enterprises, each in its own state, the named ones first."""
    _files.clear()
    start = timezone.now() - timedelta(days=20)
    rules = {
        "from_date": timezone.localdate(start).isoformat(), "reason": "等级未登记期间按清单管理办理，部门并联审核", "unknown_way": "list", "valid_days": 90,
        "reviewers": [{"unit": demo.units["department:5"].pk, "items": ["plan", "roster", "screening"]}],
    }  # fmt: skip
    edition = act("resumption.propose_rules", demo.actor("hq"), new_id(), rules, now=start).result["edition"]
    act(
        "resumption.decide_rules",
        demo.actor("leader"),
        new_id(),
        {"edition": edition, "adopt": True},
        now=start + timedelta(hours=2),
    )
    keys = [k for k, u in demo.units.items() if u.kind == "enterprise" and demo.account_of(u.pk) and _street(demo, u)]
    states = dict(zip(sorted(keys, key=lambda k: (not k.startswith("enterprise:"), k)), _CYCLE, strict=False))
    for n, (key, state) in enumerate(states.items()):
        _application(demo, key, state, n)
    batched = [_row(demo, k) for k, s in states.items() if s == "batch"]
    following = [_row(demo, k) for k, s in states.items() if s == "next"]
    if batched:
        made = _do(
            demo, "hq", "resumption.batch", _ago(60), title="第一批复工企业", applications=[str(r.pk) for r in batched]
        )
        _do(
            demo,
            "leader",
            "resumption.batch_approve",
            _ago(58),
            batch=made["batch"],
            seen_version=1,
            conditions=["分餐错峰", "每日零报告"],
        )
    if following:
        _do(
            demo, "hq", "resumption.batch", _ago(1), title="第二批复工企业", applications=[str(r.pk) for r in following]
        )
    if keys:
        first, who = demo.units[keys[0]], demo.account_of(demo.units[keys[0]].pk)
        assert who is not None
        told = {"products": "速冻食品、预制菜", "contact_name": "秦一鸣", "contact_phone": "13800004321"}
        _do(demo, who, "enterprise.propose", _ago(5), unit=first.pk, reason="新增预制菜生产线，联系人已更换", **told)


def _ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def _row(demo: Demo, key: str) -> Application:
    return Application.objects.filter(unit=demo.units[key]).latest("started_at")


def _application(demo: Demo, key: str, state: str, n: int) -> None:
    """One application as far as its state says, at working pace."""
    unit, who = demo.units[key], demo.account_of(demo.units[key].pk)
    assert who is not None
    recent = state in ("deciding", "checking", "next", "draft", "supplement")
    at = _ago(6 + n / 4) if recent else _ago(24 * 9 - n)
    made = _do(demo, who, "resumption.start", at, unit=unit.pk)
    row = {"application": made["application"]}
    items = _items(demo, who, made["application"])
    _do(demo, who, "resumption.fill", at + timedelta(minutes=20), **row, items=items[:3] if state == "draft" else items)
    if state == "draft":
        return
    done = _do(demo, who, "resumption.submit", at + timedelta(minutes=40), **row)
    if done["how"] != "approval" or state == "checking":
        return
    if state == "withdrawn":
        _do(demo, who, "resumption.withdraw", at + timedelta(hours=2), **row, reason="总部统一安排，下月再复工")
        return
    _check(
        demo,
        key,
        row["application"],
        at + timedelta(hours=2),
        bad="canteen" if state in ("refused", "supplement") else "",
    )
    if state == "supplement":
        what = "食堂就餐未错峰，请提交分餐安排和现场照片。"
        _do(demo, "hq", "resumption.ask", at + timedelta(hours=4), **row, items=["canteen"], what=what)
    elif state == "refused":
        _do(
            demo,
            "hq",
            "resumption.decide",
            at + timedelta(hours=20),
            **row,
            approve=False,
            reason="食堂集中就餐，间隔不足一米，整改后重新申请。",
        )
    elif state in ("approved", "suspended", "review"):
        _do(
            demo,
            "hq",
            "resumption.decide",
            at + timedelta(hours=20),
            **row,
            approve=True,
            conditions=["分餐错峰", "每日零报告"],
            **({"until": str(demo.today + timedelta(days=10))} if state == "approved" else {}),
        )
        _afterwards(demo, unit, state, at + timedelta(days=4))


def _afterwards(demo: Demo, unit: Unit, state: str, at: datetime) -> None:
    street = _street(demo, unit)
    assert street is not None
    if state == "suspended":
        shown = ["连续三日测温登记", "隔离观察房间整改照片"]
        _do(
            demo,
            street,
            "permit.suspend",
            at,
            unit=unit.pk,
            reason="抽查发现测温登记中断两日，隔离房间被占用。",
            must_show=shown,
        )
    elif state == "review":
        change = {"fact": "mask_days", "was": 14, "now": 5}
        _do(demo, street, "permit.review", at, unit=unit.pk, reason="日报口罩可用天数低于七天。", changes=[change])


def _items(demo: Demo, who: str, application: str) -> list[dict[str, Any]]:
    """Something for every item; numbers above what is asked for."""
    out: list[dict[str, Any]] = []
    for item in Application.objects.get(pk=application).items.exclude(form="record").order_by("n"):
        if item.form == "number":
            out.append({"key": item.key, "number": item.number or round((item.least or 30) * demo.rng.uniform(1, 2))})
        elif item.form in ("photo", "file"):
            out.append({"key": item.key, "files": [_photo(demo, who)]})
        else:
            out.append({"key": item.key, "text": _TEXTS.get(item.key, "已落实，责任到人。")})
    return out


def _photo(demo: Demo, who: str) -> str:
    """One picture of an account, made once."""
    if who not in _files:
        _files[who] = str(take_in(demo.actor(who), new_id(), "现场.png", "image/png", _PNG).result["file"])
    return _files[who]


def _check(demo: Demo, key: str, application: str, at: datetime, bad: str) -> None:
    """The street on site, the department beside it, the office for the rest."""
    row = Application.objects.get(pk=application)
    street = _street(demo, demo.units[key])
    assert street is not None
    found = [
        {
            "key": i.key,
            "ok": i.key != bad,
            "reason": "集中就餐，间隔不足一米" if i.key == bad else "",
            "photos": [_photo(demo, street)],
        }
        for i in row.items.filter(site=True)
    ]
    _do(demo, street, "resumption.check", at, application=application, items=found)
    mine = [
        {"key": i.key, "ok": True} for i in row.items.exclude(form="record") if demo.units["department:5"].pk in i.units
    ]
    if mine:
        _do(demo, "dept", "resumption.review", at + timedelta(minutes=20), application=application, items=mine)
    _do(
        demo,
        street,
        "resumption.conclude",
        at + timedelta(minutes=50),
        application=application,
        conclusion="除注明外，现场条件具备。",
    )
    rest = [{"key": i.key, "ok": True} for i in row.items.exclude(form="record").filter(site=False, units=[])]
    if rest:
        _do(demo, "hq", "resumption.review", at + timedelta(minutes=70), application=application, items=rest)


def _street(demo: Demo, unit: Unit) -> str | None:
    """An officer of the enterprise's street; None where it has no account."""
    above = [int(p) for p in unit.area.path.split(".") if p]
    street = next((u for k, u in demo.units.items() if u.kind == "street" and u.area_id in above), None)
    return demo.account_of(street.pk) if street else None


def _do(demo: Demo, who: str, verb: str, at: datetime, **payload: object) -> dict[str, Any]:
    return act(verb, demo.actor(who), new_id(), payload, now=min(at, timezone.now())).result
