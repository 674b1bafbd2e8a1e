"""What a customer's page says above the timeline, recounted."""

import math
from datetime import timedelta
from itertools import pairwise
from statistics import median_low

from insights.scoring import Silence
from insights.selectors.reasons import whole_points
from insights.words import ago, money, signed
from relationships.words import due, plural, span
from tests.insights.figures import changes
from tests.insights.figures.accounted import Account
from tests.insights.figures.recount import POLICY, STYLES, days, local_day
from tests.insights.figures.today import reasons
from tests.insights.scoring.oracle import Oracle

PARTS = {
    "presence": "Silence", "cooling": "Cooling", "wall": "The wall", "unhealed": "Not made right",
}  # fmt: skip
BEHIND = {
    "presence": "silence", "cooling": "cooling", "wall": "the wall", "unhealed": "not made right",
}  # fmt: skip
QUESTION, COMPLAINT, FAILURE, PROMISE = 1, 2, 3, 4
MET_BY = ("meeting", "visit", "video", "phone")
FACT_MOMENTS = ("written_at", "confirmed_at")
AGAIN = ("asked.again", "story.repeated")
OUTBOUND, INBOUND, MUTUAL = 1, 0, 2


def customer(found, pk):
    """Account for the page; the timeline below repeats rows as they are."""
    account, one = Account(), next(one for one in found.everyone if one.pk == pk)
    account.knows(r"\bC\d+(-\d)?\b", r"\+\d{6,}", r"\b90 days A year\b", r"before 9\b")
    if one.distance is not None:
        check_score(account, found, one)
        check_reasons(account, found, one)
        check_changed(account, found, one)
        check_nearer(account, found, one)
    account.says(money(one.yearly_value, one.currency), under="About them")
    check_open(account, found, one)
    check_people(account, found, one)
    check_shoes(account, found, one)
    check_rhythm(account, found, one)
    return account


def check_score(account, found, one):
    """Expect the distance and all that stands beside it."""
    score = one.score
    account.says(f"{one.distance:.0f}", under="Distance")
    if one.drift is not None:
        account.says(signed(one.drift)[0], under="Distance")
    account.says(
        f"{score['warmth']:.0f} usually {score['baseline']:.0f}",
        f"{score['doors']:.0f} meeting people",
        f"{score['windows']:.0f} seen on screens",
        f"{money(one.at_risk, one.currency)} a year; {100 * score['silence']:.0f} % likely",
    )
    account.says(found.year_of(one))
    account.says(ago(local_day(found.last_active(one.pk)), found.today), under="About them")


def check_reasons(account, found, one):
    """Each part with its points, its facts, and how much is behind it."""
    told = reasons(found, one)
    points = whole_points([reason.points for reason in told], round(one.distance))
    for reason, whole in zip(told, points, strict=True):
        account.says(
            f"{whole}" if PARTS.get(reason.name) else "", reason.sentence, under="Distance"
        )
        if reason.name in PARTS:
            all_of_it = behind(found, one.pk, reason.name)
            if len(all_of_it) > 5:
                told_of = 5 if reason.name != "wall" else shown_of_wall(all_of_it)
                if reason.name == "presence":
                    told_of = len({local_day(t["occurred_at"]) for t in all_of_it})
                    told_of = min(told_of, 5)
                if more := len(all_of_it) - told_of:
                    account.says(f"and {more:,} more behind {BEHIND[reason.name]}")
    active = sorted({local_day(t["occurred_at"]) for t in behind(found, one.pk, "presence")})[-5:]
    account.may_say(*(
        f"after {plural((later - earlier).days, 'day')}" for earlier, later in pairwise(active)
    ))  # fmt: skip
    account.may_say(*(
        f"open for {plural((found.today - local_day(t['occurred_at'])).days, 'day')}"
        for t in behind(found, one.pk, "unhealed")
    ))  # fmt: skip


def behind(found, pk, part):
    """Return the touchpoints behind a part of the distance, the oldest first."""
    history = found.of_customer[pk]
    if part == "presence":
        return [t for t in history if is_active(t)]
    if part == "unhealed":
        opened = {
            loop["opened_by_id"]
            for loop in found.loops.values()
            if not loop["closed_at"] and loop["kind"] in (COMPLAINT, FAILURE)
        }
        return [t for t in history if t["id"] in opened]
    if part == "wall":
        people = [t for t in history if t["mode"] == "human"][-2:]
        since = people[0]["occurred_at"] if people else history[0]["occurred_at"]
        return [t for t in history if t["mode"] != "none" and t["occurred_at"] >= since]
    return [t for t in history if is_warm(found, t)]


