"""Our own people in the demonstration: a firm that fits out and serves workplace kitchens."""

from dataclasses import dataclass

from relationships.models import Person

DOMAIN = "demo.example.com"
SERVICE_EMAIL = f"demonstration@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of us; `left_ago` says how many days ago somebody left."""

    key: str
    name: str
    team: str | None = None
    role: str = Person.Role.ACCOUNT_MANAGER
    left_ago: int | None = None

    @property
    def email(self) -> str:
        """The address this person signs in with."""
        return f"{self.key}@{DOMAIN}"


NORTH, SOUTH, EAST, WEST = "North", "South", "East", "West"
ALPINE, KEY_ACCOUNTS = "Alpine", "Key accounts"
TEAMS = (NORTH, SOUTH, EAST, WEST, ALPINE, KEY_ACCOUNTS)

BRANCH_CLOSED_AGO = 290
"""Days since the Hamburg branch closed; it was where the North met its customers."""

COLLEAGUES = (
    Colleague("marta.zolkiewska", "Marta Żółkiewska", NORTH),
    Colleague("jonas.mueller", "Jonas Müller", NORTH),
    Colleague("freja.kjaergaard", "Freja Kjærgaard", NORTH),
    Colleague("eoin.oconnor", "Eoin O'Connor", NORTH),
    Colleague("tom.petersen", "Tom Petersen", NORTH, left_ago=200),
    Colleague("liv.asklund", "Liv Asklund", NORTH, left_ago=255),
    Colleague("lucia.nunez", "Lucía Núñez", SOUTH),
    Colleague("matteo.dangelo", "Matteo D'Angelo", SOUTH),
    Colleague("ines.figueira", "Inês Figueira", SOUTH),
    Colleague("stefanos.galanis", "Stéfanos Galánis", SOUTH),
    Colleague("carmen.ibarra", "Carmen Ibarra", SOUTH, left_ago=160),
    Colleague("jan.wojcik", "Jan Wójcik", EAST),
    Colleague("ipek.yildirim", "İpek Yıldırım", EAST),  # noqa: RUF001
    Colleague("zuzana.dvorakova", "Zuzana Dvořáková", EAST),
    Colleague("balint.szekely", "Bálint Székely", EAST),
    Colleague("radu.ionescu", "Radu Ionescu", EAST, left_ago=310),
    Colleague("claire.lefevre", "Claire Lefèvre", WEST),
    Colleague("pieter.vandenbroek", "Pieter van den Broek", WEST),
    Colleague("noemie.garcon", "Noémie Garçon", WEST),
    Colleague("wout.ijsselstein", "Wout IJsselstein", WEST),
    Colleague("sophie.hartwell", "Sophie Hartwell", WEST, left_ago=120),
    Colleague("ursina.caduff", "Ursina Caduff", ALPINE),
    Colleague("lukas.hoerburger", "Lukas Hörburger", ALPINE),
    Colleague("chiara.pedrazzini", "Chiara Pedrazzini", ALPINE),
    Colleague("florian.oettl", "Florian Öttl", ALPINE),
    Colleague("anneke.visser", "Anneke Visser", KEY_ACCOUNTS),
    Colleague("karolina.sundstroem", "Karolina Sundström", KEY_ACCOUNTS),
    Colleague("dieter.grossmann", "Dieter Großmann", KEY_ACCOUNTS),
    Colleague("aoife.nidhonnchadha", "Aoife Ní Dhonnchadha", KEY_ACCOUNTS),
    Colleague("henrik.sondergaard", "Henrik Søndergaard", role=Person.Role.EXECUTIVE),
    Colleague("beatriz.quiroga", "Beatriz Quiroga", role=Person.Role.EXECUTIVE),
    Colleague("margarethe.thiel", "Margarethe Thiel", role=Person.Role.EXECUTIVE),
)

EXECUTIVES = tuple(person for person in COLLEAGUES if person.role == Person.Role.EXECUTIVE)
ACCOUNT_MANAGER_SIGN_IN, EXECUTIVE_SIGN_IN = COLLEAGUES[0], EXECUTIVES[0]


def account_managers(team: str, *, left: bool = False) -> list[Colleague]:
    """Return those who look after the customers of a team, or those who did until they left."""
    return [
        person
        for person in COLLEAGUES
        if person.team == team and (person.left_ago is not None) == left
    ]
