"""Accounts of many enterprises: from a table, or for those that have none yet; the sheet of first passwords is shown once."""

from __future__ import annotations

import base64

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.spreadsheets import to_xlsx
from tongchou.kernel.text import Text
from tongchou.record.actions.enterprise_accounts import LARGEST_SHEET, open_for_units, open_from_file
from tongchou.record.enterprise_accounts import HANDED, Handed, handed_cells
from tongchou.record.questions.enterprise_accounts import unmanned
from tongchou.web.pages.forms import done, form_page
from tongchou.web.pages.imports import counts_of, file_fields, tell_import, upload
from tongchou.web.pages.requests import actor_of, client_id, integer
from tongchou.web.permission import page

MANAGE, PAGE = "account.manage", 100
_PARENT, _TITLE = Text("账号与任职", "Accounts"), Text("批量开通企业账号", "Open accounts of enterprises")
_AGAIN = Text("这次提交已经办理过，初始密码不再显示。需要时请逐个重置密码。", "This was done before; first passwords are not shown again. Reset those that are needed.")
_OPENED = {"accepted": Text("开通", "opened")}


def handed_file(sheet: list[Handed]) -> str:
    """The sheet of first passwords as a workbook, base64."""
    language = get_language() or "zh-hans"
    rows = [[v.in_(language) if isinstance(v, Text) else v for v in handed_cells(line)] for line in sheet]
    title = Text("初始密码发放单", "First passwords").in_(language)
    return base64.b64encode(to_xlsx(title, [t.in_(language) for t in HANDED], rows, [title])).decode()


@page("enterprise_accounts", "accounts/enterprises", MANAGE)
def enterprise_accounts(request: HttpRequest) -> HttpResponse:
    """Enterprises without a manager's account; those that are picked get one."""
    actor = actor_of(request)
    if request.method == "POST":
        picked = [int(k) for k in request.POST.getlist("unit") if k.isdecimal() and len(k) < 18]
        if not picked:
            rule = Text("没有选中企业。", "No enterprise was picked.")
            raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请勾选要开通的企业。", "Tick those that need an account."), field="unit")
        result, sheet = open_for_units(actor, client_id(request), picked, keeper=request.POST.get("keeper") == "1")
        if not sheet and result["accepted"]:
            return done(request, request.path, _AGAIN)
        context = {
            "title": _TITLE, "sheet_lines": [handed_cells(line) for line in sheet], "columns": HANDED, "file": handed_file(sheet),
            "counts": counts_of(result, **_OPENED), "rejects": result["rejects"], "back": request.path,
        }  # fmt: skip
        return render(request, "pages/first_passwords.html", context)
    text, after = request.GET.get("text", "").strip()[:60], max(0, integer(request, "after") or 0)
    rows = unmanned(actor, text, limit=PAGE + 1, after=after)
    context = {
        "title": _TITLE, "rows": rows[:PAGE], "next_after": str(after + PAGE) if len(rows) > PAGE else None,
        "search": {"key": "text", "value": text, "placeholder": Text("企业名称或信用代码", "Name or credit code")},
        "empty": {
            "title": Text("没有待开通的企业", "No enterprise lacks an account"), "icon": "users",
            "text": Text("在册企业都已有负责人账号，或换一个词。", "All have a manager's account; or try another word."),
        },
        "breadcrumbs": [{"url": reverse("accounts"), "label": _PARENT}, {"url": "", "label": _TITLE}],
    }  # fmt: skip
    return render(request, "pages/enterprise_accounts.html", context)


@page("enterprise_accounts_import", "accounts/enterprises/import", MANAGE)
def enterprise_accounts_import(request: HttpRequest) -> HttpResponse:
    """Accounts from a table: enterprise, who, phone, post. Rejected rows come back with their reason."""
    back = reverse("enterprise_accounts")

    def send() -> HttpResponse:
        data, name = upload(request)
        found, sheet = open_from_file(actor_of(request), client_id(request), data, name, dry_run=request.POST.get("mode") != "import")
        if found is None:
            return done(request, back, _AGAIN)
        rejected = lambda: found.rejected_file(get_language() or "zh-hans")  # noqa: E731
        more = {"handed": handed_file(sheet), "handed_lines": [handed_cells(line) for line in sheet[:200]], "handed_columns": HANDED} if sheet else {}
        return tell_import(request, _TITLE, found.counts, counts_of(found.counts, **_OPENED), rejected, back, **more)

    note = Text(
        "列名：统一社会信用代码或企业名称、姓名、联系电话、岗位（企业负责人、企业填报员、企业安全管理员，留空为负责人）、管理本企业账号（是/否）、用户名（留空由系统取）。"
        "一次最多 {n} 行；初始密码只在导入结果页给出一次。",
        "Columns: credit code or enterprise, name, phone, post (manager, reporter, safety officer; empty: manager), account keeper (yes/no), "
        "user name (one is found when empty). At most {n} {n|row|rows}; first passwords are given once, with the result.",
    ).with_(n=LARGEST_SHEET)
    title = Text("从表格开通企业账号", "Accounts from a table")
    crumbs = [{"url": reverse("accounts"), "label": _PARENT}, {"url": back, "label": _TITLE}, {"url": "", "label": title}]
    return form_page(
        request, file_fields, send, title=title, button=Text("上传", "Send"), back=back, note=note, on_record={"mode": "try"}, breadcrumbs=crumbs,
    )  # fmt: skip
