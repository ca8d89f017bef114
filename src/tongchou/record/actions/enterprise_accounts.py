"""Accounts of many enterprises at once, from a table or from the register, for the security administrator.

Passwords never come here in clear: the door makes them, shows them once and gives their hashes.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.db import connection
from django.db.models import Q
from pydantic import Field, model_validator

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.phones import parse_phone
from tongchou.kernel.text import Text
from tongchou.record.access import Actor
from tongchou.record.access.passwords import first_hash, first_password
from tongchou.record.act import Context, act, done_before, verb
from tongchou.record.actions.accounts import checked_hash, checked_username
from tongchou.record.enterprise_accounts import KEEPER, ROLES, Handed, Opening, free_usernames, open_accounts, role_of
from tongchou.record.enterprises import Contact, open_contact, seal_contact
from tongchou.record.models import Account, Enterprise, PostHolding, Unit
from tongchou.record.people.given import clean_name
from tongchou.record.rowimport import (
    Cells,
    Columns,
    Imported,
    RowsIn,
    find_columns,
    import_file,
    part_id,
    result_of,
    unknown,
)

VERB, MANAGE = "account.open_enterprises", "account.manage"
LARGEST_SHEET = 5_000
COLUMNS: Columns = {
    "unit": ("企业编号", "unit", "unit id"),
    "code": ("统一社会信用代码", "信用代码", "uscc", "code", "credit code"),
    "enterprise": ("企业名称", "单位名称", "企业", "enterprise", "company"),
    "name": ("姓名", "联系人", "使用人", "name", "contact"),
    "phone": ("联系电话", "电话", "手机", "phone"),
    "role": ("岗位", "角色", "role", "post"),
    "keeper": ("管理本企业账号", "账号管理", "account keeper", "keeper"),
    "username": ("用户名", "user name", "username"),
}
NEEDED = ("unit|code|enterprise",)


class OpenIn(RowsIn):
    """hashes: of a first password for each row, in their order."""

    hashes: list[str] = Field(max_length=LARGEST_SHEET)

    @model_validator(mode="after")
    def _all(self) -> OpenIn:
        if len(self.hashes) != len(self.rows):
            raise Refusal(Reason.INVALID_VALUE, Text("每行须有一个密码散列。", "There is one hash for each row."), field="hashes", value=len(self.hashes))
        for one in self.hashes:
            checked_hash(one)
        return self


def open_from_file(actor: Actor, client_id: uuid.UUID, data: bytes, filename: str, *, dry_run: bool = False) -> tuple[Imported | None, list[Handed]]:
    """Open an account for each row of a table (at most LARGEST_SHEET), and the sheet of first passwords, which is empty on a dry run.

    (None, []) where this was done before: the sheet is not shown again. Raises Refusal.
    """
    if not dry_run and done_before(VERB, actor, part_id(client_id)) is not None:
        return None, []
    passwords: dict[int, str] = {}

    def hashes(numbers: list[int]) -> dict[str, Any]:
        if len(numbers) > LARGEST_SHEET:
            rule = Text("一次最多 {n} 行。", "At most {n} {n|row|rows} at a time.").with_(n=LARGEST_SHEET)
            raise Refusal(Reason.TOO_LARGE, rule, remedy=Text("请拆成几个文件。", "Split it."), field="table", value=len(numbers))
        passwords.update({n: first_password() for n in numbers})
        return {"hashes": [first_hash(passwords[n]) for n in numbers]}

    out = import_file(VERB, COLUMNS, NEEDED, actor, client_id, data, filename, dry_run=dry_run, beside=hashes, titled=True)
    place = find_columns(out.table, COLUMNS, NEEDED)[0].get("phone")
    phones = {} if place is None else {n: line[place] for n, line in out.table.rows}
    return out, [] if dry_run else _sheet([o for result in out.results for o in result["opened"]], passwords, phones)


def open_for_units(actor: Actor, client_id: uuid.UUID, units: list[int], *, keeper: bool) -> tuple[dict[str, Any], list[Handed]]:
    """Open the manager's account of each enterprise, in the name of the contact on record. The sheet is empty on a repetition. Raises Refusal."""
    earlier = done_before(VERB, actor, client_id)
    if earlier is not None:
        return earlier.result, []
    passwords = {n: first_password() for n in range(1, len(units) + 1)}
    payload = {
        "fields": ["unit", "keeper"], "rows": [[str(u), "是" if keeper else "否"] for u in units], "hashes": [first_hash(p) for p in passwords.values()],
    }  # fmt: skip
    outcome = act(VERB, actor, client_id, payload)
    return outcome.result, [] if outcome.repeated else _sheet(outcome.result["opened"], passwords)


