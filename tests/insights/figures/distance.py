"""What Distance says, recounted."""

from insights.scoring import why
from insights.words import monies, percent, short_money, signed, thousands
from relationships.words import plural
from tests.insights.figures import wall
from tests.insights.figures.accounted import Account
from tests.insights.figures.recount import BANDS, band_then, money_of

KNOWN = BANDS[1:]
FAR = ("drifting", "gone")
STAGES = {
    "current": "Current customers", "lead": "Leads", "former": "Former customers",
    "any": "Customers",
}  # fmt: skip


def distance(found, asked):
    """Account for the page, with its filters."""
    account, some = Account(), found.among(**asked)
    check_bands(account, found, some, asked)
    for when, span in (("Four weeks ago", "in four weeks"), ("A year ago", "in a year")):
        check_moves(
            account, when, f"{heading_of(asked)} who moved between bands {span}",
            moves_of(found, some)[when],
        )  # fmt: skip
    check_risks(account, found, found.among(**asked, heard=False))
    wall.check_months(account, found, wall.of_distance(found, asked))
    check_map(account, some, noun_of(asked))
    account.lists(
        f"{STAGES[asked.get('stage', 'current')]} by doors and windows",
        [[name, None, thousands(len(in_quarter(some, name)))] for name in QUARTERS],
    )
    check_movers(account, some)
    return account


def noun_of(asked):
    """Return what a page calls one of those it is of."""
    return {"lead": "lead", "former": "former customer"}.get(asked.get("stage"), "customer")


def heading_of(asked):
    """Return what a page calls those it is of, at the head of a column."""
    return f"{noun_of(asked)}s".capitalize()


def bands_then(found, some):
    """Return the bands of customers on the Mondays that pages compare with."""
    days = {"Four weeks ago": found.four_weeks_ago, "A year ago": found.year_ago}
    return {when: [band_then(one.past[day]) for one in some] for when, day in days.items()}


def moves_of(found, some):
    """Return the bands of customers then and now."""
    now = [one.band for one in some]
    return {
        when: list(zip(bands, now, strict=True)) for when, bands in bands_then(found, some).items()
    }


def check_bands(account, found, some, asked):
    """Expect the sentence, the strips, and the table of bands."""
    now, then = [one.band for one in some], bands_then(found, some)
    far, before = (sum(band in FAR for band in bands) for bands in (now, then["Four weeks ago"]))
    noun = noun_of(asked)
    year_ago = sum(band in FAR for band in then["A year ago"])
    if len(some) >= 10:
        account.says(f"{thousands(far) if far else 'None'} of {thousands(len(some))} {noun}s")
        if far != before:
            more = "more" if far > before else "fewer"
            account.says(f"{thousands(abs(far - before))} {more} than four weeks ago")
        if moved := far - year_ago:
            more = "more" if moved > 0 else "fewer"
            account.says(f"{thousands(abs(moved))} {more} than a year ago")
        account.says(monies(money_of(some, "at_risk")))
        if year_ago:
            account.says(f"A year ago {plural(year_ago, noun)}")
    unheard = len(found.among(**asked, heard=False)) - len(some)
    if unheard:
        account.says(f"{unheard} never heard from")
    for when, bands in {"Now": now, **then}.items():
        known = [band for band in bands if band != "unknown"]
        counts = {band: known.count(band) for band in KNOWN}
        said = ", ".join(f"{thousands(count)} {band}" for band, count in counts.items() if count)
        account.says(f"{when}: {said}")
        account.says(
            *(
                f"{when}: {thousands(count)} {band} ({percent(count / len(known))})"
                for band, count in counts.items()
                if count
            )
        )
    account.lists(f"{heading_of(asked)} and value by band", band_rows(found, some))


def band_rows(found, some):
    """Return of each band how many stand in it, how that moved, and what they are worth."""
    now, then = [one.band for one in some], bands_then(found, some)
    return [
        [
            band.capitalize(),
            thousands(now.count(band)),
            *(change(now.count(band) - bands.count(band)) for bands in then.values()),
            *(
                monies(money_of([one for one in some if one.band == band], field))
                if band in now
                else ""
                for field in ("yearly_value", "at_risk")
            ),
        ]
        for band in KNOWN
    ]


def change(difference):
    sign = "+" if difference > 0 else "\N{MINUS SIGN}" if difference < 0 else "±"
    return f"{sign}{abs(difference)}"


