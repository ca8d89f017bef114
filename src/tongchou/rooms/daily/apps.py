"""The app of the room: daily reports, breaches and progress of enterprises."""

from tongchou.rooms.registry import Room


class DailyConfig(Room):
    name = "tongchou.rooms.daily"
    label = "daily"
    verbose_name = "企业日报 Daily reports"
