"""Finds, starts, stops and locates a PostgreSQL server. No Django."""