def check_moves(account, when, caption, moves):
    """Who went from where to where."""
    compared = [(was, now) for was, now in moves if was != "unknown"]
    further = sum(KNOWN.index(now) > KNOWN.index(was) for was, now in compared)
    nearer = sum(KNOWN.index(now) < KNOWN.index(was) for was, now in compared)
    account.says(
        f"{further or 'None'} of {len(compared)} moved further",
        *([f"{nearer} came nearer"] if nearer else []),
    )
    counts = {pair: moves.count(pair) for pair in set(moves)}
    names = dict.fromkeys(KNOWN) | (
        {"unknown": None} if any(w == "unknown" for w, _ in moves) else {}
    )
    called = {band: "not heard from" if band == "unknown" else band for band in names}
    for was in names:
        account.says(
            *(
                f"{when} {called[was]}, now {now}: {counts[was, now]}"
                for now in KNOWN
                if counts.get((was, now))
            )
        )
        of_row = sum(count for (w, _), count in counts.items() if w == was)
        if of_row:
            account.says(f"{when} {called[was]}: {of_row}")
    now = [band for _, band in moves]
    account.says(*(f"now {band}: {now.count(band)}" for band in KNOWN if band in now))
    account.says(f"All: {len(moves)}")
    account.may_say(
        *(f"{count} from {called[was]} to {band}" for (was, band), count in counts.items())
    )
    account.lists(
        caption,
        [
            *(
                [
                    called[was].capitalize(),
                    *(str(counts.get((was, band), 0)) for band in KNOWN),
                    str(sum(w == was for w, _ in moves)),
                ]
                for was in names
            ),
            ["Now", *(str(now.count(band)) for band in KNOWN), str(len(now))],
        ],
    )


def risks_of(found, everybody):
    """Return what teams have at risk by currency, those with most first."""
    teams = {pk: row["name"] for pk, row in found.teams.items()} | {0: "No team"}
    risks = {}
    for currency, total in money_of(everybody, "at_risk").items():
        of_team = {
            name: money_of([one for one in everybody if one.team == pk], "at_risk")[currency]
            for pk, name in teams.items()
        }
        ranked = sorted((pair for pair in of_team.items() if pair[1]), key=lambda pair: -pair[1])
        if total:
            risks[currency] = [[name, short_money(amount, currency)] for name, amount in ranked]
    return risks


def check_risks(account, found, everybody):
    """Expect what teams have at risk, currency by currency."""
    for currency, rows in risks_of(found, everybody).items():
        account.lists(f"At risk in a year, in {currency}, by team", rows)
        check_bars(account, rows)


def check_bars(account, rows):
    """Expect the bars of what teams have at risk, drawn and in words."""
    account.says(*(f"{name}: {text}" for name, text in rows))
    account.says(f"{plural(len(rows), 'bar')}; the longest is {rows[0][0]} with {rows[0][1]}.")


QUARTERS = {
    "Handshake only": (True, False),
    "Open house": (True, True),
    "Walled off": (False, False),
    "Through the glass": (False, True),
}


def in_quarter(some, name):
    return [
        one
        for one in some
        if (one.score["doors"] >= 40, one.score["windows"] >= 40) == QUARTERS[name]
    ]


def check_map(account, some, noun):
    """Expect the map of doors and windows: its quarters, and each customer on it."""
    counts = {name: len(in_quarter(some, name)) for name in QUARTERS}
    account.says(plural(len(some), noun))
    account.says(*(f"{name}: {thousands(count)}" for name, count in counts.items() if count))
    account.says(*(f"{thousands(count)} {name.lower()}" for name, count in counts.items() if count))
    account.may_say(*(f"{name}: 0" for name in counts), *(f"0 {name.lower()}" for name in counts))
    account.says(
        *(
            f"{one.name}: {one.band}, doors {one.score['doors']:.0f}, "
            f"windows {one.score['windows']:.0f}"
            for one in some
        )
    )


def movers_of(some):
    """Return who moved most in four weeks, away and closer."""
    moved = [one for one in some if one.drift is not None]
    away = sorted((o for o in moved if o.drift >= 5), key=lambda o: (-o.drift, o.pk))[:6]
    closer = sorted((o for o in moved if o.drift <= -5), key=lambda o: (o.drift, -o.pk))[:6]
    return {"Furthest away in four weeks": away, "Come closer in four weeks": closer}


def check_movers(account, some):
    """Expect who moved most in four weeks, and why."""
    for heading, movers in movers_of(some).items():
        for one in movers:
            account.says(
                f"{round(one.distance)}",
                signed(one.drift)[0],
                f"{one.currency} {thousands(round(one.at_risk))} at risk",
                reason(one),
                under=heading,
            )


def reason(one):
    """Return why somebody is far or came closer, written of the recounted scores."""
    if one.drift >= 0:
        return why(one.score)[0].sentence
    silent = int(one.score["silent_days"])
    heard = f"{plural(silent, 'day')} ago" if silent else "today"
    warmth = f"warmth {one.score['warmth']:.0f}, usually {one.score['baseline']:.0f}"
    return f"In touch {heard}; {warmth}."
