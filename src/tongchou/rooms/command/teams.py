"""Verbs of special teams (专班): make one with people lent by their units, lend more, give back, dissolve with the work handed back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Holding, Post, PostHolding, Unit
from tongchou.record.territory.levels import check_name, name_key
from tongchou.record.territory.reach import missing, unit_in_reach
from tongchou.rooms.command.models import Secondment, Team

MAY = "unit.edit"
LENT = ("leader", "hq_officer", "dept_officer", "street_officer", "community_officer", "grid_worker", "duty_officer", "inspector", "discipline_officer")
"""Roles whose holders may be lent: people of the administration."""
ROLE = "dept_officer"
"""What everybody of a team may do in it: act for that one unit, nothing beyond it."""
LONGEST = timedelta(days=366)
NO_SUCH = Text("没有找到该专班。", "There is no such team.")
explain_constraint(
    "secondment_once",
    Reason.DUPLICATE,
    Text("该同志已在本专班。", "This person is in the team already."),
    Text("请核对人员。", "Check the list."),
)
explain_constraint(
    "team_one_lead",
    Reason.DUPLICATE,
    Text("专班只有一名负责人。", "A team has one lead."),
    Text("请先调整现负责人。", "Change the present one first."),
)


class MakeIn(Payload):
    name: str = Field(min_length=2, max_length=160)
    purpose: str = Field(min_length=4, max_length=300)
    until: date
    lead: int
    members: list[int] = Field(default_factory=list, max_length=60)


class LendIn(Payload):
    """to_date: the first day on which the person is back; empty: until the team ends."""

    team: int
    account: int
    to_date: date | None = None


class BackIn(Payload):
    member: int
    reason: str = Field(min_length=2, max_length=200)


class DissolveIn(Payload):
    """hand_to: the unit that goes on with the open work."""

    team: int
    hand_to: int
    result: str = Field(min_length=4, max_length=5_000)


@verb("team.make", MAY, Text("组建专班", "Make a special team"))
def make(context: Context, given: MakeIn) -> dict[str, Any]:
    """A unit of its own in the area of the post by which it is made; its people keep their own posts meanwhile."""
    today = timezone.localdate(context.now)
    if not today < given.until <= today + LONGEST:
        rule = Text("专班期限须在今天之后、一年以内。", "A team ends after today and within a year.")
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请更正期限。", "Change the day."), field="until", value=str(given.until))
    name = check_name(given.name)
    grant = context.grants[0]
    if Unit.objects.filter(name=name, active_to=None, area=grant.area_id).exists():
        rule = Text("已有同名单位。", "There is a unit of this name.")
        raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请换一个名称。", "Choose another name."), field="name", value=name)
    unit = Unit.objects.create(
        name=name, name_key=name_key(name, 320), kind=Unit.Kind.SPECIAL_TEAM, area_id=grant.area_id, parent_id=_above(grant.unit_id), active_from=today
    )
    assert context.actor.account_id is not None
    team = Team.objects.create(unit=unit, purpose=given.purpose, until=given.until, made_at=context.now, made_by_id=context.actor.account_id)
    context.event("team_made", subject=f"unit:{unit.pk}", note=given.purpose, data={"until": str(given.until)})
    _lend(context, team, given.lead, None, True, "lead")
    for account in dict.fromkeys(a for a in given.members if a != given.lead):
        _lend(context, team, account, None, False, "members")
    return {"team": team.pk, "unit": unit.pk}


def _above(unit: int) -> int | None:
    return Unit.objects.filter(pk=unit).values_list("parent_id", flat=True).first()


@verb("team.lend", MAY, Text("抽调人员到专班", "Lend somebody to a team"))
def lend(context: Context, given: LendIn) -> dict[str, Any]:
    team = team_in_reach(context.actor, given.team, lock=True)
    made = _lend(context, team, given.account, given.to_date, False, "account")
    return {"team": team.pk, "member": made.pk}


def _lend(context: Context, team: Team, account: int, to: date | None, lead: bool, field: str) -> Secondment:
    today = timezone.localdate(context.now)
    to = to or team.until
    if not today < to <= team.until:
        rule = Text("抽调期限须在今天之后、不晚于专班期限 {day}。", "It ends after today, and no later than the team on {day}.").with_(day=team.until)
        raise Refusal(Reason.IMPOSSIBLE_DATE, rule, remedy=Text("请更正日期。", "Change the day."), field="to_date", value=str(to))
    home = home_of(context.actor, account, today)
    if home is None:
        rule = Text("没有这位可抽调的同志，或不在管理范围。", "There is nobody of this number who may be lent within your reach.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请从名单中选择。", "Choose from the list."), field=field, value=account)
    title, title_en = ("专班负责人", "Lead") if lead else ("专班成员", "Member")
    post = Post.objects.create(unit=team.unit, title=title, title_en=title_en, role=ROLE, single=True)
    holding = PostHolding.objects.create(post=post, account_id=account, single=True, from_date=today, to_date=to)
    made = Secondment.objects.create(team=team, account_id=account, home_id=home, lead=lead, holding=holding, from_date=today, to_date=to)
    data = {"post": post.pk, "role": ROLE, "home": home, "from": str(today), "to": str(to)}
    context.event("post_held", subject=f"account:{account}", data=data)
    return made


def candidates(actor: Actor, on: date) -> list[tuple[int, Text]]:
    """Who may be lent: account and name with unit, by unit."""
    rows = _holdings(on).order_by("post__unit__kind", "post__unit__name_key", "pk")
    out: dict[int, Text] = {}
    for h in rows[:4000]:
        if actor.sees_path(MAY, h.post.unit.area.path):
            out.setdefault(h.account_id, Text.aside(h.account.display_name, h.post.unit.name))
    return list(out.items())


def _holdings(on: date) -> Any:
    rows = PostHolding.objects.filter(post__role__in=LENT, post__ended_on=None, post__unit__active_to=None, account__is_active=True, from_date__lte=on)
    return rows.exclude(to_date__lte=on).exclude(post__unit__kind="special_team").select_related("post__unit__area", "account")


def home_of(actor: Actor, account: int, on: date) -> int | None:
    """The unit that lends somebody; None for who may not be lent, or lies out of reach."""
    for h in _holdings(on).filter(account=account).order_by("pk"):
        if actor.sees_path(MAY, h.post.unit.area.path):
            return int(h.post.unit_id)
    return None


@verb("team.give_back", MAY, Text("人员归建", "Give somebody back"))
def give_back(context: Context, given: BackIn) -> dict[str, Any]:
    """End a secondment now. The lead goes back only with the team."""
    row = Secondment.objects.select_for_update(of=("self",)).select_related("team", "holding__post").filter(pk=given.member).first()
    if row is None:
        raise missing(Text("没有找到该抽调人员。", "There is no such member."), "member", given.member)
    team_in_reach(context.actor, row.team_id)
    if row.ended_at is not None or row.lead:
        rule = Text("该同志已归建，或是专班负责人。", "This person is back already, or leads the team.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("负责人随专班撤销归建。", "The lead goes back when the team is dissolved."), field="member", value=row.pk)
    _end(context, row, given.reason)
    return {"member": row.pk}


def _end(context: Context, row: Secondment, reason: str) -> None:
    today = timezone.localdate(context.now)
    row.ended_at, row.reason = context.now, reason
    row.save(update_fields=["ended_at", "reason"])
    row.holding.to_date = min(row.holding.to_date or today, max(today, row.holding.from_date))
    row.holding.save(update_fields=["to_date"])
    row.holding.post.ended_on = today
    row.holding.post.save(update_fields=["ended_on"])
    context.event("post_released", subject=f"account:{row.account_id}", note=reason, data={"post": row.holding.post_id})


_OPEN = "select id from record_loop where closed_at is null and %(team)s in (owner_unit_id, turn_unit_id, verifier_unit_id, opener_unit_id) order by id for update"
_BACK = """
update record_loop set
  owner_account_id = case when owner_unit_id = %(team)s then null else owner_account_id end,
  turn_unit_id = case when turn_unit_id = %(team)s then %(to)s else turn_unit_id end,
  verifier_unit_id = case when verifier_unit_id = %(team)s then %(to)s else verifier_unit_id end,
  opener_unit_id = case when opener_unit_id = %(team)s then %(to)s else opener_unit_id end,
  owner_unit_id = case when owner_unit_id = %(team)s then %(to)s else owner_unit_id end
