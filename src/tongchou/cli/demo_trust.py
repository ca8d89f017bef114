"""The demo district's plan and orders: an invented drill plan in force, decisions, orders, some ended, an appeal, passes for care, a list that was stopped."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.models import Account, Person, Post
from tongchou.rooms.plans.store import install_shipped_packs
from tongchou.rooms.trust.actions.answer import ORIGIN
from tongchou.rooms.trust.models import Restriction

PACK, TABLE = "drill-respiratory", "close_contact"
LAW = "《中华人民共和国传染病防治法》；清演〔2020〕1号（演练）"


def make_orders(demo: Demo) -> None:
    """All through act(), at the times at which it would have happened."""
    install_shipped_packs()
    now = timezone.now()
    _plan_in_force(demo, now - timedelta(days=40))
    _cohorts(demo, now)
    _by_hand(demo, now - timedelta(hours=3))
    _of_the_resident(demo, now)
    _at_the_gate(demo, now)
    _responsible(demo, now)
    act("restriction.lapse", SYSTEM, new_id(), {})


def _plan_in_force(demo: Demo, at: datetime) -> None:
    """The headquarters drafts the drill plan, a leader approves it."""
    folder = files("tongchou.cli").joinpath("demo_packs", PACK)
    texts = {f"{part.name}/{f.name}": f.read_text("utf-8") for part in folder.iterdir() if part.is_dir() for f in part.iterdir()}
    texts |= {f.name: f.read_text("utf-8") for f in folder.iterdir() if f.is_file()}
    made = act("pack.draft", demo.actor("hq"), new_id(), {"pack": PACK, "why": "演练用方案，数值虚构", "files": texts}, now=at).result
    approved = at + timedelta(hours=2)
    payload = {"version": made["version"], "seen_revision": made["revision"], "from_day": str(timezone.localdate(approved))}
    act("pack.approve", demo.actor("leader"), new_id(), payload, now=approved)


def _cohorts(demo: Demo, now: datetime) -> None:
    """Each street issues by the plan what its record supports: once four days ago, once today; a few are lifted early."""
    for days in (4, 0):
        at = now - timedelta(days=days, minutes=50)
        for n in range(demo.count("street")):
            who = "street" if n == 0 else "street2" if n == 1 else f"street{n + 1}"
            title = f"{timezone.localdate(at):%m月%d日}密切接触者"
            payload = {"title": title, "pack": PACK, "table": TABLE, "area": demo.areas[f"street:{n}"].pk, "legal_basis": LAW}
            act("restriction.batch", demo.actor(who), new_id(), payload, now=at)
    held = list(Restriction.objects.filter(state="active").order_by("ends_on", "code"))
    officers = {demo.units[f"street:{n}"].pk: ("street" if n == 0 else "street2" if n == 1 else f"street{n + 1}") for n in range(demo.count("street"))}
    for row in held[: max(1, len(held) // 6)]:
        payload = {"order": str(row.pk), "reason": "medical", "note": "转定点医院诊治"}
        act("restriction.release", demo.actor(officers[row.issuer_id]), new_id(), payload, now=now - timedelta(minutes=20))


def _decided(demo: Demo, who: str, person: Any, at: datetime, facts: dict[str, str]) -> str:
    payload = {"person": str(person), "pack": PACK, "table": TABLE, "as_of": str(timezone.localdate(at)), "facts": facts}
    return str(act("plan.decide", demo.actor(who), new_id(), payload, now=at).result["decision"])


def _free(demo: Demo) -> list[Any]:
    """Some people of the first street about whom no contact is on record, who are under no order; not the resident with an account."""
    path = demo.areas["street:0"].path
    rows = Person.objects.filter(area__path__startswith=path, merged_into=None, restrictions__isnull=True)
    rows = rows.exclude(facts__type="contact").exclude(account__username="resident")
    return list(rows.order_by("created_at", "pk").values_list("pk", flat=True)[:20])


def _by_hand(demo: Demo, at: datetime) -> None:
    """Two orders on facts that somebody typed: one waits for another organisation, one was confirmed and has lapsed since."""
    waits, over = _free(demo)[:2]
    on = str(timezone.localdate(at) - timedelta(days=1))
    issue = {"decision": _decided(demo, "street", waits, at, {"last_exposure": on}), "legal_basis": LAW, "evidence": ["流调报告（演练）第3号"]}
    act("restriction.issue", demo.actor("street"), new_id(), issue, now=at)
    before = at - timedelta(days=5)
    on = str(timezone.localdate(before) - timedelta(days=1))
    issue = {
        "decision": _decided(demo, "street", over, before, {"last_exposure": on}), "legal_basis": LAW, "evidence": ["流调报告（演练）第1号"],
        "until": str(timezone.localdate(before) + timedelta(days=2)),
    }  # fmt: skip
    order = act("restriction.issue", demo.actor("street"), new_id(), issue, now=before).result["order"]
    act("restriction.confirm", demo.actor("hq"), new_id(), {"order": order, "agree": True}, now=before + timedelta(hours=1))


def _of_the_resident(demo: Demo, now: datetime) -> None:
    """The resident with an account is a contact, sees the order on the phone and appeals."""
    person = Account.objects.values_list("person_id", flat=True).get(username="resident")
    today = timezone.localdate(now)
    facts: list[dict[str, Any]] = [
        {"type": "exposure", "on": str(today - timedelta(days=2)), "value": {"setting": "transport", "closeness": "close", "minutes": 40}},
        {"type": "contact", "on": str(today - timedelta(days=1)), "value": {"grade": "close"}},
    ]
    act("fact.record_many", demo.actor("hq"), new_id(), {"facts": [{"person": str(person), "source": "demo"} | f for f in facts]})
    at = now - timedelta(hours=6)
    held = Restriction.objects.filter(person_id=person, state="active").first()
    if held is None:
        issue = {"decision": _decided(demo, "street", person, at, {}), "legal_basis": LAW}
        held = Restriction.objects.get(pk=act("restriction.issue", demo.actor("street"), new_id(), issue, now=at).result["order"])
    payload = {
        "kind": "appeal", "title": "对隔离医学观察措施的申诉", "detail": "当天我坐的是前一班车，有购票记录，请核对。", "person": str(person),
        "owner_unit": held.issuer_id, "verifier_unit": demo.units["office"].pk, "origin": ORIGIN, "origin_ref": str(held.pk), "urgent": True,
    }  # fmt: skip
    act("loop.open", demo.actor("resident"), new_id(), payload, now=now - timedelta(hours=2))


def _responsible(demo: Demo, now: datetime) -> None:
    """The community officer answers for most of those at home under orders; for every sixth nobody has been named yet, which the page of gaps shows."""
    officers = Post.objects.filter(role="community_officer").order_by("unit__area__path", "pk").values_list("unit__area__path", "pk")
    by_path = dict(officers)
    rows = Restriction.objects.filter(state="active", person__responsibility=None).order_by("issued_at", "code").values_list("person_id", "person__area__path")
    for n, (person, path) in enumerate(dict(rows[:60]).items()):
        post = next((p for area, p in by_path.items() if path.startswith(area)), None)
        if post is not None and n % 6:
            payload = {"kind": "personal", "post": post, "person": str(person)}
            act("responsibility.assign", demo.actor("hq"), new_id(), payload, now=now - timedelta(minutes=30))


def _at_the_gate(demo: Demo, now: datetime) -> None:
    """Two passes for care, one already written up; and a list that asked for a status and was stopped."""
    done = act("care.pass", demo.actor("checkpoint"), new_id(), {"need": "dialysis", "place": "北门"}, now=now - timedelta(hours=5)).result
    act("care.pass", demo.actor("community"), new_id(), {"need": "labour"}, now=now - timedelta(minutes=40))
    text = {"key": "care", "type": "text", "text": "送区中心医院血透室，全程佩戴口罩。"}
    act("loop.advance", demo.actor("checkpoint"), new_id(), {"loop": done["loop"], "step": "note", "evidence": [text]}, now=now - timedelta(hours=4))
    people = [str(p) for p in _free(demo)[2:10]]
    listed = {"source": "某专班（演练）", "claim": "赋码：红码", "people": people, "unknown": 1309, "pack": PACK, "table": TABLE}
    act("restriction.check_list", demo.actor("hq"), new_id(), listed, now=now - timedelta(hours=1))
