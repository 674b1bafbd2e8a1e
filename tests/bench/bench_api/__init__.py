"""The bench of the API: how fast events come in, against raw COPY and against the limits."""
