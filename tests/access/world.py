"""Three areas with the same things in each, each thing marked: the own street, the next street, the next district.

A marker is a text that occurs nowhere else; where a role and its area permit it must be shown, and nowhere besides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from tests.cast import SINCE, Cast, build
from tests.rooms.plans.drill import LAW, PACK, TABLE, install
from tests.rooms.policies.measures import TABLE as MEASURE
from tests.rooms.policies.measures import install as install_measures
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.identifiers import check_digit
from tongchou.kernel.ids import new_id
from tongchou.record.access import SYSTEM, Actor, load_actor, roles
from tongchou.record.act import Context, act
from tongchou.record.actions.permits import Given, grant
from tongchou.record.actions.tokens import issue
from tongchou.record.actions.work_orders import Wanted
from tongchou.record.actions.work_orders import issue as issue_orders
from tongchou.record.files import take_in
from tongchou.record.models import (
    Account,
    Area,
    Enterprise,
    Event,
    Evidence,
    Loop,
    LoopSelection,
    Person,
    PersonMerge,
    Post,
    PostHolding,
    Responsibility,
    SelectedLoop,
    Unit,
)
from tongchou.rooms.assessment.models import Bulletin, ScoreEdition
from tongchou.rooms.command.models import Secondment, Team
from tongchou.rooms.daily.models import Alarm, Fever, Leave, Report, SpotDraw
from tongchou.rooms.directives.models import Directive, Meeting
from tongchou.rooms.enterprises.models import EntryChange
from tongchou.rooms.requests.models import Answer
from tongchou.rooms.resumption.models import Application, Batch, PermitRequest, RuleEdition
from tongchou.rooms.resumption.ways import default_rules
from tongchou.rooms.risk.models import Finding, Proposal
from tongchou.rooms.rural import models as rural
from tongchou.rooms.schools import models as schools
from tongchou.rooms.schools.absentees import key_of, seal_label
from tongchou.rooms.supervision import models as supervision
from tongchou.rooms.supervision.actions.raising import make as make_lead
from tongchou.rooms.supervision.checklists import edition_for
from tongchou.rooms.trust.models import BulkRun, OrderBatch, Reversal

PLACES = ("own", "next", "far")
TOKEN_HOLDER = "hq_officer@district"
SURNAMES = {"own": "禤", "next": "郤", "far": "亓"}
PUPILS = {"own": "佴小童", "next": "佘小童", "far": "厍小童"}
"""Names of absent pupils: whole for their school alone, which is nobody here."""
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + b"\x00" * 40


@dataclass
class Place:
    """An area with a street unit, its officer and one of each thing. ids by the names that page and operation tables use."""

    name: str
    area: Area
    unit: Unit
    officer: Account
    ids: dict[str, Any] = field(default_factory=dict)

    def marker(self, what: str) -> str:
        """A text of this place alone."""
        return f"密{what}{'甲乙丙'[PLACES.index(self.name)]}语"

    @property
    def personal(self) -> dict[str, str]:
        """What only an opened file shows whole."""
        digit = PLACES.index(self.name) + 1
        first = f"10010119850317{digit}03"
        return {
            "name": f"{SURNAMES[self.name]}静姝",
            "phone": f"1391234{digit}{digit}{digit}{digit}",
            "document": first + check_digit(first),
            "address": f"清源区望河街道柳湾{digit}路{digit}8号3单元50{digit}室",
        }

    @property
    def masked(self) -> str:
        return f"{SURNAMES[self.name]}**"


@dataclass
class World:
    cast: Cast
    places: dict[str, Place]
    accounts: dict[str, Account] = field(default_factory=dict)
    own: dict[str, dict[str, Any]] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        if who not in self.actors:
            account = self.accounts[who]
            self.actors[who] = load_actor(account.pk, account.display_name, timezone.localdate(), via="test")
        return self.actors[who]

    def client(self, who: str) -> Client:
        """A browser in which somebody is signed in, the second factor passed."""
        client = Client(raise_request_exception=False)
        client.force_login(self.accounts[who], backend="django.contrib.auth.backends.ModelBackend")
        session = client.session
        session["second_factor_activated"] = self.accounts[who].pk
        session.save()
        return client


def world() -> World:
    """The district of the cast, a second district, the marked things in three areas, and an account for every role."""
    cast = build()
    city = cast.areas["city"]
    far = _area("990102", "远区", "district", city)
    far_street = _area("990102001", "远街", "street", far)
    units = {"own": cast.units["east_street"], "next": cast.units["west_street"], "far": _unit("远街办", "street", far_street)}
    out = World(cast, {})
    version = install(cast)
    for name in PLACES:
        unit = units[name]
        officer = _account(f"officer_{name}", unit, "street_officer")
        out.places[name] = place = Place(name, unit.area, unit, officer)
        inner = _area(f"{place.area.code}088", f"{name} 社区", "community", place.area)
        place.ids = {"area": place.area.pk, "inner": inner.pk, "unit": unit.pk, "account": officer.pk}
        _people(place)
        _work(cast, place)
        _custody(place)
        _answers(place)
        _document(cast, place)
        _service(place, inner)
        _register(place)
        _daily(place)
        _matching(place)
        _resumption(cast, place, inner)
        _policy(cast, place)
        _data_request(place)
        _order(place)
        _risk(place)
        _project(place)
        _school(place, inner)
        place.ids |= {"version": version.pk, "pack_step": "withdraw"}
        _standing(place)
        _directives(place)
        _meeting(place)
        _supervision(cast, place)
        _rural(cast, place, inner)
    for role in roles().by_key:
        home = _unit(f"{role} 自处", "department", cast.areas["east"])
        out.accounts[role] = _account(f"of_{role}", home, role)
        out.own[role] = {"unit": home.pk, "loop": _task(SYSTEM, home, f"自有{role}事项")}
    out.accounts[TOKEN_HOLDER] = _account("above", cast.units["office"], "hq_officer")
    for place in out.places.values():
        token = issue(out.actor(TOKEN_HOLDER), new_id(), "测试", ["loop.view"], 30)
        place.ids |= {"token": token.id, "key": "task", "change": "unlock", "shift": new_id()}
    return out


def _area(code: str, name: str, level: str, parent: Area) -> Area:
    area = Area.objects.create(code=code, name=name, level=level, parent=parent, valid_from=SINCE)
    area.path = f"{parent.path}{area.pk}."
    area.save(update_fields=["path"])
    return area


def _unit(name: str, kind: str, area: Area) -> Unit:
    return Unit.objects.create(name=name, kind=kind, area=area, active_from=SINCE)


def _account(name: str, unit: Unit, role: str) -> Account:
    account = Account(username=name, display_name=f"{name} 某")
    account.set_unusable_password()
    account.save()
    post = Post.objects.create(unit=unit, title=role, role=role)
    PostHolding.objects.create(post=post, account=account, from_date=SINCE)
    return account


def _officer(place: Place) -> Actor:
    return load_actor(place.officer.pk, place.officer.display_name, timezone.localdate(), via="test")


def _do(actor: Actor, verb: str, /, **payload: Any) -> dict[str, Any]:
    return act(verb, actor, new_id(), payload).result


def _people(place: Place) -> None:
    actor, area = _officer(place), place.area.pk
    person = _do(actor, "person.register", area=area, household_label=place.marker("户"), **place.personal)["person"]
    other = _do(actor, "person.register", area=area, name=f"{SURNAMES[place.name]}静姝", phone="")["person"]
    fact = _do(actor, "fact.record", person=person, type="symptom", known="unknown", note=place.marker("备注"))["fact"]
    merge = PersonMerge.objects.create(
        kept_id=person, folded_id=other, reason="registered_twice", at=timezone.now(), undone_at=None, act=new_id()
    )
    place.ids |= {"person": person, "fact": fact, "merge": merge.pk, "folded": other}


def _task(actor: Actor, unit: Unit, title: str, **more: Any) -> str:
    return str(_do(actor, "loop.open", kind="task", title=title, owner_unit=unit.pk, **more)["loop"])


def _work(cast: Cast, place: Place) -> None:
    """A loop with a note, evidence and a file; above it one of the next district, below it one of the next street."""
    actor = _officer(place)
    file = take_in(actor, new_id(), f"{place.marker('文件')}.png", "image/png", PNG).result["file"]
    loop = _task(actor, place.unit, place.marker("标题"), detail=place.marker("内容"))
    _do(actor, "loop.advance", loop=loop, step="sign")
    _do(actor, "loop.note", loop=loop, note=place.marker("说明"))
    piece = {"key": "result", "type": "text", "text": place.marker("证明")}
    _do(actor, "loop.advance", loop=loop, step="report", note="已办", evidence=[piece])
    Evidence.objects.create(loop_id=loop, act=new_id(), step="report", key="photo", type="photo", file_id=file, at=timezone.now())
    place.ids |= {"loop": loop, "file": file, "step": "verify", "what": "note"}


def _custody(place: Place) -> None:
    actor = _officer(place)
    item = {"item": place.marker("物"), "place": place.marker("位")}
    person = {"person": place.ids["person"], "place": place.marker("房")}
    stays = _do(actor, "custody.take_in", purpose="isolation", unit=place.unit.pk, holder_kind="site", items=[item, person])["custodies"]
    beside = _unit(f"{place.name} 接收处", "site", place.area)
    given = _do(actor, "custody.offer", custodies=stays, to_unit=beside.pk, to_kind="site", note=place.marker("移交"))
    place.ids |= {"handover": given["handover"], "custody": stays[0]}


def _answers(place: Place) -> None:
    post = Post.objects.get(unit=place.unit, role="street_officer", holdings__account=place.officer)
    row = Responsibility.objects.create(kind="territorial", area=place.area, post=post, from_date=SINCE, note=place.marker("责任"))
    holding = PostHolding.objects.get(post=post)
    place.ids |= {"responsibility": row.pk, "post": post.pk, "holding": holding.pk}
    selected = LoopSelection.objects.create(id=new_id(), account=place.officer, total=1, made_at=timezone.now())
    SelectedLoop.objects.create(selection=selected, place=1, loop=place.ids["loop"])
    place.ids["selection"] = selected.pk


def _service(place: Place, inner: Area) -> None:
    """An enterprise with a visit, two difficulties, and a case out of two more."""
    works = _unit(f"{place.name} 厂", "enterprise", inner)
    found = [{"topic": "labour", "title": place.marker("标题")}, {"topic": "labour", "title": place.marker("标题") + "二"}]
    visit = {"unit": works.pk, "at": timezone.now().isoformat(), "way": "phone", "seen": place.marker("说明"), "difficulties": found}
    visit["photos"] = [str(take_in(_officer(place), new_id(), "现场.png", "image/png", PNG).result["file"])]
    made = _do(_officer(place), "service.visit", **visit)
    place.ids |= {"enterprise": works.pk, "difficulties": made["difficulties"]}
    raised = [_do(SYSTEM, "service.raise", unit=works.pk, topic="funds", title=f"{place.marker('标题')} {n}")["loop"] for n in range(2)]
    common = {"title": place.marker("标题"), "owner_unit": place.unit.pk, "due_at": (timezone.now() + timedelta(days=3)).isoformat()}
    place.ids["case"] = _do(SYSTEM, "service.case", **common, difficulties=raised)["loop"]
    place.ids |= {"photo_kind": "visit", "visit_made": made["visit"], "photo_of": made["visit"], "photo": visit["photos"][0]}


def _register(place: Place) -> None:
    """The enterprise's register entry, a supply, and the staff file of the place's person."""
    actor, unit = _officer(place), place.ids["enterprise"]
    _do(actor, "enterprise.change", unit=unit, industry="C18", products=place.marker("品"), contact_name=place.marker("联系"))
    asked = _do(SYSTEM, "loop.open", kind="register_change", title=place.marker("变更"), owner_unit=place.unit.pk, unit=unit)["loop"]
    values = {"products": place.marker("新品")}
    EntryChange.objects.create(id=new_id(), unit_id=unit, loop_id=asked, values=values, before={"products": None}, reason="换照", asked_at=timezone.now())
    place.ids["register_loop"] = asked
    link = _do(actor, "supply.add", unit=unit, way="buyer", partner=place.marker("客户"), outside=True, product=place.marker("品"))["link"]
    person = {"name": place.personal["name"], "document": place.personal["document"]}
    staff = _do(actor, "staff.add", unit=unit, title=place.marker("岗"), itinerary=place.marker("行程"), **person)["staff"]
    place.ids |= {"supply": link, "staff": staff}


def _daily(place: Place) -> None:
    """A day's report of the enterprise, and a fever there."""
    common: dict[str, Any] = {"id": new_id(), "unit_id": place.ids["enterprise"]}
    row = Report.objects.create(
        **common, day=timezone.localdate(), at_work=1, abnormal=0, incidents=1, incident_note=place.marker("说明"), late=False, via="own", reported_at=timezone.now()
    )  # fmt: skip
    fever = Fever.objects.create(**common, first_at=timezone.now(), first=38, place=place.marker("说明"))
    works = place.ids["enterprise"]
    spot = SpotDraw.objects.create(id=new_id(), area=place.area, pool=[works], seed="00", wanted=1, drawn=[works], at=timezone.now())
    alarm = Alarm.objects.create(
        unit_id=works, day=timezone.localdate(), kind="headcount", section=place.marker("说明"), counted=3, reported=9, act=new_id(), at=timezone.now()
    )
    leave = Leave.objects.create(
        unit_id=works, person_id=place.ids["person"], from_date=timezone.localdate(), until=timezone.localdate(), kind="sick", act=new_id(), at=timezone.now()
    )
    place.ids |= {"leave": leave.pk, "report": row.pk, "fever": fever.pk, "spot": spot.pk, "alarm": alarm.pk}


