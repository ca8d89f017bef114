"""What every page shows around its content: navigation, account, district, and the demo district's reminder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from tongchou.kernel.text import Text
from tongchou.record.access import Actor, roles
from tongchou.record.models import Post
from tongchou.web.actor import district, excused_in_demo, needs_second_factor
from tongchou.web.permission import nav_for


@dataclass(frozen=True, slots=True)
class _Reminder:
    message: Text
    level_tag: str = "warning"


class _Messages:
    """Django's messages; before them, on the home page, the reminder that this account would need a second factor."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    def __iter__(self) -> Iterator[Any]:
        actor = getattr(self.request, "actor", None)
        if (
            actor is not None
            and self.request.path == "/"
            and needs_second_factor(actor)
            and not actor.second_factor
            and excused_in_demo(self.request)
        ):
            yield _Reminder(
                Text(
                    "演示区：本岗位在正式使用时必须启用二次验证（验证器动态码），可在右上角账号菜单中启用。",
                    "Demo district: in real use this post requires a second factor; activate it in the account menu.",
                )
            )
        yield from get_messages(self.request)


def page_context(request: HttpRequest) -> dict[str, Any]:
    """The context of base.html and base_public.html. Costly parts are worked out only where a template uses them."""
    here = district(request)
    english = getattr(request, "LANGUAGE_CODE", "zh-hans") == "en"
    actor: Actor | None = getattr(request, "actor", None)
    context: dict[str, Any] = {
        "district_name": (here.name_en or here.name if english else here.name) if here else "",
        "demo": bool(here and here.demo),
        "now": timezone.now(),
        "sign_in_url": reverse("account_login"),
        "sign_out_url": reverse("account_logout"),
        "language_url": reverse("language"),
        "messages": _Messages(request),
    }
    if actor is not None:
        context["actor"] = actor
        context["nav"] = SimpleLazyObject(lambda: nav_for(request, actor))
        context["account"] = SimpleLazyObject(lambda: _account(actor))
    return context


def _account(actor: Actor) -> dict[str, Any]:
    titles = Post.objects.in_bulk([g.post_id for g in actor.grants])
    table = roles()
    posts = [
        {
            "title": Text(t.title, t.title_en or t.title),
            "unit": g.unit_name,
            "role": table[g.role].title,
            "current": True,
            "switch_url": "",
        }
        for g in actor.grants
        if (t := titles.get(g.post_id)) is not None
    ]
    links = [
        {"url": reverse("settings"), "icon": "settings", "label": Text("个人设置", "Settings")},
        {"url": reverse("mfa_index"), "icon": "shield", "label": Text("二次验证", "Second factor")},
        {"url": reverse("password_change"), "icon": "lock", "label": Text("修改密码", "Change password")},
    ]
    return {"id": actor.account_id, "name": actor.name, "posts": posts, "links": links}
