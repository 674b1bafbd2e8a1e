"""What Who knows our customers says, recounted."""

from collections import defaultdict
from datetime import date, timedelta

from insights.words import monies, percent, thousands
from relationships.words import plural
from tests.insights.figures.accounted import Account
from tests.insights.figures.recount import local_day, money_of, months_before

LEVELS = {
    "staff": "Staff", "team_lead": "Team leads", "head": "Heads of department",
    "executive": "Executives", "": "Nobody said",
}  # fmt: skip
STAGES = {"lead": "Leads", "current": "Current customers", "former": "Former customers"}
NOUNS = {"lead": "lead", "current": "current customer", "any": "customer"}
CIRCLES = {
    "Known to one of us only": lambda one: one.known_by == 1,
    "Known to none of us": lambda one: one.known_by == 0,
    "Their person left": lambda one: one.is_lost,
    "Not met in 90 days": lambda one: not one.is_met,
}


def known(found, asked):
    """Account for the page, with its filter."""
    account, team = Account(), asked.get("team")
    account.knows(r"a warmth of 10 on")
    people = people_of(found, team)
    # Of customers that are chosen by more than their team it tells whom we know alone.
    sentence = account.may_say if asked.keys() - {"team"} else account.says
    check_people(account, found, people, sentence)
    check_months(account, found, people)
    check_circles(account, found, asked)
    check_attention(account, found, team)
    return account


def people_of(found, team):
    """Return those of us who are people, of all teams or of one."""
    return [
        one
        for one in found.people.values()
        if one["role"] != "service" and team in (None, one["team_id"] or 0)
    ]


def met_by(found, since, until=date.max):
    """Who of us was in contact with a customer in some days."""
    return {
        one["person_id"]
        for one in found.touchpoints.values()
        if one["mode"] == "human" and since <= local_day(one["occurred_at"]) <= until
    }


def lately(found):
    """Return the first of 90 days, of which today is the last."""
    return found.today - timedelta(days=89)


def of_people(met, people):
    """How many of some people, and the share where they are enough."""
    said = f"{met} of {people}"
    return f"{said} ({percent(met / people)})" if people >= 10 else said


def check_people(account, found, people, sentence):
    """Who of us is here and met a customer lately, all of us and by group."""
    met, here = met_by(found, lately(found)), [one for one in people if one["is_active"]]
    count = sum(one["id"] in met for one in here)
    if len(here) < 3:
        return
    if count:
        share = f" ({percent(count / len(here))})" * (len(here) >= 10)
        is_everyone = count == len(here)
        sentence(
            f"All {count} of us{share}"
            if is_everyone
            else f"{count} of the {len(here)} of us{share}"
        )
    account.says(of_people(count, len(here)), under="Who of us meets customers")
    groups = groups_of(here, met)
    for what, rows in groups.items():
        said = [[name, of_people(those, number)] for name, (number, those) in rows.items()]
        if not said:
            continue
        longest = max(rows, key=lambda name: rows[name][1] / rows[name][0])
        account.lists(
            f"In contact with a customer in the last 90 days, by {what}", said, in_any_order=True
        )
        account.says(*(f"{name}: {text}" for name, text in said))
        account.says(f"{plural(len(said), 'bar')}; the longest is ")
        account.says(f"with {of_people(*reversed(rows[longest]))}.")
    if "Executives" in groups["level"]:
        number, those = groups["level"]["Executives"]
        sentence(f"{those or 'none'} of {number} executives")


def groups_of(here, met):
    """Return how many of us there are and how many of them met a customer, by group."""
    groups = {}
    for what, name_of in (("level", level_of), ("function", function_of)):
        counts = defaultdict(lambda: [0, 0])
        for one in here:
            counts[name_of(one)][0] += 1
            counts[name_of(one)][1] += one["id"] in met
        groups[what] = together(counts)
    return groups


def level_of(one):
    """How senior somebody is."""
    return LEVELS[one["level"] or ("executive" if one["role"] == "executive" else "")]


def function_of(one):
    """Return what somebody does."""
    return one["function"] or "Nobody said"


