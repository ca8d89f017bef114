"""Writes through the API: once only, described, refused in one shape."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from tests.api.calling import Caller, token_of
from tests.cast import Cast
from tongchou.api.acts import NOT_OFFERED, offered
from tongchou.api.openapi import describe
from tongchou.api.root import api
from tongchou.kernel.errors import Reason
from tongchou.kernel.ids import new_id
from tongchou.record.act import verbs
from tongchou.record.models import Act, Loop, StoredRefusal

PROBLEM = {"type", "title", "status", "detail", "reason", "rule", "remedy", "field", "value"}


def task(cast: Cast, **more: object) -> dict[str, object]:
    return {"kind": "task", "title": "排查返区人员", "owner_unit": cast.units["east_street"].pk} | more


def test_an_act_is_carried_out_and_told(cast: Cast) -> None:
    hq = Caller(token_of(cast, "hq"))
    status, body = hq.post("/acts/loop.open", task(cast))
    assert status == 200
    assert Loop.objects.get(pk=body["result"]["loop"]).opener_account_id == cast.accounts["hq"].pk
    assert Act.objects.get(pk=body["act"]).via == "token"
    assert hq.get(f"/loops/{body['result']['loop']}")[1]["stage"] == body["result"]["stage"]


@pytest.mark.parametrize("text", ["完成\x00", "半个\ud83d"])
def test_what_cannot_be_stored_is_refused_by_name(cast: Cast, text: str) -> None:
    hq = Caller(token_of(cast, "hq"))
    status, body = hq.post("/acts/loop.open", task(cast, title=text))
    assert (status, body["reason"], body["field"]) == (422, "invalid_value", "title")
    assert StoredRefusal.objects.filter(field="title").exists()
    assert not Loop.objects.exists()


def test_the_same_id_gives_the_same_answer_once_carried_out(cast: Cast) -> None:
    hq, key = Caller(token_of(cast, "hq")), new_id()
    first = hq.post("/acts/loop.open", task(cast), key)[1]
    again = hq.post("/acts/loop.open", task(cast), key)[1]
    assert (first["result"], first["repeated"], again["repeated"]) == (again["result"], False, True)
    assert Loop.objects.count() == 1
    status, body = hq.post("/acts/loop.open", task(cast, title="另一件事"), key)
    assert (status, body["reason"]) == (409, "client_id_reused")
    in_body = hq.post("/acts/loop.open", task(cast, client_id=str(key)), key="")[1]
    assert in_body["repeated"]


def test_a_dry_run_changes_nothing(cast: Cast) -> None:
    hq = Caller(token_of(cast, "hq"))
    status, body = hq.post("/acts/loop.open?dry_run=1", task(cast))
    assert (status, body["dry_run"]) == (200, True)
    assert not Loop.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_with_one_id_are_one_act(real_cast: Cast) -> None:
    token, key, payload = token_of(real_cast, "hq"), new_id(), task(real_cast)
    answers: list[tuple[int, dict[str, object]]] = []
    gate = threading.Barrier(20)

    def send() -> None:
        try:
            gate.wait(timeout=30)
            answers.append(Caller(token).post("/acts/loop.open", payload, key))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [status for status, _ in answers] == [200] * 20
    assert len({str(body["result"]) for _, body in answers}) == 1
    assert sum(not body["repeated"] for _, body in answers) == 1
    assert Loop.objects.count() == 1
    assert Act.objects.filter(verb="loop.open").count() == 1


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "reason", "field"),
    [
        ("/acts/loop.open", {"kind": "task"}, None, 422, "missing_value", "title"),
        (
            "/acts/loop.open",
            {"kind": "task", "title": "ab", "owner_unit": "x"},
            None,
            422,
            "invalid_value",
            "owner_unit",
        ),
        (
            "/acts/loop.open",
            {"kind": "task", "title": "ab", "owner_unit": 1, "oops": 1},
            None,
            422,
            "unknown_field",
            "oops",
        ),
        ("/acts/loop.open", "[1]", None, 422, "invalid_value", None),
        ("/acts/loop.open", "{", None, 422, "invalid_value", None),
        ("/acts/loop.open", {}, "", 422, "missing_value", "Idempotency-Key"),
        ("/acts/loop.open", {}, "not-a-uuid", 422, "invalid_value", "Idempotency-Key"),
        ("/acts/no.such", {}, None, 404, "not_found", "verb"),
        ("/acts/loop.escalate", {}, None, 404, "not_found", "verb"),
        ("/acts/token.create", {}, None, 404, "not_found", "verb"),
        ("/nothing", {}, None, 404, "not_found", None),
        ("/me", {}, None, 405, "not_allowed", None),
    ],
)
def test_every_error_is_a_problem_document(
    cast: Cast, path: str, body: object, key: str | None, status: int, reason: str, field: str | None
) -> None:
    caller = Caller(token_of(cast, "hq"))
    headers = {} if key == "" else {"HTTP_IDEMPOTENCY_KEY": key or str(new_id())}
    import json

    data = body if isinstance(body, str) else json.dumps(body)
    answer = caller.client.post("/api/v1" + path, data, content_type="application/json", **caller.extra, **headers)
    document = answer.json()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.status_code == document["status"] == status
    assert document.keys() >= PROBLEM
    assert document["type"] == f"/problems/{reason}"
    assert (document["reason"], document["field"]) == (reason, field)
    assert any("\u4e00" <= c <= "\u9fff" for c in document["detail"])
    english = caller.client.post(
        "/api/v1" + path, data, content_type="application/json", HTTP_ACCEPT_LANGUAGE="en", **caller.extra, **headers
    ).json()
    assert not any("\u4e00" <= c <= "\u9fff" for c in english["detail"])


def test_a_body_that_is_too_large_is_413(cast: Cast) -> None:
    caller = Caller(token_of(cast, "hq"))
    answer = caller.client.generic(
        "POST",
        "/api/v1/acts/loop.open",
        b"{}",
        content_type="application/json",
        CONTENT_LENGTH=str(200 * 1024 * 1024),
        HTTP_IDEMPOTENCY_KEY=str(new_id()),
        **caller.extra,
    )
    assert (answer.status_code, answer.json()["reason"]) == (413, "too_large")


def test_what_lies_outside_the_area_is_not_found(cast: Cast) -> None:
    loop = cast.task()
    stranger = Caller(token_of(cast, "next_street"))
    assert stranger.get(f"/loops/{loop}")[0] == 404
    assert stranger.get(f"/loops/{new_id()}") == stranger.get(f"/loops/{loop}")
    status, body = stranger.post("/acts/loop.advance", {"loop": loop, "step": "sign"})
    assert (status, body["reason"]) == (404, "not_found")
    assert StoredRefusal.objects.filter(reason=Reason.NOT_FOUND, via="token").exists()
    assert stranger.get("/loops?view=area")[1]["items"] == []


def test_bulk_is_all_or_listed(cast: Cast) -> None:
    hq = Caller(token_of(cast, "hq"))
    good, bad = task(cast), task(cast, owner_unit=999_999)
    status, body = hq.post("/loops:open", {"items": [good, bad]})
    assert (status, body["field"]) == (404, "items.1.owner_unit")
    assert not Loop.objects.exists()
    status, body = hq.post("/loops:open", {"items": [good, bad, good], "mode": "listed"})
    assert status == 200
    assert (body["result"]["opened"], [r["place"] for r in body["result"]["refused"]]) == (2, [1])
    street = Caller(token_of(cast, "street"))
    loops = [*body["result"]["loops"], str(new_id())]
    status, body = street.post("/loops:advance", {"loops": loops, "step": "sign", "mode": "listed"})
    assert (body["result"]["done"], len(body["result"]["refused"])) == (2, 1)


def test_pages_of_the_work_list_hold_every_loop_once(cast: Cast) -> None:
    wanted = {cast.task(title=f"第{n}项任务") for n in range(7)}
    street, seen, after = Caller(token_of(cast, "street")), [], ""
    for _ in range(5):
        status, page = street.get(f"/loops?view=unit&limit=3&after={after}")
        assert status == 200
        seen += [row["id"] for row in page["items"]]
        after = page["next"]
        if not after:
            break
    assert len(seen) == 7
    assert set(seen) == wanted
    status, body = street.get("/loops?after=rubbish")
    assert (status, body["field"]) == (422, "after")


def test_the_description_names_every_act_and_its_fields(cast: Cast) -> None:
    status, document = Caller().get("/openapi.json")
    assert status == 200
    acts = {p.removeprefix("/api/v1/acts/") for p in document["paths"] if "/acts/" in p}
    assert acts == set(offered())
    schema = document["paths"]["/api/v1/acts/loop.open"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert {"kind", "title", "owner_unit"} <= schema["properties"].keys()
    import re

    named = set(re.findall(r"#/components/schemas/([A-Za-z0-9_]+)", str(document)))
    assert named <= document["components"]["schemas"].keys()


def test_schemas_of_the_same_name_do_not_overwrite_each_other() -> None:
    """Every act refers to the schemas of its own payload, and its answer to the API's own: two rooms may name theirs alike."""
    document = describe(api)
    schemas = document["components"]["schemas"]
    assert "act" in schemas["Outcome"]["properties"]
    wrong = []
    for name, spec in offered().items():
        own = spec.payload.model_json_schema(ref_template="{model}").get("$defs", {})
        post = document["paths"][f"/api/v1/acts/{name}"]["post"]
        shown = str(post["requestBody"])
        for part, wanted in own.items():
            key = next((k for k in (f"{name.replace('.', '_')}_{part}", part) if f"#/components/schemas/{k}'" in shown or k in schemas), "")
            if schemas[key].get("enum") != wanted.get("enum") or schemas[key].get("properties", {}).keys() != wanted.get("properties", {}).keys():
                wrong.append((name, part))
    assert not wrong


def test_no_verb_of_the_system_is_offered() -> None:
    assert not {n for n, v in verbs().items() if v.system_only} & set(offered())
    assert not set(offered()) & NOT_OFFERED
