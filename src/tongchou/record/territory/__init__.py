"""The territory: what may lie below what, how far an actor reaches, and the import of editions (read, compare, store)."""
