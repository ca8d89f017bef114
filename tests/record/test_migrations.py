"""Every migration can be taken back, or says why it cannot (`irreversible = "..."` on its class)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

OURS = "tongchou."


def unmarked(migrations: list[Migration]) -> list[str]:
    """One line for each migration that has an operation without a way back and no mark."""
    out = []
    for one in migrations:
        lasting = [type(o).__name__ for o in one.operations if not o.reversible]
        if lasting and not getattr(one, "irreversible", ""):
            out.append(f"{one.app_label} {one.name}: {', '.join(lasting)} has no way back; give it one, or say why on the class: irreversible")
    return out


def ours() -> list[Migration]:
    return [m for m in MigrationLoader(None).disk_migrations.values() if type(m).__module__.startswith(OURS)]


def test_every_migration_has_a_way_back_or_says_why_not() -> None:
    found = ours()
    assert {m.app_label for m in found} >= {"record", "command", "assessment"}
    assert unmarked(found) == []


def test_one_without_either_is_named() -> None:
    class Lasting(Migration):
        operations = [RunSQL("select 1"), RunPython(lambda apps, editor: None)]

    made = Lasting("0009_lasting", "record")
    assert len(unmarked([made])) == 1
    Lasting.irreversible = "drops the texts that the plan of 2020 no longer has"  # type: ignore[attr-defined]
    assert unmarked([made]) == []


@pytest.mark.django_db
def test_the_database_goes_all_the_way_back_and_forth() -> None:
    """In the test's own transaction: PostgreSQL takes back tables, triggers and functions as well. All at once: one plan back, one forth."""
    if any(getattr(m, "irreversible", "") for m in ours()):
        pytest.skip("a migration is marked as irreversible")

    def tables() -> set[str]:
        labels = {m.app_label for m in ours()}
        return {t for t in connection.introspection.table_names() if t.partition("_")[0] in labels}

    before = tables()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    MigrationExecutor(connection).migrate([(app, None) for app in sorted({m.app_label for m in ours()})])
    assert tables() == set()
    with connection.cursor() as cursor:
        cursor.execute("select proname from pg_proc where proname like 'tongchou%%'")
        assert cursor.fetchall() == []
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    assert tables() == before
