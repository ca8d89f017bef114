"""Typed values out of YAML nodes; what does not fit becomes a problem with its line, and a harmless value stands in."""

from __future__ import annotations

from tongchou.kernel.errors import Reason
from tongchou.kernel.text import Text
from tongchou.kernel.workdays import LONGEST, Limit
from tongchou.packs.kindwords import MAX_HOURS, MAX_WHOLE, NAME
from tongchou.packs.yamllines import Node, Problems, Shape, nearest

_SHAPES: dict[Shape, Text] = {
    "mapping": Text("若干“键: 值”", "`key: value` entries"),
    "list": Text("列表（如 [a, b]）", "a list, such as [a, b]"),
    "scalar": Text("单个值", "a single value"),
}


class Reader:
    """Reads the entries of nodes, adding a problem where one does not fit."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems

    def child(self, node: Node, key: str, shape: Shape, *, required: bool = True) -> Node | None:
        """The entry of that name in that shape; None when absent or of another shape."""
        found = node.mapping.get(key)
        if found is None:
            if required:
                rule = Text("缺少“{key}”。", "“{key}” is missing.").with_(key=key)
                remedy = Text("请补充“{key}”。", "Add “{key}”.").with_(key=key)
                here = f"{node.path}.{key}" if node.path else key
                self.problems.add(node, rule, remedy, path=here, reason=Reason.MISSING_VALUE)
            return None
        return found if self.shaped(found, shape) else None

    def shaped(self, node: Node, shape: Shape) -> bool:
        if node.shape == shape:
            return True
        rule = Text("此处须是{what}。", "This must be {what}.").with_(what=_SHAPES[shape])
        remedy = Text("请检查缩进和写法。", "Check the indentation and how it is written.")
        self.problems.add(node, rule, remedy, value=node.value)
        return False

    def entries(self, node: Node, key: str, *, required: bool = False) -> list[Node]:
        """The mappings that a list consists of."""
        found = self.child(node, key, "list", required=required)
        return [item for item in (found.items if found else ()) if self.shaped(item, "mapping")]

    def named(self, node: Node, key: str) -> list[tuple[str, Node]]:
        """The entries of a mapping of named things, names checked."""
        found = self.child(node, key, "mapping")
        out = []
        for name, entry in (found.mapping if found else {}).items():
            self.name(name, entry)
            if self.shaped(entry, "mapping"):
                out.append((name, entry))
        if found is not None and not found.mapping:
            rule = Text("“{key}”不能为空。", "“{key}” may not be empty.").with_(key=key)
            self.problems.add(found, rule, Text("请至少写一项。", "Write at least one."), reason=Reason.MISSING_VALUE)
        return out

    def name(self, given: str, node: Node) -> None:
        if NAME.fullmatch(given) is None:
            rule = Text(
                "名称须以小写字母开头，由小写字母、数字和下划线组成，不超过 40 个字符。",
                "A name begins with a lower-case letter and has up to 40 lower-case letters, digits and underscores.",
            )
            self.problems.add(node, rule, Text("例如 to_verify。", "For example to_verify."), value=given)

    def key(self, node: Node, key: str) -> str:
        """A name that is given as a value."""
        found = self.word(node, key)
        if found:
            self.name(found, node.at(key))
        return found

    def text_pair(self, node: Node, key: str) -> Text:
        """A text in both languages."""
        found = self.child(node, key, "mapping")
        if found is None:
            return Text("", "")
        self.problems.known_keys(found, ("zh", "en"))
        return Text(*(self._language(found, language) for language in ("zh", "en")))

    def _language(self, pair: Node, language: str) -> str:
        given = pair.mapping.get(language)
        value = given.value if given is not None and given.shape == "scalar" else None
        if isinstance(value, str) and value.strip():
            return value
        here = f"{pair.path}.{language}"
        if given is None or value is None or isinstance(value, str):
            rule = Text(
                "须有中文（zh）和英文（en），且不能为空。", "Both zh and en are needed, and neither may be empty."
            )
            remedy = Text("请补充“{key}”。", "Add “{key}”.").with_(key=language)
            self.problems.add(given or pair, rule, remedy, path=here, reason=Reason.MISSING_VALUE)
        else:
            rule = Text("须是文字，不能是数字或 true/false。", "This must be text, not a number or true/false.")
            self.problems.add(given, rule, Text("请加引号。", "Put it in quotes."), path=here, value=value)
        return ""

    def word(self, node: Node, key: str, *, required: bool = True) -> str:
        found = self.child(node, key, "scalar", required=required)
        if found is None:
            return ""
        if not isinstance(found.value, str) or not found.value:
            rule = Text("须是文字。", "This must be text.")
            self.problems.add(found, rule, Text("请填写文字。", "Write a word."), value=found.value)
            return ""
        return found.value

    def choice(
        self, node: Node, key: str, allowed: tuple[str, ...], *, default: str = "", required: bool = False
    ) -> str:
        """One word of a list; the default when absent or refused."""
        value = self.word(node, key, required=required)
        if value and value not in allowed:
            self.not_one_of(node.at(key), value, allowed)
            return default
        return value or default

    def not_one_of(self, node: Node, value: object, allowed: tuple[str, ...]) -> None:
        rule = Text("不在允许的取值之内。", "This is not an allowed value.")
        self.problems.add(node, rule, nearest(value, allowed), value=value)

    def words(
        self, node: Node, key: str, allowed: tuple[str, ...] | None = None, *, required: bool = False
    ) -> tuple[str, ...]:
        """A list of words without repetition; not empty where it is required. allowed None: any."""
        found = self.child(node, key, "list", required=required)
        out: list[str] = []
        for item in found.items if found else ():
            if not isinstance(item.value, str) or not item.value:
                rule = Text("须是文字。", "This must be text.")
                self.problems.add(item, rule, Text("请填写文字。", "Write a word."), value=item.value)
            elif allowed is not None and item.value not in allowed:
                self.not_one_of(item, item.value, allowed)
            elif item.value in out:
                rule = Text("列表中重复。", "This stands twice in the list.")
                remedy = Text("请删除其中一个。", "Delete one of them.")
                self.problems.add(item, rule, remedy, value=item.value, reason=Reason.DUPLICATE)
            else:
                out.append(item.value)
        if required and found is not None and not found.items:
            rule = Text("列表不能为空。", "The list may not be empty.")
            self.problems.add(found, rule, Text("请至少写一项。", "Write at least one."), reason=Reason.MISSING_VALUE)
        return tuple(out)

    def hours(self, node: Node, key: str, *, required: bool = False, zero: bool = False) -> float | None:
        """Hours above zero (or from zero), at most five years."""
        found = self.child(node, key, "scalar", required=required)
        if found is None:
            return None
        value = found.value
        number = None if isinstance(value, bool) or not isinstance(value, (int, float)) else float(value)
        if number is not None and number <= MAX_HOURS and (number > 0 or (zero and number == 0)):
            return number
        rule = (
            Text(
                "须是小时数，不小于 0，不超过五年（{n}）。",
                "This must be hours, not below 0, at most five years ({n}).",
            )
            if zero
            else Text(
                "须是小时数，大于 0，不超过五年（{n}）。", "This must be hours, above 0, at most five years ({n})."
            )
        )
        remedy = Text("请填写数字，例如 24，不加引号和单位。", "Write a number such as 24, without quotes or a unit.")
        self.problems.add(found, rule.with_(n=MAX_HOURS), remedy, value=value)
        return None

    def limit(self, node: Node, key: str) -> Limit | None:
        """A time limit: hours, or a mapping {workdays: N}."""
        found = node.mapping.get(key)
        if found is None or found.shape != "mapping":
            hours = self.hours(node, key)
            return None if hours is None else Limit(hours)
        self.problems.known_keys(found, ("workdays",))
        return self.workdays(found, "workdays", required=True)

    def whole_limit(self, root: Node) -> Limit | None:
        """The limit of a whole loop: deadline_hours or deadline_workdays, not both."""
        hours, days = self.hours(root, "deadline_hours"), self.workdays(root, "deadline_workdays")
        if hours is not None and days is not None:
            rule = Text("小时数和工作日数只能写一个。", "A limit is in hours or in working days, not in both.")
            self.problems.add(root.at("deadline_workdays"), rule, Text("请删除其中一个。", "Delete one of them."))
        return days if hours is None else Limit(hours)

    def workdays(self, node: Node, key: str, *, required: bool = False) -> Limit | None:
        """Working days, 1 or more."""
        if key not in node.mapping and not required:
            return None
        days = self.whole(node, key, least=1, default=0, required=required)
        if days > LONGEST:
            rule = Text("工作日数不得超过 {n}。", "At most {n} working {n|day|days}.").with_(n=LONGEST)
            self.problems.add(node.at(key), rule, Text("请改写时限。", "Change the limit."), value=days)
        return Limit(workdays=days) if 0 < days <= LONGEST else None

    def flag(self, node: Node, key: str) -> bool:
        found = self.child(node, key, "scalar", required=False)
        if found is None:
            return False
        if not isinstance(found.value, bool):
            rule = Text(
                "须写 true 或 false（yes、no、on、off 不算）。", "Write true or false (yes, no, on, off do not count)."
            )
            self.problems.add(found, rule, Text("请写 true 或 false。", "Write true or false."), value=found.value)
            return False
        return found.value

    def whole(self, node: Node, key: str, *, least: int, default: int, required: bool = False) -> int:
        found = self.child(node, key, "scalar", required=required)
        if found is None:
            return default
        value = found.value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MAX_WHOLE:
            rule = Text("须是 {n} 到 1000000 的整数。", "This must be a whole number from {n} to 1000000.").with_(
                n=least
            )
            self.problems.add(
                found, rule, Text("请填写整数，不加引号。", "Write a whole number without quotes."), value=value
            )
            return default
        return value
