"""What Proof says, recounted."""

import re

from insights.words import percent, thousands
from relationships.words import day_name, plural
from tests.insights.figures import rankings as slow
from tests.insights.figures.accounted import Account
from tests.insights.figures.foretold import RIVALS, SCORES
from tests.insights.figures.rankings import Ranking, is_enough

NAMES = {
    "hearth": "Hearth", "days_since": "Days since last touch", "rfm": "RFM",
    "decay": "Fixed decay, 90 days",
}  # fmt: skip
NOTES = {
    "hearth": "The chance of silence, by each customer's own rhythm",
    "days_since": "The longer silent, the riskier",
    "rfm": "Ranked by how lately and how often; their worth back then is not known",
    "decay": "Every touch counts, and half of it fades in 90 days",
}
SHORT = {"hearth": "Hearth", "days_since": "Days since", "rfm": "RFM", "decay": "Decay"}
VERDICTS = {1: "Hearth is ahead", 0: "too close to call", -1: "Hearth is behind"}
LEANINGS = {1: "Service", 0: "neither more", -1: "Connection"}
STYLES = {1: "Personal", 2: "Mixed", 3: "Self-service"}
KINDS = {
    "went_silent": (False, True, 1), "came_back": (True, False, -1), "foreseen": (True, True, -1),
}  # fmt: skip
"""Of each list whether they were flagged and went silent, and which way the chance is ordered."""

TOPS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3)
NO_FIGURES = (
    r"silence of 90 days", r"for 90 days", r"5 % most at risk", r"A coin gets 50\b",
    r"\b50 is a coin, 100 perfect", r"\b1 is a guess", r"\b0 is perfect", r"in 100\b",
    r"Calling blindly 30 %", r"of 100 calls", r"in 95 of 100 cases",
    r"When we say 60 %, is it 60 %\?",
)  # fmt: skip


def proof(found, foretold):
    """Account for the page as an executive sees it, worked out at the moment of the recount."""
    account = Account()
    account.knows(*NO_FIGURES)
    account.says("Today, 09:00")
    check_headline(account, foretold)
    check_tiles(account, foretold)
    check_months(account, foretold)
    for kind in ("went_silent", "came_back"):
        for one in listed(foretold, foretold.headline_month, kind)[:5]:
            account.says(
                f"{day_name(one.monday, found.today)}: {percent(one.hearth)} chance of silence, "
                f"distance {foretold.distance(one):.0f}"
            )
    check_tenths(account, foretold)
    check_lift(account, foretold)
    check_rivals(account, foretold)
    check_exactness(account, foretold)
    check_axes(account, found, foretold)
    return account


def counted(foretold, month):
    """Return a month's customers by whether they were flagged and whether they went silent."""
    counts = {(is_flagged, is_silent): 0 for is_flagged in (True, False) for is_silent in (1, 0)}
    for case, is_flagged in foretold.months[month]:
        counts[is_flagged, int(case.is_silent)] += 1
    return counts


def check_headline(account, foretold):
    """Expect what became of those flagged in a month, and what it is made of."""
    month = foretold.headline_month
    counts = counted(foretold, month)
    flagged, others = (counts[which, 1] + counts[which, 0] for which in (True, False))
    gone, missed = counts[True, 1], counts[False, 1]
    account.says(
        f"Of {plural(flagged, 'customer')} we flagged in {month:%B %Y}, {thousands(gone)} have "
        f"gone silent; of {thousands(others)} we did not flag, {thousands(missed)} have."
    )
    times = gone / flagged / (missed / others)
    account.says(f"Those we flagged went silent {times:.0f} times as often as the others.")
    first, last = (f"{day.day} {day:%B %Y}" for day in (foretold.mondays[0], foretold.mondays[-1]))
    account.says(f"{len(foretold.mondays)} Mondays, from {first} to {last}")


def check_tiles(account, foretold):
    """Expect what warnings were worth, and how well the score ranked."""
    check_warnings(account, foretold)
    warned, hearth = foretold.warnings("hearth"), Ranking(foretold.ranked, hearth_of)
    account.says(
        percent(warned.caught / warned.departures),
        f"Of {thousands(warned.departures)} silences of 90 days or more, "
        f"{thousands(warned.caught)} had been warned of",
        plural(round(warned.lead_days), "day"),
        "the 90 days were over",
        f"{100 * hearth.area:.0f} in 100",
        "Chance allows {}".format(" to ".join(f"{100 * end:.0f}" for end in hearth.range)),
    )


