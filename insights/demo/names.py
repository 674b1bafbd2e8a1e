"""Names of customers and of the people there; towns and firms are made up."""

from dataclasses import dataclass
from itertools import product
from random import Random

OFFICES, HOTELS, HEALTH = "Offices", "Hotels and restaurants", "Hospitals and care homes"
SCHOOLS, INDUSTRY, PUBLIC = "Schools and universities", "Industry", "Public administration"
SEGMENTS = (OFFICES, HOTELS, HEALTH, SCHOOLS, INDUSTRY, PUBLIC)


@dataclass(frozen=True, slots=True)
class Tongue:
    """How people and firms are called in one language; empty where it is several."""

    language: str
    currency: str
    first: tuple[str, ...]
    last: tuple[str, ...]
    towns: tuple[str, ...]
    firms: dict[str, tuple[str, ...]]


def _split(names: str) -> tuple[str, ...]:
    return tuple(names.split())


GERMAN = Tongue(
    "de",
    "EUR",
    _split(
        "Anke Birgit Jürgen Käthe Lennart Uwe Svenja Heike Björn Gesa Thilo Rosalie Götz Mareike"
    ),
    _split("Müller Brüggemann Hölzl Vösgen Kühnast Straßner Pätzold Röttgers Jähnicke Löwenfink"),
    _split("Kaltenmoor Brösenau Wiesenbrück Hohenfließ Lüttwerder Grünthal Ostervörde Mühlrade"),
    {
        OFFICES: ("{last} Versicherungsmakler", "Kanzlei {last} & Partner", "{last} Software GmbH"),
        HOTELS: ("Hotel {town}er Hof", "Gasthaus {last}", "Café {last}"),
        HEALTH: ("Klinikum {town}", "Pflegeheim {town}"),
        SCHOOLS: ("Gesamtschule {town}", "Hochschule {town}"),
        INDUSTRY: ("{last} Maschinenbau GmbH", "Gießerei {town}", "{last} & Söhne Logistik"),
        PUBLIC: ("Stadtverwaltung {town}", "Kreisamt {town}"),
    },
)
NORDIC = Tongue(
    "",
    "SEK",
    _split("Astrid Bjørn Kåre Solveig Søren Øystein Åse Maj Jørgen Linnéa Håkan Signe"),
    _split(
        "Søndergaard Ekström Åkesson Bjørnstad Møllerup Hägglund Nygård Ravnskov Sjölin Lövgren"
    ),
    _split("Ålesund-Vik Norrköpa Sæby-Strand Västerlund Hjørbæk Örnvik Skjoldhavn Lillånger"),
    {
        OFFICES: ("{last} Revision", "{last} Arkitekter", "Kontorhuset {town}"),
        HOTELS: ("Hotell {town}", "Kaféet i {town}", "{last} Krog"),
        HEALTH: ("{town} Sjukhus", "Plejehjemmet {town}"),
        SCHOOLS: ("{town} Gymnasium", "Folkhögskolan {town}"),
        INDUSTRY: ("{last} Trävaror AB", "{last} & Sønner A/S", "{town} Varv"),
        PUBLIC: ("{town} Kommun", "{town} Bibliotek"),
    },
)
ENGLISH = Tongue(
    "en",
    "GBP",
    _split("Siobhán Niamh Rupert Imogen Callum Tamsin Declan Gwen Alastair Priya Orla Winston"),
    _split("O'Connor Thistlewood Ashdown Pemberley McAllister Harrowgate Llewelyn Okonjo-Bright"),
    _split("Wetherby-on-Lune Kilbrannan Ashcombe Thornmere Dunwhistle Marlowe Abbotsfield"),
    {
        OFFICES: ("{last} & Daughters Solicitors", "{last} Surveyors", "{town} Studios"),
        HOTELS: ("The {town} Arms", "{last}'s Tea Rooms", "{town} Grange Hotel"),
        HEALTH: ("{town} General Hospital", "{town} Lodge Care Home"),
        SCHOOLS: ("{town} Academy", "St {last} College"),
        INDUSTRY: ("{last} Castings Ltd", "{town} Bakery Works", "{last} Haulage"),
        PUBLIC: ("{town} Borough Council", "{town} Fire Service"),
    },
)
FRENCH = Tongue(
    "fr",
    "EUR",
    _split("Anaïs Benoît Cécile Étienne Geneviève Loïc Maëlle Raphaël Thérèse Ghislain Zoé"),
    _split("Lefèvre Desrosiers Garçonnet Bélanger Châtelain Fontanès Guérin-Roux Labrousse Noël"),
    _split("Villefranque Saint-Aubry Montrivel Châtelbois Pontécoulant Ravenière Beaulac"),
    {
        OFFICES: ("Cabinet {last}", "{last} Assurances", "Atelier {last}"),
        HOTELS: ("Hôtel de {town}", "Brasserie {last}", "Auberge de {town}"),
        HEALTH: ("Clinique de {town}", "Résidence {last}"),
        SCHOOLS: ("Lycée de {town}", "École {last}"),
        INDUSTRY: ("Fonderie {last}", "{last} Transports", "Laiterie de {town}"),
        PUBLIC: ("Mairie de {town}", "Médiathèque de {town}"),
    },
)
DUTCH = Tongue(
    "nl",
    "EUR",
    _split("Anouk Bram Femke Gijs Joost Lieke Maartje Sjoerd Tjitske Willemijn Daniël"),
    _split("Vermeulen Dijkgraaf Hoekzema Boezeman Terpstra Kuijpers Ruijgrok Zijlmans"),
    _split("Oosterveen Wijkerbroek Zandmeren Lageveer Meerdonk Vlietwaard"),
    {
        OFFICES: ("{last} Advies", "Kantoor {last} & Zn.", "{last} Notarissen"),
        HOTELS: ("Hotel {town}", "Eetcafé {last}", "Pannenkoekenhuis {town}"),
        HEALTH: ("Ziekenhuis {town}", "Zorgcentrum {town}"),
        SCHOOLS: ("Lyceum {town}", "Hogeschool {town}"),
        INDUSTRY: ("{last} Machinebouw BV", "Scheepswerf {town}", "{last} Kwekerijen"),
        PUBLIC: ("Gemeente {town}", "Waterschap {town}"),
    },
)
SPANISH = Tongue(
    "es",
    "EUR",
    _split("Begoña Íñigo Lucía Joaquín Nuria Ángel Rocío Martín Yolanda Andrés Inés"),
    _split("Núñez Ibáñez Castañeda Echevarría Logroñés Peñalver Zubizarra Villagrán Muñiz"),
    _split("Valdeoscura Peñarroble Montealcor Villaseñor Ríoblanco Castrolira"),
    {
        OFFICES: ("Gestoría {last}", "{last} Abogados", "Estudio {last}"),
        HOTELS: ("Hotel {town}", "Casa {last}", "Mesón de {town}"),
        HEALTH: ("Hospital de {town}", "Residencia {last}"),
        SCHOOLS: ("Colegio {last}", "Instituto de {town}"),
        INDUSTRY: ("Talleres {last}", "Conservas {last}", "Bodegas {town}"),
        PUBLIC: ("Ayuntamiento de {town}", "Biblioteca de {town}"),
    },
)
ITALIAN = Tongue(
    "it",
    "EUR",
    _split("Alessia Beniamino Carlotta Donato Giosuè Ilaria Niccolò Ottavia Ruggero Zaira"),
    _split(
        "D'Angelo Bevilacqua Dell'Orso Fabbrizi Mastroianni-Conti Quattrocchi Zuccarelli Verdòn"
    ),
    _split("Castelforno Montesera Borgolungo Rocca-Alta Sant'Elmo Valdimonte"),
    {
        OFFICES: ("Studio {last}", "{last} Commercialisti", "{last} Grafica"),
        HOTELS: ("Albergo {town}", "Trattoria {last}", "Pasticceria {last}"),
        HEALTH: ("Ospedale di {town}", "Casa di riposo {town}"),
        SCHOOLS: ("Liceo di {town}", "Scuola {last}"),
        INDUSTRY: ("Officine {last}", "{last} Ceramiche", "Cartiera di {town}"),
        PUBLIC: ("Comune di {town}", "Museo di {town}"),
    },
)
EASTERN = Tongue(
    "",
    "EUR",
    _split("Żaneta Łukasz Božena Dušan Éva István Çağla Şebnem Jiří Małgorzata Ştefania Ülkü"),
    _split(
        "Żółkiewski Wiśniowiecki Dvořáček Szűcs Öztürkoğlu Brzęczyszak Horváthy Şahinel Łempicki"
    ),
    _split("Łąkowice Nové-Břehy Szépvár Gölbaşak Zielonogórka Třebovany Kőhalom"),
    {
        OFFICES: ("Biuro {last}", "{last} Ügyvédi Iroda", "{last} Projekt"),
        HOTELS: ("Hotel {town}", "Restauracja {last}", "Cukrárna {last}"),
        HEALTH: ("Szpital {town}", "Nemocnice {town}"),
        SCHOOLS: ("Liceum {town}", "Gimnázium {town}"),
        INDUSTRY: ("Zakłady {last}", "{last} Makina", "Sklárna {town}"),
        PUBLIC: ("Urząd Miasta {town}", "Knihovna {town}"),
    },
)
ALPINE_GERMAN = Tongue(
    "de",
    "CHF",
    _split("Reto Ursina Beat Annelies Flurin Vreni Köbi Seraina Gian-Marco Rösli"),
    _split("Zgraggen Bündner Oberhänsli Caflisch Wäfler Tschümperlin Niederöst Brunnschwyler"),
    _split("Hinterwängi Sankt-Ulmen Oberfluh Bergnau Piz-Alva Tiefenried"),
    {
        OFFICES: ("{last} Treuhand AG", "{last} Notariat", "Architekturbüro {last}"),
        HOTELS: ("Hotel {town}", "Gasthof {last}", "Bergrestaurant {town}"),
        HEALTH: ("Spital {town}", "Alterszentrum {town}"),
        SCHOOLS: ("Kantonsschule {town}", "Internat {town}"),
        INDUSTRY: ("{last} Präzision AG", "Sägerei {last}", "Käserei {town}"),
        PUBLIC: ("Gemeinde {town}", "Bergbahnen {town}"),
    },
)

