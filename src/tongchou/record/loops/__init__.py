"""The loop engine: what is owed, by whom, until when, and how it ends. Kinds are data; this package knows none of them by name."""
