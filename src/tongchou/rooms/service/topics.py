"""Topics of difficulties: the choices of the loop kind, which is where they are declared; and the room's numbers."""

from __future__ import annotations

from tongchou.kernel.parameters import Parameter, parameters
from tongchou.kernel.text import Text
from tongchou.record.loops.kinds import current_edition


def topics() -> dict[str, Text]:
    """Every topic in the order of the kind in force."""
    kind = current_edition("difficulty")[1]
    return dict(next(f for f in kind.fields if f.key == "topic").choices)


def topic_name(topic: str) -> Text:
    """A topic in words; what enterprises asked for in another kind of loop has none."""
    return topics().get(topic, Text(topic, topic)) if topic else Text("诉求（未分类）", "Requests without a topic")


def service_rules() -> dict[str, Parameter]:
    """Every parameter of the room, by name."""
    return parameters("tongchou.rooms.service", "service.yaml")
