"""Whom a line may name: runs of words that are not understood, and how they stand together."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from interactions.line.moments import says_when
from interactions.line.vocabulary import ABOUT, AND, NO_NAMES, THEN, Said
from interactions.line.words import Word, clause_around, is_broken
from relationships.names import searchable

_JOINED = re.compile(r"\s[&+]\s")


@dataclass(frozen=True, slots=True)
class Run:
    """Words that may be a name, and where they stand: `places` among the words of a line."""

    name: str
    start: int
    places: range


def runs_of_names(line: str, words: Sequence[Word], taken: Set[int]) -> list[Run]:
    """Return the runs of words that are neither understood nor mere links."""
    return [_run(line, words, places) for places in _runs(line, words, taken)]


def _runs(line: str, words: Sequence[Word], taken: Set[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for place, word in enumerate(words):
        is_name = place not in taken and word.text not in NO_NAMES and not word.text.isdecimal()
        if run and (not is_name or is_broken(line, [words[run[-1]], word])):
            yield run
            run = []
        if is_name:
            run.append(place)
    if run:
        yield run


def _run(line: str, words: Sequence[Word], places: Sequence[int]) -> Run:
    start = words[places[0]].start
    return Run(line[start : words[places[-1]].end], start, range(places[0], places[-1] + 1))


def joined_names(line: str, runs: Sequence[Run]) -> Iterator[str]:
    """Yield the names that are joined by an "and" or a "then", as words or within one run."""
    for run in runs:
        beside = line[: run.start].split()[-1:] + line[run.start + len(run.name) :].split()[:1]
        if AND.intersection(beside) or THEN.intersection(map(searchable, beside)):
            yield run.name
        elif len(parts := _JOINED.split(run.name)) > 1:
            yield from parts


def names_apart(
    line: str, words: Sequence[Word], meanings: Sequence[Said], runs: Sequence[Run]
) -> tuple[list[str], list[str]]:
    """Return whom a line goes on to after its first clause: names that are joined, or are alone.

    What else stands there is what it was about. Joined is only what is written as a name, with a
    capital, for any other word may be a part of somebody's name.
    """
    acts = {place for one in meanings if one.meaning.is_act for place in range(one.first, one.last)}
    runs = [run for one in runs for run in _without_times(line, words, one)]
    joined, lone = [], []
    for run in runs:
        is_joined, is_alone = _goes_on(line, words, run, acts=acts, runs=runs)
        if is_joined and run.name[0].isupper():
            joined.append(run.name)
        elif is_joined or is_alone:
            lone.append(run.name)
    return joined, lone


def _goes_on(
    line: str, words: Sequence[Word], run: Run, *, acts: Set[int], runs: Sequence[Run]
) -> tuple[bool, bool]:
    """Return whether a "then", an act or an "and" leads to a name, and if it is alone there."""
    start, stop = clause_around(line, words[run.places[0]])
    inside = [place for place, word in enumerate(words) if start <= word.start < stop]
    before = [place for place in inside if place < run.places[0]]
    leads = [words[p].text for p in before if words[p].text not in NO_NAMES - THEN]
    if THEN.intersection(leads[-1:]):
        return True, False
    told = acts | {place for one in runs if _has_and(words, one) for place in one.places}
    told |= {place for place in inside if _is_link(words[place])} | {*run.places}
    is_clause = start > 0 and told.issuperset(before)
    after = [place for place in inside if place > run.places[-1]]
    about = next((place for place in after if words[place].text in ABOUT), len(words))
    is_alone = is_clause and told.issuperset(place for place in after if place < about)
    is_joined = is_clause and not acts.isdisjoint(before)
    return is_joined or (is_alone and _has_and(words, run)), is_alone


def _has_and(words: Sequence[Word], run: Run) -> bool:
    beside = run.places[0] - 1, run.places[-1] + 1
    return any(0 <= place < len(words) and words[place].text in AND for place in beside)


def _is_link(word: Word) -> bool:
    """Whether a word says neither whom nor what; one of when does not either."""
    return _is_of_time(word) or word.text in (NO_NAMES | AND) - ABOUT


def _is_of_time(word: Word) -> bool:
    return word.time is not None or says_when([word])


def _without_times(line: str, words: Sequence[Word], run: Run) -> Iterator[Run]:
    """Yield a run without what says when around it, if it is more than that."""
    names = [place for place in run.places if not _is_of_time(words[place])]
    if names:
        yield _run(line, words, names)
