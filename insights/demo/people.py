"""Our own people in the demonstration: a firm that fits out and serves workplace kitchens."""

from dataclasses import dataclass

from relationships.models import Person

DOMAIN = "demo.example.com"
SERVICE_EMAIL = f"demonstration@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One of us; `left_ago` says how many days ago somebody left.

    Whoever `works_with` a team meets its customers and looks after none.
    """

    key: str
    name: str
    team: str | None = None
    role: str = Person.Role.ACCOUNT_MANAGER
    left_ago: int | None = None
    function: str = "Sales"
    level: str = Person.Level.STAFF
    works_with: str | None = None

    @property
    def email(self) -> str:
        """The address this person signs in with."""
        return f"{self.key}@{DOMAIN}"


SHOWROOM, SERVICE, PRODUCT = "Showroom", "Service", "Product"
MARKETING, FINANCE = "Marketing", "Finance"


def _executive(key: str, name: str) -> Colleague:
    return Colleague(
        key, name, role=Person.Role.EXECUTIVE, function="Management", level=Person.Level.EXECUTIVE
    )


def _inside(
    key: str,
    name: str,
    function: str,
    *,
    level: str = Person.Level.STAFF,
    works_with: str | None = None,
) -> Colleague:
    """Return somebody who looks after no customers; in a showroom they are met all the same."""
    return Colleague(key, name, function=function, level=level, works_with=works_with)


NORTH, SOUTH, EAST, WEST = "North", "South", "East", "West"
ALPINE, KEY_ACCOUNTS = "Alpine", "Key accounts"
TEAMS = (NORTH, SOUTH, EAST, WEST, ALPINE, KEY_ACCOUNTS)

BRANCH_CLOSED_AGO = 290
"""Days since the Hamburg branch closed; it was where the North met its customers."""

COLLEAGUES = (
    Colleague("marta.zolkiewska", "Marta Żółkiewska", NORTH, level=Person.Level.TEAM_LEAD),
    Colleague("jonas.mueller", "Jonas Müller", NORTH),
    Colleague("freja.kjaergaard", "Freja Kjærgaard", NORTH),
    Colleague("eoin.oconnor", "Eoin O'Connor", NORTH),
    Colleague("tom.petersen", "Tom Petersen", NORTH, left_ago=200),
    Colleague("liv.asklund", "Liv Asklund", NORTH, left_ago=255),
    Colleague("lucia.nunez", "Lucía Núñez", SOUTH, level=Person.Level.TEAM_LEAD),
    Colleague("matteo.dangelo", "Matteo D'Angelo", SOUTH),
    Colleague("ines.figueira", "Inês Figueira", SOUTH),
    Colleague("stefanos.galanis", "Stéfanos Galánis", SOUTH),
    Colleague("carmen.ibarra", "Carmen Ibarra", SOUTH, left_ago=160),
    Colleague("jan.wojcik", "Jan Wójcik", EAST, level=Person.Level.TEAM_LEAD),
    Colleague("ipek.yildirim", "İpek Yıldırım", EAST),  # noqa: RUF001
    Colleague("zuzana.dvorakova", "Zuzana Dvořáková", EAST),
    Colleague("balint.szekely", "Bálint Székely", EAST),
    Colleague("radu.ionescu", "Radu Ionescu", EAST, left_ago=310),
    Colleague("claire.lefevre", "Claire Lefèvre", WEST, level=Person.Level.TEAM_LEAD),
    Colleague("pieter.vandenbroek", "Pieter van den Broek", WEST),
    Colleague("noemie.garcon", "Noémie Garçon", WEST),
    Colleague("wout.ijsselstein", "Wout IJsselstein", WEST),
    Colleague("sophie.hartwell", "Sophie Hartwell", WEST, left_ago=120),
    Colleague("ursina.caduff", "Ursina Caduff", ALPINE, level=Person.Level.TEAM_LEAD),
    Colleague("lukas.hoerburger", "Lukas Hörburger", ALPINE),
    Colleague("chiara.pedrazzini", "Chiara Pedrazzini", ALPINE),
    Colleague("florian.oettl", "Florian Öttl", ALPINE),
    Colleague("anneke.visser", "Anneke Visser", KEY_ACCOUNTS, level=Person.Level.TEAM_LEAD),
    Colleague("karolina.sundstroem", "Karolina Sundström", KEY_ACCOUNTS),
    Colleague("dieter.grossmann", "Dieter Großmann", KEY_ACCOUNTS),
    Colleague("aoife.nidhonnchadha", "Aoife Ní Dhonnchadha", KEY_ACCOUNTS),
    _executive("henrik.sondergaard", "Henrik Søndergaard"),
    _executive("beatriz.quiroga", "Beatriz Quiroga"),
    _executive("margarethe.thiel", "Margarethe Thiel"),
    _inside("birte.clausen", "Birte Clausen", SHOWROOM, works_with=NORTH),
    _inside("hinnerk.voss", "Hinnerk Voß", SHOWROOM, works_with=NORTH),
    _inside("rosa.ferrante", "Rosa Ferrante", SHOWROOM, works_with=SOUTH),
    _inside("milan.horvat", "Milan Horvat", SHOWROOM, works_with=EAST),
    _inside("aurelie.dumoulin", "Aurélie Dumoulin", SHOWROOM, works_with=WEST),
    _inside("reto.zgraggen", "Reto Zgraggen", SHOWROOM, works_with=ALPINE),
    _inside("ada.lindqvist", "Ada Lindqvist", SERVICE, level=Person.Level.HEAD),
    _inside("tomasz.gajewski", "Tomasz Gajewski", SERVICE),
    _inside("elif.aksoy", "Elif Aksoy", SERVICE),
    _inside("nuno.carvalhal", "Nuno Carvalhal", SERVICE),
    _inside("greta.wimmer", "Greta Wimmer", PRODUCT, level=Person.Level.HEAD),
    _inside("ruairi.fallon", "Ruairí Fallon", PRODUCT),
    _inside("katalin.bodnar", "Katalin Bodnár", PRODUCT),
    _inside("sven.aagaard", "Sven Aagaard", PRODUCT),
    _inside("helene.marchand", "Hélène Marchand", MARKETING, level=Person.Level.HEAD),
    _inside("davide.conti", "Davide Conti", MARKETING),
    _inside("joanna.maciejak", "Joanna Maciejak", MARKETING),
    _inside("walter.imboden", "Walter Imboden", FINANCE, level=Person.Level.HEAD),
    _inside("siri.haugland", "Siri Haugland", FINANCE),
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


def insiders(function: str, team: str | None = None) -> list[Colleague]:
    """Return those of a function who look after no customers, or those working with a team."""
    return [
        person
        for person in COLLEAGUES
        if person.function == function and person.works_with == team and person.team is None
    ]
