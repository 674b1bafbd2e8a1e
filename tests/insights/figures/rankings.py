"""How good a ranking of cases was, and what chance allows: section 6 of SCORING.md, slowly.

A case says whose it is (`pk`), what was said of it, and whether they went silent (`is_silent`).
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict

Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


def is_enough(cases):
    """Whether there are enough of both outcomes to say anything."""
    silent = sum(case.is_silent for case in cases)
    return len(cases) >= 20 and 5 <= silent <= len(cases) - 5


class Ranking:
    """How often those who went silent were put above those who did not, and what chance allows."""

    def __init__(self, cases, score):
        silent = sorted(score(case) for case in cases if case.is_silent)
        stayed = sorted(score(case) for case in cases if not case.is_silent)
        self.placed = {}
        for case in cases:
            mine, others = score(case), stayed if case.is_silent else silent
            below, upto = bisect_left(others, mine), bisect_right(others, mine)
            share = (below + (upto - below) / 2) / len(others)
            self.placed[case] = share if case.is_silent else 1 - share
        of_silent = [self.placed[case] for case in cases if case.is_silent]
        self.area = sum(of_silent) / len(silent)
        self.pulls = {
            case: (share - self.area) / (len(silent) if case.is_silent else len(stayed))
            for case, share in self.placed.items()
        }

    @property
    def range(self):
        """The ends of what chance allows, the cases of a customer taken together."""
        reach = Z * spread(self.pulls)
        return max(self.area - reach, 0), min(self.area + reach, 1)

    def ahead_of(self, other):
        """1 when it ranks better than another of the same cases, -1 when worse, 0 by chance."""
        difference = self.area - other.area
        apart = {case: pull - other.pulls[case] for case, pull in self.pulls.items()}
        return 0 if abs(difference) <= Z * spread(apart) else 1 if difference > 0 else -1


def spread(pulls):
    """Return the standard error of a sum, of as many witnesses as there are customers."""
    sums = defaultdict(float)
    for case, pull in pulls.items():
        sums[case.pk] += pull
    return math.sqrt(sum(s * s for s in sums.values()) * len(sums) / (len(sums) - 1))


def share_silent(cases):
    """Return the share that went silent."""
    return sum(case.is_silent for case in cases) / len(cases)


def expected(cases, score):
    """Return from the top what was said, and the share silent among those told the same."""
    told = defaultdict(list)
    for case in cases:
        told[score(case)].append(case)
    return [
        (said, share_silent(told[said])) for said in sorted(told, reverse=True) for _ in told[said]
    ]


def average_precision(cases, score):
    """Return the mean share of right calls until each who went silent, called from the top."""
    total, called, right = 0.0, 0, 0
    told = defaultdict(list)
    for case in cases:
        told[score(case)].append(case)
    for said in sorted(told, reverse=True):
        gone = sum(case.is_silent for case in told[said])
        called, right = called + len(told[said]), right + gone
        total += gone * right / called
    return total / right


def lift(cases, score):
    """How many times as often as all the riskiest tenth went silent."""
    top = expected(cases, score)[: math.ceil(len(cases) / 10)]
    return sum(share for _, share in top) / len(top) / share_silent(cases)


def brier(cases):
    """Return the mean squared difference of what was said and what happened."""
    return sum((case.hearth - case.is_silent) ** 2 for case in cases) / len(cases)


def tenths(cases):
    """Return (customers, said, silent) of ten groups as equal as can be, the lowest first."""
    lowest_first = expected(cases, lambda case: case.hearth)[::-1]
    size, more = divmod(len(cases), 10)
    groups = []
    for number in range(10):
        group = [lowest_first.pop(0) for _ in range(size + (number < more))]
        said = sum(said for said, _ in group) / len(group)
        groups.append((len(group), said, sum(share for _, share in group)))
    return groups


def calibration_error(cases):
    """How far, on average, what was said of a tenth is from what happened."""
    groups = tenths(cases)
    return sum(abs(n * said - silent) for n, said, silent in groups) / len(cases)


def wilson(hits, of):
    """Return the ends of what chance allows of a share (Wilson, 1927)."""
    share, z = hits / of, Z * Z / of
    middle, reach = share + z / 2, Z * math.sqrt(share * (1 - share) / of + z / 4 / of)
    low, high = ((middle + way * reach) / (1 + z) for way in (-1, 1))
    return low if hits else 0, high if hits < of else 1


def found_among(cases, score, share):
    """Return what part of those who went silent is among the top share of the list."""
    by_rank = [silent for _, silent in expected(cases, score)]
    whole, part = divmod(share * len(cases), 1)
    reached = sum(by_rank[: int(whole)]) + (part * by_rank[int(whole)] if part else 0)
    return reached / sum(by_rank)