def _matching(place: Place) -> None:
    """A need of the place's enterprise in a run, and a trip with a passenger who goes there."""
    actor, today, works = _officer(place), timezone.localdate(), place.ids["enterprise"]
    need = {"side": "need", "item": "普工", "quantity": 3, "unit": works, "first": str(today), "last": str(today), "note": place.marker("供需")}
    entry = _do(actor, "match.post", **need)["entry"]
    run = _do(actor, "match.run", area=place.area.pk, kinds=["worker"], reason=place.marker("供需"))["run"]
    _do(actor, "match.solve", run=run)
    starts = timezone.now() + timedelta(hours=5)
    vehicle = {"plate": "贵A00001", "operator": "客运", "seats": 9, "driver": "师傅", "escort": "干部"}
    trip = _do(
        actor, "trip.plan", origin=place.marker("专车"), area=place.area.pk, unit=place.unit.pk, departs_at=starts.isoformat(),
        arrives_at=(starts + timedelta(hours=9)).isoformat(), vehicles=[vehicle],
    )["trip"]  # fmt: skip
    first = f"99010119900101{PLACES.index(place.name) + 700}"
    worker = {"name": f"{SURNAMES[place.name]}工", "document": first + check_digit(first)}
    passenger = _do(
        actor, "trip.sign_up", origin="毕节", first=str(today), last=str(today + timedelta(days=1)), to_unit=works, trip=trip, workers=[worker]
    )["passengers"][0]  # fmt: skip
    place.ids |= {"entry": entry, "run": run, "trip": trip, "passenger": passenger}
