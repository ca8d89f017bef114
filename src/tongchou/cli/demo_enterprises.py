"""The demo district's register of enterprises with figures and supply, and staff files of its people, through the same imports that a street uses."""

from __future__ import annotations

from datetime import timedelta

from tongchou.cli.demo_cast import Demo
from tongchou.cli.demo_people import unit_key
from tongchou.kernel.codes import uscc_check
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.models import Account, Person, Staff
from tongchou.record.people.identity import open_identity
from tongchou.sim.district.generate import District

_INDUSTRY = {"A": "A01", "C": "C18", "D": "D44", "E": "E47", "F": "F52", "G": "G54", "H": "H62", "I": "I65", "K": "K7020", "L": "L72", "O": "O80"}
_ORIGINS = ("", "", "4201", "4406", "3501", "5101", "4101")
_PRODUCTS = ("精密零件", "冷冻食品", "棉布", "运输服务", "电子元件", "蔬菜")
_LISTS = ("重点企业", "疫情防控必需；重点企业", "", "群众生活必需", "产业链龙头", "农资和春耕")
_MOST = 1_500
"""Staff files that the demo makes; with a million people the rest of the staff have none, as on any first day."""


def make_enterprises(demo: Demo, district: District) -> None:
    """Figures of every enterprise, supply among the first of them, and files of their staff in every state."""
    names = _register(demo, district)
    _staff(demo, names)
    actor, works = demo.actor("enterprise"), demo.units["enterprise:0"]
    act("supply.add", actor, new_id(), {"unit": works.pk, "way": "supplier", "partner": demo.units["enterprise:2"].name, "product": "棉布", "critical": True})
    worker = Account.objects.select_related("person").get(username="resident").person
    if worker is not None and not Staff.objects.filter(unit=works, person=worker).exists():
        identity, risk = open_identity(worker.sealed, worker.pk), demo.today - timedelta(days=6)
        told: dict[str, object] = {"name": identity.name, "document": identity.document, "title": "质检员", "planned_return": str(demo.today + timedelta(days=9))}
        told |= {"last_risk": str(risk), "observed_from": str(risk), "symptoms": False, "in_hard_hit": False, "temperature_normal": True}
        act("staff.add", actor, new_id(), {"unit": works.pk} | told)


def _register(demo: Demo, district: District) -> list[str]:
    fields = ["name", "code", "industry", "staff", "revenue", "assets", "above_scale", "self_employed", "lists", "products", "landlord", "customers"]
    rows: list[list[str]] = []
    seen: set[str] = set()
    for n, place in enumerate(district.economy.workplaces):
        if place.kind != "enterprise" or demo.units[unit_key(district, n)].name in seen:
            continue
        name = demo.units[unit_key(district, n)].name
        seen.add(name)
        staff, k = demo.rng.randint(4, 900), len(rows)
        known = demo.rng.random() < 0.9
        rows.append([
            name, _code(len(rows)), _INDUSTRY.get(place.industry, "C29"), str(staff),
            str(staff * demo.rng.randint(20, 90)) if known else "", str(staff * demo.rng.randint(15, 60)),
            "是" if staff > 300 else "否", "否", _LISTS[k % 6] if k < 30 else "", _PRODUCTS[k % 6], "清源置业有限公司" if k % 5 == 0 else "",
            "区外采购商" if k % 4 == 0 else "",
        ])  # fmt: skip
    act("enterprise.import_rows", demo.actor("hq"), new_id(), {"fields": fields, "rows": rows})
    return [row[0] for row in rows]


def _code(n: int) -> str:
    """An invented credit code with its right check character, in the unassigned range 99."""
    body = f"91990101MA{n:07d}"
    return body + uscc_check(body)


def _staff(demo: Demo, names: list[str]) -> None:
    """Of those who work at an enterprise: most have said everything, some nothing, a few were exposed or feel ill."""
    fields = [
        "enterprise", "name", "document", "title", "origin", "planned_return", "returned_on", "last_risk", "cleared", "symptoms", "in_hard_hit",
        "temperature_normal",
    ]  # fmt: skip
    rows: list[list[str]] = []
    people = Person.objects.filter(workplace__kind="enterprise", workplace__name__in=names).exclude(document_hash=None).select_related("workplace")
    for person in people.order_by("workplace_id", "pk")[:_MOST]:
        identity, luck = open_identity(person.sealed, person.pk), demo.rng.random()
        assert person.workplace is not None
        back = demo.today - timedelta(days=demo.rng.randint(1, 20)) if luck < 0.6 else None
        planned = demo.today + timedelta(days=demo.rng.randint(0, 12))
        risk = demo.today - timedelta(days=demo.rng.randint(1, 13)) if 0.7 < luck < 0.8 else None
        silent = luck > 0.92
        rows.append([
            person.workplace.name, identity.name, identity.document, demo.rng.choice(("操作工", "质检员", "仓管员", "司机", "文员")), demo.rng.choice(_ORIGINS),
            "" if back else str(planned), str(back or ""), str(risk or ""), "阴性" if 0.7 < luck < 0.72 else "", "" if silent else "有" if 0.8 < luck < 0.81 else "无",
            "" if silent or luck > 0.85 else "否", "" if silent else "正常",
        ])  # fmt: skip
    act("staff.import_rows", demo.actor("hq"), new_id(), {"fields": fields, "rows": rows})
    _turn(demo)


def _turn(demo: Demo) -> None:
    """Since the files came in two of an enterprise's staff told what was missing and may return, and one has fallen ill."""
    files = Staff.objects.filter(unit=demo.units["enterprise:0"].pk, to_date=None, returned_on=None)
    told = {"symptoms": False, "in_hard_hit": False, "temperature_normal": True}
    for key in files.exclude(outcome__in=("start", "observe", "clinic")).order_by("pk").values_list("pk", flat=True)[:2]:
        act("staff.change", demo.actor("enterprise"), new_id(), {"staff": key} | told)
    for key in files.filter(outcome="start").order_by("-pk").values_list("pk", flat=True)[:1]:
        act("staff.change", demo.actor("enterprise"), new_id(), {"staff": key, "symptoms": True})
