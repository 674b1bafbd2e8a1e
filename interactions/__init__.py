"""What happened: touchpoints, their types, loops, sources, and every door in."""
