"""The register of enterprises: figures and size, supply, who reaches what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests.cast import Cast
from tongchou.kernel.codes import uscc_check
from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.enterprises import open_contact
from tongchou.record.models import Enterprise, Event, SupplyLink, Unit
from tongchou.record.questions.enterprises import enterprise_file

BODY = "91990101MA0000009"
USCC = BODY + uscc_check(BODY)


def do(cast: Cast, who: str, verb: str, **payload: Any) -> dict[str, Any]:
    return act(verb, cast.as_(who), new_id(), payload).result


def refused(run: Callable[[], Any]) -> Refusal:
    with pytest.raises(Refusal) as caught:
        run()
    return caught.value


def register(cast: Cast, who: str = "street", **more: Any) -> int:
    payload = {"name": "清源制衣有限公司", "area": cast.areas["spring"].pk, "code": USCC, "industry": "1811", "staff": 300, "revenue": "2000"} | more
    return int(do(cast, who, "enterprise.add", **payload)["unit"])


def test_an_enterprise_is_registered_with_its_size(cast: Cast) -> None:
    unit = register(cast, lists=["key", "epidemic"], contact_name="周敏", contact_phone="13912341111", landlord_name="清源置业")
    file = enterprise_file(unit)
    assert file is not None
    assert (file.code, file.industry, file.size, file.street_name, file.lists) == (USCC, "C1811", "medium", "east 区域", ("epidemic", "key"))
    row = Enterprise.objects.get(pk=unit)
    contact = open_contact(row.sealed_contact, unit)
    assert contact is not None
    assert (contact.name, contact.phone) == ("周敏", "13912341111")
    assert b"13912341111" not in bytes(row.sealed_contact or b"")
    assert "13912341111" not in str(list(Event.objects.values_list("data", flat=True)))


def test_an_unknown_figure_leaves_the_size_unknown_and_a_change_brings_it(cast: Cast) -> None:
    unit = register(cast, revenue=None)
    assert enterprise_file(unit).size == ""  # type: ignore[union-attr]
    made = do(cast, "street", "enterprise.change", unit=unit, revenue="1999.99")
    assert (made["size"], made["version"]) == ("small", 2)
    stale = refused(lambda: do(cast, "street", "enterprise.change", unit=unit, staff=400, seen_version=1))
    assert (stale.reason, stale.field) == (Reason.CONFLICT, "seen_version")


@pytest.mark.parametrize(
    ("more", "reason", "field"),
    [
        ({"code": USCC[:-1] + ("0" if USCC[-1] != "0" else "1")}, Reason.WRONG_CHECK_DIGIT, "code"),
        ({"industry": "F18"}, Reason.INVALID_VALUE, "industry"),
        ({"lists": ["best"]}, Reason.INVALID_VALUE, "lists"),
        ({"revenue": "-1"}, Reason.INVALID_VALUE, "revenue"),
        ({"staff": 1.5}, Reason.INVALID_VALUE, "staff"),
        ({"landlord": 99_999_999}, Reason.NOT_FOUND, "landlord"),
        ({"park": 99_999_999}, Reason.NOT_FOUND, "park"),
        ({"contact_phone": "12"}, Reason.INVALID_VALUE, "contact_phone"),
        ({"name": ""}, Reason.MISSING_VALUE, "name"),
    ],
)
def test_bad_input_is_refused_by_its_field(cast: Cast, more: dict[str, Any], reason: Reason, field: str) -> None:
    found = refused(lambda: register(cast, **more))
    assert (found.reason, found.field) == (reason, field)
    assert not Unit.objects.filter(name="清源制衣有限公司").exists()


def test_the_next_street_and_the_enterprise_itself_do_not_register(cast: Cast) -> None:
    assert refused(lambda: register(cast, who="next_street")).reason is Reason.NOT_FOUND
    assert refused(lambda: register(cast, who="enterprise")).reason is Reason.NOT_ALLOWED
    unit = register(cast)
    assert refused(lambda: do(cast, "next_street", "enterprise.change", unit=unit, staff=1)).reason is Reason.NOT_FOUND


def test_a_unit_that_was_only_listed_is_taken_in(cast: Cast) -> None:
    unit = cast.units["works"].pk
    assert enterprise_file(unit).listed is False  # type: ignore[union-attr]
    do(cast, "street", "enterprise.change", unit=unit, industry="C13", staff=10, revenue="100")
    file = enterprise_file(unit)
    assert file is not None
    assert (file.listed, file.size) == (True, "micro")


def test_the_database_itself_keeps_one_link_and_two_sides(cast: Cast) -> None:
    works, mill = cast.units["works"].pk, cast.units["mill"].pk
    SupplyLink.objects.create(supplier_id=mill, buyer_id=works, product="布")
    for fields in ({"supplier_id": mill, "buyer_id": works}, {"supplier_id": mill}, {"supplier_id": mill, "buyer_id": mill}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SupplyLink.objects.create(product="布", **fields)
    with connection.cursor() as cursor:  # the twin: without the index the second one goes in
        cursor.execute("drop index supply_once")
    SupplyLink.objects.create(supplier_id=mill, buyer_id=works, product="布")
    assert timezone.localdate()
