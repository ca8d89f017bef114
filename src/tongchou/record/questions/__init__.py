"""Questions: named reads. A tile, its drill-down list, the API and the bulletin call the same one, so they cannot differ."""
