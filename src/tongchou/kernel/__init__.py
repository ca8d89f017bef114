"""Pure foundations: texts, errors, identifiers, clocks, sealing, hash chain, tables. No Django, no clock of its own."""
