"""The work list in bulk on its pages: selecting, the form, progress, what came of it; and its filters."""

from __future__ import annotations

import csv
import io
import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from tests.web.test_pages import signed_in
from tongchou.kernel.ids import new_id
from tongchou.record.loops.selecting import carry
from tongchou.record.models import Loop, LoopSelection
from tongchou.web.pages import work_bulk


def send(client: Client, address: str, **form: Any) -> str:
    """Post a form; returns where it leads."""
    answer = client.post(address, {"client_id": str(new_id())} | form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    return str(answer["Location"])


def page(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_ticked_loops_take_a_step_at_once_and_each_refusal_is_told_and_can_be_fetched(cast: Cast) -> None:
    free, signed = cast.task(title="可签收"), cast.task(title="已签收的")
    cast.act("street", "loop.advance", loop=signed, step="sign")
    client = signed_in(cast, "street")
    assert 'value="step.sign"' in page(client, reverse("work"))
    form = {"pick": [free, signed], "action": "step.sign", "client_id": str(new_id())}
    first, again = (client.post(reverse("work_bulk"), form)["Location"] for _ in range(2))
    assert first == again  # a double click is one selection
    told = page(client, first)
    assert re.findall(r"<dd>([0-9]+)</dd>", told) == ["2", "1", "1"]
    assert "不能在“办理中”阶段进行" in told
    assert "请刷新页面，按当前阶段办理。" in told
    rows = list(csv.DictReader(io.StringIO(client.get(first, {"export": "csv"}).content.decode("utf-8-sig"))))
    assert [(r["事项"], r["编号"]) for r in rows] == [("已签收的", signed)]
    assert rows[0]["未办原因"]
    assert rows[0]["怎么办"]
    chosen = send(client, reverse("work_bulk"), again=first.rstrip("/").rpartition("/")[2])
    assert LoopSelection.objects.get(pk=chosen.rpartition("/")[2]).total == 1
    assert "批量办理 1 件" in page(client, chosen)
    assert first in page(client, reverse("work_selections"))


def test_all_that_fit_go_to_the_queue_with_a_bar_and_come_back_counted(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_bulk, "AT_ONCE", 2)
    for n in range(5):
        cast.task(title=f"排查{n}")
    client = signed_in(cast, "street")
    where = send(client, f"{reverse('work_bulk')}?view=unit&kind=task&stage=assigned", action="all")
    form = page(client, where)
    assert "批量办理 5 件" in form
    assert all(word in form for word in ("签收（5 件所在阶段可办）", "退单", "确定经办人"))
    refused = client.post(where, {"client_id": str(new_id()), "way": "step.return", "note": ""})
    assert refused.status_code == 422
    assert "须写明说明" in refused.content.decode()
    send(client, where, way="step.return", note="不属本街道")
    waiting = page(client, where)
    assert 'hx-trigger="every 2s"' in waiting
    part = client.get(where, headers={"HX-Request": "true"})
    assert "0 / 5" in re.sub(r"\s+", " ", part.content.decode())
    assert carry(uuid.UUID(where.rpartition("/")[2])) == "done"
    assert client.get(where, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert re.findall(r"<dd>([0-9]+)</dd>", page(client, where)) == ["5", "5", "0"]
    assert set(Loop.objects.values_list("stage", flat=True)) == {"returned"}


def test_somebody_elses_selection_is_not_found(cast: Cast) -> None:
    where = send(signed_in(cast, "street"), reverse("work_bulk"), pick=[cast.task()], action="more")
    assert signed_in(cast, "street_colleague").get(where).status_code == 404
    assert signed_in(cast, "enterprise").get(where).status_code in (403, 404)


def test_stage_lead_unit_and_area_are_filters_kept_in_every_link(cast: Cast) -> None:
    for n in range(51):
        cast.task(title=f"排查{n}")
    other = cast.task(owner="west_street", title="西街的事")
    client, unit, area = signed_in(cast, "hq"), cast.units["east_street"].pk, cast.areas["east"].pk
    form = page(client, reverse("work_filters"))
    assert all(f'name="{name}"' in form for name in ("area", "owner", "kind", "level", "text", "late", "urgent"))
    query = {"view": "area", "kind": "task:assigned", "owner": unit, "area": area}
    split = client.get(reverse("work"), query)["Location"]
    assert "kind=task" in split
    assert "stage=assigned" in split
    shown = page(client, split)
    assert "西街的事" not in shown
    assert "牵头单位" in shown
    assert "east_street 单位" in shown
    after = re.search(r'href="(\?[^"]*after=[^"]*)"', shown)
    assert after is not None
    assert all(part in after[1] for part in ("stage=assigned", f"owner={unit}", f"area={area}"))
    assert "选中全部符合条件的" in shown
    cast.act("next_street", "loop.advance", loop=other, step="sign")
    assert "西街的事" in page(client, reverse("work"), view="area", stage="doing")
    assert "排查1" not in page(client, reverse("work"), view="area", stage="doing")


def test_a_name_beyond_ones_area_is_not_told_by_a_filter(cast: Cast) -> None:
    street = signed_in(cast, "street")
    told = page(street, reverse("work"), view="area", area=cast.areas["west"].pk, owner=cast.units["mill"].pk)
    assert "west 区域" not in told
    assert "mill 单位" not in told
