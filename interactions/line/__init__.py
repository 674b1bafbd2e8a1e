"""Understanding what somebody logs in one line, without asking anybody else."""

from interactions.line.understand import Heard, hear

__all__ = ["Heard", "hear"]