def _sheet(opened: list[dict[str, Any]], passwords: dict[int, str], phones: Mapping[int, str] = MappingProxyType({})) -> list[Handed]:
    names = dict(Unit.objects.filter(pk__in={o["unit"] for o in opened}).values_list("pk", "name"))
    accounts = dict(Account.objects.filter(pk__in={o["account"] for o in opened}).values_list("pk", "display_name"))
    return [Handed(o["row"], names[o["unit"]], accounts[o["account"]], o["role"], o["username"], passwords[o["row"]], phones.get(o["row"], "")) for o in opened]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    unit: int
    enterprise: str
    code: str
    name: str
    phone: str
    role: str
    keeper: bool
    username: str


def _read(number: int, told: dict[str, str]) -> _Row:
    given = {k: "" if unknown(told.get(k, "")) else told[k].strip() for k in COLUMNS}
    if not any(given[k] for k in ("unit", "code", "enterprise")):
        rule = Text("没有写明是哪家企业。", "It does not say which enterprise.")
        raise Refusal(Reason.MISSING_VALUE, rule, remedy=Text("请填写代码或名称。", "Give the code or the name."), field="code")
    if given["unit"] and not given["unit"].isdecimal():
        raise Refusal(Reason.INVALID_VALUE, Text("编号须是整数。", "This must be a whole number."), field="unit", value=given["unit"][:20])
    name = clean_name(given["name"]) if given["name"] else ""
    phone = parse_phone(given["phone"]).normal if given["phone"] else ""
    username = checked_username(given["username"]) if given["username"] else ""
    keeper = bool(Cells().flag("keeper", given["keeper"]))
    return _Row(number, int(given["unit"][:18] or 0), given["enterprise"], given["code"].upper(), name, phone, role_of(given["role"]), keeper, username)


@verb(VERB, MANAGE, Text("批量开通企业账号", "Open accounts of many enterprises"))
def open_enterprises(context: Context, given: OpenIn) -> dict[str, Any]:
    """Open one account for each row, with the enterprise's posts. A second manager's account of an enterprise needs a name of its own."""
    read, rejects = given.read(COLUMNS, _read)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(7216031)")  # user names are found free one act after the other
    hashes = dict(zip([n for n, _ in given.numbered()], given.hashes, strict=True))
    known = _Known(read)
    ready: list[tuple[_Row, Unit, str]] = []
    for row in read:
        try:
            unit = known.unit_of(row)
            ready.append((row, unit, known.name_of(row, unit)))
        except Refusal as refusal:
            refusal.line = row.number
            rejects.append((row.number, refusal))
    free = _names(ready)
    wanted = [
        Opening(unit, row.username or free[unit.pk].pop(0), name, (row.role, KEEPER) if row.keeper else (row.role,), hashes[row.number])
        for row, unit, name in ready
    ]  # fmt: skip
    accounts = open_accounts(context, wanted)
    _contacts(ready)
    opened = [
        {"row": row.number, "unit": unit.pk, "account": account.pk, "username": account.username, "role": row.role}
        for (row, unit, _), account in zip(ready, accounts, strict=True)
    ]  # fmt: skip
    return result_of(len(given.rows), len(ready), rejects, opened=opened)


def _names(ready: list[tuple[_Row, Unit, str]]) -> dict[int, list[str]]:
    count = Counter(unit.pk for row, unit, _ in ready if not row.username)
    units = list({unit.pk: unit for row, unit, _ in ready if not row.username}.values())
    return free_usernames(units, [count[u.pk] for u in units], {row.username for row, _, _ in ready})


