"""Drafts of pack editions: their files, the real checks on them, what differs from what is in force, and the shadow run."""

from __future__ import annotations

import difflib
import io
import uuid
import zipfile
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from django.utils import timezone

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.ids import new_id
from tongchou.kernel.text import Text
from tongchou.packs.plans.checks import check_pack
from tongchou.packs.plans.frames import BatchErrors
from tongchou.packs.plans.model import Pack
from tongchou.packs.plans.packfile import PackErrors, digest, read_texts
from tongchou.packs.plans.preview import preview
from tongchou.record.access import Actor
from tongchou.record.act import Context
from tongchou.record.people.reach import like_paths
from tongchou.rooms.plans.models import PackVersion
from tongchou.rooms.plans.onrecord import CARRIED, by_itself, people_before
from tongchou.rooms.plans.store import as_bytes, pack_of, standing_of, versions_in_force

LARGEST = 4 << 20
"""Bytes of all files of a pack."""


def problems_of(files: dict[str, str]) -> list[Refusal]:
    """Everything that reading, checking and the worked cases say, by file and line; none when the pack is sound."""
    mark = digest(as_bytes(files))
    if mark not in _CHECKED:
        if len(_CHECKED) >= 64:
            _CHECKED.clear()
        try:
            _CHECKED[mark] = check_pack(read_texts(as_bytes(files)))
        except PackErrors as errors:
            _CHECKED[mark] = list(errors.problems)
    return _CHECKED[mark]


def passes_now(row: PackVersion) -> bool:
    """Whether an edition passes the checks of this program; its files are read only where that is not known yet."""
    return not (_CHECKED[row.digest] if row.digest in _CHECKED else problems_of(row.files))


_CHECKED: dict[str, list[Refusal]] = {}
"""What was found in packs that were checked, by digest: checking one takes seconds, and a draft is looked at more often than changed."""


def new_draft(context: Context, pack: str, files: dict[str, str], why: str) -> PackVersion:
    """Keep a draft on the edition in force, or a wholly new pack from its files. Raises Refusal."""
    base = versions_in_force(timezone.localdate(context.now)).get(pack)
    if base is None and not files:
        rule = Text("没有这个方案包。", "There is no such plan pack.")
        remedy = Text("新方案请上传其全部文件。", "For a new one upload all its files.")
        raise Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="pack", value=pack)
    row = PackVersion(
        id=new_id(), pack=pack, version=(base.version if base else 0) + 1, origin="local", base=base, why=why, made_at=context.now,
        drafted_by_id=context.actor.account_id,
    )  # fmt: skip
    put_files(row, files or (base.files if base else {}))
    row.revision = 1
    row.save(force_insert=True)
    return row


def open_draft(key: uuid.UUID, seen: int) -> PackVersion:
    """Lock a draft that nobody has changed since it was seen. Raises Refusal."""
    row = PackVersion.objects.select_for_update().filter(pk=key).first()
    if row is None:
        rule = Text("没有这一版方案。", "There is no such edition of a plan.")
        raise Refusal(
            Reason.NOT_FOUND,
            rule,
            remedy=Text("请从方案列表打开。", "Open it from the list."),
            field="version",
            value=str(key),
        )
    if row.origin != "local" or row.approved_at is not None or row.withdrawn_at is not None:
        rule = Text("这一版不是草稿，不能再改。", "This edition is no draft and does not change any more.")
        raise Refusal(Reason.WRONG_STAGE, rule, remedy=Text("请另起一稿。", "Start a new draft."), field="version")
    if row.revision != seen:
        rule = Text("草稿已被他人修改（第 {n} 稿）。", "Somebody has changed the draft (revision {n}).").with_(
            n=row.revision
        )
        raise Refusal(
            Reason.CONFLICT,
            rule,
            remedy=Text("请刷新后重新办理。", "Reload and do it again."),
            field="seen_revision",
            value=seen,
        )
    return row


def put_files(row: PackVersion, files: dict[str, str | None] | dict[str, str]) -> None:
    """Put files into a draft (None removes one) and check the whole. A draft may be unsound: it says so and cannot be approved."""
    after = {k: v for k, v in (row.files | files).items() if v is not None}
    for path in after:
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts or len(path) > 120:
            rule = Text("不是包内的路径。", "This is no path inside a pack.")
            raise Refusal(
                Reason.INVALID_VALUE,
                rule,
                remedy=Text("例如 tables/close_contact.yaml。", "For example tables/close_contact.yaml."),
                field="files",
                value=path[:120],
            )
    if sum(len(text.encode()) for text in after.values()) > LARGEST:
        rule = Text("方案包超过 {n} MB。", "The pack is larger than {n} MB.").with_(n=LARGEST >> 20)
        raise Refusal(Reason.TOO_LARGE, rule, remedy=Text("请精简。", "Make it smaller."), field="files")
    row.files, row.digest = after, digest(as_bytes(after))
    row.sound = not problems_of(after)
    row.revision += 1
    if row.sound:
        pack = read_texts(as_bytes(after))
        if pack.key != row.pack:
            rule = Text("pack.yaml 中的名称与本方案不符。", "pack.yaml names another pack.")
            raise Refusal(
                Reason.CONFLICT,
                rule,
                remedy=Text("请写 {p}。", "Write {p}.").with_(p=row.pack),
                field="files",
                value=pack.key,
            )
        row.title, row.version = pack.title.as_dict(), pack.version