def is_active(touchpoint):
    """Whether it shows that the customer is there."""
    kind = touchpoint["type"]
    is_theirs = touchpoint["direction"] != OUTBOUND or kind["nature"] == "purchase"
    return kind["mode"] != "none" and is_theirs


def is_warm(found, touchpoint):
    """Whether it builds connection or shows care."""
    kind = touchpoint["type"]
    if touchpoint["is_template"] or kind["nature"] in ("broadcast", "failure"):
        return False
    earns = kind["mode"] != "none" and (kind["points"] > 0 or kind["care"] > 0)
    return earns or touchpoint["id"] in found.closed


def shown_of_wall(all_of_it):
    """Two with people at most, and the newest on screens since."""
    people = min(sum(t["mode"] == "human" for t in all_of_it), 2)
    screens = sum(t["mode"] == "digital" for t in all_of_it)
    return people + min(screens, 5 - people)


def check_changed(account, found, one):
    """Expect what changed since last week: a sentence, the parts then and now, what happened."""
    then = changes.then_of(found, one)
    account.says(changes.told(found, one)[1])
    if then:
        before, after = (
            whole_points([score[f"part_{name}"] for name in PARTS], round(score["distance"]))
            for score in (then, one.score)
        )
        rows = [
            [label, str(was), str(now)]
            for label, was, now in zip(PARTS.values(), before, after, strict=True)
            if was or now
        ]
        rows.append(["Distance", f"{then['distance']:.0f}", f"{one.distance:.0f}"])
        account.lists("The parts of the distance then and now", rows)
    more = len(changes.happened_since(found, one.pk)) - 5
    if more > 0:
        account.says(f"and {more} more")


def check_nearer(account, found, one):
    """Expect what a meeting, a call, an answered e-mail, a question or settling would do."""
    types = {row["key"]: pk for pk, row in found.types.items()}
    at = days(found.now)
    deeds = {
        "A call together": [deed(types["call.phone"], MUTUAL)],
        "A meeting in person": [deed(types["meeting.in_person"], MUTUAL)],
        "A personal e-mail that they answer": [
            deed(types["email.personal"], OUTBOUND), deed(types["email.received"], INBOUND),
        ],
    }  # fmt: skip
    account.may_say(f"Distance {one.distance:.0f}")
    gained = {}
    for text, together in deeds.items():
        after = distance_with(found, one, [touch | {"at": at} for touch in together])
        if round(one.distance) - round(after) >= 1:
            gained[text] = after
    # At most so many are shown, those of settling first among equals: each that is must be right.
    account.may_say(*(f"to {after:.0f} Log: {text}" for text, after in gained.items()))
    account.knows(r"to \d+ Log: (A question|The |Making|A call that)")


def deed(kind, direction):
    """Return a touchpoint that has not happened."""
    return {
        "kind": kind, "direction": direction, "in_room": 1, "sentiment": math.nan,
        "severity": math.nan, "template": False, "via": False, "opens": 0, "closes": 0,
        "opened_at": math.nan, "expected": math.nan, "opener": -1,
    }  # fmt: skip


def distance_with(found, one, together):
    """Return the distance if something happened now."""
    today = (found.today - local_day(found.now.replace(year=1970, month=1, day=1))).days
    history = found.touches(found.of_customer[one.pk])
    oracle = Oracle([*history, *(t | {"day": today} for t in together)], found.kinds, POLICY)
    style = STYLES.get(found.customers[one.pk]["style"])
    read = oracle.reading(days(found.now), found.rhythm, Silence.prior(), 90, style=style)
    return read["distance"]


def check_open(account, found, one):
    """Expect what is open, and when it is due."""
    for loop in found.loops.values():
        if loop["customer_id"] == one.pk and not loop["closed_at"]:
            said = due(loop["due_at"], found.now)
            account.says(
                said if said[0].isdigit() else f"{said[0].upper()}{said[1:]}", under="Open"
            )


def check_people(account, found, one):
    """Who met each of them last, the warmth of each pair, and when what we know was written."""
    for fact in found.facts.values():
        if fact["customer_id"] == one.pk:
            account.may_say(
                f"{fact['label']}: {fact['value']}",
                *(ago(local_day(fact[name]), found.today) for name in FACT_MOMENTS if fact[name]),
            )
    met = {}
    for touchpoint in found.of_customer[one.pk]:
        if touchpoint["mode"] == "human" and touchpoint["contact_id"]:
            met[touchpoint["contact_id"]] = touchpoint["occurred_at"]
    account.says(*(
        f"Met {ago(local_day(at), found.today)}"
        for contact, at in met.items()
        if found.contacts[contact]["customer_id"] == one.pk
    ))  # fmt: skip
    warm = warm_pairs(found, one.pk)
    ours = {pair[0] for pair in warm if found.people[pair[0]]["is_active"]}
    if len(ours) > 1:
        account.says(f"{len(ours)} of us know")
        whom = {c for (p, c) in warm if c and found.people[p]["is_active"]}
        if len(whom) > 1:
            account.says(f"know {len(whom)} people")
    for pair in list(warm)[:3]:
        account.says(f"Warmth {warm[pair]:.0f} · {met_words(found, one.pk, pair, ' · ')}")


