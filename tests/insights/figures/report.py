"""What the board report says, recounted: all that is typeset, read as a page."""

import re
from html import escape

from insights.words import money, signed
from tests.insights.figures import care, distance, proof, wall
from tests.insights.figures.accounted import Account
from tests.insights.figures.recount import months_before

SILENT = ("key", "url", "band", "direction", "alt")
"""What is not printed: keys, addresses, and what a drawing says already."""


def report(found, foretold):
    """Account for the report of the last whole month, made at the moment of the recount."""
    account, some = Account(), found.among()
    account.knows(*proof.NO_FIGURES, r"on \d+ \w+ \d{4} at \d\d:\d\d")
    distance.check_bands(account, found, some, {})
    account.tables.clear()
    account.says(*(" · ".join(filter(None, row)) for row in distance.band_rows(found, some)))
    for rows in distance.risks_of(found, found.among(heard=False)).values():
        distance.check_bars(account, rows)
    for movers in distance.movers_of(some).values():
        account.says(*(mover(one, found) for one in movers))
    rows, noted = wall.months_of(found), wall.events(found, None)
    wall.check_sentence(account, found, rows)
    wall.check_months(account, found, rows, noted, is_paper=True)
    wall.check_doors(account, found, {})
    account.may_say(*(f"{number} {text}" for number, (_, text) in enumerate(noted, start=1)))
    account.may_say(*(f"{number}" for number in range(1, len(noted) + 1)))
    check_care(account, found)
    proof.check_headline(account, foretold)
    proof.check_warnings(account, foretold)
    account.tables.clear()
    return account


def mover(one, found):
    """Return what is printed of somebody who moved."""
    then = one.past[found.four_weeks_ago]
    owner = one.owner or "No owner"
    words = [one.name, owner, one.band.capitalize(), round(one.distance), then]
    risk = money(one.at_risk, one.currency)
    return " · ".join(map(str, [*words, signed(one.drift)[0], risk, distance.reason(one)]))


def check_care(account, found):
    """Expect the sentence and each measure, beside the months before and a year ago."""
    last = months_before(found.today, 1)
    months = [care.months_until(months_before(last, back), 3) for back in (0, 3, 12)]
    sums, *others = (care.Sums(found, of) for of in months)
    care.check_sentence(account, sums)
    for title, card in care.CARDS.items():
        value, _, unit, moved, _, note = card
        now, line = value(sums), [title, care.text_of(card, sums), unit, note(sums)]
        for before in others:
            then = value(before)
            line += [care.text_of(card, before), moved(now, then)]
        account.says(" · ".join(filter(None, line)))


def as_page(contents):
    """Return all that is typeset as a page: a heading for each part, what is one line as one."""
    parts = [
        f"<h2>{name}</h2>{''.join(said(part))}"
        for name, part in sorted(contents.items(), key=lambda one: one[0] != "sentence")
    ]
    return f"<main>{''.join(parts)}</main>"


def said(part):
    """Yield what stands in a part."""
    if isinstance(part, dict) and "svg" in part:
        # It carries its styles along, which print nothing.
        yield re.sub(r"<style>.*?</style>", "", part["svg"], flags=re.DOTALL)
        yield f"<p>{escape(part.get('more', ''))}</p>"
    elif isinstance(part, dict):
        for inner in part.values():
            yield from said(inner)
    elif isinstance(part, list) and part and isinstance(part[0], dict) and "svg" not in part[0]:
        yield from (f"<p>{escape(' · '.join(line_of(one)))}</p>" for one in part)
    elif isinstance(part, list):
        for inner in part:
            yield from said(inner)
    elif isinstance(part, str):
        yield f"<p>{escape(part)}</p>"


def line_of(row):
    """Yield the texts of a line."""
    for name, cell in row.items():
        if isinstance(cell, list):
            for inner in cell:
                yield from line_of(inner)
        elif name not in SILENT and cell != "":
            yield str(cell)
