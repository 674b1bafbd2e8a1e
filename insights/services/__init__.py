"""Writes: states, readings and rollups."""
