"""Tests of what starts Hearth and keeps it running."""
