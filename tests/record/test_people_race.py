"""Two officers register the same document at the same moment. The twin removes the lock and must see two files."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import pytest
from django.db import connection

from tests.cast import Cast
from tests.record.test_people import do, document
from tongchou.record.actions import people, people_import
from tongchou.record.models import Person

pytestmark = pytest.mark.django_db(transaction=True)


def meet_after(monkeypatch: pytest.MonkeyPatch, seconds: float = 1.0) -> None:
    """Make both threads look first and write then, if nothing keeps them apart."""
    barrier, looked = threading.Barrier(2), people.on_record

    def look(*given: Any) -> Any:
        found = looked(*given)
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(seconds)
        return found

    monkeypatch.setattr(people, "on_record", look)
    monkeypatch.setattr(people_import, "on_record", look)


def at_once(*jobs: Any) -> None:
    faults: list[BaseException] = []

    def run(job: Any) -> None:
        try:
            job()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []


def registering(cast: Cast) -> Any:
    payload = {"name": "单雄信", "area": cast.areas["spring"].pk, "document": document(1)}
    return lambda: do(cast, "street", "person.register", **payload)


def importing(cast: Cast) -> Any:
    from tests.record.test_people_import import HEADER, SPRING, load

    return lambda: load(cast, f"{HEADER}单雄信,,{document(1)},,,{SPRING},,\n")


def test_two_at_once_are_one_person(real_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch)
    at_once(registering(real_cast), registering(real_cast))
    assert Person.objects.count() == 1


def test_an_import_and_a_registration_at_once_are_one_person(real_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch)
    at_once(registering(real_cast), importing(real_cast))
    assert Person.objects.count() == 1


def test_without_the_lock_they_are_two(real_cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    meet_after(monkeypatch, 10)
    monkeypatch.setattr(people, "lock_document", lambda hashed: None)
    at_once(registering(real_cast), registering(real_cast))
    assert Person.objects.count() == 2
