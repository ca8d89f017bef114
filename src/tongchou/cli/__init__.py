"""The `tongchou` command."""
