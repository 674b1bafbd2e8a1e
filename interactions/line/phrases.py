"""Phrases that say when, in several languages, of which dateparser knows no more than a part.

Folded as `searchable` folds them; of phrases that begin alike the longest counts.
"""

from dataclasses import dataclass
from itertools import product

BEFORE_AN_HOUR = r"at|um|om|las|kl\.?|klokken"
"""A pattern of what stands before an hour of the day."""

LONGEST_TIME = 5
"""Words in one phrase, such as "il y a une semaine"."""


@dataclass(frozen=True, slots=True)
class Time:
    """What a phrase says of when: a day in plain English, an hour of it, or both.

    With neither it tells of a time and names none, such as "next week" or "recently".
    """

    day: str = ""
    hour: int | None = None


OPEN = Time()


# Parts of a day beside one, such as "gestern Abend", and the hour that stands for them.
_PARTS_OF_DAY = {
    9: """
        morning, in the morning, am morgen, fruh, matin, au matin, por la manana, de la manana,
        mattina, di mattina, ochtend, 's ochtends, om morgenen, rano
    """,
    10: "vormittag, am vormittag, formiddag, formiddagen, przed poludniem",
    12: "noon, midday, mittag, am mittag, midi, mediodia, al mediodia, mezzogiorno",
    14: """
        afternoon, in the afternoon, nachmittag, am nachmittag, apres-midi, l'apres-midi,
        por la tarde, de la tarde, pomeriggio, nel pomeriggio, eftermiddag, eftermiddagen,
        po poludniu, popoludniu
    """,
    18: """
        evening, in the evening, abend, am abend, soir, au soir, sera, di sera, avond, 's avonds,
        kvall, kvallen, aften, aftenen, wieczorem
    """,
    21: "night, at night, nacht, nuit, por la noche, notte, natt, w nocy",
}
_OF_TODAY = {
    9: """
        this morning, heute morgen, ce matin, esta manana, stamattina, stamani, questa mattina,
        vanmorgen, vanochtend, i morse, i morges, her til morgen
    """,
    10: "i formiddag, i formiddags",
    12: "at noon, ce midi, zu mittag, a midi, a mediodia, a mezzogiorno",
    14: """
        this afternoon, cet apres-midi, esta tarde, questo pomeriggio, vanmiddag, i eftermiddag,
        i eftermiddags
    """,
    18: "this evening, ce soir, stasera, questa sera, vanavond, i kvall, ikvall, i aften",
    20: "tonight, esta noche",
    21: "cette nuit, stanotte, vannacht, i natt, i nat",
}
_OF_YESTERDAY = {
    9: "gestern morgen, gistermorgen, gisterochtend",
    14: "gistermiddag",
    18: "gisteravond, iersera, i aftes",
    20: "last night, anoche",
}
_OF_TOMORROW = {9: "morgenochtend", 14: "morgenmiddag", 18: "morgenavond"}
_DAYS = {
    "today": "i dag, idag",
    "yesterday": "i gar, igar",
    "tomorrow": "i morgen, i morgon, imorgon",
    "1 hour ago": """
        an hour ago, one hour ago, vor einer stunde, il y a une heure, hace una hora, un'ora fa,
        een uur geleden, for en timme sedan, for en time siden, godzine temu
    """,
    "1 week ago": """
        a week ago, one week ago, last week, vor einer woche, letzte woche, vorige woche,
        il y a une semaine, la semaine derniere, semaine derniere, hace una semana,
        la semana pasada, semana pasada, una settimana fa, settimana scorsa, een week geleden,
        vorige week, for en vecka sedan, forra veckan, for en uge siden, sidste uge,
        tydzien temu, w zeszlym tygodniu, zeszlym tygodniu, w ubieglym tygodniu
    """,
    "1 month ago": """
        a month ago, one month ago, last month, vor einem monat, letzten monat, il y a un mois,
        le mois dernier, hace un mes, el mes pasado, un mese fa, il mese scorso,
        een maand geleden, vorige maand, for en manad sedan, forra manaden,
        for en maned siden, sidste maned, miesiac temu, w zeszlym miesiacu
    """,
}
# They leave open on which day.
_OPEN = """
    this week, next week, coming week, next month, next year, this month, this weekend,
    last weekend, next weekend, weekend, the weekend, over the weekend,
    next quarter, the other day, recently, lately,
    some time ago, a while ago, a few days ago, a few weeks ago, earlier this week, soon,
    diese woche, nachste woche, nachsten monat, kommende woche, kommenden monat, wochenende,
    am wochenende, neulich, kurzlich, letztens, vor kurzem, vor ein paar tagen, demnachst,
    cette semaine, la semaine prochaine, semaine prochaine, le mois prochain, mois prochain,
    week-end, l'autre jour, recemment, bientot, il y a quelques jours, esta semana,
    la semana que viene, semana que viene, la proxima semana, proxima semana,
    la semana proxima, el mes que viene, el proximo mes, fin de semana, el otro dia, recientemente,
    hace poco, hace unos dias, hace dias, questa settimana, la settimana prossima,
    settimana prossima, la prossima settimana, prossima settimana, il mese prossimo, fine settimana,
    l'altro giorno, di recente, recentemente, poco fa, deze week, volgende week, komende week,
    volgende maand, weekeinde, onlangs, laatst, een paar dagen geleden, denna vecka, den har veckan,
    nasta vecka, nasta manad, helgen, i helgen, haromdagen, nyligen, denne uge, naeste uge,
    naeste maned, weekenden, i weekenden, forleden, for nylig, for nogle dage siden, w tym tygodniu,
    w przyszlym tygodniu, przyszlym tygodniu, w przyszlym miesiacu, weekendu, w weekend,
    niedawno, ostatnio, kilka dni temu, wkrotce
"""
_WEEKDAYS = {
    "monday": ("montag", "maandag", "mandag"),
    "tuesday": ("dienstag", "dinsdag", "tisdag", "tirsdag"),
    "wednesday": ("mittwoch", "woensdag", "onsdag"),
    "thursday": ("donnerstag", "donderdag", "torsdag"),
    "friday": ("freitag", "vrijdag", "fredag"),
    "saturday": ("samstag", "zaterdag", "lordag"),
    "sunday": ("sonntag", "zondag", "sondag"),
}
_WRITTEN_TOGETHER = {
    "morgen": 9, "ochtend": 9, "vormittag": 10, "mittag": 12, "nachmittag": 14, "middag": 14,
    "abend": 18, "avond": 18,
}  # fmt: skip

