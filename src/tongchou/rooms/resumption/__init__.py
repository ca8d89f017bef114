"""The room of Resumption and service."""