def unzip(data: bytes) -> dict[str, str]:
    """The files of an uploaded archive, with the one folder that may wrap them taken off. Raises Refusal."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            inside = [i for i in archive.infolist() if not i.is_dir() and not i.filename.startswith("__MACOSX")]
            if len(inside) > 400 or sum(i.file_size for i in inside) > LARGEST:
                raise Refusal(
                    Reason.TOO_LARGE, Text("压缩包中的文件过多或过大。", "The archive holds too much."), field="archive"
                )
            texts = {i.filename: archive.read(i).decode("utf-8") for i in inside}
    except (zipfile.BadZipFile, UnicodeDecodeError, RuntimeError):
        rule = Text(
            "须是 zip 压缩包，内为 UTF-8 编码的 YAML 文件。", "This must be a zip archive of YAML files in UTF-8."
        )
        raise Refusal(
            Reason.WRONG_FILE_TYPE, rule, remedy=Text("请重新打包。", "Pack it again."), field="archive"
        ) from None
    tops = {path.split("/")[0] for path in texts}
    if "pack.yaml" not in texts and len(tops) == 1 and f"{next(iter(tops))}/pack.yaml" in texts:
        texts = {path.partition("/")[2]: text for path, text in texts.items()}
    return texts


def differences(before: dict[str, str], after: dict[str, str]) -> list[tuple[str, list[str]]]:
    """(path, lines of a unified diff) of every file that differs."""
    out = []
    for path in sorted(before.keys() | after.keys()):
        old, new = before.get(path, ""), after.get(path, "")
        if old != new:
            lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2)
            out.append((path, [line for line in lines if not line.startswith(("---", "+++"))]))
    return out


def unconfirmed_values(pack: Pack) -> dict[tuple[str, str], list[Any]]:
    """What no source confirms: (what, name) -> the values, as a decision's `unconfirmed` names them."""
    out: dict[tuple[str, str], list[Any]] = {}
    for edition in pack.editions:
        out[("edition", edition.key)] = [edition.from_.isoformat()]
    for parameter in pack.parameters.values():
        entries = [
            *parameter.entries,
            *(o.parameters[parameter.key] for o in pack.overlays.values() if parameter.key in o.parameters),
        ]
        values = [_plain(e.value) for e in entries if e.status == "unconfirmed"]
        if values:
            out[("parameter", parameter.key)] = values
    for table in pack.tables.values():
        for rule in table.rules:
            if rule.status == "unconfirmed":
                out.setdefault(("rule", rule.key), []).append(rule.outcome)
    return out


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, date) else value


def shadow_run(actor: Actor, row: PackVersion, as_of: date) -> dict[str, Any]:
    """By table and street: how many people on record, how many decisions differ, who would be released and who newly held."""
    base = row.base or versions_in_force(as_of).get(row.pack)
    tables: dict[str, Any] = {}
    for table in [t.key for t in pack_of(row).tables.values() if by_itself(t)] if row.sound else ():
        try:
            after = standing_of(row, table, as_of)
            before = standing_of(base, table, as_of) if base else after
            people = people_before(after, like_paths(actor, "plan.edit"))
            frame = people.select([c for c in people.columns if c in CARRIED or c in before.inputs])
            found = preview(before, after, frame.drop("ground", "area"), "street", keep=["person"])
        except (Refusal, BatchErrors):
            continue  # the pack has no such table, or no edition on that day
        differ = found.people.filter(
            (found.people["outcome_before"] != found.people["outcome_after"])
            | (found.people["until_before"].ne_missing(found.people["until_after"]))
        )
        tables[table] = {"differ": differ.height, "places": found.places.to_dicts()}
    return {
        "as_of": as_of.isoformat(), "tables": tables, "differ": sum(t["differ"] for t in tables.values()),
        "people": sum(p["people"] for t in tables.values() for p in t["places"]),
        "released": sum(p["released"] for t in tables.values() for p in t["places"]),
        "newly_held": sum(p["newly_held"] for t in tables.values() for p in t["places"]),
    }  # fmt: skip
