"""The app of the room: projects."""

from tongchou.rooms.registry import Room


class ProjectsConfig(Room):
    name = "tongchou.rooms.projects"
    label = "projects"
    verbose_name = "重大项目 Projects"
