"""Tests of the scoring core, which need no Django."""
