"""Service to enterprises (三送一强): visits by responsible leaders, difficulties that the enterprise itself confirms as solved."""
