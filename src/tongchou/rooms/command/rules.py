"""The numbers of duty, each with its source, out of duty.yaml."""

from __future__ import annotations

from tongchou.kernel.parameters import Parameter, parameters

ORIGIN = "duty"
"""Origin of the alarms about a missed shift; its reference is the place."""


def duty_rules() -> dict[str, Parameter]:
    """Every parameter, by name."""
    return parameters("tongchou.rooms.command", "duty.yaml")
