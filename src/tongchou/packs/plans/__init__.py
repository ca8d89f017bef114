"""Prevention plans as dated data: their format, the checks they must pass, and the one evaluator for one person and for a million."""
