"""The numbers of charts taken along as files, recounted."""

import csv
import re
from datetime import date, timedelta
from io import BytesIO
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from tests.insights.figures import known, proof, wall
from tests.insights.figures import rankings as slow
from tests.insights.figures.over_time import distances, far_of, mean, parts_of
from tests.insights.figures.recount import BANDS, band_then, money_of

KNOWN = BANDS[1:]


def of_distance(found, asked):
    """Return the files of Distance by name, as lines of numbers and texts."""
    some = found.among(**asked)
    everybody = found.among(**asked, heard=False)
    days = {"Four weeks ago": found.four_weeks_ago, "A year ago": found.year_ago}
    then = {when: [band_then(one.past[day]) for one in some] for when, day in days.items()}
    now = [one.band for one in some]
    files = {
        "bands": [
            [when, *(bands.count(band) for band in KNOWN), sum(band in KNOWN for band in bands)]
            for when, bands in {"Now": now, **then}.items()
        ],
        "wall": of_months(found, wall.of_distance(found, asked)),
        **of_map(found, asked),
    }
    for name, when in (("moved-four-weeks", "Four weeks ago"), ("moved-year", "A year ago")):
        moves = list(zip(then[when], now, strict=True))
        known_then = [*KNOWN, *(["unknown"] if "unknown" in then[when] else [])]
        files[name] = [
            [
                "Not heard from" if was == "unknown" else was.capitalize(),
                *(moves.count((was, band)) for band in KNOWN), then[when].count(was),
            ]
            for was in known_then
        ]  # fmt: skip
        files[name].append(["Now", *(now.count(band) for band in KNOWN), len(now)])
    for currency, total in money_of(everybody, "at_risk").items():
        if total:
            files[f"at-risk-{currency.lower()}"] = [
                [row["name"], amount]
                for pk, row in found.teams.items()
                if (amount := money_of([o for o in everybody if o.team == pk], "at_risk")[currency])
            ]
    return files


def of_map(found, asked):
    """Return the file of the map of doors and windows."""
    marks = [
        [one.name, one.band.capitalize(), one.score["doors"], one.score["windows"]]
        for one in found.among(**asked)
    ]
    return {"doors-and-windows": marks}


def of_wall(found, asked):
    """Return the file of the Wall's own page, with what happened in each month."""
    noted = wall.events(found, asked.get("team"))
    happened = {day.replace(day=1): [] for day, _ in noted}
    for day, text in noted:
        happened[day.replace(day=1)].append(text)
    lines = of_months(found, wall.months_of(found, **asked))
    for line in lines:
        line.insert(-1, "; ".join(happened.get(date.fromisoformat(line[0]), [])))
    return {"wall": lines}


def of_known(found, asked):
    """Return the files of Who knows our customers by name."""
    team = asked.get("team")
    people = known.people_of(found, team)
    here = [one for one in people if one["is_active"]]
    groups = known.groups_of(here, known.met_by(found, known.lately(found)))
    given, months = known.attention(found, team)
    some = {one: found.among(stage=one, team=team, heard=False) for one in known.STAGES}
    files = {
        "who-met-customers": [
            [month.isoformat(), *in_contact(met, here), complete(found, month)]
            for month, (_, met, here) in known.months_of(found, people).items()
        ],
        "attention-and-value": [
            [name, 100 * share] for name, share in known.shares_of(given, some)
        ],
        "attention-on-leads": [
            [
                month.isoformat(), *counts.values(),
                round(100 * counts["lead"] / sum(counts.values()), 1)
                if sum(counts.values()) >= 10
                else "",
                complete(found, month),
            ]
            for month, counts in months.items()
        ],
    }  # fmt: skip
    for what, rows in groups.items():
        files[f"by-{what}"] = [[name, *in_contact(met, here)] for name, (here, met) in rows.items()]
    return files


def in_contact(met, here):
    """How many of us met a customer, of how many, and in percent; of fewer than three nothing."""
    return [met, here, round(100 * met / here, 1)] if here >= 3 else ["", "", ""]


def of_proof(foretold):
    """Return the files of Proof by name."""
    return {
        "calibration": [
            [number, said, silent / number, *slow.wilson(silent, number)]
            for number, said, silent in slow.tenths(foretold.ranked)
        ],
        "lift": [[short, *proof.reached(foretold, name)] for name, short in proof.SHORT.items()],
    }


def lines_of(content):
    """Read a CSV file without its head."""
    _, *lines = csv.reader(content.decode("utf-8-sig").splitlines())
    return lines


def sheet_of(content):
    """Read a workbook's one sheet: texts, numbers, and days as they are written, without a head."""
    sheet = ET.fromstring(ZipFile(BytesIO(content)).read("xl/worksheets/sheet1.xml"))
    _, *rows = sheet.iterfind(".//{*}row")
    lines = []
    for row in rows:
        cells = {}
        for cell in row.iterfind("{*}c"):
            column = re.match("[A-Z]+", cell.get("r")).group()
            cells[ord(column) - ord("A")] = cell_of(cell)
        lines.append([cells.get(column, "") for column in range(max(cells) + 1)])
    return lines


def cell_of(cell):
    """Read a cell; a number with a style is a day since 1900."""
    text = "".join(cell.itertext())
    if cell.get("t") is None and cell.get("s"):
        return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()
    return text


def complete(found, month):
    """Whether a month is over, as files tell it."""
    return "yes" if month < found.today.replace(day=1) else "so far"


def of_months(found, rows):
    """Return the lines of the Wall."""
    return [
        [month.isoformat(), human, digital, human / (human + digital), complete(found, month)]
        for month, human, digital in rows
    ]


def of_over_time(found, asked):
    """Return the files of Distance over time by name."""
    some, is_share = found.among(), asked.get("show") == "far"

    def number(part, day):
        of = distances(part, day)
        return 100 * far_of(part, day) / len(of) if is_share else float(mean(of))

    def weeks(part):
        days = [day for day in (*found.mondays, None) if distances(part, day)]
        return [
            [
                (day or found.today).isoformat(), number(part, day),
                *([far_of(part, day)] * is_share), len(distances(part, day)),
            ]
            for day in days
        ]  # fmt: skip

    return {
        "distance-weeks": weeks(some),
        "distance-parts": [
            [name, *week] for name, part in parts_of(found, some, "team") for week in weeks(part)
        ],
    }
