"""Tests of what touchpoints mean."""
