"""Tables that come in: the register of enterprises, and staff."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.text import Text
from tongchou.record.actions.enterprises_import import import_enterprises
from tongchou.record.actions.staff_import import import_staff
from tongchou.record.enterprises import EDIT, OWN
from tongchou.record.rowimport import Imported
from tongchou.record.staffing import EDIT as STAFF_EDIT
from tongchou.web.pages.forms import form_page
from tongchou.web.pages.imports import counts_of, file_fields, tell_import, upload
from tongchou.web.pages.requests import actor_of, client_id
from tongchou.web.permission import page


@page("enterprises_import", "enterprises/import", EDIT)
def enterprises_import(request: HttpRequest) -> HttpResponse:
    """A register: new enterprises are added, known ones changed."""
    note = Text(
        "列名可用：统一社会信用代码、企业名称、所在社区、行业代码、从业人员、营业收入（万元）、资产总额（万元）、个体工商户、规上企业、园区、"
        "出租方、名单、主要产品、联系人、联系电话、供应商、客户。空格不覆盖已有内容。",
        "Columns: credit code, name, area code, industry code, staff, revenue, assets, self employed, above scale, park, "
        "landlord, lists, products, contact name, contact phone, suppliers, customers. Empty cells erase nothing.",
    )
    return _page(request, import_enterprises, Text("导入企业名册", "Import a register"), reverse("enterprises"), note)


@page("staff_import", "staff/import", STAFF_EDIT)
def staff_import(request: HttpRequest) -> HttpResponse:
    """Staff of one's own enterprise, or of enterprises within reach."""
    note = Text(
        "列名可用：统一社会信用代码或企业名称、姓名、身份证号、手机号、岗位、来源地、计划返岗日期、实际返岗日期、是否在高发地区、"
        "离开风险地区日期、开始隔离日期、核酸结果、有无症状、体温、岗位急需、行程。不知道的留空，不要填“否”。",
        "Columns: credit code or enterprise, name, document, phone, title, origin, planned return, returned on, in hard hit area, "
        "last risk day, isolation from, test result, symptoms, temperature, urgent, itinerary. Leave empty what is not known.",
    )
    own = actor_of(request).permits(OWN)
    return _page(
        request,
        import_staff,
        Text("导入员工档案", "Import staff"),
        reverse("enterprise_own" if own else "enterprises"),
        note,
    )


def _page(request: HttpRequest, run: Callable[..., Imported], title: Text, back: str, note: Text) -> HttpResponse:
    def send() -> HttpResponse:
        data, name = upload(request)
        trial = request.POST.get("mode") != "import"
        found = run(actor_of(request), client_id(request), data, name, dry_run=trial)
        unused = (
            Text("未使用的列：{c}", "Columns not used: {c}").with_(c="、".join(found.ignored)) if found.ignored else ""
        )
        return tell_import(
            request,
            title,
            found.counts,
            counts_of(found.counts),
            lambda: found.rejected_file(get_language() or "zh-hans"),
            back,
            note=unused,
        )

    return form_page(
        request, file_fields, send, title=title, button=Text("上传", "Send"), back=back, note=note, on_record={"mode": "try"},
        breadcrumbs=[{"url": back, "label": Text("返回", "Back")}, {"url": "", "label": title}],
    )  # fmt: skip
