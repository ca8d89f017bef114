"""Background work: escalation, sealing, reconciliation."""
