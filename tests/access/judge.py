"""What a role should get at a place, worked out from the tables alone, and what an answer shows although it should not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.access import table
from tests.access.table import Way
from tests.access.world import PLACES, PUPILS, SURNAMES, Place, World
from tongchou.api.acts import offered
from tongchou.api.root import api
from tongchou.api.table import OPERATIONS as PERMISSIONS
from tongchou.kernel.ids import new_id
from tongchou.record.access import roles
from tongchou.web.permission import OWN, PAGES, PUBLIC, Page, load

load()
WHO = [*roles().by_key, "hq_officer@district"]
CASE = ("标题", "内容", "说明", "证明", "文件")
SEALED = ("备注", "户")
PEOPLE = ("person.search", "person.view", "person.merge", "custody.view")
FIELDS: dict[str, tuple[tuple[str, Way | str], ...]] = {
    # the marker of tests/access/world.py: under which permissions it is shown, and how far each reaches. Without any: to nobody on these pages
    **dict.fromkeys((*CASE, "变更"), (("loop.view", "area"),)),
    **dict.fromkeys((*SEALED, "线索"), ()),  # a lead is for the handling unit alone, which is nobody here
    **dict.fromkeys(("物", "位", "移交"), (("custody.view", "area"),)),
    "房": tuple((p, "area") for p in PEOPLE),
    "供需": (("match.view", Way(reach="area", widely="match.manage")),),
    "专车": (("trip.view", "directory"),),
    "需求": (("request.view", "area"), ("loop.view", "area")),
    "数据": (("data.view", "all"), ("request.view", "area")),  # the catalogue is one for all, so that nothing is asked for twice
    "研判": (("risk.view", "directory"),),
    "等级": (("loop.view", "area"), ("risk.view", "directory")),
    "部署": (("directive.view", "area"), ("loop.view", "area")),
    "会议": (("meeting.view", "area"),),
    "公文": (("bulletin.view", "directory"),),
    "文题": (("bulletin.view", "directory"),),
    "专班": (("unit.view", "directory"),),
    "常态": (("loop.view", "area"),),
    "查见": (("supervision.view", "area"),),
    **dict.fromkeys(("轮", "每日"), (("supervision.oversee", "area"),)),
    "农资": (("farm.view", "directory"), ("farm.dealer", "area")),
    "责任": (("responsibility.view", "directory"),),
    "联系": (("enterprise.view", "directory"),),
    "品": (("enterprise.view", "directory"),),
    "新品": (("enterprise.view", "directory"),),
    "客户": (("enterprise.view", "directory"),),
    "岗": (("staff.view", "area"),),
    "行程": (("staff.view", "area"),),
}
WRITES = ("act", "loops_open", "loops_advance", "file_upload", "token_create")
SIGN_OUT = ("account_logout", "sign_in_again")
SHAPE = ("unknown_field", "missing_value")
KNOWN_IDS = ("loop", "file", "person", "fact", "merge", "unit", "area", "post", "account", "handover", "custody", "step", "what", "key")
_ID = re.compile(r"<(?:\w+:)?(\w+)>")


# nothing is left out


def operations() -> set[str]:
    """Names of the operations that the API answers to."""
    return {str(o.operation_id) for _, router in api._routers for v in router.path_operations.values() for o in v.operations}


def unlisted(pages: Mapping[str, Page], acts: Mapping[str, Any], answered: Iterable[str]) -> list[str]:
    """One line for each page, act or operation without a row in the table: the row to add and where; and for each row too many."""
    there = "in tests/access/table.py"
    answered = set(answered)
    out = [f"page {n!r}: add to PAGES {there}:  {_row(n, _ID.findall(pages[n].pattern))}" for n in sorted(set(pages) - set(table.PAGES))]
    for name in sorted(set(acts) - set(table.ACTS)):
        takes = ", ".join(acts[name].payload.model_fields)
        row = f'"{name}": Way(reach="area", form=lambda p: {{...}}),'
        out.append(f"act {name!r}: add to ACTS {there}:  {row}  it takes: {takes}; without an id of a place: Way()")
    out += [f"operation {n!r}: add to OPERATIONS {there}:  {_row(n, [])}" for n in sorted(answered - set(table.OPERATIONS))]
    for which, listed, known in (("PAGES", table.PAGES, pages), ("ACTS", table.ACTS, acts), ("OPERATIONS", table.OPERATIONS, answered)):
        out += [f"{which} {there} has {n!r}, which is no longer there: remove it" for n in sorted(set(listed) - set(known))]
    return out


def _row(name: str, ids: list[str]) -> str:
    """The row as one would write it. Ids that the test's world does not know belong to nobody in it."""
    new = [i for i in ids if i not in KNOWN_IDS]
    inner = f"""({", ".join(f'"{i}"' for i in ids)}{"," if len(ids) == 1 else ""}), "{"party" if new else "area"}\"""" if ids else ""
    more = ", ".join(f'place.ids["{i}"]' for i in new)
    return f'"{name}": Way({inner}),' + (f"  and {more} to tests/access/world.py" if more else "")


