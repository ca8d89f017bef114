"""Permits of the demo that end soon, one of which is asked to be renewed, and a suspended one that is asked to be restored; an account keeper's staff."""

from __future__ import annotations

from django.utils import timezone

from tongchou.cli.demo_cast import Demo
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM
from tongchou.record.act import act
from tongchou.record.files import take_in
from tongchou.record.models import WorkPermit

_PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
_STAFF = (("江映", "enterprise_reporter"), ("罗平", "enterprise_safety"))


def make_permit_life(demo: Demo) -> None:
    """Warnings of what ends soon, one request of each sort, and accounts of an enterprise's own staff."""
    act("permit.life", SYSTEM, new_id(), {})
    for permit in WorkPermit.objects.filter(state="suspended").order_by("number")[:1]:
        who = demo.account_of(permit.unit_id)
        if who is not None:
            file = str(take_in(demo.actor(who), new_id(), "整改记录.pdf", "application/pdf", _PDF).result["file"])
            points = [{"what": m, "said": "已整改到位，附记录", "files": [file]} for m in permit.must_show]
            demo.do(who, "permit.ask", timezone.now(), permit=str(permit.pk), what="restore", reason="整改已完成，申请恢复生产", points=points)
    works = demo.units.get("enterprise:0")
    if works is not None and "keeper" in demo.accounts:
        for name, role in _STAFF:
            payload = {"unit": works.pk, "name": name, "role": role, "password_hash": demo.accounts["keeper"].password}
            demo.do("keeper", "enterprise.account_open", timezone.now(), **payload)
