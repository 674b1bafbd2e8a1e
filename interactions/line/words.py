"""The words of a line, and the phrases that they are part of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from interactions.line.phrases import LONGEST_TIME, TIMES, Time

T = TypeVar("T")


def _not_behind(words: str) -> str:
    return "".join(rf"(?<!(?i:\b{word}))" for word in words.split())


# A dot belongs to some words, and mostly to the form of a company that small letters follow.
_TITLES = _not_behind("[a-z] mr mrs ms dr prof st hr fr mme mlle sr sra ing kl ca nr")
_COMPANIES = _not_behind("inc ltd co corp bros")
CLAUSE_ENDS = re.compile(
    r"[,;]|(?<!\d)[!?:](?=\s|$)"
    rf"|(?<!\d){_TITLES}(?:{_COMPANIES}\.(?=\s|$)|\.(?=\s+[^\sa-z]|$))"
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a line, or a phrase that says when: folded, and where it stands."""

    text: str
    start: int
    end: int
    time: Time | None = None


def is_broken(line: str, words: Sequence[Word]) -> bool:
    """Whether a clause ends between these words."""
    return any(CLAUSE_ENDS.search(line[one.end : other.start]) for one, other in pairwise(words))


def clause_around(line: str, word: Word) -> tuple[int, int]:
    """Return where the clause of a word begins and ends."""
    ends = [end.end() for end in CLAUSE_ENDS.finditer(line)]
    start = max((end for end in ends if end <= word.start), default=0)
    return start, min((end for end in ends if end > word.start), default=len(line))


def known_phrases(
    line: str, words: Sequence[Word], known: Mapping[str, T], longest: int
) -> Iterator[tuple[T, int, int]]:
    """Yield the phrases that are known, and from where to before where; the longest of several.

    They are known folded, or as they are written where folded they are words of names.
    """
    first = 0
    while first < len(words):
        for last in range(min(first + longest, len(words)), first, -1):
            phrase = words[first:last]
            said = known.get(" ".join(word.text for word in phrase))
            if said is None:
                said = known.get(line[phrase[0].start : phrase[-1].end].casefold())
            if said is not None and not is_broken(line, phrase):
                yield said, first, last
                first = last
                break
        else:
            first += 1


def with_times(line: str, words: Sequence[Word]) -> list[Word]:
    """Return the words with each phrase that says when as one of them."""
    found, done = [], 0
    for time, first, last in known_phrases(line, words, TIMES, LONGEST_TIME):
        text = " ".join(word.text for word in words[first:last])
        found += [*words[done:first], Word(text, words[first].start, words[last - 1].end, time)]
        done = last
    return [*found, *words[done:]]
