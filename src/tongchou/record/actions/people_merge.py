"""Merging two files of one person, decided by a person, and undoing it without loss."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, Literal

from django.db import connection
from psycopg import sql

from tongchou.kernel.errors import Reason, Refusal
from tongchou.kernel.text import Text
from tongchou.record.act import Context, Payload, explain_constraint, verb
from tongchou.record.models import Custody, Loop, Person, PersonMerge
from tongchou.record.people.reach import person_in_reach

MERGE = "person.merge"
_ALREADY = (
    Text("该档案已并入另一份档案。", "This file was merged into another."),
    Text("请刷新后重试。", "Reload and try again."),
)
explain_constraint("person_folded_once", Reason.CONFLICT, *_ALREADY)
REASONS: dict[str, Text] = {
    "same_document": Text("证件相同", "Same document"),
    "confirmed_in_person": Text("当面核实", "Confirmed in person"),
    "confirmed_by_phone": Text("电话核实", "Confirmed by phone"),
    "registered_twice": Text("重复登记", "Registered twice"),
    "document_changed": Text("换领证件后重复登记", "Registered again under a new document"),
}


class MergeIn(Payload):
    """reason is a code: the record of a merge stays in the clear and must name nobody."""

    kept: uuid.UUID
    folded: uuid.UUID
    reason: Literal["same_document", "confirmed_in_person", "confirmed_by_phone", "registered_twice", "document_changed"]


@verb("person.merge", MERGE, Text("合并重复档案", "Merge two files of one person"))
def merge(context: Context, given: MergeIn) -> dict[str, Any]:
    """Fold one file into another: what hangs on it moves to the kept one, and what moved is listed."""
    if given.kept == given.folded:
        rule = Text("不能与自身合并。", "A file cannot be merged with itself.")
        raise Refusal(Reason.SAME_PERSON, rule, remedy=Text("请选择另一份档案。", "Choose another file."), field="folded")
    kept, folded = _both(context, given.kept, given.folded)
    _refuse_two_stays(kept.pk, folded.pk)
    moved = {table: ids for table, column, key in _ties() if (ids := _move(table, column, key, folded.pk, kept.pk))}
    Person.objects.filter(pk=folded.pk).update(merged_into=kept)
    row = PersonMerge.objects.create(
        kept=kept, folded=folded, moved=moved, reason=given.reason, act=context.act_id, at=context.now
    )
    counts = {table: len(ids) for table, ids in moved.items()}
    data = {"merge": row.pk, "folded": str(folded.pk), "kept": str(kept.pk), "reason": given.reason}
    context.event("person_merged", subject=f"person:{kept.pk}", data=data | {"moved": counts})
    context.event("person_merged", subject=f"person:{folded.pk}", data=data)
    for loop in moved.get(Loop._meta.db_table, []):
        context.event("subject_merged", loop_id=uuid.UUID(loop), subject=f"person:{kept.pk}", data={"merge": row.pk})
    return {"merge": row.pk, "kept": str(kept.pk), "folded": str(folded.pk), "moved": counts}


def _both(context: Context, kept: uuid.UUID, folded: uuid.UUID) -> tuple[Person, Person]:
    """Lock both files, always in the same order, so that two merges of one pair do not wait for each other for ever."""
    names = {kept: "kept", folded: "folded"}
    found = {p: person_in_reach(context.actor, MERGE, p, names[p], lock=True) for p in sorted((kept, folded))}
    return found[kept], found[folded]


def _refuse_two_stays(kept: uuid.UUID, folded: uuid.UUID) -> None:
    open_stays = Custody.objects.filter(let_out_at=None)
    mine = dict(open_stays.filter(person=kept).values_list("purpose", "pk"))
    for purpose, stay in open_stays.filter(person=folded).values_list("purpose", "pk"):
        if purpose in mine:
            raise Refusal(
                Reason.TWO_HOLDERS,
                Text(
                    "两份档案都在管（{purpose}），合并后会有两个保管方。",
                    "Both files are in custody ({purpose}); merged, one person would have two holders.",
                ).with_(purpose=purpose),
                remedy=Text(
                    "请先核实人在何处，将登记有误的一方以“登记有误”解除在管，再合并。",
                    "Find out where the person is, let the wrong one out of custody as an error, then merge.",
                ),
                field="folded",
                value=str(folded),
                custodies=f"{mine[purpose]}, {stay}",
            )


def _ties() -> Iterator[tuple[str, str, str]]:
    """(table, column, key column) of everything that points to a person, rooms' own tables included; merges themselves not."""
    for relation in Person._meta.related_objects:
        model = relation.related_model
        if model in (Person, PersonMerge) or not model._meta.managed:
            continue
        yield model._meta.db_table, relation.field.column, model._meta.pk.column  # type: ignore[misc]


