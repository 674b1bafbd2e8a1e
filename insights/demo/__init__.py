"""The demonstration organisation: made up, dated relative to today, removable with one click."""

from insights.demo.build import Demonstration, SignIn, load_demonstration
from insights.demo.remove import Removed, remove_demonstration

__all__ = [
    "Demonstration",
    "Removed",
    "SignIn",
    "load_demonstration",
    "remove_demonstration",
]
