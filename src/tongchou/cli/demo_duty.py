"""The demo district's watch: ten days behind, a fortnight ahead, with people coming, handing over and writing the log."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tongchou.cli.demo_cast import LEADERS, WATCHERS, Demo
from tongchou.kernel.clock import SHANGHAI
from tongchou.kernel.ids import new_id
from tongchou.record.act import act
from tongchou.rooms.command.models import Place, Shift

_LOG = (
    ("call", "市疾控来电，询问近三日返区人员排查进度，已请社区防控部书面回复。"),
    ("order", "值班领导要求：今夜有雨，隔离点核查防滑和应急照明。"),
    ("inspection", "电话抽查 5 个街道值班室，均在岗。"),
    ("incident", "某小区停水，已通知供水公司抢修，预计两小时恢复。"),
    ("call", "居民来电咨询返乡报备，已告知办理途径。"),
)


def make_duty(demo: Demo) -> None:
    """The office's watch of twelve hours each, a leader and two of the duty staff in turn; three days ahead one shift lacks staff."""
    today = timezone.now().astimezone(SHANGHAI).replace(hour=8, minute=0, second=0, microsecond=0)
    first = today - timedelta(days=10)
    leaders = ["leader", *(f"leader{n}" for n in range(2, LEADERS + 1))]
    watchers = ["duty", *(f"duty{n}" for n in range(2, WATCHERS + 1))]
    shifts = []
    for n in range(48):
        starts = first + timedelta(hours=12 * n)
        staff = [watchers[2 * n % WATCHERS], watchers[(2 * n + 1) % WATCHERS]]
        shifts.append(
            {
                "starts_at": starts.isoformat(),
                "ends_at": (starts + timedelta(hours=12)).isoformat(),
                "leaders": [demo.accounts[leaders[n // 2 % LEADERS]].pk],
                "staff": [demo.accounts[w].pk for w in (staff[:1] if n == 27 else staff)],
            }
        )
    payload = {"unit": demo.units["office"].pk, "shifts": shifts}
    act("duty.plan", demo.actor("hq"), new_id(), payload, now=first - timedelta(days=2))
    names = {account.pk: name for name, account in demo.accounts.items() if name in {*leaders, *watchers}}
    done = list(Shift.objects.filter(starts_at__lte=timezone.now()).order_by("starts_at"))
    for n, shift in enumerate(done):
        _watch(demo, names, shift, done[n - 1] if n else None, n)


def _watch(demo: Demo, names: dict[int, str], shift: Shift, before: Shift | None, n: int) -> None:
    """Everybody comes some minutes early, takes over, and hands over at the end; a line or two goes into the log."""

    def do(who: str, verb: str, when: datetime, **payload: Any) -> None:
        if when < timezone.now():
            act(verb, demo.actor(who), new_id(), payload, now=when)

    places = list(Place.objects.filter(shift=shift, dropped_at=None).order_by("part", "pk"))
    for place in places:
        do(names[place.account_id], "duty.arrive", shift.starts_at - timedelta(minutes=demo.rng.randint(2, 25)), place=place.pk)
    watcher = next(names[p.account_id] for p in places if p.part == Place.Part.STAFF)
    if before is not None:
        do(watcher, "duty.take_over", shift.starts_at + timedelta(minutes=1), shift=str(before.pk))
    kind, text = _LOG[n % len(_LOG)]
    at = shift.starts_at + timedelta(minutes=demo.rng.randint(40, 500))
    do(watcher, "duty.log", at, unit=shift.unit_id, at=at.isoformat(), kind=kind, text=text)
    do(watcher, "duty.hand_over", shift.ends_at - timedelta(minutes=3), shift=str(shift.pk), note="平稳，无未了事项。")
