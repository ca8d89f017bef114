"""The demo district's policies: an edition of its own with two invented measures, enterprises in the register, answers, applications in every state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.resources import files
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Enterprise
from tongchou.rooms.policies.tasks import rematch

PACK, TABLE, SECOND = "enterprise-policies", "local_rent", "local_interest"
_MOST = 60


def local_files(shipped: Mapping[str, str], since: date) -> dict[str, str]:
    """The shipped pack with the district's own measures, in force from a day on."""
    folder = files("tongchou.cli").joinpath("demo_packs", PACK)
    own = {
        f"{kind}/{f.name}": f.read_text("utf-8").replace("FROM", since.isoformat()).replace("BEFORE", (since - timedelta(days=1)).isoformat())
        for kind in ("tables", "cases")
        for f in folder.joinpath(kind).iterdir()
    }
    documents = shipped["documents.yaml"].rstrip("\n") + "\n" + folder.joinpath("documents.yaml").read_text("utf-8")
    return dict(shipped) | own | {"documents.yaml": documents}


def make_policies(demo: Demo) -> None:
    """All through act(), at the times at which it would have happened."""
    now = timezone.now()
    _edition_in_force(demo, now - timedelta(days=25))
    known = set(Enterprise.objects.exclude(size="").values_list("unit_id", flat=True))
    keys = [k for k, u in demo.units.items() if u.pk in known][:_MOST]
    for policy, base, formula, excludes in (
        (TABLE, "monthly_rent", "base * months * share", "rent"),
        (SECOND, "yearly_interest", "base * share", ""),
    ):
        terms = {
            "policy": policy,
            "unit": demo.units["department:5"].pk,
            "benefit": "waived" if policy == TABLE else "paid",
            "base": base,
            "formula": formula,
            "excludes": excludes,
            "papers": ["营业执照", "租赁合同" if policy == TABLE else "贷款合同和付息凭证"],
        }
        act("policies.terms", demo.actor("hq"), new_id(), terms, now=now - timedelta(days=24))
    _answers(demo, keys, now - timedelta(days=22))
    rematch()
    _tell(demo, now - timedelta(days=18))
    for n, key in enumerate(keys):
        _apply(demo, key, n, now - timedelta(days=16 - n % 6))


def _edition_in_force(demo: Demo, at: datetime) -> None:
    """The headquarters drafts an edition with the district's measures and runs it in the shadow, a leader approves it."""
    from tongchou.rooms.plans.store import version_in_force

    day = timezone.localdate(at)
    texts = local_files(version_in_force(PACK, day).files, day)
    made = act(
        "pack.draft",
        demo.actor("hq"),
        new_id(),
        {"pack": PACK, "why": "增加清源区助企措施（演练）", "files": texts},
        now=at,
    ).result
    act("pack.shadow", demo.actor("hq"), new_id(), {"version": made["version"], "seen_revision": made["revision"], "as_of": str(day)}, now=at)
    approved = at + timedelta(hours=2)
    payload = {"version": made["version"], "seen_revision": made["revision"], "from_day": str(timezone.localdate(approved))}
    act("pack.approve", demo.actor("leader"), new_id(), payload, now=approved)


def _answers(demo: Demo, keys: list[str], at: datetime) -> None:
    for n, key in enumerate(keys):
        if n % 4 == 3:
            continue  # nobody has asked it yet
        answers: dict[str, Any] = {
            "landlord": "private" if n % 5 == 4 else "city_or_district_state",
            "monthly_rent": 6_000 + 500 * (n % 13),
        }
        answers |= {"yearly_interest": 80_000 + 7_000 * (n % 9), "cannot_pay_on_time": n % 11 == 0}
        payload = {"unit": demo.units[key].pk, "answers": answers, "source": "企业填报"}
        act("policies.answer", demo.actor("hq"), new_id(), payload, now=at + timedelta(minutes=n))


def _tell(demo: Demo, at: datetime) -> None:
    from tongchou.rooms.policies.questions import unasked

    hq = demo.actor("hq")
    for policy in (TABLE, SECOND):
        units = [row.unit for row in unasked(hq, policy=policy, limit=_MOST)]
        if units:
            act("policies.tell", hq, new_id(), {"policy": policy, "units": units[: len(units) * 3 // 4 + 1]}, now=at)


def _apply(demo: Demo, key: str, n: int, at: datetime) -> None:
    """Those with an account apply; some are decided, refused by a condition, paid, confirmed, and some wait."""
    from tongchou.rooms.policies.models import Match

    unit = demo.units[key].pk
    who = demo.account_of(unit)
    policy = (
        Match.objects.filter(unit_id=unit, outcome="eligible", policy__in=(TABLE, SECOND))
        .values_list("policy", flat=True)
        .first()
    )
    if who is None or policy is None:
        return
    if n % 7 == 5:
        said = {"unit": unit, "policy": policy, "answer": "declined", "reason": "金额不大，暂不申请", "way": "own"}
        act("policies.contact", demo.actor(who), new_id(), said, now=at)
        return
    base = 6_000 + 500 * (n % 13) if policy == TABLE else 80_000 + 7_000 * (n % 9)
    given = {"unit": unit, "policy": policy, "base": base, "note": "材料见附件"}
    made = act("policies.apply", demo.actor(who), new_id(), given, now=at).result
    _work_off(demo, who, made, n, at)


def _work_off(demo: Demo, who: str, made: dict[str, Any], n: int, at: datetime) -> None:
    loop, dept = made["loop"], "dept" if demo.posts["dept"].unit_id == demo.units["department:5"].pk else "hq"
    if dept == "hq" or n % 5 == 4:
        return
    actor = demo.actor(dept)
    if n % 5 == 3:
        refusal = {"loop": loop, "criterion": "size", "reason": "上年度营业收入已超过小型企业标准"}
        act("policies.refuse", actor, new_id(), refusal, now=at + timedelta(days=2))
        return
    act("policies.approve", actor, new_id(), {"loop": loop, "amount": made["worked_out"]}, now=at + timedelta(days=2))
    if n % 5 == 2:
        return
    paid = at + timedelta(days=5)
    act(
        "policies.pay",
        actor,
        new_id(),
        {"loop": loop, "amount": made["worked_out"], "on": str(timezone.localdate(paid))},
        now=paid,
    )
    if n % 5 == 0:
        arrived = paid + timedelta(days=1)
        act(
            "policies.arrived",
            demo.actor(who),
            new_id(),
            {"loop": loop, "on": str(timezone.localdate(arrived))},
            now=arrived,
        )


__all__ = ["PACK", "SECOND", "TABLE", "local_files", "make_policies"]
