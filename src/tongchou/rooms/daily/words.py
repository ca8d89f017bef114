"""What groups of enterprises are called: on pages and in papers."""

from __future__ import annotations

from tongchou.kernel.industries import section_name
from tongchou.kernel.text import Text

GROUP_NAMES = {"street": Text("街道", "Street"), "industry": Text("行业", "Industry"), "size": Text("规模", "Size")}
SIZES = {
    "large": Text("大型", "large"),
    "medium": Text("中型", "medium"),
    "small": Text("小型", "small"),
    "micro": Text("微型", "micro"),
}
NOT_ON_RECORD = Text("未登记", "not on record")


def group_name(by: str, key: str | None, name: str) -> Text:
    """A street, a section of industry or a size as a list names it."""
    if key is None:
        return NOT_ON_RECORD
    if by == "industry":
        return section_name(name) if section_name(name).zh else Text(name, name)
    return SIZES.get(name, Text(name, name)) if by == "size" else Text(name, name)