def _resumption(cast: Cast, place: Place, inner: Area) -> None:
    """An application that is being checked, in a batch; a permit; a proposed edition of the rules."""
    at, officer = datetime(2020, 2, 20, 10, tzinfo=SHANGHAI), _officer(place)
    made = act("resumption.start", officer, new_id(), {"unit": place.ids["enterprise"]}, now=at).result["application"]
    row = Application.objects.get(pk=made)
    items = []
    for item in row.items.exclude(form="record"):
        value: dict[str, Any] = {"number": 9} if item.form == "number" else {"text": place.marker("说明")}
        if item.form in ("photo", "file"):
            value = {"files": [str(take_in(officer, new_id(), "现场.png", "image/png", PNG).result["file"])]}
        items.append({"key": item.key} | value)
    act("resumption.fill", officer, new_id(), {"application": made, "items": items}, now=at)
    act("resumption.submit", officer, new_id(), {"application": made}, now=at)
    batch = Batch.objects.create(id=new_id(), title=place.marker("说明"), proposed_by=place.officer, proposed_at=at)
    Application.objects.filter(pk=made).update(batch=batch, place=1)
    other = _unit(f"{place.name} 二厂", "enterprise", inner)
    until = timezone.localdate() + timedelta(days=3)
    wanted = Given(other.pk, "list", until, (place.marker("说明"),), {}, "resumption-2020", "guided", "by_list")
    permit = grant(Context(new_id(), SYSTEM, timezone.now(), ()), [wanted])[0]
    _do(SYSTEM, "permit.renew", unit=other.pk, until=str(timezone.localdate() + timedelta(days=9)), reason=place.marker("说明"))
    event = Event.objects.get(subject=f"permit:{permit.pk}", what="permit_renewed")
    _do(SYSTEM, "permit.life")
    loop = PermitRequest.objects.get(permit=permit).loop_id
    manager = _account(f"permit_{place.name}", other, "enterprise_manager")
    asker = load_actor(manager.pk, manager.display_name, timezone.localdate(), via="test")
    _do(asker, "permit.ask", permit=str(permit.pk), what="renew", reason=place.marker("说明"), until=str(timezone.localdate() + timedelta(days=90)))
    place.ids |= {"permit_loop": loop, "event": event.pk, "topic": "renew"}
    claim = _do(asker, "supply.add", unit=other.pk, way="buyer", partner=place.marker("客户"), outside=True, product=place.marker("品"))["link"]
    place.ids["supply_loop"] = Loop.objects.get(kind="supply_claim", origin_ref=str(claim)).pk
    third = _unit(f"{place.name} 三厂", "enterprise", inner)
    order = issue_orders(Context(new_id(), SYSTEM, timezone.now(), ()), [Wanted("stop", third.pk, place.unit.pk, place.marker("说明"))])[0]
    place.ids["work_order"] = order.pk
    rules = RuleEdition.objects.create(
        from_date=date(2099, 1, 1), rules=default_rules(), reason="测试", proposed_by=cast.accounts["hq"], proposed_at=at,
    )  # fmt: skip
    place.ids |= {"application": made, "lot": batch.pk, "permit": permit.pk, "rules": rules.pk}