# what should come


def may(w: World, who: str, permission: str) -> bool:
    return permission in (PUBLIC, OWN) or w.actor(who).permits(permission)


def reached(w: World, who: str, place: Place, way: Way | str) -> bool:
    """Whether a role reaches a place; worked out from its scope, its home area and the row of the table."""
    way = Way(reach=way) if isinstance(way, str) else way
    role = roles()[who.split("@")[0]]
    inside = place.area.path.startswith(w.actor(who).grants[0].path)
    if way.needs and not may(w, who, way.needs):
        return False
    if way.reach == "ask":
        return inside or role.scope in ("unit", "self")
    if way.reach == "party":
        return who == way.party
    if way.reach == "all" or (role.exclusive and way.reach in ("administration", "directory")):
        return True
    wide = way.reach == "directory" or (way.widely != "" and may(w, who, way.widely))
    return inside and (role.scope == "area" or (role.scope == "unit" and wide))


def expected(w: World, who: str, permission: str, place: Place, way: Way) -> str:
    if not may(w, who, permission) or (way.roles and who.split("@")[0] not in way.roles):
        return "forbidden"
    if way.reach == "either":
        return "either"
    return "served" if reached(w, who, place, way) else "not found"


def outcome(status: int) -> str:
    return {403: "forbidden", 404: "not found"}.get(status, "broken" if status >= 500 else "served")


def places_for(w: World, who: str, permission: str, way: Way) -> list[Place]:
    """Where an answer depends on the place: the own one and the nearest beyond the role's area, for one above the streets all three."""
    own = w.places["own"]
    scoped = way.ids or way.form(own) or way.get(own)
    if not scoped or not may(w, who, permission):
        return [own]
    return [w.places[n] for n in (PLACES if "@" in who else PLACES[:2])]


# what came


def shown(answer: HttpResponse) -> str:
    """The text of an answer, JSON escapes undone."""
    text = answer.content.decode(errors="replace")
    if "json" in answer.get("Content-Type", ""):
        return json.dumps(json.loads(text), ensure_ascii=False)
    return text


def permitted(w: World, who: str, place: Place, ways: Iterable[tuple[str, Way | str]]) -> bool:
    """Whether one of the permissions is held and reaches the place."""
    return any(may(w, who, permission) and reached(w, who, place, reach) for permission, reach in ways)


def leaks(w: World, who: str, text: str, typed: str = "") -> list[str]:
    """What a role is shown although its table entry or its area does not permit it. typed: what it wrote itself."""
    out = []
    text = text.replace(typed, "") if typed else text
    people = any(may(w, who, p) for p in PEOPLE)
    for name, place in w.places.items():
        area = reached(w, who, place, "area")
        wrong = [v for v in place.personal.values() if v in text]
        wrong += [m for x, ways in FIELDS.items() if (m := place.marker(x)) in text and not permitted(w, who, place, ways)]
        if not (area and people) and f"{SURNAMES[name]}*" in text:
            wrong.append(place.masked)
        if PUPILS[name] in text or (not (area and may(w, who, "school.pupils")) and f"{PUPILS[name][0]}*" in text):
            wrong.append(PUPILS[name])
        out += [f"{name}: {m}" for m in wrong]
    return out


def verdict(w: World, who: str, where: str, answer: HttpResponse, want: str, given: Mapping[str, Any]) -> list[str]:
    """What is wrong with one answer. given: what was sent, which may come back."""
    wrong = [f"{who} {where} shows {m}" for m in leaks(w, who, shown(answer), "".join(map(str, given.values())))]
    got = outcome(answer.status_code)
    if got != want and (want != "either" or got == "broken"):
        wrong.append(f"{who} {where}: {got} ({answer.status_code}), not {want}")
    return wrong


