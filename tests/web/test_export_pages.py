"""Bulk exports in the browser: asked for, approved, made, fetched, seen by the auditor; nobody else's is there."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.urls import reverse

from tests.cast import Cast
from tests.record.test_people_bulk import load, people
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.models import Loop, PersonalExport, StoredRefusal


def form(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "client_id": str(new_id()), "area": cast.areas["spring"].pk, "columns": ["name", "phone"], "purpose": "核对返区人员台账",
        "need": "社区上门前须逐户电话核实，遮盖号码无法拨打。", "row_limit": "50", "valid_days": "3",
    } | more  # fmt: skip


def test_from_asking_to_the_file(cast: Cast) -> None:
    load(cast, people(cast))
    street = signed_in(cast, "street")
    assert "还没有申请" in street.get(reverse("exports")).content.decode()
    given = form(cast)
    answer = street.post(reverse("export_new"), given)
    assert answer.status_code == 302, answer.content.decode()
    assert street.post(reverse("export_new"), given)["Location"] == answer["Location"]  # sent twice, done once
    assert Loop.objects.count() == 1
    url = answer["Location"]
    assert "等待审批" in street.get(url).content.decode()
    loop = Loop.objects.get().pk
    step = reverse("loop_step", args=[loop, "approve"])
    assert signed_in(cast, "hq").post(step, {"client_id": str(new_id()), "note": "同意"}).status_code == 302
    shown = street.get(url).content.decode()
    assert "生成 Excel 表格" in shown
    assert reverse("export", args=[loop]) in street.get(reverse("loop", args=[loop])).content.decode()
    assert street.post(url, {"client_id": str(new_id()), "format": "csv"}).status_code == 302
    assert "下载文件" in street.get(url).content.decode()
    file = street.get(reverse("export_file", args=[loop]))
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert len(rows) == 41
    assert file["Cache-Control"] == "no-store"
    assert "attachment" in file["Content-Disposition"]
    audit = signed_in(cast, "auditor").get(reverse("audit_exports")).content.decode()
    assert "核对返区人员台账" in audit
    assert rows[1][0] not in audit
    sheet = signed_in(cast, "auditor").get(reverse("audit_exports") + "?export=csv").content.decode("utf-8-sig")
    assert "40" in sheet.splitlines()[1]


def test_it_is_nobody_elses(cast: Cast) -> None:
    load(cast, people(cast))
    url = signed_in(cast, "street").post(reverse("export_new"), form(cast))["Location"]
    loop = Loop.objects.get().pk
    for who in ("street_colleague", "hq", "next_street"):
        other = signed_in(cast, who)
        assert other.get(url).status_code == 404
        assert other.get(reverse("export_file", args=[loop])).status_code in (404, 422)
        assert url not in other.get(reverse("exports")).content.decode()
    assert signed_in(cast, "grid_worker").get(reverse("exports")).status_code == 403
    assert signed_in(cast, "street").get(reverse("audit_exports")).status_code == 403
    assert not PersonalExport.objects.exists()


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(cast: Cast) -> None:
    load(cast, people(cast))
    street = signed_in(cast, "street")
    answer = street.post(reverse("export_new"), form(cast, row_limit="39"))
    text = answer.content.decode()
    assert answer.status_code == 413
    assert "符合条件的有 40 人，超过申请的 39 条" in text
    assert "核对返区人员台账" in text
    assert StoredRefusal.objects.filter(verb="export.ask", field="row_limit").exists()
    assert street.post(reverse("export_new"), form(cast, columns=[])).status_code == 422
    assert not Loop.objects.exists()


def test_the_general_form_sends_to_the_page_for_exports(cast: Cast) -> None:
    answer = signed_in(cast, "street").get(reverse("loop_new") + "?kind=export_request")
    assert answer["Location"] == reverse("export_new")