def _policy(cast: Cast, place: Place) -> None:
    """The enterprise is entitled to the district's own measure and has applied for it; another one could."""
    if place.name == PLACES[0]:
        install_measures(cast)
        department = cast.units["department"].pk
        _do(SYSTEM, "policies.terms", policy=MEASURE, unit=department, benefit="paid", base="monthly_rent", formula="base * months * share")
    inner = Unit.objects.get(pk=place.ids["enterprise"]).area
    other = _unit(f"{place.name} 店", "enterprise", inner)
    for unit in (place.ids["enterprise"], other.pk):
        known = {"industry": "H6210", "size": "small", "changed_at": timezone.now()}
        Enterprise.objects.update_or_create(unit_id=unit, defaults=known)
        answers = {"landlord": "state", "monthly_rent": 1000}
        _do(SYSTEM, "policies.answer", unit=unit, answers=answers, source=place.marker("说明"))
    made = _do(SYSTEM, "policies.apply", unit=place.ids["enterprise"], policy=MEASURE, note=place.marker("内容"))["loop"]
    place.ids |= {"policy_loop": made, "policy": MEASURE, "policy_step": "ask_more", "policy_letter": "decision", "asking": 1, "shop": other.pk}


def _standing(place: Place) -> None:
    """A standing task of the street, and a special team in its area."""
    payload = {"title": place.marker("常态"), "units": [place.unit.pk], "every": "day", "starts_on": timezone.localdate().isoformat(), "due_hours": 10}
    made = _do(_officer(place), "standing.add", **payload)["standing"]
    unit = _unit(f"{place.name} 专班", "special_team", place.area)
    team = Team.objects.create(unit=unit, purpose=place.marker("专班"), until=date(2090, 1, 1), made_at=timezone.now(), made_by=place.officer)
    post = Post.objects.create(unit=unit, title="成员", role="dept_officer", single=True)
    lent = _account(f"lent_{place.name}", place.unit, "grid_worker")
    holding = PostHolding.objects.create(post=post, account=lent, single=True, from_date=SINCE, to_date=date(2090, 1, 1))
    member = Secondment.objects.create(team=team, account=lent, home=place.unit, holding=holding, from_date=SINCE, to_date=date(2090, 1, 1))
    place.ids |= {"standing_id": made, "team_id": team.pk, "member": member.pk, "change_team": "lend", "remind": "late"}