TONGUES = {
    "North": (GERMAN, NORDIC, NORDIC, ENGLISH),
    "South": (SPANISH, ITALIAN),
    "East": (EASTERN,),
    "West": (FRENCH, DUTCH, ENGLISH),
    "Alpine": (ALPINE_GERMAN, ALPINE_GERMAN, GERMAN),
    "Key accounts": (GERMAN, NORDIC, FRENCH, ITALIAN, ENGLISH, DUTCH),
}
"""The languages each team's customers speak."""

JOB_TITLES = (
    "Facility manager", "Head of purchasing", "Kitchen manager", "Managing director", "Owner",
    "Office manager", "Head of finance", "Housekeeper", "Head chef", "Caretaker",
)  # fmt: skip


def firm(tongue: Tongue, segment: str, random: Random) -> str:
    """Return the name of a firm, an office or a house."""
    pattern = random.choice(tongue.firms[segment])
    return pattern.format(last=random.choice(tongue.last), town=random.choice(tongue.towns))


def origin(name: str) -> tuple[str, Tongue, str]:
    """Return the team, language and segment in which a firm may be called so."""
    for team, tongues in TONGUES.items():
        for tongue in tongues:
            for segment, patterns in tongue.firms.items():
                for pattern, last, town in product(patterns, tongue.last, tongue.towns):
                    if pattern.format(last=last, town=town) == name:
                        return team, tongue, segment
    raise ValueError(f"{name} is not made of the names here")


def person(tongue: Tongue, random: Random) -> str:
    """Return the name of somebody who works there."""
    return f"{random.choice(tongue.first)} {random.choice(tongue.last)}"
