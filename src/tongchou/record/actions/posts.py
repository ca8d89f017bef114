"""Verbs of posts: add and end a post, give it to an account, take it back, go on and off duty.

A holding takes effect, and ends, at once: every request reads the posts that an account holds at that moment.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from pydantic import Field

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.access import roles
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Account, Post, PostHolding
from tongchou.record.territory.reach import missing, reaches_unit, unit_in_reach

_DATES = Text("结束日期早于开始日期。", "It would end before it began.")
_CHECK = Text("请核对日期。", "Check the dates.")
explain_constraint("holding_dates_in_order", Reason.IMPOSSIBLE_DATE, _DATES, _CHECK)
explain_constraint(
    "holding_same_account_overlap",
    Reason.OVERLAP,
    Text("该账号在这段时间已担任此岗位。", "The account already holds this post at that time."),
    Text("请先结束原任职，或调整起止日期。", "End the earlier holding, or change the dates."),
)
explain_constraint(
    "holding_single_post_overlap",
    Reason.OVERLAP,
    Text("该岗位同一时间只能由一人担任。", "Only one person at a time may hold this post."),
    Text("请先结束现任者的任职。", "End the present holder's time first."),
)
explain_constraint(
    "exclusive_roles",
    Reason.EXCLUSIVE_ROLES,
    Text(
        "系统、安全、审计管理员相互独立，也不得兼任其他岗位。",
        "The system, security and audit administrators are separate persons and hold no other post.",
    ),
    Text("请另设账号，或先结束原任职。", "Use another account, or end the other posts first."),
)
explain_constraint(
    "custody_balance",
    Reason.BROKEN_RECORD,
    Text("在管记录不平：在管的须有且只有一个保管方。", "Custody does not balance: what is in custody has exactly one holder."),
    Text("本次操作已全部撤销，请联系管理员。", "Nothing was changed; call the administrator."),
)


class AddIn(Payload):
    unit: int
    title: str = Field(min_length=1, max_length=80)
    title_en: str = Field("", max_length=80)
    role: str = Field(max_length=30)
    single: bool = False


class EndIn(Payload):
    post: int


class HoldIn(Payload):
    """to_date: the first day on which the post is no longer held. single: whether others may hold it meanwhile; None: as the post says."""

    post: int
    account: int
    from_date: date | None = None
    to_date: date | None = None
    single: bool | None = None


class ReleaseIn(Payload):
    holding: int


class DutyIn(Payload):
    holding: int
    on_duty: bool


@verb("post.add", "unit.edit", Text("设置岗位", "Add a post"))
def add(context: Context, given: AddIn) -> dict[str, Any]:
    unit = unit_in_reach(context.actor, "unit.edit", given.unit)
    if unit.active_to is not None:
        rule = Text("{name} 已撤销。", "{name} has ended.").with_(name=unit.name)
        raise Refusal(Reason.CONFLICT, rule, field="unit", value=unit.pk)
    if given.role not in roles().by_key:
        rule = Text("没有这种角色。", "There is no such role.")
        remedy = Text("可用角色：{all}", "Roles: {all}").with_(all=", ".join(roles().by_key))
        raise Refusal(Reason.INVALID_VALUE, rule, remedy=remedy, field="role", value=given.role)
    post = Post.objects.create(unit=unit, title=given.title, title_en=given.title_en, role=given.role, single=given.single)
    context.event("post_added", subject=f"post:{post.pk}", data={"unit": unit.pk, "role": post.role})
    return {"post": post.pk}


@verb("post.end", "unit.edit", Text("撤销岗位", "End a post"))
def end(context: Context, given: EndIn) -> dict[str, Any]:
    """End a post and everybody's holding of it, at once. What it was responsible for shows as a gap."""
    post = _post(context, given.post, "unit.edit")
    today = timezone.localdate(context.now)
    for holding in PostHolding.objects.select_for_update().filter(post=post).exclude(to_date__lte=today):
        _close(context, holding, today)
    post.ended_on = today
    post.save(update_fields=["ended_on"])
    context.event("post_ended", subject=f"post:{post.pk}")
    return {"post": post.pk}


