"""Grades of areas out of case history, by the table `area_grade` of a pack and the rule in force that day. Pure: no database, no clock."""
