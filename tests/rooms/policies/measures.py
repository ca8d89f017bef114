"""A district's own edition of the pack: the shipped tables and one local measure that is in force today."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

import tongchou.packs
from tests.cast import Cast
from tongchou.cli.demo_policies import PACK, TABLE, local_files
from tongchou.kernel.ids import new_id
from tongchou.packs.plans.packfile import digest
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.store import as_bytes

__all__ = ["TABLE", "install"]


def install(cast: Cast, since: date | None = None) -> PackVersion:
    """The edition in force, as if it had been drafted and approved long ago."""
    day = since or timezone.localdate() - timedelta(days=30)
    folder = Path(tongchou.packs.__file__).parent / "data" / PACK
    plain = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in sorted(folder.rglob("*.yaml"))}
    shipped = PackVersion.objects.create(
        id=new_id(),
        pack=PACK,
        version=1,
        title={"zh": "惠企政策", "en": "Relief"},
        origin="shipped",
        files=plain,
        digest=digest(as_bytes(plain)),
        sound=True,
        made_at=timezone.now(),
    )
    texts = local_files(shipped.files, day)
    return PackVersion.objects.create(
        id=new_id(),
        pack=PACK,
        version=2,
        title={"zh": "惠企政策", "en": "Relief"},
        origin="local",
        base=shipped,
        files=texts,
        digest=digest(as_bytes(texts)),
        sound=True,
        made_at=timezone.now(),
        drafted_by=cast.accounts["hq"],
        approved_by=cast.accounts["leader"],
        approved_at=timezone.now(),
        from_day=day,
    )
