"""Matching of needs and offers: which pairs can be, and the best of them in stages. Pure: no database, no clock, no chance."""
