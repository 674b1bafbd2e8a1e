"""Touchpoints and their types as JSON."""
