"""Documents, directives, meetings."""
