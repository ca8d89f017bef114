"""The room of Plans."""
