"""What a story is: who plays in it, and what happens to them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relationships.models import Customer

if TYPE_CHECKING:
    from insights.demo.diary import Diary


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One of the ideas Hearth is about, lived by several customers and one named example.

    `tell` writes a customer's diary; its docstring is the story in a sentence. Where `teams` or
    `segments` say nothing, chance does. `since` is how many days ago the relationship began, from
    and to; `worth` is how many times the usual yearly value these customers are worth.
    """

    tell: "Callable[[Diary], None]"
    lead: str
    customers: int
    teams: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    stage: str = Customer.Stage.CURRENT
    style: str = ""
    since: tuple[int, int] = (1095, 3000)
    worth: float = 1.0
    is_orphan: bool = False

    @property
    def name(self) -> str:
        """The name of the function that tells it."""
        return self.tell.__name__

    @property
    def sentence(self) -> str:
        """The story in a sentence."""
        return (self.tell.__doc__ or "").split("\n")[0]
