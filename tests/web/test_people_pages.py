"""People in the browser: registered, found, opened for a reason, corrected, merged; the next street sees nobody."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import Custody, Fact, Handover, Holding, Loop, Person
from tongchou.record.questions.people import who_looked

DOCUMENT = "990101199003070011"


def checked(base: str) -> str:
    """A resident number with its check digit."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return base + "10X98765432"[sum(int(c) * w for c, w in zip(base, weights, strict=True)) % 11]


def register(cast: Cast, who: str = "street", **more: Any) -> UUID:
    """Register somebody through the page and return the id."""
    form = {
        "client_id": str(new_id()), "name": "苏晓棠", "document": checked("99010119900307002"), "phone": "13800138000",
        "address": "春晖路 5 号", "area": cast.areas["grid"].pk, "household_label": "5-301",
    } | more  # fmt: skip
    answer = signed_in(cast, who).post(reverse("person_new"), form)
    assert answer.status_code == 302, answer.content.decode()
    return UUID(answer["Location"].rsplit("/", 1)[1])


def test_a_person_is_registered_found_and_shown_masked(cast: Cast) -> None:
    person = register(cast)
    street = signed_in(cast, "street")
    found = street.post(reverse("people"), {"text": "苏晓棠"}).content.decode()
    assert "苏**" in found
    assert "苏晓棠" not in found.replace('value="苏晓棠"', "")
    page = street.get(reverse("person", args=[person])).content.decode()
    for secret in ("苏晓棠", "13800138000", "春晖路 5 号", checked("99010119900307002")):
        assert secret not in page
    assert "苏**" in page


def test_a_file_opens_for_a_stated_reason_and_the_person_can_see_who_looked(cast: Cast) -> None:
    person = register(cast)
    street = signed_in(cast, "street")
    url = reverse("person_open", args=[person])
    street.post(url, {"client_id": str(new_id()), "purpose": "other", "note": ""}, HTTP_REFERER="http://testserver/people")
    assert "苏晓棠" not in street.get(reverse("person", args=[person])).content.decode()
    street.post(url, {"client_id": str(new_id()), "purpose": "visit", "note": ""})
    page = street.get(reverse("person", args=[person])).content.decode()
    assert "苏晓棠" in page
    assert "13800138000" in page
    assert "苏晓棠" not in signed_in(cast, "community").get(reverse("person", args=[person])).content.decode()  # opened for one account
    looks = street.get(reverse("person_looks", args=[person])).content.decode()
    assert "入户走访和排查" in looks
    assert any(look.how == "open" for look in who_looked(person))


