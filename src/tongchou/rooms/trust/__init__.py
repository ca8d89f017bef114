"""Trust: restrictions with rule, evidence, legal basis and end; appeals; the pass for care; what a resident is told."""
