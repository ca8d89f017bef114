"""Letters about applications for policies: what is missing, said once; granted with the amount; refused with the condition and its clause."""

from __future__ import annotations

import io

import pytest
from django.urls import reverse
from docx import Document

from tests.cast import Cast
from tests.rooms.policies.measures import TABLE
from tests.rooms.policies.test_policies import applied, do, entitle, refused, town
from tests.web.test_pages import signed_in
from tongchou.kernel.errors import Reason
from tongchou.rooms.policies.letters import letters_of, policy_letter_of
from tongchou.rooms.policies.models import Application

__all__ = ["town"]


def read(cast: Cast, who: str, loop: str, which: str, status: int = 200) -> str:
    answer = signed_in(cast, who).get(reverse("policy_letter", args=[loop, which, "docx"]))
    assert answer.status_code == status, answer.content[:300]
    if status != 200:
        return ""
    document = Document(io.BytesIO(answer.content))
    return "".join(p.text for p in document.paragraphs) + "".join(c.text for t in document.tables for r in t.rows for c in r.cells)


def test_what_is_missing_is_listed_once_in_full(town: Cast) -> None:
    entitle(town)
    loop = applied(town)
    read(town, "enterprise", loop, "supplement", 409)
    do(town, "dept", "policies.ask_more", loop=loop, note="租赁合同缺最后一页；缴纳租金的凭证\n法定代表人签字")
    said = read(town, "enterprise", loop, "supplement")
    assert "一次性补正告知书" in said
    for line in ("租赁合同缺最后一页", "缴纳租金的凭证", "法定代表人签字", "补正只告知一次"):
        assert line in said
    read(town, "rival", loop, "supplement", 404)


def test_granted_it_names_the_amount_and_the_rule(town: Cast) -> None:
    entitle(town)
    loop = applied(town)
    row = Application.objects.get(pk=loop)
    do(town, "dept", "policies.approve", loop=loop, amount=str(row.worked_out))
    said = read(town, "enterprise", loop, "decision")
    assert "予以认定" in said
    assert "30,000.00元" in said
    assert "依据" in said
    page = signed_in(town, "enterprise").get(reverse("policy_application", args=[loop])).content.decode()
    assert reverse("policy_letter", args=[loop, "decision", "pdf"]) in page


def test_refused_it_names_the_condition_that_fails_and_its_clause(town: Cast) -> None:
    from tongchou.rooms.policies.actions.deciding import criteria

    entitle(town)
    loop = applied(town)
    row = Application.objects.get(pk=loop)
    key, ground = next(iter(criteria(row).items()))
    do(town, "dept", "policies.refuse", loop=loop, criterion=key, reason="核查为个人房产")
    said = read(town, "dept", loop, "decision")
    assert "不予认定" in said
    assert ground.reason.zh in said
    assert ground.document.zh in said
    assert ground.clause in said
    assert "核查为个人房产" in said


def test_there_is_no_letter_before_there_is_something_to_say(town: Cast) -> None:
    entitle(town)
    row = Application.objects.select_related("unit", "loop__owner_unit").get(pk=applied(town))
    assert letters_of(row) == []
    for which in ("decision", "supplement", "other"):
        assert refused(lambda which=which: policy_letter_of(row, which)).reason is Reason.WRONG_STAGE
    assert row.policy == TABLE


@pytest.mark.parametrize("format", ["exe", "DOCX"])
def test_other_formats_are_not_there(town: Cast, format: str) -> None:
    entitle(town)
    assert signed_in(town, "enterprise").get(reverse("policy_letter", args=[applied(town), "decision", format])).status_code == 404
