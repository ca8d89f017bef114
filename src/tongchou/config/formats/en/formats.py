"""Dates in English pages as everywhere else in the program: 2026-11-26 is read by all and sorts."""

DATE_FORMAT = "Y-m-d"
SHORT_DATE_FORMAT = "Y-m-d"