def test_what_is_wrong_is_said_beside_the_field_and_nothing_typed_is_lost(cast: Cast) -> None:
    form = {"client_id": str(new_id()), "name": "苏晓棠", "document": "990101199003070019", "address": "春晖路 5 号", "area": cast.areas["grid"].pk}
    answer = signed_in(cast, "street").post(reverse("person_new"), form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_document"' in page
    assert "春晖路 5 号" in page
    assert not Person.objects.exists()


def test_the_next_street_finds_nobody(cast: Cast) -> None:
    person = register(cast)
    rival = signed_in(cast, "next_street")
    assert "苏" not in re.sub(r'value="[^"]*"', "", rival.post(reverse("people"), {"text": "苏晓棠"}).content.decode().split("<main")[1])
    for name in ("person", "person_looks", "person_correct", "person_move", "person_fact"):
        assert rival.get(reverse(name, args=[person])).status_code == 404
    assert rival.post(reverse("person_open", args=[person]), {"purpose": "visit"}).status_code == 404
    assert rival.get(reverse("custody_take_in") + f"?person={person}").status_code == 404
    assert rival.get(reverse("loop_new") + f"?person={person}").status_code == 404


def test_correcting_keeps_what_is_not_touched(cast: Cast) -> None:
    person = register(cast)
    street = signed_in(cast, "street")
    street.post(reverse("person_open", args=[person]), {"client_id": str(new_id()), "purpose": "correction"})
    assert 'value="苏晓棠"' in street.get(reverse("person_correct", args=[person])).content.decode()
    answer = street.post(reverse("person_correct", args=[person]), {"client_id": str(new_id()), "name": "苏晓棠", "phone": "13900139000"})
    assert answer.status_code == 302
    page = street.get(reverse("person", args=[person])).content.decode()
    assert "13900139000" in page
    assert checked("99010119900307002") in page


def test_moving_and_facts(cast: Cast) -> None:
    person = register(cast)
    street = signed_in(cast, "street")
    today = timezone.localdate()
    form = {"client_id": str(new_id()), "type": "temperature", "known": "known", "on": today.isoformat(), "value.celsius": "37.8", "note": "咳嗽两天"}
    assert street.get(reverse("person_fact", args=[person])).status_code == 200
    assert street.get(reverse("person_fact", args=[person]) + "?type=temperature").status_code == 200
    late = form | {"on": (today + timedelta(days=1)).isoformat(), "client_id": str(new_id())}
    refused = street.post(reverse("person_fact", args=[person]), late)
    assert refused.status_code == 422
    assert "咳嗽两天" in refused.content.decode()
    assert street.post(reverse("person_fact", args=[person]), form).status_code == 302
    page = street.get(reverse("person", args=[person])).content.decode()
    assert "37.8" in page
    assert "咳嗽两天" not in page  # sealed until the file is open
    fact = Fact.objects.get()
    assert street.post(reverse("fact_withdraw", args=[person, fact.pk]), {"client_id": str(new_id()), "reason": "wrong_value"}).status_code == 302
    fact.refresh_from_db()
    assert fact.withdrawn_at is not None
    move = {"client_id": str(new_id()), "area": cast.areas["spring"].pk, "household_label": "", "workplace_name": cast.units["works"].name}
    assert street.post(reverse("person_move", args=[person]), move).status_code == 302
    row = Person.objects.get(pk=person)
    assert (row.area_id, row.household_id, row.workplace_id) == (cast.areas["spring"].pk, None, cast.units["works"].pk)


def test_two_files_are_compared_merged_and_separated(cast: Cast) -> None:
    one = register(cast)
    other = register(cast, document="", birth_date="1990-03-07")
    street = signed_in(cast, "street")
    page = street.get(reverse("people_duplicates")).content.decode()
    assert str(other) in page
    assert "电话相同" in page
    merge = {"client_id": str(new_id()), "folded": str(other), "reason": "confirmed_by_phone"}
    assert street.post(reverse("person_merge", args=[one]), merge).status_code == 302
    assert street.get(reverse("person", args=[other]))["Location"] == reverse("person", args=[one])
    number = Person.objects.get(pk=other).merged_into_id
    assert number == one
    kept = street.get(reverse("person", args=[one])).content.decode()
    undo = re.search(r'action="(/people/[^"]+/merges/\d+/undo)"', kept)
    assert undo
    assert street.post(undo[1], {"client_id": str(new_id()), "reason": "two_people"}).status_code == 302
    assert Person.objects.get(pk=other).merged_into_id is None


def test_a_table_is_tried_then_imported_and_every_row_is_accounted_for(cast: Cast) -> None:
    rows = ["姓名,证件号码,手机号,社区/网格编码"]
    rows += [f"王{'一二三四五'[n]},{checked('9901011985010100' + str(n))},1380013800{n},990101001001-001" for n in range(5)]
    rows += ["张错,123456,13800138000,990101001001-001", "李远," + checked("99010119850101009") + ",,990101002001"]
    street = signed_in(cast, "street")

    def send(mode: str) -> str:
        file = SimpleUploadedFile("名单.csv", "\n".join(rows).encode("gb18030"), "text/csv")
        answer = street.post(reverse("people_import"), {"client_id": str(new_id()), "table": file, "mode": mode})
        assert answer.status_code == 200
        return answer.content.decode()

    tried = send("try")
    assert "没有写入任何内容" in tried
    assert not Person.objects.exists()
    done = send("import")
    assert Person.objects.count() == 5
    assert "<dd>7</dd>" in done
    assert "<dd>5</dd>" in done
    assert "<dd>2</dd>" in done
    assert "data-blob" in done
    again = send("import")
    assert Person.objects.count() == 5
    assert "已登记在册" in again


@pytest.mark.parametrize("name", ["people_import", "units_import", "territory_import"])
def test_an_import_without_a_file_says_so(cast: Cast, name: str) -> None:
    answer = signed_in(cast, "hq").post(reverse(name), {"client_id": str(new_id()), "mode": "try"})
    assert answer.status_code == 422
    assert "没有选择文件" in answer.content.decode()


def test_units_and_territory_come_in_from_a_table(cast: Cast) -> None:
    hq = signed_in(cast, "hq")
    units = io.BytesIO("name,kind,code,area_code\n清源第一中学,school,,990101001\n坏行,school,,77\n".encode())
    units.name = "units.csv"
    page = hq.post(reverse("units_import"), {"client_id": str(new_id()), "table": units, "mode": "import"}).content.decode()
    assert "没有找到该区域" in page
    areas = io.BytesIO("code,name\n990101001,east 区域\n990101002,西城街道\n".encode())
    areas.name = "areas.csv"
    form = {"client_id": str(new_id()), "table": areas, "mode": "try", "edition": "试", "in_force": "2026-01-01"}
    page = hq.post(reverse("territory_import"), form).content.decode()
    assert "更名" in page


def test_a_person_is_taken_in_handed_over_and_what_is_missing_shouts(cast: Cast) -> None:
    one, other = register(cast), register(cast, name="秦岭", document="", phone="")
    street, driver = signed_in(cast, "street"), signed_in(cast, "driver")
    for person in (one, other):
        form = {
            "client_id": str(new_id()), "person": str(person), "purpose": "transfer", "unit": cast.units["east_street"].pk,
            "holder_kind": "household", "place": "5-301",
        }  # fmt: skip
        assert street.post(reverse("custody_take_in"), form).status_code == 302
    stays = [str(c.pk) for c in Custody.objects.order_by("pk")]
    page = street.get(reverse("custody")).content.decode()
    assert "苏**" in page
    assert "苏晓棠" not in page
    url = reverse("custody_offer")
    assert street.get(url + f"?pick={stays[0]}&pick={stays[1]}").status_code == 200
    offer = {"client_id": str(new_id()), "custodies": ",".join(stays), "to_unit": cast.units["bus"].pk, "to_kind": "vehicle", "minutes": "60", "place": "1 车"}
    assert street.post(url, offer).status_code == 302
    handover = Handover.objects.get()
    items = driver.get(reverse("custody_handover", args=[handover.pk])).content.decode()
    assert "苏**" in items  # the other side sees whom it is to take over
    assert signed_in(cast, "next_street").get(reverse("custody_handover", args=[handover.pk])).status_code == 404
    answer = {"client_id": str(new_id()), "answer": "accept", "missing": stays[1]}
    assert driver.post(reverse("custody_answer", args=[handover.pk]), answer).status_code == 302
    assert Holding.objects.get(custody=stays[0], until=None).unit == cast.units["bus"]
    assert Holding.objects.get(custody=stays[1], until=None).holder_kind == "unlocated"
    found = {"client_id": str(new_id()), "custodies": stays[1], "unit": cast.units["east_street"].pk, "holder_kind": "household", "note": "在家中找到"}
    assert street.post(reverse("custody_found"), found).status_code == 302
    out = {"client_id": str(new_id()), "custodies": stays[1], "reason": "error", "note": ""}
    assert street.post(reverse("custody_let_out"), out).status_code == 302
    assert Custody.objects.get(pk=stays[1]).out_reason == "error"


def test_a_loop_about_a_person(cast: Cast) -> None:
    person = register(cast)
    street = signed_in(cast, "street")
    page = street.get(reverse("loop_new") + f"?person={person}").content.decode()
    assert "苏**" in page
    kinds = re.findall(r"kind=([a-z_]+)", page)
    assert "task" in kinds
    form = {"client_id": str(new_id()), "kind": "task", "person": str(person), "title": "上门核实", "owner_unit": cast.units["spring_community"].pk}
    assert street.post(reverse("loop_new"), form).status_code == 302
    assert Loop.objects.get().subject_person_id == person
    assert "上门核实" in street.get(reverse("person", args=[person])).content.decode()