def check_warnings(account, foretold):
    """Expect how many weekly warnings were right."""
    warned = foretold.warnings("hearth")
    account.says(percent(warned.right / warned.warnings))
    account.says(
        f"{thousands(warned.right)} of {thousands(warned.warnings)} weekly warnings were followed "
        f"by 90 days of silence. Warning blindly would be right in "
        f"{percent(slow.share_silent(foretold.ranked))}."
    )


def hearth_of(case):
    """Return the probability of silence that the score said."""
    return case.hearth


def check_months(account, foretold):
    """Expect a line a month: how many went silent or came back, of those flagged and others."""
    rows = []
    for month in sorted(foretold.months, reverse=True):
        counts = counted(foretold, month)
        flagged, others = (counts[which, 1] + counts[which, 0] for which in (True, False))
        gone, missed = counts[True, 1], counts[False, 1]
        rows.append([
            f"{month:%B %Y}{'' if foretold.is_whole(month) else ' part of it'}",
            f"{gone} of {flagged} {percent(gone / flagged)}", f"{flagged - gone}",
            f"{missed} of {others} {percent(missed / others)}",
        ])  # fmt: skip
    account.lists("Customers flagged and not, and how many went silent, by month", rows)


def listed(foretold, month, kind):
    """Return the customers of a list, the worst mistake or the surest hit first."""
    is_flagged, is_silent, way = KINDS[kind]
    cases = [
        case
        for case, was_flagged in foretold.months[month]
        if (was_flagged, case.is_silent) == (is_flagged, is_silent)
    ]
    return sorted(cases, key=lambda case: (way * case.hearth, case.place))


def customers(found, foretold, month, kind):
    """Account for a list of customers of a month."""
    account, by_number = Account(), {one.pk: one for one in found.everyone}
    cases = listed(foretold, month, kind)
    account.knows(r"what followed in 90 days", r"50 a page")
    account.says(plural(len(cases), "customer"))
    account.lists(
        f"{TITLES[kind]}, {month:%B %Y}",
        [
            [
                None, None, day_name(case.monday, found.today), percent(case.hearth),
                f"{foretold.distance(case):.0f}", by_number[case.pk].band.capitalize(),
            ]
            for case in cases[:50]
        ],
    )  # fmt: skip
    return account


TITLES = {
    "went_silent": "Not flagged, and went silent", "came_back": "Flagged, and came back",
    "foreseen": "Flagged, and went silent",
}  # fmt: skip


def check_tenths(account, foretold):
    """Expect what was said of each tenth, and what happened."""
    rows = []
    for number, said, silent in slow.tenths(foretold.ranked):
        shares = percent(said), percent(silent / number)
        account.says("Said {}: {} went silent".format(*shares))
        account.may_say("said {}, was {}".format(*shares))
        ends = " to ".join(percent(end) for end in slow.wilson(silent, number))
        rows.append([thousands(number), *shares, ends])
    account.lists("Chance of silence: what we said, and what happened", rows)
    error = plural(round(100 * slow.calibration_error(foretold.ranked)), "percentage point")
    account.says(f"On average what we said is {error} from what happened")


def check_lift(account, foretold):
    """Expect whom each score finds, calling from the top."""
    rows = []
    for name in SCORES:
        shares = [percent(share) for share in reached(foretold, name)]
        account.says(
            f"{SHORT[name]}: {shares[1]} of those who went silent are among the first 10 %, "
            f"{shares[3]} among the first 20 %.",
        )
        # Capitals beside a line are read as a mark.
        account.may_say(f"{SHORT[name]} {shares[5]}")
        rows.append([SHORT[name], *shares])
    account.lists("Whom each score finds, called from the top of its list", rows)


def reached(foretold, name):
    """Return what part of those who went silent each top share of a list has."""
    return [slow.found_among(foretold.ranked, score_of(name), top) for top in TOPS]


