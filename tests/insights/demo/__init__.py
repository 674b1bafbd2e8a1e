"""Tests of the demonstration organisation."""