_MOVE = "update {table} set {column} = %s where {column} = %s returning {key}::text"
_MOVE_BACK = "update {table} set {column} = %s where {column} = %s and {key}::text = any(%s::text[])"


def _move(table: str, column: str, key: str, source: uuid.UUID, target: uuid.UUID) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_statement(_MOVE, table, column, key), [target, source])
        return sorted(row[0] for row in cursor.fetchall())


def _statement(template: str, table: str, column: str, key: str) -> sql.Composed:
    return sql.SQL(template).format(table=sql.Identifier(table), column=sql.Identifier(column), key=sql.Identifier(key))


UNMERGE_REASONS: dict[str, Text] = {
    "two_people": Text("确认是两个人", "They are two people"),
    "merged_by_mistake": Text("误操作", "Merged by mistake"),
    "appeal_upheld": Text("申诉成立", "An appeal was upheld"),
}


class UnmergeIn(Payload):
    """merge: the number of the merge, as the file lists it."""

    merge: int
    reason: Literal["two_people", "merged_by_mistake", "appeal_upheld"]


@verb("person.unmerge", MERGE, Text("撤销合并", "Undo a merge"))
def unmerge(context: Context, given: UnmergeIn) -> dict[str, Any]:
    """Move back exactly what the merge moved. What was recorded since stays with the kept file and is listed (`stay`)."""
    row = PersonMerge.objects.select_for_update().filter(pk=given.merge, undone_at=None).first()
    if row is None:
        raise _no_merge(given.merge)
    try:
        kept = person_in_reach(context.actor, MERGE, row.kept_id, "merge", lock=True, merged=True)
    except Refusal:
        raise _no_merge(given.merge) from None
    if kept.merged_into_id is not None:
        rule = Text("保留的档案后来又并入了另一份档案。", "The file that was kept has since been merged into another.")
        remedy = Text("请先撤销后一次合并。", "Undo the later merge first.")
        raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="merge", value=given.merge)
    Person.objects.select_for_update(of=("self",)).get(pk=row.folded_id)
    for table, column, key in _ties():
        _move_back(row, table, column, key)
    Person.objects.filter(pk=row.folded_id).update(merged_into=None)
    row.undone_at, row.undone_act = context.now, context.act_id
    row.save(update_fields=["undone_at", "undone_act"])
    stay = _since(row)
    data = {"merge": row.pk, "kept": str(row.kept_id), "folded": str(row.folded_id), "reason": given.reason}
    for person in (row.kept_id, row.folded_id):
        context.event("person_unmerged", subject=f"person:{person}", data=data)
    for loop in row.moved.get(Loop._meta.db_table, []):
        context.event("subject_unmerged", loop_id=uuid.UUID(loop), subject=f"person:{row.folded_id}", data={"merge": row.pk})
    return {"kept": str(row.kept_id), "folded": str(row.folded_id), "stay": stay}


def _move_back(row: PersonMerge, table: str, column: str, key: str) -> None:
    ids = row.moved.get(table)
    if not ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_statement(_MOVE_BACK, table, column, key), [row.folded_id, row.kept_id, ids])
        if cursor.rowcount != len(ids):
            rule = Text(
                "合并时移动的 {n} 条记录（{table}）中，有的已不在保留的档案名下。",
                "Of the {n} {n|row|rows} that the merge moved ({table}), some no longer belong to the kept file.",
            ).with_(n=len(ids), table=table)
            remedy = Text("请先撤销后来的变动。", "Undo the later change first.")
            raise Refusal(Reason.CONFLICT, rule, remedy=remedy, field="merge", value=row.pk)


def _since(row: PersonMerge) -> dict[str, list[str]]:
    """What was attached to the kept file after the merge: a person decides whose it is."""
    times = {"record_fact": "recorded_at", "record_loop": "opened_at", "record_custody": "taken_in_at"}
    out: dict[str, list[str]] = {}
    for table, column, key in _ties():
        if table not in times:
            continue
        query = sql.SQL("select {key}::text from {table} where {column} = %s and {time} > %s and not {key}::text = any(%s::text[])")
        statement = query.format(
            table=sql.Identifier(table), column=sql.Identifier(column), key=sql.Identifier(key), time=sql.Identifier(times[table])
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [row.kept_id, row.at, row.moved.get(table, [])])
            found = sorted(r[0] for r in cursor.fetchall())
        if found:
            out[table] = found
    return out


def _no_merge(key: int) -> Refusal:
    rule = Text("没有这次合并，或已撤销。", "There is no such merge, or it has been undone.")
    remedy = Text("请刷新档案。", "Reload the file.")
    return Refusal(Reason.NOT_FOUND, rule, remedy=remedy, field="merge", value=key)
