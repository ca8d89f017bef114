"""Loop kinds and checklists of the packs on record: put in force with their pack's edition on its day, taken out with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from tongchou.kernel.errors import Refusal
from tongchou.packs.plans.parts import FOLDERS, parts_in
from tongchou.record.packparts import STORES, Brought
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.store import versions_in_force


def problems_on_record(row: PackVersion) -> list[Refusal]:
    """What only the record knows to be wrong with what a draft brings: names of the district or of another pack, versions that are not newer."""
    found = parts_in(row.files)
    if not any(found.values()):
        return []
    before = _before(row.pack)
    out = [p for folder in FOLDERS if found[folder] for p in STORES[folder].problems(Brought(row.pack, found[folder], before[folder]))]
    return sorted(out, key=lambda p: p.file or "")


def bring_parts(on: date, at: datetime, packs: Iterable[str] = ()) -> dict[str, list[str]]:
    """Put in force what the packs in force on a day bring, and take out what they no longer do; returns by pack the keys that changed.

    Safe to run again: what is so already is left. packs: only these; all that ever brought something where none is named.
    """
    changed: dict[str, list[str]] = {}
    for pack in sorted(set(packs)) or _bringing():
        before = _before(pack)
        if not any(before.values()):
            continue
        row = versions_in_force(on, pack).get(pack)
        here = parts_in(row.files) if row is not None else parts_in({})
        by = (row.drafted_by_id, row.approved_by_id) if row is not None else (None, None)
        keys = [k for folder in FOLDERS for k in STORES[folder].bring(Brought(pack, here[folder], before[folder], *by), at)]
        if keys:
            changed[pack] = keys
    return changed


_HELD = Q(origin="shipped") | Q(approved_at__isnull=False)


def _bringing() -> list[str]:
    """Packs of which an edition brought something."""
    rows = PackVersion.objects.filter(_HELD).extra(where=["files::text like '%%\"loops/%%' or files::text like '%%\"checklists/%%'"])
    return sorted(set(rows.values_list("pack", flat=True)))


def _before(pack: str) -> Mapping[str, dict[str, str]]:
    """Folder -> digest -> text of everything that an edition of the pack ever brought."""
    out: dict[str, dict[str, str]] = {folder: {} for folder in FOLDERS}
    for files in PackVersion.objects.filter(_HELD, pack=pack).values_list("files", flat=True):
        for folder, texts in parts_in(files).items():
            out[folder] |= {hashlib.sha256(text.encode()).hexdigest(): text for text in texts.values()}
    return out


def bring_today(packs: Iterable[str] = ()) -> dict[str, list[str]]:
    """bring_parts() as of now."""
    now = timezone.now()
    return bring_parts(timezone.localdate(now), now, packs)
