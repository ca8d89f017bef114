"""Tables that come in: the register of enterprises, and staff."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tongchou.kernel.text import Text
from tongchou.record.actions.enterprises_import import import_enterprises
from tongchou.record.actions.staff_import import import_staff
from tongchou.record.enterprises import EDIT, OWN
from tongchou.record.staffing import EDIT as STAFF_EDIT
from tongchou.rooms.enterprises.words import TITLE
from tongchou.web.pages.imports import rows_page
from tongchou.web.pages.requests import actor_of
from tongchou.web.permission import page


@page("enterprises_import", "enterprises/import", EDIT)
def enterprises_import(request: HttpRequest) -> HttpResponse:
    """A register: new enterprises are added, known ones changed."""
    note = Text(
        "列名可用：统一社会信用代码、企业名称、所在社区、行业代码、从业人员、营业收入（万元）、资产总额（万元）、个体工商户、规上企业、园区、"
        "出租方、名单、主要产品、联系人、联系电话、供应商、客户、包联领导（姓名或单位/姓名）、行业主管部门、业务主管部门、安全监管部门（单位或单位/姓名）。空格不覆盖已有内容。",
        "Columns: credit code, name, area code, industry code, staff, revenue, assets, self employed, above scale, park, "
        "landlord, lists, products, contact name, contact phone, suppliers, customers, paired leader (name or unit/name), industry department, "
        "department of its business, safety supervisor (unit or unit/name). Empty cells erase nothing.",
    )
    title, back = Text("导入企业名册", "Import a register"), reverse("enterprises")
    return rows_page(request, import_enterprises, title=title, back=back, parent=TITLE, note=note)


@page("staff_import", "staff/import", STAFF_EDIT)
def staff_import(request: HttpRequest) -> HttpResponse:
    """Staff of one's own enterprise, or of enterprises within reach."""
    note = Text(
        "列名可用：统一社会信用代码或企业名称（只管一家企业的可不填）、姓名、身份证号、手机号、岗位、来源地、计划返岗日期、实际返岗日期、是否在高发地区、"
        "离开风险地区日期、开始隔离日期、核酸结果、有无症状、体温、岗位急需、行程。不知道的留空，不要填“否”。",
        "Columns: credit code or enterprise (not needed by who has one enterprise), name, document, phone, title, origin, planned return, returned on, in hard hit area, "
        "last risk day, isolation from, test result, symptoms, temperature, urgent, itinerary. Leave empty what is not known.",
    )
    own = actor_of(request).permits(OWN)
    back, parent = (reverse("enterprise_own"), Text("本企业", "Our enterprise")) if own else (reverse("enterprises"), TITLE)
    return rows_page(request, import_staff, title=Text("导入员工档案", "Import staff"), back=back, parent=parent, note=note)
