"""Who may do what, where. Roles are data (`roles.yaml`); an actor is an account with the posts that it holds now."""

from tongchou.record.access.actor import SYSTEM, Actor, Grant, load_actor
from tongchou.record.access.roles import Role, Roles, roles

__all__ = ["SYSTEM", "Actor", "Grant", "Role", "Roles", "load_actor", "roles"]
