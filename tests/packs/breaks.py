"""One break of the sample for every rule, and the line that must be named. Long because the rules are many."""

from __future__ import annotations

from tongchou.kernel.errors import Reason

BAD, MISSING, UNKNOWN, TWICE = Reason.INVALID_VALUE, Reason.MISSING_VALUE, Reason.UNKNOWN_FIELD, Reason.DUPLICATE
STAGE_TITLE = "    title: {zh: 待走访, en: Planned}\n"
WORK = "    work: true\n"
SPARE = """\
  spare:  # HERE
    title: {zh: 备用, en: Spare}
    owner: owner
    deadline: 4
    ladder: [{after_hours: 0, level: remind, to: [owner]}]
"""
SPARE_STEP = (
    "  go:\n    title: {zh: 去, en: Go}\n    from: [spare]\n    to: closed\n    by: [owner]\n    verifies: other_unit\n"
)
ENTER = (
    "  enter:\n    title: {zh: 进, en: Enter}\n    from: [planned]\n    to: spare\n    by: [owner]\n    work: true\n"
)
OTHER = SPARE.replace("spare:  # HERE", "other:").replace("备用", "另外").replace("Spare", "Other")
CIRCLE = """\
  there:
    title: {zh: 去, en: There}
    from: [spare]
    to: other
    by: [owner]
  back:
    title: {zh: 回, en: Back}
    from: [other]
    to: spare
    by: [owner]
"""
AGAIN = "  again:\n    title: {zh: 再, en: Again}\n    from: [spare]\n    to: spare\n    by: [owner]\n"

