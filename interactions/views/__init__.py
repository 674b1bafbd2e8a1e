"""Pages: parse, one selector or service call, render."""
