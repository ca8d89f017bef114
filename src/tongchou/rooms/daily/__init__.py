"""Daily reports of enterprises (R3), work without a right to it (R4) and progress to capacity (R5)."""
