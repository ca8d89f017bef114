"""Verbs of the policies."""

from tongchou.rooms.policies.actions import applications, contacts, deciding, facts, matching, objecting

__all__ = ["applications", "contacts", "deciding", "facts", "matching", "objecting"]
