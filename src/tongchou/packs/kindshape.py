"""From YAML nodes to a LoopKind: shapes, types and known words. What the parts mean together: `kindchecks`."""

from __future__ import annotations

from tongchou.kernel.text import Text
from tongchou.packs import kindwords as words
from tongchou.packs.kindclockfile import read_clock
from tongchou.packs.kindreader import Reader
from tongchou.packs.kinds import FieldSpec, FollowUp, Level, LoopKind, Need, Party, Rung, Stage, Step
from tongchou.packs.yamllines import Node, Problems


def build_kind(root: Node, problems: Problems, *, digest: str, source: str) -> LoopKind:
    """Build a kind from the root mapping. Problems are added as found; the result counts only if there are none."""
    read = Reader(problems)
    problems.known_keys(root, words.TOP_KEYS)
    limit, adjudicate = _returns(read, root)
    return LoopKind(
        key=read.key(root, "kind"),
        version=read.whole(root, "version", least=1, default=1, required=True),
        title=read.text_pair(root, "title"),
        purpose=read.text_pair(root, "purpose"),
        subjects=read.words(root, "subject", words.SUBJECTS, required=True),
        start=read.word(root, "start"),
        stages={name: _stage(read, name, node) for name, node in read.named(root, "stages")},
        steps={name: _step(read, name, node) for name, node in read.named(root, "steps")},
        return_limit=limit,
        adjudicate_stage=adjudicate,
        follow_up=_follow_up(read, root),
        fields=tuple(_field(read, item) for item in read.entries(root, "fields")),
        limit=read.whole_limit(root),
        opened_by=read.words(root, "opened_by", words.ROLES, required=True),
        digest=digest,
        source=source,
        self_closing=_self_closing(read, root),
        confidential=read.flag(root, "confidential"),
    )


def _returns(read: Reader, root: Node) -> tuple[int, str | None]:
    node = read.child(root, "returns", "mapping", required=False)
    if node is None:
        return 0, None
    read.problems.known_keys(node, ("limit", "adjudicate"))
    return read.whole(node, "limit", least=0, default=0, required=True), read.word(node, "adjudicate") or None


def _self_closing(read: Reader, root: Node) -> Text | None:
    node = read.child(root, "self_closing", "mapping", required=False)
    if node is None:
        return None
    read.problems.known_keys(node, ("why",))
    return read.text_pair(node, "why")


def _stage(read: Reader, name: str, node: Node) -> Stage:
    read.problems.known_keys(node, words.STAGE_KEYS)
    deadline = node.mapping.get("deadline")
    keeps = deadline is not None and deadline.value == "keeps"
    owner = read.choice(node, "owner", words.OWNERS)
    clock = read_clock(read, node)
    return Stage(
        key=name,
        title=read.text_pair(node, "title"),
        owner=Party(owner) if owner else None,
        limit=None if keeps or clock else read.limit(node, "deadline"),
        keeps_deadline=keeps,
        end=read.choice(node, "end", words.END_REASONS) or None,
        ladder=tuple(_rung(read, item) for item in read.entries(node, "ladder")),
        clock=clock,
    )


def _rung(read: Reader, item: Node) -> Rung:
    read.problems.known_keys(item, words.RUNG_KEYS)
    level = read.choice(item, "level", words.LEVELS, default=Level.REMIND.value, required=True)
    to = read.words(item, "to", words.TOLD, required=True)
    hours = read.hours(item, "after_hours", required=True, zero=True)
    return Rung(hours or 0.0, Level(level), tuple(Party(p) for p in to))


def _step(read: Reader, name: str, node: Node) -> Step:
    read.problems.known_keys(node, words.STEP_KEYS)
    return Step(
        key=name,
        title=read.text_pair(node, "title"),
        from_stages=read.words(node, "from", required=True),
        to_stage=read.word(node, "to"),
        by=tuple(Party(p) for p in read.words(node, "by", words.PARTIES, required=True)),
        roles=read.words(node, "roles", words.ROLES),
        permission=read.choice(node, "permission", words.PERMISSIONS),
        needs=tuple(_need(read, item) for item in read.entries(node, "needs")),
        note=read.choice(node, "note", words.NOTES, default="optional"),
        is_work=read.flag(node, "work"),
        verifies=read.choice(node, "verifies", words.VERIFIES),
        is_return=read.flag(node, "return"),
        reassigns=read.flag(node, "reassigns"),
        closes_children=read.flag(node, "closes_children"),
    )


def _need(read: Reader, item: Node) -> Need:
    read.problems.known_keys(item, words.NEED_KEYS)
    return Need(
        key=read.key(item, "key"),
        type=read.choice(item, "type", words.EVIDENCE_TYPES, default="text", required=True),
        title=read.text_pair(item, "title"),
        at_least=read.whole(item, "at_least", least=0, default=1),
    )


def _follow_up(read: Reader, root: Node) -> FollowUp | None:
    node = read.child(root, "follow_up", "mapping", required=False)
    if node is None:
        return None
    read.problems.known_keys(node, ("after_hours", "by"))
    hours = read.hours(node, "after_hours", required=True)
    by = read.choice(node, "by", words.ASKERS, default=Party.OPENER.value, required=True)
    return FollowUp(hours or 1.0, Party(by))


def _field(read: Reader, item: Node) -> FieldSpec:
    read.problems.known_keys(item, words.FIELD_KEYS)
    kind = read.choice(item, "type", words.FIELD_TYPES, default="text", required=True)
    given = read.child(item, "choices", "mapping", required=kind == "choice")
    choices = tuple((name, read.text_pair(given, name)) for name in given.mapping) if given else ()
    if given is not None and kind != "choice":
        rule = Text("只有 choice 类型的字段才有选项。", "Only a field of type choice has choices.")
        read.problems.add(
            given, rule, Text("请删除 choices，或将类型改为 choice。", "Delete `choices`, or make the type choice.")
        )
    elif given is not None and len(choices) < 2:
        rule = Text("选项不得少于两个。", "There must be at least two choices.")
        read.problems.add(given, rule, Text("请补充选项。", "Add choices."))
    past, after = read.flag(item, "past"), read.word(item, "not_before", required=False)
    return FieldSpec(read.key(item, "key"), kind, read.text_pair(item, "title"), read.flag(item, "required"), choices, past, after)
