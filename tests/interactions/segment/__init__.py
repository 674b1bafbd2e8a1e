"""Tests of the door for SDKs of Segment."""
