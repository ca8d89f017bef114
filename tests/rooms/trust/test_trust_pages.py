"""Pages of the room as its users see them: the street officer, the resident on a phone, the auditor, anybody with a notice in hand."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from tests.cast import SINCE, Cast
from tests.rooms.plans.drill import LAW, PACK, TABLE, contact, decide, install, order, person, today
from tests.web.test_pages import signed_in
from tongchou.documents.pdf import has_chinese_font
from tongchou.kernel.ids import new_id
from tongchou.record.models import Account, Loop, Post, PostHolding, ReadSubject
from tongchou.rooms.trust.bulk import carry
from tongchou.rooms.trust.models import BulkRun, CarePass, OutsideList, Restriction

pytestmark = pytest.mark.django_db


@pytest.fixture
def street_town(cast: Cast) -> Cast:
    install(cast)
    return cast


def add_account(cast: Cast, name: str, unit: str, role: str, person: str | None = None) -> Account:
    account = Account(username=name, display_name=f"{name} 同志", person_id=person)
    account.set_password("a-long-enough-test-phrase")
    account.save()
    post = Post.objects.create(unit=cast.units[unit], title=role, role=role)
    PostHolding.objects.create(post=post, account=account, from_date=SINCE)
    cast.accounts[name] = account
    return account


def text(answer: Any) -> str:
    return str(answer.content.decode())


def post(client: Client, name: str, *args: Any, **fields: Any) -> Any:
    return client.post(reverse(name, args=args), {"client_id": str(new_id())} | fields, follow=True)


def carried(client: Client) -> str:
    """The page of the latest bulk act, once the queue has carried it out."""
    run = BulkRun.objects.order_by("-asked_at")[0]
    carry(run.pk)
    return text(client.get(reverse("order_run", args=[run.pk])))


def test_from_the_persons_file_to_the_order_and_back(street_town: Cast) -> None:
    key = contact(street_town)
    street = signed_in(street_town, "street")
    page = text(street.get(reverse("person", args=[key])))
    assert "现在不受任何管控" in page
    address = f"{reverse('plan_decide')}?person={key}"
    assert address in page
    shown = text(street.get(f"{address}&table={PACK}/{TABLE}"))
    assert "按密切接触者管理" in shown
    assert "什么会改变结论" in shown
    exposed = str(today() - timedelta(days=2))
    kept = post(street, "plan_decide", person=key, table=f"{PACK}/{TABLE}", keep="1", fact_last_exposure=exposed)
    assert "全部在册" in text(kept)
    assert "结论相同" in text(kept)
    decision = kept.resolver_match.kwargs["decision"]
    form = text(street.get(reverse("order_issue") + f"?decision={decision}"))
    assert "清演〔2020〕1号" in form
    late = post(street, "order_issue", decision=decision, legal_basis=LAW, until="2099-01-01")
    assert late.status_code == 422
    assert "超过方案规定" in text(late)
    done = post(street, "order_issue", decision=decision, legal_basis=LAW, until="")
    assert "执行中" in text(done)
    row = Restriction.objects.get()
    assert "隔离医学观察" in text(street.get(reverse("person", args=[key])))
    listed = text(street.get(reverse("orders")))
    assert "禤**" in listed
    assert "禤静姝" not in listed
    assert ReadSubject.objects.filter(person_id=key).count() >= 5
    lifted = post(street, "order_release", row.pk, reason="issued_in_error", note="不是本人")
    assert "已解除" in text(lifted)
    beyond = signed_in(street_town, "next_street")
    assert beyond.get(reverse("order", args=[row.pk])).status_code == 404
    assert "禤" not in text(beyond.get(reverse("orders") + "?view=ended"))


def test_a_cohort_is_tried_then_issued_and_another_organisation_confirms(street_town: Cast) -> None:
    from tests.rooms.trust.test_orders import SIGNS

    for sign in SIGNS[:21]:
        contact(street_town, name=f"何{sign}")
    street = signed_in(street_town, "street")
    form = {"title": "六月密接", "table": f"{PACK}/{TABLE}", "area": street_town.areas["east"].pk, "legal_basis": LAW}
    assert "排队中" in text(post(street, "order_batch", **form, mode="try"))
    assert "没有下达任何措施" in carried(street)
    assert not Restriction.objects.exists()
    post(street, "order_batch", **form, mode="issue")
    assert "另一单位确认后生效" in carried(street)
    batch = Restriction.objects.values_list("batch", flat=True).first()
    assert "由其他单位的人员确认" in text(street.get(reverse("orders")))
    hq = signed_in(street_town, "hq")
    assert "六月密接" in text(hq.get(reverse("orders")))
    post(hq, "batch_confirm", batch, agree="yes")
    assert "已确认</dt><dd>21" in carried(hq)
    counts = signed_in(street_town, "leader").get(reverse("order_counts"))
    assert "21" in text(counts)
    assert "何" not in text(counts)
    assert signed_in(street_town, "leader").get(reverse("orders")).status_code == 403


@pytest.mark.skipif(
    not has_chinese_font(), reason="no Chinese font on this machine (Debian: apt-get install fonts-noto-cjk)"
)
def test_the_notice_names_reason_issuer_end_and_appeal_and_can_be_verified(street_town: Cast) -> None:
    key = contact(street_town)
    order(street_town, key)
    row = Restriction.objects.get()
    street = signed_in(street_town, "street")
    read = PdfReader(io.BytesIO(street.get(reverse("order_notice", args=[row.pk])).content))
    said = "".join(p.extract_text() for p in read.pages)
    assert len(read.pages) == 1
    for piece in (
        "禤静姝",
        "east_street 单位",
        str(row.ends_on),
        "申诉",
        "24 小时",
        LAW,
        "-".join((row.code[:4], row.code[4:8], row.code[8:])),
        "谁查阅过您的信息",
        "east_street 单位 · 街道工作人员 · 打印",
    ):
        assert piece.replace(" ", "") in said.replace(" ", "").replace("\n", ""), piece
    anybody = Client()
    page = text(anybody.get(reverse("notice_verify"), {"code": f"{row.code[:4]}-{row.code[4:].lower()}"}))
    assert "这份告知书是真的" in page
    assert "禤" not in page
    assert "没有这份告知书" in text(anybody.get(reverse("notice_verify"), {"code": "AAAABBBBCCCC"}))
    post(street, "order_release", row.pk, reason="rule_met", note="期满")
    assert "已解除" in text(anybody.get(reverse("notice_verify"), {"code": row.code}))


def test_a_pending_order_is_no_notice(street_town: Cast) -> None:
    key = person(street_town)
    made = decide(street_town, key, facts={"last_exposure": str(today())})["decision"]
    street_town.act("street", "restriction.issue", decision=made, legal_basis=LAW, evidence=["口头报告"])
    code = Restriction.objects.get().code
    assert "没有这份告知书" in text(Client().get(reverse("notice_verify"), {"code": code}))
    add_account(street_town, "villager", "spring_community", "resident", key)
    assert "不受任何管控措施限制" in text(signed_in(street_town, "villager").get(reverse("my_status")))


def test_a_resident_sees_only_the_own_order(street_town: Cast) -> None:
    mine, other = contact(street_town), contact(street_town, name="何安")
    order(street_town, other)
    order(street_town, mine)
    add_account(street_town, "villager", "spring_community", "resident", mine)
    add_account(street_town, "stranger", "spring_community", "resident", None)
    client = signed_in(street_town, "villager")
    page = text(client.get(reverse("my_status")))
    for piece in ("还有", "怎样结束", "申诉", "谁看过我的信息", "east_street 单位", LAW, "就医不受限制"):
        assert piece in page, piece
    theirs = Restriction.objects.get(person_id=other)
    for name in ("my_notice", "my_appeal"):
        assert client.get(reverse(name, args=[theirs.pk])).status_code == 404
    assert client.get(reverse("order", args=[theirs.pk])).status_code == 403
    assert "没有关联到本人档案" in text(signed_in(street_town, "stranger").get(reverse("my_status")))


def test_an_appeal_on_paper_is_taken_down_by_an_officer(street_town: Cast) -> None:
    key = contact(street_town)
    row = order(street_town, key)["order"]
    community = signed_in(street_town, "community")
    assert "24 小时内" in text(post(community, "order_appeal", row, detail="来电说日期不对"))
    loop = Loop.objects.get(kind="appeal")
    assert (loop.owner_unit_id, loop.verifier_unit_id) == (
        street_town.units["east_street"].pk,
        street_town.units["office"].pk,
    )
    post(community, "order_appeal", row, detail="再来电")
    assert Loop.objects.filter(kind="appeal").count() == 1


def test_the_list_of_1317_as_a_file_is_stopped_and_the_auditor_sees_it(street_town: Cast) -> None:
    rows = "\n".join(f"何{n},1380000{n:04d},红码" for n in range(1317))
    file = io.BytesIO(f"姓名,手机号,赋码\n{rows}\n".encode())
    file.name = "list.csv"
    hq = signed_in(street_town, "hq")
    page = text(post(hq, "list_check", source="某专班", table=f"{PACK}/{TABLE}", file=file))
    assert "已拦截" in page
    row = OutsideList.objects.get()
    assert (row.people, row.blocked, row.claim) == (1317, True, "赋码：红码")
    assert not Restriction.objects.exists()
    audit = text(signed_in(street_town, "auditor").get(reverse("audit_lists")))
    assert "赋码：红码" in audit
    assert "1,317" in audit


def test_one_tap_lets_somebody_through(street_town: Cast) -> None:
    gate = signed_in(street_town, "grid_worker")
    assert "已放行" in text(post(gate, "care_pass", need="labour"))
    assert CarePass.objects.get().person_id is None
    assert Loop.objects.get(kind="care_review").urgent


def test_a_reversal_is_proposed_and_confirmed_on_its_pages(street_town: Cast) -> None:
    order(street_town, contact(street_town))
    hq, leader = signed_in(street_town, "hq"), signed_in(street_town, "leader")
    made = post(hq, "reversal_new", area=street_town.areas["district"].pk, table=TABLE, reason="取数错误，全部作废")
    assert "另一人确认" in text(made)
    key = made.resolver_match.kwargs["reversal"]
    assert "同意，全部解除" not in text(hq.get(reverse("reversal", args=[key])))
    assert "同意，全部解除" in text(leader.get(reverse("reversal", args=[key])))
    assert "排队中" in text(post(leader, "reversal_answer", key, agree="yes"))
    carry(BulkRun.objects.get(what="reverse").pk)
    assert "已解除 1 项" in text(leader.get(reverse("reversal", args=[key])))
    assert Restriction.objects.get().end_reason == "reversed"