def _data_request(place: Place) -> None:
    """A street asks itself for something, and has not answered."""
    today = timezone.localdate().isoformat()
    new = {"title": place.marker("数据") + "项数", "kind": "integer"}
    made = _do(
        _officer(place), "request.declare", title=place.marker("需求"), purpose="决定调拨", basis="会议", new_fields=[new], to=[place.unit.pk],
        starts_on=today, until=today,
    )  # fmt: skip
    one = Answer.objects.get(unit=place.unit)
    place.ids |= {"request_id": made["request"]}
    place.ids |= {"round_id": one.round_id, "source": "computed", "entry_key": "open_loops", "field": made["fields"][0], "answer": "approve"}


def _order(place: Place) -> None:
    """An order about the place's person, a batch and a proposed reversal there."""
    actor, person = _officer(place), place.ids["person"]
    for days, type_, value in ((2, "exposure", {"setting": "work", "closeness": "close"}), (1, "contact", {"grade": "close"})):
        _do(actor, "fact.record", person=person, type=type_, on=str(timezone.localdate() - timedelta(days=days)), value=value)
    decision = _do(actor, "plan.decide", person=person, pack=PACK, table=TABLE)["decision"]
    order = _do(actor, "restriction.issue", decision=decision, legal_basis=LAW)["order"]
    common: dict[str, Any] = {"id": new_id(), "area": place.area}
    batch = OrderBatch.objects.create(
        **common, title="一批", pack=PACK, table=TABLE, people=1, orders=1, issued_by=place.officer, issuer=place.unit, at=timezone.now()
    )
    reversal = Reversal.objects.create(
        **common, chosen={"table": TABLE}, people=1, reason="取数错误，全部作废", proposed_by=place.officer, unit=place.unit, proposed_at=timezone.now()
    )
    given = {"title": "一批密接", "pack": PACK, "table": TABLE, "area": place.area.pk, "legal_basis": LAW}
    bulk = BulkRun.objects.create(
        **common | {"id": new_id()}, what="batch", trial=True, title="一批密接", payload=given, account=place.officer, unit=place.unit, asked_at=timezone.now()
    )
    place.ids |= {"decision": decision, "order": order, "batch": batch.pk, "reversal": reversal.pk, "bulk": bulk.pk}
