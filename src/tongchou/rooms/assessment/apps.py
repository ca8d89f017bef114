"""The app of the room: scores and bulletins."""

from tongchou.rooms.registry import Room


class AssessmentConfig(Room):
    name = "tongchou.rooms.assessment"
    label = "assessment"
    verbose_name = "考核通报 Assessment"
