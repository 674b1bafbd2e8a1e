"""Hearth's tests; their folders mirror the apps."""
