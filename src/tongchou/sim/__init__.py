"""Synthetic people and districts."""