def get_pages(w: World, who: str, only: Iterable[str] = ()) -> list[str]:
    """Open every page at every place."""
    client, wrong = w.client(who), []
    for name, page in PAGES.items():
        if "GET" not in page.methods or name not in table.PAGES or (only and name not in only):
            continue
        way = table.PAGES[name]
        if not (way.ids or way.get_scoped):
            way = Way(get=way.get, reach=way.reach if way.reach == "either" else "all")
        for place in places_for(w, who, page.permission, way):
            given = way.get(place)
            with transaction.atomic():
                answer = client.get(_address(page, place), given)
                transaction.set_rollback(True)
            if name in SIGN_OUT:
                client = w.client(who)
            wrong += verdict(w, who, f"GET {name} {place.name}", answer, expected(w, who, page.permission, place, way), given)
    return wrong


def post_pages(w: World, who: str, only: Iterable[str] = ()) -> list[str]:
    """Send every form at every place; what it does is taken back."""
    client, wrong = w.client(who), []
    for name, page in PAGES.items():
        if "POST" not in page.methods or name not in table.PAGES or name in SIGN_OUT or (only and name not in only):
            continue
        way = table.PAGES[name]
        if way.get_scoped:
            way = Way()
        for place in places_for(w, who, page.permission, way):
            given = way.form(place)
            with transaction.atomic():
                answer = client.post(_address(page, place), {"client_id": str(new_id())} | given)
                transaction.set_rollback(True)
            wrong += verdict(w, who, f"POST {name} {place.name}", answer, expected(w, who, page.permission, place, way), given)
    return wrong


def _address(page: Page, place: Place) -> str:
    names = _ID.findall(page.pattern)
    lacking = [n for n in names if n not in place.ids]
    assert not lacking, f"page {page.name}: tests/access/world.py gives no place.ids[{lacking[0]!r}]"
    return reverse(page.name, kwargs={n: place.ids[n] for n in names})


def read_api(w: World, who: str, only: Iterable[str] = ()) -> list[str]:
    """Ask every reading operation at every place, and every view of the work list."""
    client, wrong = w.client(who), []
    for name, way in table.OPERATIONS.items():
        if name in WRITES or (only and name not in only):
            continue
        for place in places_for(w, who, PERMISSIONS[name], way):
            given = way.get(place)
            url = reverse(f"api:{name}", kwargs={k: place.ids[k] for k in way.ids})
            with transaction.atomic():
                answer = client.get(url, given, HTTP_PURPOSE="visit")
                transaction.set_rollback(True)
            wrong += verdict(w, who, f"API {name} {place.name}", answer, expected(w, who, PERMISSIONS[name], place, way), given)
    for view in ("mine", "unit", "co", "assigned", "area", "follow_up", "closed"):
        answer = client.get("/api/v1/loops", {"view": view})
        wrong += verdict(w, who, f"API loops {view}", answer, "served" if may(w, who, "loop.view") else "forbidden", {})
    return wrong


def do_acts(w: World, who: str, only: Iterable[str] = ()) -> list[str]:
    """Try every act at every place; what it does is taken back."""
    client, wrong = w.client(who), []
    for name, way in table.ACTS.items():
        if name not in offered() or (only and name not in only):
            continue
        permission = offered()[name].permission
        for place in places_for(w, who, permission, way):
            given, where = way.form(place), f"act {name} {place.name}"
            answer = do_act(client, name, given)
            want = expected(w, who, permission, place, way)
            reason = shown_reason(answer)
            if given and reason in SHAPE:
                wrong.append(f"{who} {where}: the form in tests/access/table.py is not one that the act takes ({shown(answer)[:300]})")
            elif want == "not found" and way.unreached:
                if reason not in way.unreached:
                    wrong.append(f"{who} {where}: {answer.status_code} {reason}, not one of {', '.join(way.unreached)}")
                wrong += [f"{who} {where} shows {m}" for m in leaks(w, who, shown(answer), "".join(map(str, given.values())))]
            else:
                wrong += verdict(w, who, where, answer, want, given)
    return wrong


def shown_reason(answer: HttpResponse) -> str:
    return str(json.loads(answer.content).get("reason", "")) if answer.status_code != 200 else "done"


def do_act(client: Client, name: str, body: Mapping[str, Any]) -> HttpResponse:
    with transaction.atomic():
        answer = client.post(
            f"/api/v1/acts/{name}", json.dumps(body, default=str), content_type="application/json", HTTP_IDEMPOTENCY_KEY=str(new_id())
        )
        transaction.set_rollback(True)
    return answer
