"""The dialect of Segment: keep what arrives, and make customers, contacts and touchpoints of it."""
