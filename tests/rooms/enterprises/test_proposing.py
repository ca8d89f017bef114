"""An enterprise asks for a change of its own entry; the register changes when the street has checked it, and not before."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason, Refusal
from tongchou.record.models import Enterprise, Unit
from tongchou.rooms.enterprises.models import EntryChange


def works(cast: Cast) -> int:
    unit = cast.units["works"].pk
    cast.act("street", "enterprise.change", unit=unit, industry="C1811", staff=300, revenue="2500", products="衬衫", contact_name="张联系", contact_phone="13800000000")
    return unit


def asked(cast: Cast, unit: int, **more: Any) -> str:
    payload = {"unit": unit, "staff": 280, "products": "衬衫", "industry": "C1811", "reason": "上年末在册人数"} | more
    return str(cast.act("enterprise", "enterprise.propose", **payload).result["loop"])


def refused(cast: Cast, who: str, verb: str, **payload: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        cast.act(who, verb, **payload)
    return caught.value


def test_the_register_changes_when_the_street_has_checked(cast: Cast) -> None:
    unit = works(cast)
    loop = asked(cast, unit, name="清源制衣有限公司", contact_name="李联系", contact_phone="13900000000")
    row = EntryChange.objects.get()
    assert row.values == {"name": "清源制衣有限公司", "staff": 280}  # what is as it stands is not asked for
    assert row.before == {"name": cast.units["works"].name, "staff": 300}
    assert Enterprise.objects.get(pk=unit).staff == 300
    assert refused(cast, "enterprise", "enterprise.propose", unit=unit, staff=1, reason="又变了").reason is Reason.DUPLICATE
    for who in ("enterprise", "next_street", "community"):
        assert refused(cast, who, "loop.advance", loop=loop, step="accept").reason in (Reason.NOT_ALLOWED, Reason.NOT_FOUND, Reason.NOT_OWNER)
    cast.act("street", "loop.advance", loop=loop, step="accept")
    held = Enterprise.objects.get(pk=unit)
    assert (held.staff, held.size, Unit.objects.get(pk=unit).name) == (280, "small", "清源制衣有限公司")
    row.refresh_from_db()
    assert row.settled_at is not None
    assert row.sealed_contact is None


def test_what_has_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    unit = works(cast)
    loop = asked(cast, unit)
    cast.act("street", "enterprise.change", unit=unit, staff=310)
    wrong = refused(cast, "street", "loop.advance", loop=loop, step="accept")
    assert (wrong.reason, wrong.field) == (Reason.CONFLICT, "staff")
    cast.act("street", "loop.advance", loop=loop, step="refuse", note="街道已按花名册更正")
    assert Enterprise.objects.get(pk=unit).staff == 310
    asked(cast, unit)  # another may be asked for now


def test_what_the_register_would_refuse_is_refused_at_once(cast: Cast) -> None:
    unit = works(cast)
    assert refused(cast, "enterprise", "enterprise.propose", unit=unit, staff=300, products="衬衫", reason="没有变").reason is Reason.INVALID_VALUE
    assert refused(cast, "enterprise", "enterprise.propose", unit=unit, code="91110000000000000X", reason="换照").field == "code"
    assert refused(cast, "enterprise", "enterprise.propose", unit=unit, industry="Z99", reason="换行业").field == "industry"
    assert refused(cast, "rival", "enterprise.propose", unit=unit, staff=1, reason="冒充").reason is Reason.NOT_FOUND
    assert not EntryChange.objects.exists()


def test_the_form_and_the_comparison(cast: Cast) -> None:
    unit = works(cast)
    clerk = signed_in(cast, "enterprise")
    form = clerk.get(reverse("enterprise_propose", args=[unit])).content.decode()
    assert 'value="300"' in form
    filled = {"name": cast.units["works"].name, "industry": "C1811", "staff": "280", "revenue": "2500.00", "products": "衬衫", "contact_name": "张联系",
              "contact_phone": "13800000000", "reason": "上年末在册人数", "client_id": "018f0000-0000-7000-8000-000000000001"}  # fmt: skip
    assert clerk.post(reverse("enterprise_propose", args=[unit]), filled).status_code == 302
    row = EntryChange.objects.get()
    assert row.values == {"staff": 280}
    shown = signed_in(cast, "street").get(reverse("register_change", args=[row.loop_id])).content.decode()
    assert "300" in shown
    assert "280" in shown
    assert signed_in(cast, "rival").get(reverse("register_change", args=[row.loop_id])).status_code == 404
    assert signed_in(cast, "next_street").get(reverse("register_change", args=[row.loop_id])).status_code == 404
    assert "变更待核对" in clerk.get(reverse("enterprise_own")).content.decode()
