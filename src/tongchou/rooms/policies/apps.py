"""The app of the room: policies for enterprises."""

from tongchou.rooms.registry import Room


class PoliciesConfig(Room):
    name = "tongchou.rooms.policies"
    label = "policies"
    verbose_name = "惠企政策 Policies"
