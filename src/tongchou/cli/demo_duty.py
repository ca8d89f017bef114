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
    _incidents(demo)


def _incidents(demo: Demo) -> None:
    """One reported by telephone and in writing in time; one of today that was entered forty minutes after it was known."""
    for title, category, hours, entered in (("小区燃气泄漏", "accident", 30, 4), ("隔离点短时停电", "other", 3, 40)):
        known = timezone.now() - timedelta(hours=hours)
        data = {"happened": "巡查发现，已派人到场。", "happened_at": (known - timedelta(minutes=6)).isoformat(), "known_at": known.isoformat(), "category": category}
        at = known + timedelta(minutes=entered)
        given = {"kind": "incident", "title": title, "owner_unit": demo.units["street:0"].pk, "data": data, "origin": "demo"}
        loop = act("loop.open", demo.actor("street"), new_id(), given, now=at).result["loop"]
        told = [{"key": "told", "type": "text", "text": f"报区值班室，{(at + timedelta(minutes=5)).astimezone(SHANGHAI):%H 时 %M 分}"}]
        act("loop.advance", demo.actor("street"), new_id(), {"loop": loop, "step": "phone", "evidence": told}, now=at + timedelta(minutes=5))
        if entered < 10:
            wrote = [{"key": "report", "type": "text", "text": "管线接口松动，已关阀疏散，无伤亡，燃气公司正在抢修。"}]
            act("loop.advance", demo.actor("street"), new_id(), {"loop": loop, "step": "write", "evidence": wrote}, now=at + timedelta(minutes=25))


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
