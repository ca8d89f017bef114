"""The invented demo district 清源区: territory, units, posts, an account for every role, its people, and three weeks of work through act().

Every name is made up and every code lies in the unassigned range 99. The same seed gives the same district on the same day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection, transaction
from django.utils import timezone

from tongchou.cli.demo_attendance import make_attendance
from tongchou.cli.demo_cast import ACCOUNTS, PASSWORD, Demo, make_accounts, make_responsibilities, make_units
from tongchou.cli.demo_command import make_command
from tongchou.cli.demo_daily import make_daily
from tongchou.cli.demo_directives import make_directives
from tongchou.cli.demo_duty import make_duty
from tongchou.cli.demo_enterprises import make_enterprises
from tongchou.cli.demo_history import make_history
from tongchou.cli.demo_matching import make_matching
from tongchou.cli.demo_papers import make_papers
from tongchou.cli.demo_people import load_people, make_happenings, make_residents
from tongchou.cli.demo_permits import make_permit_life
from tongchou.cli.demo_places import divide_places, import_places, invent_places
from tongchou.cli.demo_policies import make_policies
from tongchou.cli.demo_projects import make_projects
from tongchou.cli.demo_requests import make_requests
from tongchou.cli.demo_resumption import make_resumption
from tongchou.cli.demo_reviews import make_reviews
from tongchou.cli.demo_risk import make_risk
from tongchou.cli.demo_rural import make_farming, make_relief
from tongchou.cli.demo_schools import make_schools
from tongchou.cli.demo_service import make_service
from tongchou.cli.demo_supervision import make_supervision
from tongchou.cli.demo_trust import make_orders
from tongchou.record.act import one_load
from tongchou.record.ledger import seal_all
from tongchou.record.loops.kinds import install_shipped_kinds
from tongchou.record.models import Account, Area, District, Loop, Person, Unit

__all__ = ["ACCOUNTS", "PASSWORD", "demo_accounts", "ensure_demo", "load_demo"]
PEOPLE = 3000


def ensure_demo(say: Callable[[str], None]) -> None:
    """Load the demo district when the database is empty."""
    if not District.objects.exists() and not Area.objects.exists():
        load_demo(7, say)


def load_demo(
    seed: int, say: Callable[[str], None], *, people: int = PEOPLE, territory: Path | None = None, district: str = ""
) -> None:
    """Make the district, its people and its history, all or nothing: a load that is broken off leaves the database empty.

    territory: a list of real areas (CSV, TSV, XLSX) to use in place of the invented ones; district: the code of the one to use where
    the list holds several. Says so and does nothing where there is a district already. Refusal when the list cannot be used.
    """
    if District.objects.exists() or Area.objects.exists():
        say("this database already holds a district; nothing was loaded")
        return
    demo = Demo(seed, timezone.localdate())
    with transaction.atomic(), one_load():
        install_shipped_kinds()
        above = import_places(demo, territory, district, say) if territory else invent_places(demo, people)
        name = demo.areas["district"].name
        say(f"making the demo district {name} with {people:,} people (invented)")
        residents = make_residents(demo, people, above)
        divide_places(demo, residents.below)
        make_units(demo, residents.economy.workplaces)
        make_accounts(demo)
        make_responsibilities(demo)
        _district(demo, name, real=territory is not None)
        load_people(demo, residents, say)
        say("what is known of them, and three weeks of work, through act()")
        make_happenings(demo, residents)
        make_history(demo)
        make_duty(demo)
        make_directives(demo)
        make_command(demo)
        make_service(demo)
        make_requests(demo)
        make_orders(demo)
        make_risk(demo)
        make_projects(demo)
        make_enterprises(demo, residents)
        make_resumption(demo)
        make_permit_life(demo)
        make_schools(demo)
        make_supervision(demo)
        make_farming(demo)
        make_relief(demo)
        make_matching(demo)
        make_attendance(demo)
        make_daily(demo)
        make_reviews(demo)
        make_policies(demo)
        make_papers(demo)
    seal_all()
    with connection.cursor() as cursor:
        cursor.execute("analyze")
    counts = (Person, Unit, Account, Loop)
    say("done: {:,} people, {:,} units, {:,} accounts, {:,} loops".format(*(model.objects.count() for model in counts)))


def _district(demo: Demo, name: str, *, real: bool) -> None:
    settings = {"demo_password": PASSWORD, "office_unit": demo.units["office"].pk}
    name_en = "demo" if real else "Qingyuan (demo)"
    District.objects.create(pk=1, name=name, name_en=name_en, root=demo.areas["district"], demo=True, settings=settings)


def demo_accounts() -> Iterator[tuple[str, str, str]]:
    """(user name, role, where) of the accounts that the README lists."""
    for username, (_, role, where) in ACCOUNTS.items():
        yield username, role, where
