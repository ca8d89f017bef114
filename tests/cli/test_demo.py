"""The demo district as it is loaded: everybody findable, every role with an account, the ledger sound, and nothing left of a load that fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from typer.testing import CliRunner

from tongchou.cli import demo, main
from tongchou.cli.demo_people import progress
from tongchou.kernel.errors import Reason, Refusal
from tongchou.record.access import Actor, load_actor, roles
from tongchou.record.ledger import verify
from tongchou.record.models import (
    Account,
    Act,
    Area,
    Custody,
    District,
    Event,
    Fact,
    Holding,
    Loop,
    Person,
    PostHolding,
    Unit,
)
from tongchou.record.people.identity import open_identity
from tongchou.record.questions.duplicates import suggestions
from tongchou.record.questions.people import search
from tongchou.record.questions.responsibility import gaps
from tongchou.sim.district.generate import make_district
from tongchou.sim.district.territory import invented

PEOPLE = 400
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "admin" / "five_districts_villages_nbs2021.csv"


def actor(username: str) -> Actor:
    account = Account.objects.get(username=username)
    return load_actor(account.pk, account.display_name, timezone.localdate(), via="test")


@pytest.fixture(scope="module")
def said(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[str]]:
    """One demo district for all tests of this module that only look; its transaction is rolled back at the end."""
    lines: list[str] = []
    with django_db_blocker.unblock(), transaction.atomic():
        demo.load_demo(7, lines.append, people=PEOPLE)
        yield lines
        transaction.set_rollback(True)


def test_everybody_is_registered_by_an_act(said: list[str]) -> None:
    again = Event.objects.filter(what="person_registered", act__verb="person.register").count()
    assert 3 <= again <= 9
    assert Person.objects.count() == PEOPLE + again
    assert Event.objects.filter(what="person_registered", act__verb="person.register_many").count() == PEOPLE
    assert said[-1].startswith(f"done: {PEOPLE + again} people")


def test_people_are_those_that_the_seed_gives(said: list[str]) -> None:
    place = Area.objects.get(code="990101001001-001-1")
    loaded = list(Person.objects.filter(area=place, document_hash__isnull=False).order_by("pk"))
    above = invented(PEOPLE)
    names = [open_identity(p.sealed, p.pk).name for p in loaded]
    from tongchou.cli.demo_cast import Demo, fixed_workplaces

    cast = Demo(7, timezone.localdate(), areas={a.key: Area(name=a.name, level=a.level) for a in above})
    made = make_district(7, PEOPLE, timezone.localdate(), above, fixed_workplaces(cast))
    assert names
    assert names == [r.name for r in made.residents(0, len(names))]
    assert [p.pk for p in loaded] == made.ids[: len(names)]


def test_one_person_by_every_key(said: list[str]) -> None:
    person = Person.objects.filter(phone_hash__isnull=False, document_hash__isnull=False).order_by("pk").first()
    assert person is not None
    identity = open_identity(person.sealed, person.pk)
    assert identity.document.startswith("49")
    for key in (identity.name, identity.document, identity.phone, identity.document[-6:], identity.phone[-6:]):
        assert person.pk in [f.id for f in search(actor("hq"), key)], key


def test_every_role_has_an_account_that_holds_a_post_today(said: list[str]) -> None:
    held = set(PostHolding.objects.values_list("post__role", flat=True))
    assert held == {r.key for r in roles().by_key.values()}
    for username, role, _ in demo.demo_accounts():
        assert role in {g.role for g in actor(username).grants}
    assert Account.objects.get(username="hq").check_password(demo.PASSWORD)
    named = Account.objects.filter(username__in=[username for username, _, _ in demo.demo_accounts()])
    assert named.values("password").distinct().count() == 1


def test_the_resident_is_one_of_the_people(said: list[str]) -> None:
    person = Account.objects.get(username="resident").person
    assert person is not None
    assert person.area.path.startswith(Area.objects.get(code="990101001001").path)


def test_loops_are_about_persons_and_units(said: list[str]) -> None:
    assert Loop.objects.filter(subject_person__isnull=False, kind="task").count() >= 5
    assert Loop.objects.filter(subject_unit__kind="enterprise", kind="task").count() == 6
    assert Loop.objects.filter(closed_at__isnull=False).exists()


def test_people_are_in_isolation_and_in_one_place(said: list[str]) -> None:
    stays = Custody.objects.filter(purpose="isolation")
    assert stays.exists()
    for stay in stays:
        assert Holding.objects.filter(custody=stay, until=None).count() == (stay.let_out_at is None)


def test_some_are_suggested_as_duplicates(said: list[str]) -> None:
    assert len(suggestions(actor("street"))) >= 3


def test_facts_and_homes_and_work(said: list[str]) -> None:
    assert set(Fact.objects.values_list("type", flat=True)) >= {"arrival", "exposure", "test", "vaccination"}
    assert not Person.objects.filter(household=None, document_hash__isnull=False).exists()
    assert Person.objects.filter(workplace__kind="school").exists()
    assert Person.objects.filter(workplace__kind="enterprise").exists()
    assert {a.level for a in Area.objects.all()} >= {"street", "community", "grid", "building"}


def test_gaps_are_few_and_there_are_some(said: list[str]) -> None:
    found = gaps(actor("hq"), timezone.localdate()).rows
    assert 2 <= len(found) < Area.objects.exclude(level="building").count() / 4
    assert {g.missing for g in found} >= {"territorial"}


def test_progress_is_told_where_there_is_no_terminal() -> None:
    lines: list[str] = []
    with progress(lines.append, "people", 100_000) as done:
        for _ in range(20):
            done(5000)
    assert lines[0] == "people: 10,000 of 100,000"
    assert (len(lines), lines[-1]) == (10, "people: 100,000 of 100,000")
    lines.clear()
    with progress(lines.append, "people", 3000) as done:
        done(3000)
    assert lines == []


def test_progress_is_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    lines: list[str] = []
    with progress(lines.append, "people", 100) as done:
        done(100)
    assert lines == []
    assert "100/100" in capsys.readouterr().out


def test_the_ledger_is_sound(said: list[str]) -> None:
    report = verify(0)
    assert report.sound
    assert report.acts == Act.objects.count()


def test_a_second_load_changes_nothing(said: list[str]) -> None:
    lines: list[str] = []
    before = (Person.objects.count(), Unit.objects.count(), Act.objects.count())
    demo.load_demo(8, lines.append, people=PEOPLE)
    demo.ensure_demo(lines.append)
    assert lines == ["this database already holds a district; nothing was loaded"]
    assert (Person.objects.count(), Unit.objects.count(), Act.objects.count()) == before


def test_a_load_that_breaks_leaves_the_database_empty(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        assert Person.objects.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(demo, "make_history", breaks)
    with pytest.raises(KeyboardInterrupt):
        demo.load_demo(7, lambda _: None, people=100)
    assert not any(model.objects.exists() for model in (District, Area, Unit, Account, Person, Act))


def territory(folder: Path, towns: int = 2) -> Path:
    """A list of two districts, as the statistical office publishes them, with invented names."""
    lines = ["province_code,province_name,city_code,city_name,district_code,district_name,town_code,town_name,village_code,village_name,kind"]
    for d, district in (("440698", "甲水区"), ("440699", "乙山区")):
        for t in range(1, towns + 1):
            for v, name, kind in ((1, "东门社区居委会", "community"), (201, "上坪村委会", "village")):
                lines.append(f"44,广东省,4406,佛山市,{d},{district},{d}00{t},第{t}街道,{d}00{t}{v:03},{name},{kind}")
    path = folder / "areas.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def at_hour(monkeypatch: pytest.MonkeyPatch, hour: int) -> None:
    """What happens hours before or after a load just after midnight, or late in the evening, must not fall on a wrong day."""
    real = timezone.now
    away = timezone.localtime().replace(hour=hour, minute=40) - timezone.localtime()
    monkeypatch.setattr(timezone, "now", lambda: real() + away)


def test_a_real_territory_is_peopled(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_hour(monkeypatch, 22)
    demo.load_demo(7, lambda _: None, people=120, territory=territory(tmp_path), district="440699")
    here, name = District.objects.get(), "乙山区"
    assert (here.name, here.demo, here.root and here.root.code) == (name, True, "440699")
    assert set(Area.objects.filter(level="district").values_list("name", flat=True)) == {name}
    assert Act.objects.filter(verb="territory.import").count() == 1
    person = Person.objects.exclude(document_hash=None).order_by("pk")[0]
    assert open_identity(person.sealed, person.pk).address.startswith(f"{name}第1街道东门社区")
    assert person.area.path.startswith(here.root.path if here.root else "-")
    assert Unit.objects.filter(kind="community", name="上坪村委会").count() == 2


@pytest.mark.parametrize(("wanted", "towns", "field"), [("110101", 2, "district"), ("", 1, "territory")])
def test_a_territory_that_will_not_do_is_refused(db: None, tmp_path: Path, wanted: str, towns: int, field: str) -> None:
    with pytest.raises(Refusal) as caught:
        demo.load_demo(7, lambda _: None, people=120, territory=territory(tmp_path, towns), district=wanted)
    assert caught.value.field == field
    assert caught.value.reason in (Reason.NOT_FOUND, Reason.MISSING_VALUE)
    assert not Area.objects.exists()


def test_the_first_district_of_a_list_is_peopled_where_none_is_named(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A published list where one lies beside the project (../shared/data/admin), else one of the same form."""
    at_hour(monkeypatch, 0)
    path = SHARED if SHARED.exists() else territory(tmp_path)
    codes = [line.split(",")[4] for line in path.read_text("utf-8-sig").splitlines()[1:]]
    lines: list[str] = []
    demo.load_demo(7, lines.append, people=200, territory=path)
    here = District.objects.get()
    assert here.root is not None
    assert here.root.code == codes[0]
    assert any(all(code in line for code in codes) for line in lines)  # which there are to choose from
    assert Area.objects.filter(level="community").count() == codes.count(codes[0])
    assert Person.objects.count() >= 200


def test_the_command_passes_its_options_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, db: None) -> None:
    from contextlib import nullcontext

    taken: list[dict[str, Any]] = []

    def take(seed: int, say: Callable[[str], None], **more: Any) -> None:
        taken.append({"seed": seed} | more)

    monkeypatch.setattr(main, "database", nullcontext)
    monkeypatch.setattr(demo, "load_demo", take)
    path = territory(tmp_path)
    run = CliRunner().invoke(main.app, ["demo", "--people", "500", "--seed", "9", "--territory", str(path), "--district", "440699"])
    assert (run.exit_code, taken) == (0, [{"seed": 9, "people": 500, "territory": path, "district": "440699"}])
    assert CliRunner().invoke(main.app, ["demo", "--people", "5"]).exit_code == 2
