"""The command room: duty, and what headquarters does from meeting to bulletin."""
