"""Whose time runs where the other side's word ends a matter: who answered in time is not late because the word comes late, or never."""

from __future__ import annotations

IN_TIME = "(select max(e.at) from record_evidence e where e.loop_id = l.id and e.step = 'answer') <= l.due_at"
"""SQL over a loop `l` whose kind has the step answer: its last answer was given before it was due. An answer that was not accepted is no longer the last one."""
WAITING = f"(l.closed_at is null and l.stage = 'confirming' and {IN_TIME})"
"""Answered in time, and the other side has not said yet whether it is solved."""
LATE = f"(l.closed_at is null and l.due_at < %(now)s and {WAITING} is not true)"
DONE_IN_TIME = f"(l.end_reason = 'done' and (l.closed_at <= l.due_at or {IN_TIME}))"
UNANSWERED = f"(l.end_reason = 'expired' and {IN_TIME} is not true)"
"""Ended without the other side's word, and not because of its silence alone."""