@verb("post.hold", "account.manage", Text("任职", "Give a post"))
def hold(context: Context, given: HoldIn) -> dict[str, Any]:
    """Give a post to an account from a day on. The database refuses overlaps and administrators with a second role."""
    post = _post(context, given.post, "account.manage")
    account = Account.objects.select_for_update().filter(pk=given.account).first()
    if account is None:
        raise missing(Text("没有找到该账号。", "There is no such account."), "account", given.account)
    if account.pk == context.actor.account_id:
        rule = Text("不能给自己任职。", "Nobody may give himself a post.")
        remedy = Text("请由另一名安全管理员办理。", "Another security administrator must do it.")
        raise Refusal(Reason.SAME_PERSON, rule, remedy=remedy, field="account", value=account.pk)
    if not account.is_active:
        rule = Text("账号已停用。", "The account is disabled.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请先启用账号。", "Enable it first."), field="account", value=account.pk)
    single = post.single if given.single is None else given.single or post.single
    start = given.from_date or timezone.localdate(context.now)
    if single and not post.single:
        post.single = True
        post.save(update_fields=["single"])
        PostHolding.objects.filter(post=post).exclude(to_date__lte=start).update(single=True)
    row = PostHolding.objects.create(
        post=post, account=account, single=single, from_date=start, to_date=given.to_date
    )
    data = {"post": post.pk, "role": post.role, "from": str(start), "to": str(given.to_date) if given.to_date else None}
    context.event("post_held", subject=f"account:{account.pk}", data=data)
    return {"holding": row.pk}


@verb("post.release", "account.manage", Text("免职", "Take a post back"))
def release(context: Context, given: ReleaseIn) -> dict[str, Any]:
    """End a holding now. One that had not begun never begins."""
    holding = PostHolding.objects.select_for_update(of=("self",)).select_related("post__unit__area").filter(pk=given.holding).first()
    if holding is None or not reaches_unit(context.actor, "account.manage", holding.post.unit):
        raise missing(Text("没有找到该任职。", "There is no such holding."), "holding", given.holding)
    if holding.account_id == context.actor.account_id:
        rule = Text("不能变更自己的任职。", "Nobody may change his own posts.")
        raise Refusal(Reason.SAME_PERSON, rule, field="holding", value=holding.pk)
    today = timezone.localdate(context.now)
    if holding.to_date is None or holding.to_date > today:
        _close(context, holding, today)
    return {"holding": holding.pk}


@verb("post.duty", "settings.own", Text("上岗离岗", "Go on or off duty"))
def duty(context: Context, given: DutyIn) -> dict[str, Any]:
    """Say that one is on duty in a post, or not. One's own; others' with unit.edit. It changes no permission."""
    holding = PostHolding.objects.select_for_update(of=("self",)).select_related("post__unit__area").filter(pk=given.holding).first()
    own = holding is not None and holding.account_id == context.actor.account_id
    if holding is None or not (own or reaches_unit(context.actor, "unit.edit", holding.post.unit)):
        raise missing(Text("没有找到该任职。", "There is no such holding."), "holding", given.holding)
    if holding.on_duty != given.on_duty:
        holding.on_duty = given.on_duty
        holding.save(update_fields=["on_duty"])
        data = {"post": holding.post_id, "on_duty": given.on_duty}
        context.event("on_duty" if given.on_duty else "off_duty", subject=f"account:{holding.account_id}", data=data)
    return {"holding": holding.pk, "on_duty": holding.on_duty}


def _close(context: Context, holding: PostHolding, today: date) -> None:
    holding.to_date = max(today, holding.from_date)
    holding.save(update_fields=["to_date"])
    context.event("post_released", subject=f"account:{holding.account_id}", data={"post": holding.post_id})


def _post(context: Context, key: int, permission: str) -> Post:
    post = Post.objects.select_for_update(of=("self",)).select_related("unit__area").filter(pk=key).first()
    if post is None or not reaches_unit(context.actor, permission, post.unit):
        raise missing(Text("没有找到该岗位。", "There is no such post."), "post", key)
    if post.ended_on is not None or post.unit.active_to is not None:
        rule = Text("岗位或其单位已撤销。", "The post or its unit has ended.")
        raise Refusal(Reason.CONFLICT, rule, remedy=Text("请选择现行岗位。", "Choose a post in force."), field="post", value=key)
    return post
