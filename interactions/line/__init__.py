"""Understanding what somebody logs in one line, without asking anybody else."""

from interactions.line.understand import LONGEST_LINE, Heard, hear

__all__ = ["LONGEST_LINE", "Heard", "hear"]
