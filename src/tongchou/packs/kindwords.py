"""The closed lists of words that a kind file may use."""

from __future__ import annotations

import re

from tongchou.packs.kinds import Level, Party

NAME = re.compile(r"[a-z](?:[a-z0-9_]{0,38}[a-z0-9])?")

TOP_KEYS = (
    "kind",
    "version",
    "title",
    "purpose",
    "subject",
    "start",
    "deadline_hours",
    "deadline_workdays",
    "opened_by",
    "fields",
    "stages",
    "steps",
    "returns",
    "follow_up",
    "self_closing",
    "confidential",
)
STAGE_KEYS = ("title", "owner", "deadline", "end", "ladder")
STEP_KEYS = (
    "title",
    "from",
    "to",
    "by",
    "roles",
    "permission",
    "needs",
    "note",
    "work",
    "verifies",
    "return",
    "reassigns",
    "closes_children",
)
RUNG_KEYS = ("after_hours", "level", "to")
NEED_KEYS = ("key", "type", "title", "at_least")
FIELD_KEYS = ("key", "type", "title", "required", "choices", "past", "not_before")

SUBJECTS = ("person", "unit", "area", "item", "none")
EVIDENCE_TYPES = ("text", "file", "photo", "number", "signature", "link")
FIELD_TYPES = ("text", "integer", "number", "date", "moment", "choice", "boolean")
END_REASONS = ("done", "cancelled", "refused", "merged", "expired")
NOTES = ("none", "optional", "required")
# Permissions of the access table that a step may ask for besides its party.
PERMISSIONS = ("person.approve_export",)
VERIFIES = ("other_person", "other_unit")
LEVELS = tuple(level.value for level in Level if level is not Level.NONE)
PARTIES = tuple(party.value for party in Party)
# A stage is owed by somebody who can be called to account: not by the program, nor by a co-unit, whose part is its own.
OWNERS = tuple(p.value for p in (Party.OWNER, Party.OPENER, Party.VERIFIER, Party.ADJUDICATOR, Party.SUBJECT))
TOLD = tuple(p.value for p in Party if p is not Party.SYSTEM)
# The one who did the work does not ask whether it was well done.
ASKERS = tuple(p.value for p in (Party.OPENER, Party.VERIFIER, Party.ADJUDICATOR, Party.SUBJECT))

# Roles that may open or move loops. The system, security and audit administrators are left out: they handle no cases.
ROLES = (
    "leader",
    "hq_officer",
    "dept_officer",
    "street_officer",
    "community_officer",
    "grid_worker",
    "checkpoint_officer",
    "site_officer",
    "sampler",
    "clinic_officer",
    "lab_officer",
    "enterprise_manager",
    "enterprise_reporter",
    "enterprise_safety",
    "school_officer",
    "class_teacher",
    "education_officer",
    "health_officer",
    "inspector",
    "discipline_officer",
    "store_keeper",
    "duty_officer",
    "volunteer",
    "resident",
)

MAX_HOURS = 5 * 366 * 24
MAX_WHOLE = 1_000_000