# name: (text to replace, replacement with # HERE on the line to be named, reason, field, words of the English rule)
BREAKS: dict[str, tuple[str, str, Reason, str, str]] = {
    # the file
    "unknown top key": (
        "start: planned\n",
        "start: planned\nstarts: planned  # HERE\n",
        UNKNOWN,
        "starts",
        "not known",
    ),
    "duplicate key": ("version: 3\n", "version: 3\nversion: 4  # HERE\n", TWICE, "version", "twice"),
    "duplicate stage": ("  ruling:\n", "  planned: {}  # HERE\n  ruling:\n", TWICE, "stages.planned", "twice"),
    "unknown stage key": (
        STAGE_TITLE,
        STAGE_TITLE + "    onwer: owner  # HERE\n",
        UNKNOWN,
        "stages.planned.onwer",
        "not known",
    ),
    "unknown step key": (WORK, WORK + "    verify: other_unit  # HERE\n", UNKNOWN, "steps.report.verify", "not known"),
    "unknown rung key": (
        "{after_hours: 24,",
        "{hours: 1, after_hours: 24,  # HERE\n",
        UNKNOWN,
        "stages.planned.ladder[1].hours",
        "not known",
    ),
    # the head
    "no name": ("kind: visit\n", "", MISSING, "kind", "missing"),
    "name not snake case": ("kind: visit", "kind: Visit-1  # HERE", BAD, "kind", "lower-case"),
    "version zero": ("version: 3", "version: 0  # HERE", BAD, "version", "whole number"),
    "version with a fraction": ("version: 3", "version: 1.5  # HERE", BAD, "version", "whole number"),
    "version in quotes": ("version: 3", "version: '3'  # HERE", BAD, "version", "whole number"),
    "version true": ("version: 3", "version: true  # HERE", BAD, "version", "whole number"),
    "version huge": ("version: 3", f"version: {'9' * 5000}  # HERE", BAD, "version", "whole number"),
    "octal trap": ("deadline_hours: 48", "deadline_hours: 010  # HERE", BAD, "deadline_hours", "hours"),
    "both limits": ("deadline_hours: 48", "deadline_hours: 48\ndeadline_workdays: 2  # HERE", BAD, "deadline_workdays", "not in both"),
    "no working days": ("deadline: 24.5", "deadline: {workdays: 0}  # HERE", BAD, "stages.checking.deadline.workdays", "whole number"),
    "a year of working days": ("deadline: 24.5", "deadline: {workdays: 251}  # HERE", BAD, "stages.checking.deadline.workdays", "At most 250"),
    "days that are not working days": ("deadline: 24.5", "deadline: {workdays: 2, days: 2}  # HERE", UNKNOWN, "stages.checking.deadline.days", "not known"),
    "clock trap": ("deadline_hours: 48", "deadline_hours: 1:30  # HERE", BAD, "deadline_hours", "hours"),
    "title without English": (
        "title: {zh: 走访, en: Visit}",
        "title: {zh: 走访}  # HERE",
        MISSING,
        "title.en",
        "Both zh and en",
    ),
    "title empty": (
        "title: {zh: 走访, en: Visit}",
        "title: {zh: ' ', en: Visit}  # HERE",
        MISSING,
        "title.zh",
        "Both zh and en",
    ),
    "title a boolean": ("title: {zh: 走访, en: Visit}", "title: {zh: 走访, en: true}  # HERE", BAD, "title.en", "text"),
    "title in a third language": (
        "title: {zh: 走访, en: Visit}",
        "title: {zh: 走访, en: Visit, fr: V}  # HERE",
        UNKNOWN,
        "title.fr",
        "not known",
    ),
    "unknown subject": ("subject: [unit, none]", "subject: [unit, firm]  # HERE", BAD, "subject[1]", "allowed"),
    "no subject": ("subject: [unit, none]", "subject: []  # HERE", MISSING, "subject", "empty"),
    "subject not a list": ("subject: [unit, none]", "subject: unit  # HERE", BAD, "subject", "list"),
    "unknown opener role": ("[street_officer, hq_officer]", "[street_oficer]  # HERE", BAD, "opened_by[0]", "allowed"),
    "administrator opens": ("[street_officer, hq_officer]", "[auditor]  # HERE", BAD, "opened_by[0]", "allowed"),
    "nobody opens": ("opened_by: [street_officer, hq_officer]", "opened_by: []  # HERE", MISSING, "opened_by", "empty"),
    "opener twice": ("[street_officer, hq_officer]", "[leader, leader]  # HERE", TWICE, "opened_by[1]", "twice"),
    # the start
    "start missing": ("start: planned\n", "", MISSING, "start", "missing"),
    "two starts": ("start: planned", "start: [planned, checking]  # HERE", BAD, "start", "single value"),
    "start is no stage": ("start: planned", "start: planed  # HERE", BAD, "start", "no such stage"),
    "start is an end": ("start: planned", "start: closed  # HERE", BAD, "start", "not be an end"),
    # stages
    "stage name": (
        "  withdrawn:\n",
        "  2nd:  # HERE\n    title: {zh: 二, en: Two}\n    end: done\n  withdrawn:\n",
        BAD,
        "stages.2nd",
        "lower",
    ),
    "no owner": (STAGE_TITLE + "    owner: owner\n", STAGE_TITLE, MISSING, "stages.planned.owner", "needs an owner"),
    "unknown owner": (
        STAGE_TITLE + "    owner: owner",
        STAGE_TITLE + "    owner: ownr  # HERE",
        BAD,
        "stages.planned.owner",
        "allowed",
    ),
    "the program owns": (
        STAGE_TITLE + "    owner: owner",
        STAGE_TITLE + "    owner: system  # HERE",
        BAD,
        "stages.planned.owner",
        "allowed",
    ),
    "no deadline": ("    deadline: keeps\n", "", MISSING, "stages.planned.deadline", "needs a deadline"),
    "deadline zero": ("deadline: keeps", "deadline: 0  # HERE", BAD, "stages.planned.deadline", "above 0"),
    "deadline negative": ("deadline: keeps", "deadline: -4  # HERE", BAD, "stages.planned.deadline", "above 0"),
    "deadline over five years": (
        "deadline: keeps",
        "deadline: 43921  # HERE",
        BAD,
        "stages.planned.deadline",
        "five years",
    ),
    "deadline a word": ("deadline: keeps", "deadline: soon  # HERE", BAD, "stages.planned.deadline", "hours"),
    "deadline infinite": ("deadline: keeps", "deadline: .inf  # HERE", BAD, "stages.planned.deadline", "hours"),
    "no ladder": (
        "    ladder:\n      - {after_hours: 0, level: remind, to: [adjudicator]}\n",
        "",
        MISSING,
        "stages.ruling.ladder",
        "ladder",
    ),
    "rungs not later": ("after_hours: 24", "after_hours: 0", BAD, "stages.planned.ladder[1]", "later"),
    "rungs not higher": ("level: supervise", "level: remind", BAD, "stages.planned.ladder[1]", "higher"),
    "rung tells nobody": ("to: [opener]", "to: []", MISSING, "stages.planned.ladder[1].to", "empty"),
    "rung below the deadline": (
        "after_hours: 24",
        "after_hours: -1",
        BAD,
        "stages.planned.ladder[1].after_hours",
        "not below 0",
    ),
    "unknown level": ("level: supervise", "level: shout", BAD, "stages.planned.ladder[1].level", "allowed"),
    "end with an owner": (
        "    end: cancelled\n",
        "    end: cancelled\n    owner: owner  # HERE\n",
        BAD,
        "stages.withdrawn.owner",
        "An end",
    ),
    "end with a deadline": (
        "    end: cancelled\n",
        "    end: cancelled\n    deadline: 4  # HERE\n",
        BAD,
        "stages.withdrawn.deadline",
        "An end",
    ),
    "end without a known reason": ("end: cancelled", "end: lost  # HERE", BAD, "stages.withdrawn.end", "allowed"),
    "stage title twice": ("en: Being ruled on}", "en: Planned}  # HERE", TWICE, "stages.ruling.title", "also on line"),
    # steps
    "from nowhere": ("from: [ruling]", "from: [rulling]  # HERE", BAD, "steps.rule.from[0]", "no such stage"),
    "from an end": (
        "from: [planned, checking]",
        "from: [planned, closed]  # HERE",
        BAD,
        "steps.withdraw.from[1]",
        "leaves an end",
    ),
    "to nowhere": ("to: withdrawn", "to: withdrwan  # HERE", BAD, "steps.withdraw.to", "no such stage"),
    "by nobody": (
        "    to: withdrawn\n    by: [opener]\n",
        "    to: withdrawn\n",
        MISSING,
        "steps.withdraw.by",
        "missing",
    ),
    "by an unknown party": ("by: [opener]", "by: [openner]  # HERE", BAD, "steps.withdraw.by[0]", "allowed"),
    "unknown role": ("roles: [leader]", "roles: [system_admin]  # HERE", BAD, "steps.rule.roles[0]", "allowed"),
    "yes is not true": ("work: true", "work: yes  # HERE", BAD, "steps.report.work", "true or false"),
    "off is not false": ("reassigns: true", "reassigns: off  # HERE", BAD, "steps.rule.reassigns", "true or false"),
    "unknown note": (
        '"="\n    by: [owner]\n    note: required',
        '"="\n    by: [owner]\n    note: must  # HERE',
        BAD,
        "steps.progress.note",
        "allowed",
    ),
    "unknown evidence": ("type: photo", "type: video", BAD, "steps.report.needs[1].type", "allowed"),
    "evidence key twice": ("key: picture", "key: result", TWICE, "steps.report.needs[1].key", "also on line"),
    "evidence none": ("at_least: 2", "at_least: -1", BAD, "steps.report.needs[1].at_least", "whole number"),
    "work that verifies itself": (
        WORK,
        WORK + "    verifies: other_unit  # HERE\n",
        BAD,
        "steps.report.verifies",
        "both",
    ),
    "unknown verifier": (
        "verifies: other_person",
        "verifies: anybody  # HERE",
        BAD,
        "steps.verify.verifies",
        "allowed",
    ),
    "step title twice": (
        "title: {zh: 裁定, en: Rule}",
        "title: {zh: 退单, en: Rule}  # HERE",
        TWICE,
        "steps.rule.title",
        "also on line",
    ),
    # returns, follow-up, fields, self-closing
    "return without limit": ("returns: {limit: 1, adjudicate: ruling}\n", "", MISSING, "returns", "limited"),
    "limit missing": (
        "{limit: 1, adjudicate: ruling}",
        "{adjudicate: ruling}  # HERE",
        MISSING,
        "returns.limit",
        "missing",
    ),
    "adjudicate missing": (
        "{limit: 1, adjudicate: ruling}",
        "{limit: 1}  # HERE",
        MISSING,
        "returns.adjudicate",
        "missing",
    ),
    "adjudicate nowhere": (
        "adjudicate: ruling}",
        "adjudicate: rule}  # HERE",
        BAD,
        "returns.adjudicate",
        "no such stage",
    ),
    "adjudicate by another": (
        "adjudicate: ruling}",
        "adjudicate: checking}  # HERE",
        BAD,
        "returns.adjudicate",
        "owned by the adjudicator",
    ),
    "follow-up at once": ("after_hours: 168", "after_hours: 0", BAD, "follow_up.after_hours", "above 0"),
    "follow-up by the worker": ("by: opener}", "by: owner}", BAD, "follow_up.by", "allowed"),
    "follow-up by nobody": (", by: opener}", "}  # HERE", MISSING, "follow_up.by", "missing"),
    "unknown field type": ("key: topic, type: text", "key: topic, type: money", BAD, "fields[0].type", "allowed"),
    "choice without choices": (
        "    choices:\n      small: {zh: 小, en: Small}\n      large: {zh: 大, en: Large}\n",
        "",
        MISSING,
        "fields[1].choices",
        "missing",
    ),
    "one choice": ("      large: {zh: 大, en: Large}\n", "", BAD, "fields[1].choices", "two choices"),
    "choices of a text": ("required: true}", "required: true, choices: {}}", BAD, "fields[0].choices", "type choice"),
    "field key twice": ("key: size", "key: topic  # HERE", TWICE, "fields[1].key", "also on line"),
    "self-closing without a reason": (
        "start: planned",
        "self_closing: {}  # HERE\nstart: planned",
        MISSING,
        "self_closing.why",
        "missing",
    ),
    # the ways
    "unreachable": ("  withdrawn:\n    t", SPARE + "  withdrawn:\n    t", BAD, "stages.spare", "cannot be reached"),
    "no way out": ("  withdrawn:\n    t", SPARE + "  withdrawn:\n    t", BAD, "stages.spare", "No step leaves"),
    "no end": ("  withdrawn:\n    t", SPARE + OTHER + "  withdrawn:\n    t", BAD, "stages.spare", "No end"),
    "owner cannot act": (
        "    by: [adjudicator]\n",
        "    by: [opener]\n",
        BAD,
        "stages.ruling.owner",
        "can take no step",
    ),
    "closed unverified": ("    verifies: other_person\n", "", BAD, "stages.closed", "without being verified"),
    "verified before anything was done": ("    work: true\n", "", BAD, "steps.verify.verifies", "bars nobody"),
}
EXTRA = {
    "unreachable": ("steps:\n", "steps:\n" + SPARE_STEP),
    "no way out": ("steps:\n", "steps:\n" + ENTER + AGAIN),
    "no end": ("steps:\n", "steps:\n" + ENTER + CIRCLE),
}
# Where the faulty line cannot carry the mark (or nothing is left of it): the start of the line that must be named.
PLACES = {
    "no name": "kind-less: first line",
    "start missing": "first line",
    "no owner": "  planned:",
    "no deadline": "  planned:",
    "no ladder": "  ruling:",
    "by nobody": "  withdraw:",
    "return without limit": "    return: true",
    "rungs not later": "      - {after_hours: 0, level: supervise",
    "rungs not higher": "      - {after_hours: 24",
    "rung tells nobody": "      - {after_hours: 24",
    "rung below the deadline": "      - {after_hours: -1",
    "unknown level": "      - {after_hours: 24",
    "unknown rung key": "      - {hours",
    "unknown evidence": "      - {key: picture",
    "evidence key twice": "      - {key: result, type: photo",
    "evidence none": "      - {key: picture",
    "follow-up at once": "follow_up",
    "follow-up by the worker": "follow_up",
    "unknown field type": "  - {key: topic",
    "choice without choices": "  - key: size",
    "one choice": "    choices:",
    "choices of a text": "  - {key: topic",
    "owner cannot act": "    owner: adjudicator",
    "closed unverified": "  closed:",
    "verified before anything was done": "    verifies:",
    "unreachable": "  spare:  # HERE",
    "no way out": "  spare:  # HERE",
    "no end": "  spare:  # HERE",
}