_HOURS = {
    15: """
        quarter of an hour, a quarter of an hour, viertelstunde, un quart d'heure,
        un cuarto de hora, un quarto d'ora, kwartier, een kwartier, en kvart, et kvarter, kwadrans
    """,
    30: """
        half an hour, a half hour, half hour, halbe stunde, eine halbe stunde, une demi-heure,
        demi-heure, media hora, mezz'ora, mezzora, half uur, een half uur, halvtimme, en halvtimme,
        halv time, en halv time, pol godziny
    """,
    60: """
        an hour, one hour, eine stunde, une heure, una hora, un'ora, een uur, en timme, en time,
        godzine, godzina
    """,
    90: """
        an hour and a half, one and a half hours, anderthalb stunden, eineinhalb stunden,
        une heure et demie, hora y media, una hora y media, un'ora e mezza, anderhalf uur,
        en och en halv timme, halvanden time, poltorej godziny
    """,
}
_OF_HOURS = "hours stunden heures horas ore uur timmar timer godziny"
# Not those that are other words in another of the languages, such as "to" and "due".
NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        (
            "two zwei deux dos twee tva dwa dwie",
            "three drei trois tres tre drie trzy",
            "four vier quatre cuatro quattro fyra fire cztery",
            "five funf cinq cinco cinque vijf fem piec",
            "six sechs seis zes sex seks szesc",
            "seven sieben siete sette zeven sju syv siedem",
            "eight acht huit ocho otto atta otte osiem",
            "nine neun neuf nueve nove negen nio dziewiec",
            "ten zehn dix diez dieci tien tio dziesiec",
        ),
        start=2,
    )
    for word in words.split()
}


def phrases(text: str) -> list[str]:
    """Return the phrases of a text, between commas."""
    return [" ".join(phrase.split()) for phrase in text.split(",")]


def _times() -> dict[str, Time]:
    known = dict.fromkeys(phrases(_OPEN), OPEN)
    known |= {phrase: Time(day) for day, text in _DAYS.items() for phrase in phrases(text)}
    for day, parts in (
        ("", _PARTS_OF_DAY),
        ("today", _OF_TODAY),
        ("yesterday", _OF_YESTERDAY),
        ("tomorrow", _OF_TOMORROW),
    ):
        known |= {word: Time(day, hour) for hour, text in parts.items() for word in phrases(text)}
    for day, names in _WEEKDAYS.items():
        for name, (part, hour) in product(names, _WRITTEN_TOGETHER.items()):
            known |= dict.fromkeys((f"{name}{part}", f"{name} {part}"), Time(day, hour))
        known |= {f"i {name}s": Time(day) for name in names}
        known |= {f"pa {name}": Time(f"next {day}") for name in names}
    return known


TIMES = _times()
LENGTHS = {phrase: minutes for minutes, text in _HOURS.items() for phrase in phrases(text)} | {
    f"{word} {hours}": int(number) * 60
    for (word, number), hours in product(NUMBER_WORDS.items(), _OF_HOURS.split())
}
