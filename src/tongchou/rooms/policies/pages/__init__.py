"""Pages of the policies."""

from tongchou.rooms.policies.pages import applications, apply, catalogue, enterprise, manage, news, overview, worklist

__all__ = ["applications", "apply", "catalogue", "enterprise", "manage", "news", "overview", "worklist"]
