"""Reads for pages, the API and tasks: from readings and rollups, never from touchpoints."""
