"""The demo district's people: generated, loaded by person.register_many, with the facts on record about them and some duplicates."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any

from tongchou.cli.demo_cast import Demo, fixed_workplaces
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.record.actions.people_bulk import MOST
from tongchou.record.models import Account
from tongchou.sim.district.generate import District, Resident, make_district
from tongchou.sim.district.happenings import happenings
from tongchou.sim.district.territory import Place

FACTS_AT_ONCE = 20_000
_SOUNDS = {"芳": "方", "伟": "维", "明": "铭", "华": "花", "丽": "莉", "梅": "玫", "英": "瑛", "志": "智", "文": "雯", "玉": "钰", "建": "健", "佳": "嘉"}
"""Characters and others of the same sound, as one hears a name at a checkpoint."""


def make_residents(demo: Demo, people: int, above: list[Place]) -> District:
    """Generate everybody who lives within these places. Nothing is stored yet."""
    return make_district(demo.seed, people, demo.today, above, fixed_workplaces(demo))


def load_people(demo: Demo, district: District, say: Callable[[str], None]) -> None:
    """Register everybody, as the headquarters' officer, in acts of some thousand people."""
    hq = demo.actor("hq")
    with progress(say, "people", len(district)) as done:
        for first in range(0, len(district), MOST):
            people = [_as_payload(demo, district, r) for r in district.residents(first, first + MOST)]
            act("person.register_many", hq, new_id(), {"people": people})
            done(len(people))
    Account.objects.filter(username="resident").update(person=_grown_up(district).id)


def _as_payload(demo: Demo, district: District, one: Resident) -> dict[str, Any]:
    work = unit_key(district, one.workplace)
    return {
        "id": one.id, "name": one.name, "document": one.document, "phone": one.phone, "address": one.address,
        "area": demo.areas[one.area].pk, "household_label": one.household, "workplace": demo.units[work].pk if work else None,
    }  # fmt: skip


def unit_key(district: District, workplace: int) -> str:
    """The key of the unit of a workplace; "" for none."""
    if workplace < 0:
        return ""
    return district.economy.workplaces[workplace].known or f"work:{workplace}"


def _grown_up(district: District) -> Resident:
    """Somebody of the first community who can have an account."""
    return next(r for n, r in enumerate(district.residents()) if 30 <= district.families.age[n] < 60)


def make_happenings(demo: Demo, district: District) -> None:
    """Record what is known of people, and register a few of them again, as it happens at a checkpoint."""
    hq = demo.actor("hq")
    found = happenings(district, demo.seed, demo.today)
    while batch := list(islice(found, FACTS_AT_ONCE)):
        facts = [
            {"person": district.ids[h.person], "type": h.type, "on": h.on.isoformat(), "value": h.value, "source": "demo"} for h in batch
        ]  # fmt: skip
        act("fact.record_many", hq, new_id(), {"facts": facts})
    _again(demo, district)


def _again(demo: Demo, district: District) -> None:
    """Register nine people of the first street a second time, without their document: by phone, by sound, by birth date."""
    street = demo.actor("street")
    home = demo.areas["street:0"].path
    near = [n for n, r in enumerate(district.residents(0, 2000)) if demo.areas[r.area].path.startswith(home) and district.families.age[n] > 20]
    for turn, n in enumerate(demo.rng.sample(near, min(9, len(near)))):
        one = next(district.residents(n, n + 1))
        told = {"name": one.name, "phone": one.phone}
        if turn % 3 == 1:
            told["name"] = one.name[0] + "".join(_SOUNDS.get(c, c) for c in one.name[1:])
        elif turn % 3 == 2:
            told = {"name": one.name, "birth_date": str(district.born[n])}
        act("person.register", street, new_id(), told | {"area": demo.areas[one.area].pk})


@contextmanager
def progress(say: Callable[[str], None], what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal; else a line now and then. Yields the function to call with how many more are done."""
    if sys.stdout.isatty():
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn(f"· {what}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns) as bar:
            task = bar.add_task(what, total=total)
            yield lambda more: bar.advance(task, more)
        return
    done = said = 0

    def line(more: int) -> None:
        nonlocal done, said
        done += more
        if done - said >= total / 10 and total > MOST:
            said = done
            say(f"{what}: {done:,} of {total:,}")

    yield line
