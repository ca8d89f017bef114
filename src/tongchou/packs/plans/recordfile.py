"""`from_record` of an input and `people`, `pathogens` of a table: what the record fills in, checked against the closed list of words."""

from __future__ import annotations

from collections.abc import Collection

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.plans.model import FromRecord
from tongchou.packs.plans.reader import PlanReader
from tongchou.packs.plans.recordwords import PEOPLE, WORDS, words_for
from tongchou.packs.yamllines import Node, nearest

FROM_RECORD_KEYS = ("take", "as")


def read_people(root: Node, reader: PlanReader) -> tuple[str, tuple[str, ...]]:
    """(whom on record the table speaks of, the pathogens whose tests count)."""
    people = reader.choice(root, "people", PEOPLE)
    pathogens = reader.words(root, "pathogens")
    if pathogens and not people:
        rule = Text("没有写明 people，pathogens 不起作用。", "Without `people`, `pathogens` does nothing.")
        reader.problems.add(root.at("pathogens"), rule, Text("请补充 people，或删除。", "Add `people`, or delete it."))
    return people, pathogens


def read_from_record(node: Node, kind: str, choices: Collection[str], people: str, reader: PlanReader) -> FromRecord | None:
    """What fills an input; None where it is asked for. Its type and choices must be the input's."""
    found = node.mapping.get("from_record")
    if found is None:
        return None
    mapped = found.shape == "mapping"
    if mapped:
        reader.problems.known_keys(found, FROM_RECORD_KEYS)
    take = reader.word(found, "take") if mapped else reader.word(node, "from_record")
    here = found.at("take") if mapped else found
    allowed = words_for(people) if people else []
    if take not in allowed:
        if not people:
            rule, remedy = Text("表中没有写明 people：所说的是哪些在册人员。", "The table does not say in `people` whom on record it speaks of."), _PEOPLE
        else:
            rule, remedy = Text("在册信息中没有这个词，或不适用于这些人员。", "The record has no such word, or not for these people."), nearest(take, allowed)
        reader.problems.add(here, rule, remedy, value=take, reason=Reason.NOT_FOUND)
        return None
    if WORDS[take].type != kind:
        rule = Text("类型不符：在册信息是“{type}”。", "Another type: the record has “{type}”.").with_(type=WORDS[take].type)
        reader.problems.add(here, rule, Text("请改 type，或换一个词。", "Change `type`, or take another word."), value=kind)
        return None
    return FromRecord(take, _choices(found if mapped else None, here, take, choices, reader))


_PEOPLE = Text("请补充 people：{all}。", "Add `people`: {all}.").with_(all=", ".join(PEOPLE))


def _choices(found: Node | None, here: Node, take: str, choices: Collection[str], reader: PlanReader) -> dict[str, str]:
    """The record's choices to the table's. Each that the table does not have by the same name must be named: nothing is dropped by accident."""
    given = reader.child(found, "as", "mapping", required=False) if found is not None else None
    out: dict[str, str] = {}
    for said, entry in (given.mapping if given else {}).items():
        target = entry.value if isinstance(entry.value, str) else ""
        if said not in WORDS[take].choices:
            rule = Text("在册信息没有这个选项。", "The record has no such choice.")
            reader.problems.add(entry, rule, nearest(said, WORDS[take].choices), value=said, reason=Reason.NOT_FOUND)
        elif target not in choices and target != "unknown":
            rule = Text("表中没有这个选项（不适用的写 unknown）。", "The table has no such choice (write `unknown` for none).")
            reader.problems.add(entry, rule, nearest(target, choices), value=target, reason=Reason.NOT_FOUND)
        else:
            out[said] = "" if target == "unknown" else target
    for said in WORDS[take].choices:
        if said not in out and said not in choices:
            rule = Text("没有写明在册的“{choice}”对应哪个选项。", "It does not say what “{choice}” on record means here.").with_(choice=said)
            remedy = Text("请在 as 中写明，不适用的写 unknown。", "Say so in `as`; write `unknown` for none.")
            reader.problems.add(here, rule, remedy, value=said, reason=Reason.MISSING_VALUE)
    return out