def warm_pairs(found, pk):
    """Those of us and of them who know each other, the warmest first."""
    warmth = {}
    for (person, contact), touchpoints in found.pairs(pk).items():
        left_on = found.contacts[contact]["left_on"] if contact else None
        if left_on is None or left_on > found.today:
            warmth[person, contact] = found.pair_warmth(touchpoints)
    known = {pair: warm for pair, warm in warmth.items() if warm >= 10}
    return dict(sorted(known.items(), key=lambda item: -item[1]))


def met_words(found, pk, pair, joint):
    """When two people last met, and how often in a year."""
    moments = [t["occurred_at"] for t in found.pairs(pk)[pair] if t["mode"] == "human"]
    if not moments:
        return "not met"
    lately = sum(found.now - timedelta(days=365) < at <= found.now for at in moments)
    often = f"{joint}{times(lately)} in 12 months" if lately else ""
    return f"met {ago(local_day(max(moments)), found.today)}{often}"


def pairs(found, pk):
    """Account for the page of who knows whom."""
    account = Account()
    account.knows(r"from 0 to 100", r"from 10 on", r"in 12 months$", r"Only \d of us")
    warm = warm_pairs(found, pk)
    ours = {pair[0] for pair in warm if found.people[pair[0]]["is_active"]}
    account.may_say(f"{len(ours)} of us know", f"know {len({c for _, c in warm if c})} people")
    between = found.pairs(pk)
    people = {found.people[person]["name"]: person for person, _ in between}
    there = {c["name"]: n for n, c in found.contacts.items() if c["customer_id"] == pk}

    def cell(contact, person):
        name = max((n for n in there if contact.startswith(n)), key=len, default=None)
        column = next(n for n in sorted(people, key=len, reverse=True) if person.startswith(n))
        pair = people[column], there.get(name)
        if pair not in between:
            return "\N{EN DASH}not met"
        return f"Warmth {found.pair_warmth(between[pair]):.0f} {met_words(found, pk, pair, ', ')}"

    if between:
        name = found.customers[pk]["name"]
        account.fills(f"Who of us knows whom at {name}: {WHO_KNOWS}", cell)
    return account


WHO_KNOWS = "warmth, when they last met, and how often in 12 months"


def times(count):
    """How often, in words."""
    return {1: "once", 2: "twice"}.get(count, plural(count, "time"))


def check_shoes(account, found, one):
    """Expect a year from their side: what they waited for and repeated, and whom they met."""
    first = found.today - timedelta(days=365)
    recent = [
        t
        for t in found.of_customer[one.pk]
        if t["mode"] != "none" and local_day(t["occurred_at"]) >= first
    ]
    loops = sorted(
        (loop for loop in found.loops.values() if loop["customer_id"] == one.pk),
        key=lambda loop: (loop["opened_at"], loop["id"]),
    )
    under = "In their shoes"
    waited = [loop for loop in loops if local_day(loop["opened_at"]) >= first]
    check_waits(account, found, waited, [loop for loop in loops if not loop["closed_at"]], under)
    back = sum(
        came_back(found, loop, loops)
        for loop in waited
        if found.touchpoints[loop["opened_by_id"]]["type"]["key"] not in AGAIN
    )
    again = [sum(t["type"]["key"] == key for t in recent) for key in AGAIN]
    if total := back + sum(again):
        account.says(f"repeat themselves {times(total)}", under=under)
        words = (f"asked {times(again[0])}", f"again {times(again[1])}", f"back {times(back)}")
        account.says(*(w for w, n in zip(words, (*again, back), strict=True) if n), under=under)
    unasked = sum(
        t["direction"] == OUTBOUND and (t["is_template"] or t["type"]["nature"] == "broadcast")
        for t in recent
    )
    said = sum(
        t["direction"] == INBOUND
        and t["type"]["nature"] in ("connection", "voice", "failure", "neutral")
        for t in recent
    )
    account.says(f"We sent {plural(unasked, 'message')}" if unasked else "", under=under)
    account.says(f"told us something {times(said)}" if said else "", under=under)
    check_met(account, found, recent, under)
    for mode, words in (("human", "With a person"), ("digital", "On a screen")):
        if number := sum(t["mode"] == mode for t in recent):
            account.says(f"{words} {times(number)}", under=under)