def _project(place: Place) -> None:
    given = {"name": place.marker("标题"), "kind": "other", "area": place.area.pk, "lead_unit": place.unit.pk, "invest": "1", "content": place.marker("内容")}
    project = _do(_officer(place), "project.add", **given)["project"]
    part = {"kind": "land", "title": place.marker("说明"), "unit": place.unit.pk, "planned_from": "2020-01-01", "planned_to": "2020-01-02"}
    held = {"topic": "land", "title": place.marker("标题"), "owner_unit": place.unit.pk}
    obstacle = _do(_officer(place), "project.obstacle", project=project, **held)["loop"]
    place.ids |= {"project": project, "project_loop": obstacle, "part": _do(_officer(place), "project.part", project=project, **part)["part"]}


def _school(place: Place, inner: Area) -> None:
    """A school that applies to open, with a proof and its file, and a cluster with a measure."""
    unit, now, by = _unit(f"{place.name} 校", "school", inner), timezone.now(), place.officer
    school = schools.School.objects.create(unit=unit, level="primary", gates=["东门"], changed_at=now)
    room = schools.SchoolClass.objects.create(school=school, grade=1, name="1班", pupils=40, staff=2)
    opening = schools.Opening.objects.create(id=new_id(), school=school, opens_on=date(2090, 1, 1), items=["room"], applied_by=by, applied_at=now)
    loop = _do(SYSTEM, "loop.open", kind="school_opening", title="开学申请", unit=unit.pk, area=inner.pk, owner_unit=place.unit.pk)["loop"]
    schools.Opening.objects.filter(pk=opening.pk).update(loop=loop)
    file = take_in(_officer(place), new_id(), f"{place.marker('文件')}.png", "image/png", PNG).result["file"]
    proof = opening.proofs.create(key="room", text=place.marker("内容"), file_id=file, submitted_by=by, submitted_at=now)
    titles = {"outcome_title": {"zh": "报告", "en": "report"}, "edition_title": {"zh": "版", "en": "edition"}}
    decision = {"pack": "norovirus-school", "hash": "", "unconfirmed": [], "reasons": [], "counts": {}} | titles
    cluster = schools.Cluster.objects.create(
        id=new_id(), school=school, disease="chickenpox", outcome="report", rule="chickenpox", as_of=date(2026, 1, 1), raised_at=now, decision=decision
    )
    basis = {"zh": place.marker("说明"), "en": "x", "source": {"zh": "自定", "en": "own"}, "unconfirmed": True}
    measure = cluster.measures.create(kind="suspend_class", school_class=room, basis=basis, proposed_at=now)
    who, today = key_of(room.pk, PUPILS[place.name]), timezone.localdate()
    sealed = seal_label(PUPILS[place.name], room.pk, who)
    pupil = schools.Absentee.objects.create(school=school, school_class=room, who=who, sealed=sealed, reason="ill", from_on=today, last_on=today)
    word = schools.FamilyWord.objects.create(
        school=school, school_class=room, kind="travel", who=who, sealed=sealed, from_on=today, account=by, at=now, place=place.marker("内容")
    )
    place.ids |= {
        "family_word": word.pk, "family_kind": "travel",
        "pupil": pupil.pk, "school": unit.pk, "school_class": room.pk, "opening": opening.pk, "opening_loop": loop, "item": "room", "proof": proof.pk,
        "cluster": cluster.pk, "measure": measure.pk, "turns": "return", "check_day": str(timezone.localdate()), "session": "noon",
    }  # fmt: skip


