"""Checklists in force: a district's own edition where there is one, else the shipped one, and those of the plan packs in force. Used ones are
kept, so that visits keep theirs."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.packs.checklists import Checklist, read_checklist, shipped, shipped_texts
from tongchou.packs.plans.parts import taken
from tongchou.record.packparts import ORIGIN, STORES, Brought, not_newer
from tongchou.rooms.supervision.models import ChecklistEdition


@lru_cache(maxsize=512)
def checklist_of(edition: int) -> Checklist:
    """The checklist of an edition. Texts of editions do not change."""
    row = ChecklistEdition.objects.only("yaml", "key").get(pk=edition)
    return read_checklist(row.yaml, row.key)


def in_force() -> dict[str, Checklist]:
    """Every checklist in force, by key."""
    found = shipped()
    for row in ChecklistEdition.objects.filter(state="in_force", origin__in=["local", ORIGIN]).order_by("key", "version"):
        found[row.key] = checklist_of(row.pk)
    return found


def of_a_plan(key: str) -> bool:
    """Whether the checklist in force under this key is one that a plan pack brought: it is changed by changing the plan."""
    return ChecklistEdition.objects.filter(key=key, origin=ORIGIN, state="in_force").exists()


def edition_for(key: str, now: datetime) -> ChecklistEdition:
    """The edition with which a visit is planned; refuses an unknown checklist and one that nobody has filled in."""
    found = in_force().get(key)
    if found is None:
        remedy = Text("请从清单目录中选择。", "Choose one from the list.")
        raise Refusal(Reason.NOT_FOUND, Text("没有这个督查清单。", "There is no such checklist."), remedy=remedy, field="checklist", value=key[:40])
    if not found.items:
        rule = Text("“{name}”尚未填写。", "“{name}” has not been filled in yet.").with_(name=found.title)
        remedy = Text("请先在督查清单中填写并启用。", "Fill it in and put it in force first.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=remedy, field="checklist", value=key)
    row = ChecklistEdition.objects.filter(digest=found.digest).first()
    if row is None:
        text = next(t for t in shipped_texts().values() if read_checklist(t, "shipped").digest == found.digest)
        row, _ = ChecklistEdition.objects.get_or_create(
            digest=found.digest,
            defaults={"key": key, "version": found.version, "yaml": text, "origin": "shipped", "state": "in_force", "drafted_at": now},
        )
    return row


class PackChecklists:
    """The store of checklists that plan packs bring. They are local editions, drafted and put in force by the people who did so with the pack."""

    def problems(self, brought: Brought) -> list[Refusal]:
        out = []
        ours = {read_checklist(text, "before").key for text in brought.before.values()}
        for path, text in brought.texts.items():
            found = read_checklist(text, path)
            rows = dict(ChecklistEdition.objects.filter(key=found.key).exclude(state="dropped").values_list("digest", "version"))
            if rows and found.key not in ours:
                out.append(taken(path, found.key, ""))
            elif found.digest not in rows and found.version <= max(rows.values(), default=0):
                out.append(not_newer(path, found.key, found.version, max(rows.values())))
        return out

    def bring(self, brought: Brought, at: datetime) -> list[str]:
        changed = []
        wanted = {read_checklist(text, path).digest: (path, text) for path, text in brought.texts.items()}
        for digest, (path, text) in wanted.items():
            found = read_checklist(text, path)
            if ChecklistEdition.objects.filter(digest=digest).exclude(state="in_force").update(state="in_force"):
                changed.append(found.key)
            elif not ChecklistEdition.objects.filter(digest=digest).exists():
                ChecklistEdition.objects.create(
                    key=found.key, version=found.version, digest=digest, yaml=text, origin=ORIGIN, state="in_force", drafted_at=at,
                    drafted_by_id=brought.drafted_by, enforced_by_id=brought.approved_by, enforced_at=at,
                )  # fmt: skip
                changed.append(found.key)
        gone = ChecklistEdition.objects.filter(digest__in=brought.before.keys() - wanted.keys(), origin=ORIGIN, state="in_force")
        changed += gone.values_list("key", flat=True)
        gone.update(state="dropped")
        return sorted(set(changed))


STORES["checklists"] = PackChecklists()


def next_version(key: str) -> int:
    """Above every edition of the key, the shipped one included."""
    versions = list(ChecklistEdition.objects.filter(key=key).values_list("version", flat=True))
    known = shipped().get(key)
    return max([*versions, known.version if known else 0]) + 1