class _Known:
    """Enterprises by id, code and name; who has an account there; user names that are taken, on record and in this table."""

    def __init__(self, rows: list[_Row]) -> None:
        match = Q(pk__in={r.unit for r in rows}) | Q(code__in={r.code for r in rows if r.code}) | Q(name__in={r.enterprise for r in rows if r.enterprise})
        units = list(Unit.objects.filter(match, kind="enterprise", active_to=None))
        self.by_id = {u.pk: u for u in units}
        self.by_code = {u.code: u for u in units if u.code}
        self.by_name: dict[str, Unit | None] = {}
        for unit in units:
            self.by_name[unit.name] = None if unit.name in self.by_name else unit
        held = PostHolding.objects.filter(post__unit__in=self.by_id, post__ended_on=None, to_date=None, account__is_active=True)
        self.held: set[tuple[int, str, str]] = set(held.values_list("post__unit", "post__role", "account__display_name"))
        self.managed = {unit for unit, role, _ in self.held if role == ROLES[0]}
        self.contacts = dict(Enterprise.objects.filter(pk__in=self.by_id).values_list("pk", "sealed_contact"))
        self.usernames = set(Account.objects.filter(username__in={r.username for r in rows if r.username}).values_list("username", flat=True))

    def unit_of(self, row: _Row) -> Unit:
        """The enterprise that a row names; raises Refusal."""
        if row.enterprise in self.by_name and self.by_name[row.enterprise] is None and not (row.unit or row.code):
            rule = Text("有几家企业叫这个名称。", "Several enterprises have this name.")
            raise Refusal(Reason.CONFLICT, rule, remedy=Text("请填写代码。", "Give the code."), field="enterprise", value=row.enterprise[:40])
        unit = self.by_id.get(row.unit) if row.unit else self.by_code.get(row.code) if row.code else self.by_name.get(row.enterprise)
        if unit is None:
            name, value = next((k, v) for k, v in (("unit", row.unit), ("code", row.code), ("enterprise", row.enterprise)) if v)
            rule = Text("名册中没有这家企业，或已注销。", "The register has no such enterprise, or it has ended.")
            raise Refusal(Reason.NOT_FOUND, rule, remedy=Text("请先登记企业。", "Register it first."), field=name, value=str(value)[:40])
        return unit

    def name_of(self, row: _Row, unit: Unit) -> str:
        """In whose name the account is; raises Refusal where that one has it already, or the user name is taken."""
        contact = None if row.name else open_contact(self.contacts.get(unit.pk), unit.pk)
        name = row.name or (contact.name if contact else "") or unit.name
        mark = (unit.pk, row.role, name)
        if mark in self.held or (not row.name and row.role == ROLES[0] and unit.pk in self.managed):
            rule = Text("{who} 在这家企业已有这个岗位的账号。", "{who} has an account with this post at the enterprise.").with_(who=name)
            remedy = Text("忘记密码的请重置；另一人使用的请写姓名。", "Reset a lost password; for somebody else give the name.")
            raise Refusal(Reason.DUPLICATE, rule, remedy=remedy, field="name", value=name[:40])
        if row.username and row.username in self.usernames:
            rule = Text("该用户名已被使用。", "This user name is taken.")
            raise Refusal(Reason.DUPLICATE, rule, remedy=Text("请换一个，或留空由系统取名。", "Choose another, or leave it empty."), field="username", value=row.username)
        self.held.add(mark)
        if row.role == ROLES[0]:
            self.managed.add(unit.pk)
        if row.username:
            self.usernames.add(row.username)
        return name


def _contacts(ready: list[tuple[_Row, Unit, str]]) -> None:
    """A manager's name and phone become the contact of an enterprise that has none."""
    told = {unit.pk: Contact(row.name, row.phone) for row, unit, _ in reversed(ready) if row.role == ROLES[0] and row.phone}
    rows = list(Enterprise.objects.filter(pk__in=told, sealed_contact=None))
    for row in rows:
        row.sealed_contact = seal_contact(told[row.pk], row.pk)
    Enterprise.objects.bulk_update(rows, ["sealed_contact"], batch_size=1000)