def _document(cast: Cast, place: Place) -> None:
    """An issued document of the place's own unit."""
    body = [{"is": "paragraph", "text": place.marker("公文")}]
    row = Bulletin.objects.create(
        id=new_id(), form="brief", title=place.marker("文题"), issuer=place.unit, body=body, drafted_by=place.officer, drafted_at=timezone.now(),
        signed_by=cast.accounts["leader"], signed_at=timezone.now(), organ=place.name, year=2026, seq=1,
    )  # fmt: skip
    edition = ScoreEdition.objects.create(
        since=date(2090, 1, 1), least=3, weights={"closed": 100}, reason="调整", proposed_by=place.officer, proposed_at=timezone.now()
    )
    place.ids |= {"bulletin": row.pk, "format": "docx", "edition": edition.pk}


def _risk(place: Place) -> None:
    """A finding and an open proposal about the place."""
    today = timezone.localdate()
    Finding.objects.create(area=place.area, fact="place", value="residence", day=today, source=place.marker("研判"), known_from=timezone.now())
    loop = _do(SYSTEM, "loop.open", kind="grade_change", title=place.marker("等级"), owner_unit=place.unit.pk, area=place.area.pk)["loop"]
    row = Proposal.objects.create(
        id=new_id(), loop_id=loop, area=place.area, as_of=today, to_grade="high", pack="covid-19", edition="covid-e9", rule="to_high", proposed_at=timezone.now(),
        evidence={"reasons": [{"zh": place.marker("研判"), "en": place.marker("研判"), "document": ""}]},
    )  # fmt: skip
    place.ids |= {"proposal": row.pk, "grade_loop": loop}

def _directives(place: Place) -> None:
    """A document of the place's own unit: one of its directives is issued, the other waits to be confirmed."""
    actor = _officer(place)
    text = f"{place.marker('部署')}调度会\n会议要求，一是要在{place.marker('部署')}全面排查返区人员。二是要加强{place.marker('部署')}值班值守工作。"
    place.ids |= {"bundle": new_id(), "how": "confirm"}
    document = _do(actor, "document.take_in", text=text, batch=str(place.ids["bundle"]))["document"]
    _do(actor, "document.read", document=document)
    first, second = Directive.objects.filter(document=document).order_by("start")
    _do(actor, "directive.edit", directive=str(first.pk), seen_version=1, lead_unit=place.unit.pk, each_kind="", confirm=True)
    _do(actor, "directive.issue", document=document, directives=[str(first.pk)])
    first.refresh_from_db()
    place.ids |= {"document": document, "directive": str(second.pk), "task": first.loop_id}


def _meeting(place: Place) -> None:
    """A meeting that the place's own unit convenes and is asked to, to begin in half an hour."""
    starts = timezone.now() + timedelta(minutes=30)
    made = _do(
        _officer(place), "meeting.plan", kind="topic", title=place.marker("会议"), starts_at=starts.isoformat(), main_venue="主会场",
        ends_at=(starts + timedelta(hours=1)).isoformat(), agenda=place.marker("会议"), asked=[{"unit": place.unit.pk}],
    )["meeting"]  # fmt: skip
    row = Meeting.objects.get(pk=made)
    place.ids |= {"meeting": made, "venue": row.venues.get().pk, "attendance": row.attendance.get().pk, "end": "settle"}

