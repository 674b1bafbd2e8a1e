"""`make bench-drift`: Hearth and its peers, measured on real logs."""