def score_of(name):
    """Return what takes a score from a case."""
    return lambda case: getattr(case, name)


def drawn(text, *, digits):
    """Accept a number with what chance allows of it, which is drawn and has tests of its own."""
    end = r"\d+" if digits == 0 else rf"\d+\.\d{{{digits}}}"
    return re.compile(rf"{re.escape(text)} {end} to {end}")


def of_area(ranking):
    """Write pairs in the right order, with what chance allows."""
    low, high = ranking.range
    return f"{100 * ranking.area:.0f} {100 * low:.0f} to {100 * high:.0f}"


def check_rivals(account, foretold):
    """Expect Hearth beside three plain scores, on the same customers."""
    cases, rows, rankings = foretold.ranked, [], {}
    for name in SCORES:
        score, warned = score_of(name), foretold.warnings(name)
        ranking = rankings[name] = Ranking(cases, score)
        ahead = rankings["hearth"].ahead_of(ranking)
        rows.append([
            f"{NAMES[name]} {NOTES[name]}", of_area(ranking),
            drawn(f"{slow.lift(cases, score):.1f}", digits=1),
            drawn(f"{100 * slow.average_precision(cases, score):.0f}", digits=0),
            percent(warned.right / warned.warnings), plural(round(warned.lead_days), "day"),
            "" if name == "hearth" else VERDICTS[ahead],
        ])  # fmt: skip
    account.lists("Hearth and three plain scores", rows)
    best = max(RIVALS, key=lambda name: rankings[name].area)
    account.says(
        f"Hearth puts {100 * rankings['hearth'].area:.0f} in 100 pairs in the right order, the "
        f"best plain score {100 * rankings[best].area:.0f} in 100 ({NAMES[best]})"
    )


def check_exactness(account, foretold):
    """Expect how exact the score was for those in touch, in early drift, and for everyone."""
    early = [case for case in foretold.ranked if case.of_us.is_early]
    kinds = {
        "In touch": foretold.ranked, "Early drift": early,
        "Everyone ever heard from": foretold.everyone,
    }  # fmt: skip
    rows = []
    for name, cases in kinds.items():
        share = slow.share_silent(cases)
        rows.append([
            name, thousands(len(cases)), thousands(sum(case.is_silent for case in cases)),
            of_area(Ranking(cases, hearth_of)),
            drawn(f"{slow.lift(cases, hearth_of):.1f}", digits=1),
            drawn(f"{100 * slow.average_precision(cases, hearth_of):.0f}", digits=0),
            f"{slow.brier(cases):.3f} blind {share * (1 - share):.3f}",
            drawn(f"{100 * slow.calibration_error(cases):.0f}", digits=0),
        ])  # fmt: skip
    caption = "How exact the score was for customers in touch, in early drift, and for everyone"
    account.lists(caption, rows)


def axes_of(cases):
    """Return how well either axis alone ranks cases, and which of them foretells more."""
    axes = [
        Ranking(cases, lambda case, axis=axis: getattr(case.of_us, axis))
        for axis in ("service", "connection")
    ]
    return *axes, axes[0].ahead_of(axes[1])


def check_axes(account, found, foretold):
    """Expect what foretells leaving, for all of them, by segment and by style."""
    service, connection, _ = axes_of(foretold.ranked)
    account.says(
        f"Service alone puts {100 * service.area:.0f} in 100 pairs in the right order, connection "
        f"alone {100 * connection.area:.0f} in 100."
    )
    segments = {pk: row["name"] for pk, row in found.segments.items()} | {0: "None"}
    for what, names in (("segment", segments), ("style", STYLES)):
        rows = []
        for number in sorted(names):
            cases = [case for case in foretold.ranked if getattr(case.of_us, what) == number]
            if not cases:
                continue
            silent = sum(case.is_silent for case in cases)
            told = ["too few to say"]
            if is_enough(cases):
                *axes, leans = axes_of(cases)
                areas = [Ranking(cases, hearth_of), *axes]
                told = [*map(of_area, areas), LEANINGS[leans]]
            rows.append([
                names[number], thousands(len({case.pk for case in cases})), thousands(len(cases)),
                thousands(silent), *told,
            ])  # fmt: skip
        account.lists(f"What foretells silence, by {what}", rows)
