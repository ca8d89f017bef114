"""Reading and checking the clock of a stage (`packs.kindclock`)."""

from __future__ import annotations

from collections.abc import Mapping

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.packs.kindclock import KEYS, LIMIT_KEYS, LONGEST, STATUSES, Clock, Minutes
from tongchou.packs.kindreader import Reader
from tongchou.packs.kinds import FieldSpec
from tongchou.packs.yamllines import Node, Problems, nearest


def read_clock(read: Reader, stage: Node) -> Clock | None:
    """The clock under `deadline`; None where the deadline is written in another way."""
    node = stage.mapping.get("deadline")
    if node is None or node.shape != "mapping" or not set(KEYS) & set(node.mapping):
        return None
    read.problems.known_keys(node, KEYS)
    limits = tuple((name, _minutes(read, entry)) for name, entry in read.named(node, "minutes"))
    return Clock(read.word(node, "since"), read.word(node, "by"), limits)


def _minutes(read: Reader, node: Node) -> Minutes:
    read.problems.known_keys(node, LIMIT_KEYS)
    value = read.whole(node, "value", least=1, default=1, required=True)
    if value > LONGEST:
        rule = Text("时限不得超过一年（{n} 分钟）。", "A limit is a year at most ({n} {n|minute|minutes}).").with_(n=LONGEST)
        read.problems.add(node.at("value"), rule, Text("请改写时限。", "Change the limit."), value=value)
    return Minutes(value, read.choice(node, "status", STATUSES, default="unconfirmed", required=True), read.text_pair(node, "source"))


def check_clock(clock: Clock, node: Node, fields: Mapping[str, FieldSpec], problems: Problems) -> None:
    """A clock can always be read: its fields are required, and every choice has its limit."""
    for key, type_, name in (("since", "moment", clock.since), ("by", "choice", clock.by)):
        if name and not problems.touch(f"{node.path}.{key}") and not (name in fields and fields[name].type == type_ and fields[name].required):
            rule = Text("须是本类型中必填的 {type} 字段。", "This must be a required field of type {type}.").with_(type=type_)
            fit = [f.key for f in fields.values() if f.type == type_ and f.required]
            problems.add(node.at(key), rule, nearest(name, fit), value=name)
    choices = [c for c, _ in fields[clock.by].choices] if clock.by in fields else []
    if not choices or problems.touch(f"{node.path}.minutes"):
        return
    for name in clock.table:
        if name not in choices:
            rule = Text("“{by}”没有这个选项。", "“{by}” has no such choice.").with_(by=clock.by)
            problems.add(node.at("minutes").at(name), rule, nearest(name, choices), value=name)
    lacking = [c for c in choices if c not in clock.table]
    if lacking:
        rule = Text("每个选项都须有时限，缺“{all}”。", "Every choice needs a limit; lacking: {all}.").with_(all=", ".join(lacking))
        problems.add(node.at("minutes"), rule, Text("请补充。", "Add them."), reason=Reason.MISSING_VALUE)