def check_waits(account, found, waited, waiting, under):
    """Expect what they waited for, how long, and what still waits."""
    if waited:
        account.says(f"They waited {times(len(waited))}", under=under)
        named = {
            QUESTION: "question",
            COMPLAINT: "complaint",
            FAILURE: "failure",
            PROMISE: "promise",
        }
        for kind, name in named.items():
            if number := sum(loop["kind"] == kind for loop in waited):
                account.says(plural(number, name), under=under)
        took = [loop["closed_at"] - loop["opened_at"] for loop in waited if loop["closed_at"]]
        if len(took) > 1:
            account.says(f"settled took {span(median_low(took))} or less", under=under)
        lasted = [(loop["closed_at"] or found.now) - loop["opened_at"] for loop in waited]
        account.says(span(max(lasted)), under=under)
        late = sum((loop["closed_at"] or found.now) > loop["due_at"] for loop in waited)
        if late:
            account.says(f"{plural(late, 'wait')} {'was' if late == 1 else 'were'}", under=under)
    if waiting:
        things = "1 thing still waits" if len(waiting) == 1 else f"{len(waiting)} things still wait"
        account.says(things, under=under)


def came_back(found, loop, loops):
    """Whether a question or complaint came while one like it was open, or within a week."""
    if loop["kind"] not in (QUESTION, COMPLAINT):
        return False
    contact = found.touchpoints[loop["opened_by_id"]]["contact_id"]
    alike = [
        other
        for other in loops[: loops.index(loop)]
        if other["kind"] == loop["kind"]
        and found.touchpoints[other["opened_by_id"]]["contact_id"] == contact
    ]
    before = loop["opened_at"] - timedelta(days=7)
    return any(not other["closed_at"] or other["closed_at"] > before for other in alike)


def check_met(account, found, recent, under):
    """Whom of us they met, how often and when last."""
    met = {}
    for t in recent:
        kind = t["type"]
        if t["mode"] == "human" and kind["channel"] in MET_BY and kind["nature"] != "failure":
            met.setdefault(t["person_id"], []).append(t["occurred_at"])
    named = {pk: moments for pk, moments in met.items() if pk}
    for pk, moments in sorted(named.items(), key=lambda item: -len(item[1]))[:5]:
        last = ago(local_day(max(moments)), found.today)
        account.may_say(f"{found.people[pk]['name']} {times(len(moments))}, last {last}")


def check_rhythm(account, found, one):
    """Expect a year of days, with people and on screens."""
    begins = found.today - timedelta(days=found.today.weekday(), weeks=52)
    modes = {}
    for t in found.of_customer[one.pk]:
        day = local_day(t["occurred_at"])
        if day >= begins and t["mode"] != "none":
            modes.setdefault(day, set()).add(t["mode"])
    account.says(*(said_of(modes[day] for day in modes if day <= found.today) for _ in (1,)))
    monday = begins
    while monday <= found.today:
        week = [modes[day] for day in modes if monday <= day < monday + timedelta(days=7)]
        said = said_of(week)
        account.says(f"Week of {monday.day} {monday:%B %Y}: {said}" if week else "")
        monday += timedelta(days=7)
    people = sorted(day for day in modes if "human" in modes[day])
    alone = sum("human" not in of_day for of_day in modes.values())
    said = [f"{plural(len(people), 'day')} with a person"] * bool(people)
    said += [f"{plural(alone, 'day')} on screens alone"] * bool(alone)
    if said:
        account.says(f"In touch on {' and '.join(said)}")
    longest = max(((b - a).days for a, b in pairwise([*people, found.today])), default=0)
    if people and longest > 1:
        account.says(f"without a person was {plural(longest, 'day')}")
    rows, month = [], begins
    while month <= found.today:
        after = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
        of_month = [modes[day] for day in modes if month <= day < after]
        rows.append([
            f"{month:%B %Y}", *(str(sum(m in d for d in of_month)) for m in ("human", "digital")),
        ])  # fmt: skip
        month = after
    if modes:
        account.lists("Days in touch by month", rows)


def said_of(of_days):
    """On how many days something happened with people, and on screens."""
    both = list(of_days)
    counts = {"with a person": "human", "on screens": "digital"}
    numbers = {words: sum(mode in day for day in both) for words, mode in counts.items()}
    return " and ".join(f"{plural(n, 'day')} {words}" for words, n in numbers.items() if n)