def together(counts):
    """Return groups of fewer than three together, or with the largest if still too few."""
    large = {name: tuple(pair) for name, pair in counts.items() if pair[0] >= 3}
    small = [pair for pair in counts.values() if pair[0] < 3]
    people, met = (sum(pair[at] for pair in small) for at in (0, 1))
    if people >= 3:
        return large | {"Smaller groups together": (people, met)}
    if people and large:
        first = min(large, key=lambda name: (-large[name][0], name.casefold()))
        number, those = large.pop(first)
        large[f"{first} and smaller groups"] = (number + people, those + met)
    return large


def check_months(account, found, people):
    """Expect who of us was here in each of 14 months, and who of them met a customer."""
    shown = months_of(found, people)
    said = said_of(found, shown)
    account.lists("Share of us in contact with a customer, by month", said)
    account.says(*(f"{name}: {text}" for name, text in said))
    last = months_before(found.today, 1)
    (_, now, of_now), (_, then, of_then) = shown[last], shown[last.replace(year=last.year - 1)]
    if min(of_now, of_then) >= 10:
        account.says(f"{percent(now / of_now)} of us were in contact")
        account.says(f"a year before {percent(then / of_then)}")


def said_of(found, shown):
    """Return a line a month, as it is read."""
    return [
        [f"{month:%B %Y}{' (so far)' * (month == found.today.replace(day=1))}", text]
        for month, (text, *_) in shown.items()
    ]


def months_of(found, people):
    """Return by month a text, how many of us met a customer, and how many of us there were."""
    met = {}
    for back in reversed(range(14)):
        month = months_before(found.today, back)
        met[month] = met_by(found, month, months_before(month, -1) - timedelta(days=1))
    history = defaultdict(set)
    for one in found.touchpoints.values():
        if one["mode"] == "human" and one["person_id"]:
            history[one["person_id"]].add(one["month"])
    shown = {}
    for month, those in met.items():
        here = 0
        for one in people:
            months = [m for m in history[one["id"]] if m >= min(met)]
            joined = local_day(one["joined_at"]).replace(day=1)
            begins = min([joined, *months])
            ends = date.max if one["is_active"] else max(months, default=date.min)
            here += begins <= month <= ends
        ours = sum(one["id"] in those for one in people)
        shown[month] = "too few to tell" if here < 3 else of_people(ours, here), ours, here
    return shown


def check_circles(account, found, asked):
    """Whom one of us knows, nobody does, who lost their person and whom nobody met."""
    everybody = found.among(**asked, heard=False)
    number, noun = len(everybody), NOUNS[asked.get("stage", "current")]
    account.says(f"Of {plural(number, noun)}", plural(number, noun))
    for title, holds in CIRCLES.items():
        some = [one for one in everybody if holds(one)]
        account.says(
            f"{thousands(len(some))} of {thousands(number)}",
            monies(money_of(some, "yearly_value")),
            monies(money_of(some, "at_risk")),
            under=title,
        )
        if title.startswith("Known to one"):
            account.says(f"{len(some)} {'is' if len(some) == 1 else 'are'} known to one")
        if title.startswith("Their") and some:
            account.says(f"{len(some)} {'has' if len(some) == 1 else 'have'} lost")
    if asked.get("team") is None:
        account.lists("Whom we know, by team", [
            team_row(name, [one for one in everybody if one.team == pk])
            for pk, name in sorted(
                ((pk, row["name"]) for pk, row in found.teams.items()), key=lambda one: one[1]
            )
            if any(one.team == pk for one in everybody)
        ])  # fmt: skip


def team_row(name, some):
    """Return a line of the table of teams: how many, and what of theirs is at risk."""
    cells = []
    for holds in CIRCLES.values():
        those = [one for one in some if holds(one)]
        risk = monies(money_of(those, "at_risk"))
        cells.append(f"{thousands(len(those))} {risk}" if those else "none")
    return [name, thousands(len(some)), *cells]