def _rural(cast: Cast, place: Place, inner: Area) -> None:
    """A season, a need, a dealer's delivery that is ordered, a lot for sale with an offer."""
    today = timezone.localdate()
    season = rural.Season.objects.get_or_create(name="春耕", defaults={"starts_on": today - timedelta(days=9), "ends_on": today + timedelta(days=90)})[0]
    kind = rural.Input.objects.get_or_create(key="urea", defaults={"kind": "fertiliser", "name": "尿素", "unit": "吨"})[0]
    shop = Unit.objects.get(pk=place.ids["enterprise"])
    common: dict[str, Any] = {"season": season, "area": inner, "input": kind}
    now, by = timezone.now(), place.officer
    rural.Need.objects.create(**common, quantity=9, needed_on=today + timedelta(days=20), account=by, recorded_at=now)
    rural.Stock.objects.create(unit=shop, input=kind, on=today, quantity=50, account=by, recorded_at=now)
    delivery = rural.Delivery.objects.create(
        **common, id=new_id(), dealer=shop, ordered=2, expect_on=today, made_at=now, made_by=cast.accounts["hq"], reason=place.marker("农资")
    )
    lot = rural.Produce.objects.create(
        id=new_id(), seller=shop, name="红菜薹", measure="公斤", quantity=90, keeps_until=today + timedelta(days=9), account=by, added_at=now
    )
    buyer = _unit(f"{place.name} 收购社", "enterprise", inner)
    offer = rural.Offer.objects.create(id=new_id(), produce=lot, buyer=buyer, quantity=9, price=1, collect_on=today, account=by, made_at=now)
    person = Person.objects.select_related("household", "area").get(pk=place.ids["person"])
    assert person.household is not None
    file = rural.Household.objects.create(
        id=new_id(), number=f"2020-0000{PLACES.index(place.name)}", household=person.household, area=person.household.area, category="sudden",
        reasons=["illness"], opened_on=today, opened_by=by, state="proposed", proposed_at=now, proposed_by=by,
    )  # fmt: skip
    measure = rural.Measure.objects.create(file=file, kind="minimum", unit=place.unit, from_on=today, account=by, recorded_at=now)
    job = rural.Job.objects.create(person=person, kind="away", from_on=today, account=by, recorded_at=now)
    place.ids |= {"relief": file.pk, "relief_measure": measure.pk, "job": job.pk, "household": person.household.pk}
    place.ids |= {"season": season.pk, "delivery": delivery.pk, "produce": lot.pk, "offer": offer.pk, "buyer": buyer.pk}


def _supervision(cast: Cast, place: Place) -> None:
    """A begun visit to the place's unit by a group in the same area, with an answer; and a lead about it, handled elsewhere."""
    now, today = timezone.now(), timezone.localdate()
    group = _unit(f"{place.name} 督导组", "supervision_group", place.area)
    row = supervision.Round.objects.create(id=new_id(), kind="unannounced", title=place.marker("轮"), group=group, starts_on=today, ends_on=today, opened_at=now)
    daily = supervision.DailyRound.objects.create(
        id=new_id(), group=group, kind="unannounced", title=place.marker("每日"), first=today, until=today, set_at=now
    )
    row.daily = daily
    row.save()
    drawn = supervision.Draw.objects.create(id=new_id(), round=row, pool=[place.unit.pk], seed="00", wanted=1, drawn=[place.unit.pk], by=place.officer, at=now)
    visit = supervision.Visit.objects.create(
        id=new_id(), round=row, edition=edition_for("venue", now), unit=place.unit, planned_on=today, state="begun", begun_at=now
    )
    supervision.Answer.objects.create(visit=visit, item="air", verdict="fault", note=place.marker("查见"), at=now, by=place.officer)
    handler = _unit(f"{place.name} 纪检", "discipline", place.area)
    lead = make_lead(Context(new_id(), SYSTEM, now, ()), "neglect", place.unit, handler, None, place.marker("线索"))
    place.ids |= {"round": row.pk, "daily": daily.pk, "draw": drawn.pk, "visit": visit.pk, "lead": lead.pk, "checklist_key": "venue"}