where id = any(%(loops)s::uuid[])
"""


_PARTS = """
update record_counit c set unit_id = %(to)s where unit_id = %(team)s and done_at is null
and not exists (select 1 from record_counit o where o.loop_id = c.loop_id and o.unit_id = %(to)s)
and not exists (select 1 from record_loop l where l.id = c.loop_id and l.owner_unit_id = %(to)s)
"""
_PARTS_LEFT = "update record_counit set done_at = %(now)s, done_note = %(note)s where unit_id = %(team)s and done_at is null"


@verb("team.dissolve", MAY, Text("撤销专班", "Dissolve a special team"))
def dissolve(context: Context, given: DissolveIn) -> dict[str, Any]:
    """End the team: its open work goes to another unit with all its deadlines, its people go back, its unit ends."""
    team = team_in_reach(context.actor, given.team, lock=True)
    to = unit_in_reach(context.actor, "unit.view", given.hand_to, "hand_to")
    if to.active_to is not None or to.pk == team.unit_id:
        rule = Text("接收单位须是在册的其他单位。", "Another active unit must go on with the work.")
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=Text("请另选单位。", "Choose another."), field="hand_to", value=to.pk)
    if Holding.objects.filter(unit=team.unit, until=None).exists():
        rule = Text("专班还有在管的人员或物品。", "The team still has people or things in custody.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先移交。", "Hand them over first."), field="team", value=team.pk)
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"team": team.unit_id})
        loops = [row[0] for row in cursor.fetchall()]
        cursor.execute(_BACK, {"team": team.unit_id, "to": to.pk, "loops": loops})
        cursor.execute(_PARTS, {"team": team.unit_id, "to": to.pk})
        cursor.execute(_PARTS_LEFT, {"team": team.unit_id, "now": context.now, "note": f"{team.unit.name}撤销"})
    told = Text("{team}撤销，移交{to}", "{team} ended; handed to {to}").with_(team=team.unit.name, to=to.name)
    for loop in loops:
        context.event("hand_back", loop_id=loop, note=told.zh, data={"from": team.unit_id, "to": to.pk, "note_en": told.en})
    for row in Secondment.objects.select_related("holding__post").filter(team=team, ended_at=None):
        _end(context, row, "专班撤销")
    team.unit.active_to = timezone.localdate(context.now)
    team.unit.save(update_fields=["active_to"])
    team.dissolved_at, team.handed_to, team.result = context.now, to, given.result
    team.save(update_fields=["dissolved_at", "handed_to", "result"])
    context.event("team_dissolved", subject=f"unit:{team.unit_id}", note=given.result, data={"handed_to": to.pk, "loops": len(loops)})
    return {"team": team.pk, "handed_back": len(loops)}


def team_in_reach(actor: Actor, key: int, *, lock: bool = False) -> Team:
    """An active team whose unit lies in the actor's area; to change it."""
    rows = Team.objects.select_for_update(of=("self",)) if lock else Team.objects
    team = rows.select_related("unit__area").filter(pk=key).first()
    if team is None or not actor.sees_path(MAY, team.unit.area.path):
        raise missing(NO_SUCH, "team", key)
    if team.dissolved_at is not None:
        rule = Text("该专班已撤销。", "The team was dissolved.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请刷新页面。", "Reload the page."), field="team", value=key)
    return team