def check_attention(account, found, team):
    """Expect what each stage got of us in 90 days and by month, beside what it is worth."""
    given, months = attention(found, team)
    some = {stage: found.among(stage=stage, team=team, heard=False) for stage in STAGES}
    check_stages(account, given, some)
    running = found.today.replace(day=1)
    lines = []
    for month, counts in sorted(months.items()):
        total = sum(counts.values())
        share = percent(counts["lead"] / total) if total >= 10 else "too few to tell"
        name = f"{month:%B %Y}{' (so far)' * (month == running)}"
        account.says(f"{name}: {share}")
        lines.append([name, *(thousands(number) for number in counts.values()), share])
    account.lists("Share of our contact that leads got, by month", lines)


def attention(found, team):
    """Return our contacts with each stage in 90 days, and how many there were by month."""
    stage_of = {pk: row["stage"] for pk, row in found.customers.items()}
    given = {stage: [] for stage in STAGES}
    months = defaultdict(lambda: dict.fromkeys(STAGES, 0))
    first = months_before(found.today, 13)
    for one in found.touchpoints.values():
        if one["mode"] != "human" or team not in (None, one["team_id"] or 0):
            continue
        stage = stage_of[one["customer_id"]]
        if local_day(one["occurred_at"]) >= lately(found):
            given[stage].append(one)
        if one["month"] >= first:
            months[one["month"]][stage] += 1
    return given, months


def check_stages(account, given, some):
    """Expect the sentence, the table and the bars of stages."""
    timed = {
        stage: [one["duration_minutes"] for one in of if one["duration_minutes"] is not None]
        for stage, of in given.items()
    }
    contacts, minutes = (sum(map(len, given.values())), sum(map(sum, timed.values())))
    customers = sum(map(len, some.values()))
    rows, bars = [], shares_of(given, some)
    for stage, name in STAGES.items():
        number, hours = len(given[stage]), sum(timed[stage])
        long = "nobody noted it"
        if timed[stage]:
            long = plural(round(hours / 60), "hour")
            if len(timed[stage]) != number:
                long += f", noted of {thousands(len(timed[stage]))}"
        shares = number / contacts, len(some[stage]) / customers
        rows.append([
            name, f"{thousands(number)} {percent(shares[0])}", f"{long} {percent(hours / minutes)}",
            f"{thousands(len(some[stage]))} {percent(shares[1])}",
            monies(money_of(some[stage], "yearly_value")),
        ])  # fmt: skip
    caption = "Contact in the last 90 days, customers and value, by stage"
    account.lists(caption, rows)
    account.lists(caption, [[name, percent(share)] for name, share in bars])
    account.says(*(f"{name}: {percent(share)}" for name, share in bars))
    longest = max(bars, key=lambda bar: bar[1])
    account.says(f"{len(bars)} bars; the longest is {longest[0]} with {percent(longest[1])}.")
    of_leads = [share for name, share in bars if name.startswith("Leads")]
    account.says(f"Leads got {percent(of_leads[0])}" if of_leads[0] else "")
    account.says(f"{percent(sum(timed['lead']) / minutes)} of the time")
    if some["lead"]:
        account.says(f"they are {percent(of_leads[1])} of our customers")
        account.says(f"{percent(of_leads[2])} of the value")


def shares_of(given, some):
    """Return what share of our contact, of our customers and of their value each stage is."""
    main = main_currency(some)
    contacts, customers = (sum(map(len, of.values())) for of in (given, some))
    value = {stage: money_of(of, "yearly_value")[main] for stage, of in some.items()}
    return [
        (f"{name.removesuffix(' customers')}: {what}", float(share))
        for stage, name in STAGES.items()
        for what, share in (
            ("contact", len(given[stage]) / contacts),
            ("customers", len(some[stage]) / customers),
            (f"value, {main}", value[stage] / sum(value.values())),
        )
    ]


def main_currency(some):
    """Return the currency of most customers, where any is worth anything."""
    numbers = defaultdict(int)
    for of in some.values():
        for currency, value in money_of(of, "yearly_value").items():
            numbers[currency] += sum(one.currency == currency for one in of) if value else 0
    return max(sorted(numbers), key=lambda currency: numbers[currency])
