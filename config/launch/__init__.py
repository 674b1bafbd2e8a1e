"""Start Hearth with one command, keep it running, stop it, take it away."""
