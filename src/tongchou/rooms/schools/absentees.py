"""Absent pupils named with a check: held to its numbers, followed until they are back. Sealed; who may read them is said in roles.yaml."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.masking import mask_name
from tongchou.kernel.text import Text
from tongchou.record.keyring import keyring
from tongchou.rooms.schools.models import Absentee, Check, FamilyWord

PUPILS = "school.pupils"
REASONS: dict[str, Text] = {
    "fever": Text("发热", "fever"), "vomiting": Text("呕吐", "vomiting"), "ill": Text("其他病", "otherwise ill"), "leave": Text("事假", "on leave"),
    "unknown": Text("原因不明", "not known why"),
}  # fmt: skip
WHERES: dict[str, Text] = {
    "unheard": Text("未联系上", "not reached yet"), "home": Text("居家", "at home"),
    "doctor": Text("已就医", "has seen a doctor"), "hospital": Text("住院", "in hospital"),
}  # fmt: skip
COUNTED = {"ill": ("fever", "vomiting", "ill"), "other": ("leave",), "unknown": ("unknown",)}
"""Number of a check -> the reasons that it counts."""
SIGNS = {"fever": ("fever", "fever_cough"), "vomiting": ("vomiting",)}
"""Reason -> the signs under which such a pupil counts."""
_DOMAIN = "schools.pupil"


def label_of(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def key_of(school_class: int, label: str) -> str:
    return keyring().lookup_hash(_DOMAIN, f"{school_class}:{label}").hex()


def seal_label(label: str, school_class: int, who: str) -> bytes:
    return keyring().seal(label.encode(), f"{_DOMAIN}:{school_class}:{who}".encode())


def open_label(row: Absentee | FamilyWord, *, masked: bool = False) -> str:
    """Name or number of a pupil. The caller logs the reading. masked: as it is shown beyond the school."""
    label = keyring().open(bytes(row.sealed), f"{_DOMAIN}:{row.school_class_id}:{row.who}".encode()).decode()
    return mask_name(label) if masked and not label.isdigit() else label


def check_counts(names: Iterable[tuple[str, str]], numbers: Mapping[str, int], signs: Mapping[str, int]) -> None:
    """Refuse names that do not agree with the numbers: as many of each reason as are counted, and not more with a sign than are counted with it."""
    rows = [(label_of(label), reason) for label, reason in names]
    twice = next((label for label, n in Counter(label for label, _ in rows).items() if n > 1), None)
    if twice is not None:
        rule = Text("同一名学生写了两次。", "A pupil is named twice.")
        raise Refusal(
            Reason.DUPLICATE,
            rule,
            remedy=Text("请删去一行；同名的加学号区分。", "Remove one; tell two of one name apart by their number."),
            field="absent",
            value=mask_name(twice),
        )
    by_reason = Counter(reason for _, reason in rows)
    for field, reasons in COUNTED.items():
        named = sum(by_reason[r] for r in reasons)
        if named != numbers[field]:
            title = {
                "ill": Text("因病缺勤", "absent ill"),
                "other": Text("因事缺勤", "absent otherwise"),
                "unknown": Text("原因不明", "absent, not known why"),
            }[field]
            rule = Text("{t}填报 {n} 人，名单上 {m} 人。", "{n} {n|is|are} {t}, {m} {m|is|are} named so.").with_(
                t=title, n=numbers[field], m=named
            )
            remedy = Text("请核对；要么写全，要么都不写。", "Check it: name all of them, or nobody.")
            raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field=field, value=numbers[field])
    for reason, which in SIGNS.items():
        held = sum(signs.get(s, 0) for s in which)
        if by_reason[reason] > held:
            rule = Text(
                "名单上{s} {n} 人，症状栏只有 {m} 人。", "{n} {n|is|are} named with {s}, only {m} {m|is|are} counted with it."
            ).with_(s=REASONS[reason], n=by_reason[reason], m=held)
            raise Refusal(
                Reason.CONFLICT,
                rule,
                remedy=Text("请补上症状人数。", "Add them to the signs."),
                field="signs",
                value=held,
            )


def still_absent(school_class: int, on: date) -> list[Absentee]:
    """Pupils of a class who were absent before a day and are not back."""
    return list(
        Absentee.objects.filter(school_class=school_class, back_on=None, from_on__lte=on).order_by("from_on", "pk")
    )


def undo(check: Check) -> None:
    """Take back what a check said of single pupils, before it is corrected: who was first named by it, and who was back by it."""
    Absentee.objects.filter(first_check=check, last_on=check.on).delete()
    for row in Absentee.objects.filter(back_check=check):
        if not Absentee.objects.filter(school_class=row.school_class_id, who=row.who, back_on=None).exists():
            Absentee.objects.filter(pk=row.pk).update(back_on=None, back_check=None)


def put(check: Check, names: Iterable[tuple[str, str]], *, everybody_here: bool) -> None:
    """What a check says of single pupils: who is named is absent; who is no longer named, where names were given or all are here, is back. A check that
    comes in late does not bring anybody back who was seen absent after it."""
    given = {key_of(check.school_class_id, label_of(label)): (label_of(label), reason) for label, reason in names}
    held = {
        a.who: a for a in Absentee.objects.select_for_update().filter(school_class=check.school_class_id, back_on=None)
    }
    for who, (label, reason) in given.items():
        row = held.get(who)
        if row is None:
            Absentee.objects.create(
                school_id=check.school_id, school_class_id=check.school_class_id, who=who, reason=reason, from_on=check.on, last_on=check.on, first_check=check,
                sealed=seal_label(label, check.school_class_id, who),
            )  # fmt: skip
        else:
            row.from_on, row.last_on = min(row.from_on, check.on), max(row.last_on, check.on)
            row.reason = reason if check.on >= row.last_on else row.reason
            row.save(update_fields=["from_on", "last_on", "reason"])
    if given or everybody_here:
        gone = Absentee.objects.filter(school_class=check.school_class_id, back_on=None, last_on__lte=check.on).exclude(
            who__in=given
        )
        if check.session == Check.Session.MORNING:  # it comes in after the noon check that first named them
            gone = gone.exclude(first_check__on=check.on, first_check__session=Check.Session.NOON)
        Absentee.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).update(
            back_on=check.on, back_check=check
        )
