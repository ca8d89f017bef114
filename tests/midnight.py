"""Days turn at midnight in Shanghai, for the product and its tests: what a test made today and asks for tomorrow is another thing.

A test that begins shortly before midnight waits until it is past; nothing else in a run depends on the hour."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tongchou.kernel.clock import SHANGHAI

SHORT, LONG = timedelta(seconds=20), timedelta(minutes=3)
"""How long before midnight a test begins no more: one in a browser or marked slow takes longer."""


def left(now: datetime) -> timedelta:
    """Until the next midnight in Shanghai."""
    local = now.astimezone(SHANGHAI)
    return datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), SHANGHAI) - local


def wait(item: pytest.Item) -> None:
    """Let midnight pass where the test would run into it."""
    long = item.get_closest_marker("browser") or item.get_closest_marker("slow")
    rest = left(timezone.now())
    if rest < (LONG if long else SHORT):
        time.sleep(rest.total_seconds() + 0.1)
