"""The order of the main navigation, in one place: who works here sees related things together. The first four go to the phone's bar."""

from __future__ import annotations

from tongchou.kernel.text import Text

GROUPS: tuple[tuple[Text | None, tuple[str, ...]], ...] = (
    (None, ("my_status", "work", "school_day", "daily", "attendance", "visits", "figures", "custody")),
    (
        Text("指挥调度", "Command"),
        (
            "directives", "meetings", "issue", "standings", "teams", "requests", "duty", "supervision", "scores", "bulletins", "lead_nav", "praise",
        ),
    ),
    (Text("疫情防控", "Control"), ("people", "orders", "order_counts", "care_pass", "risk", "plan_decide", "plan_preview", "packs")),
    (
        Text("复工复产", "Resumption"),
        (
            "enterprise_own", "own_accounts", "my_work", "my_attendance", "enterprises", "staff_return", "resumption",
            "daily_overview", "progress", "chain", "breaches", "projects", "schools", "family",
        ),
    ),
    (Text("服务保障", "Service"), ("service", "policies", "matching", "trips", "farm", "dealer", "produce", "relief")),
    (Text("底册", "Registers"), ("territory", "units", "gaps", "kinds", "exports")),
    (Text("管理", "Administration"), ("accounts", "audit", "audit_refusals", "audit_exports", "audit_heads")),
)
"""Group -> the names of its pages. A page of the navigation that is not here comes last; a test asks for its place."""

_PLACE = {name: (n, m) for n, (_, names) in enumerate(GROUPS) for m, name in enumerate(names)}
LAST = (len(GROUPS), 0)


def place(name: str) -> tuple[int, int]:
    """Where a page stands: its group and its place in it."""
    return _PLACE.get(name, LAST)


def group_of(name: str) -> Text | None:
    """The group's name; None for the first one."""
    n = place(name)[0]
    return GROUPS[n][0] if n < len(GROUPS) else None
