"""Units of one name told apart: a district has several 安康社区, one in each of several streets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tongchou.record.models import Unit


def told_apart(found: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Units by key and name, in the order given; of the same name with the area above in brackets, and their own where that is one too.

    One statement more, and only where names are doubled.
    """
    many = Counter(name for _, name in found)
    doubled = [key for key, name in found if many[name] > 1]
    if not doubled:
        return list(found)
    rows = Unit.objects.filter(pk__in=doubled).values_list("pk", "area__parent__name", "area__name")
    above = {key: (up or own, own) for key, up, own in rows}
    twice = Counter((name, above[key][0]) for key, name in found if key in above)
    return [
        (key, _named(name, *above[key], twice[name, above[key][0]]) if key in above else name) for key, name in found
    ]


def _named(name: str, above: str, own: str, times: int) -> str:
    return f"{name}（{above}）" if times == 1 else f"{name}（{above}{own if own != above else ''}）"
