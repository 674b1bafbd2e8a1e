"""The stories, each with its customers; `Story.sentence` says what it is about."""

from insights.demo.names import HOTELS, INDUSTRY, OFFICES, PUBLIC, SCHOOLS
from insights.demo.people import ALPINE, EAST, KEY_ACCOUNTS, NORTH, SOUTH, WEST
from insights.demo.stories import attention, departures, failures, kept, walls
from insights.demo.story import Story
from relationships.models import Customer

_LOST_SOMEBODY = (NORTH, SOUTH, EAST, WEST)
_SELF_SERVICE = Customer.Style.SELF_SERVICE
_PERSONAL = Customer.Style.PERSONAL
_LEAD, _FORMER = Customer.Stage.LEAD, Customer.Stage.FORMER

STORIES = (
    Story(tell=kept.ordinary, lead="Kanzlei Brüggemann & Partner", customers=30),
    Story(
        tell=kept.quiet_self_service, lead="Café Hölzl", customers=18,
        segments=(HOTELS, OFFICES), style=_SELF_SERVICE,
    ),
    Story(tell=kept.open_house, lead="Fonderie Desrosiers", customers=22, worth=1.5),
    Story(tell=kept.handshake_only, lead="Trattoria D'Angelo", customers=16, style=_PERSONAL),
    Story(tell=kept.handwritten_notes, lead="Pasticceria Bevilacqua", customers=8, teams=(SOUTH,)),
    Story(tell=kept.calls_twice_a_year, lead="Sägerei Wäfler", customers=12, teams=(ALPINE,)),
    Story(
        tell=kept.coffee_with_an_executive, lead="Waterschap Oosterveen", customers=6,
        teams=(KEY_ACCOUNTS,), worth=2,
    ),
    Story(tell=kept.promises_kept, lead="Zakłady Żółkiewski", customers=10, teams=(EAST,)),
    Story(
        tell=kept.seasonal, lead="Bergrestaurant Oberfluh", customers=10, teams=(ALPINE,),
        segments=(HOTELS,),
    ),
    Story(tell=walls.walled_off, lead="Hotel Kaltenmoorer Hof", customers=22, style=_PERSONAL),
    Story(
        tell=walls.through_the_glass, lead="Dijkgraaf Advies", customers=18,
        segments=(OFFICES, PUBLIC),
    ),
    Story(tell=walls.branch_closed, lead="Søndergaard & Sønner A/S", customers=28, teams=(NORTH,)),
    Story(tell=walls.intermediated, lead="Conservas Núñez", customers=12, teams=(SOUTH,)),
    Story(tell=walls.buried_under_campaigns, lead="Studio Quattrocchi", customers=10),
    Story(
        tell=walls.same_template_to_many, lead="Clinique de Montrivel", customers=8, teams=(WEST,),
    ),
    Story(tell=failures.made_right_in_a_day, lead="Gimnázium Szépvár", customers=10),
    Story(tell=failures.never_made_right, lead="Thornmere Academy", customers=12),
    Story(tell=failures.promises_broken, lead="Hotell Örnvik", customers=7),
    Story(
        tell=failures.asked_again, lead="Gemeente Zandmeren", customers=8,
        segments=(PUBLIC, SCHOOLS),
    ),
    Story(
        tell=failures.questions_unanswered, lead="Urząd Miasta Łąkowice", customers=13,
        teams=(EAST,),
    ),
    Story(
        tell=departures.their_person_left, lead="Norrköpa Varv", customers=16, worth=1.5,
        teams=_LOST_SOMEBODY, is_orphan=True,
    ),
    Story(
        tell=departures.handed_over, lead="Talleres Echevarría", customers=6, teams=_LOST_SOMEBODY,
    ),
    Story(tell=departures.known_to_one_of_us, lead="Tschümperlin Präzision AG", customers=10),
    Story(
        tell=departures.slowly_drifting, lead="Gießerei Hohenfließ", customers=10,
        teams=(KEY_ACCOUNTS,), segments=(INDUSTRY,), worth=3,
    ),
    Story(tell=departures.suddenly_silent, lead="O'Connor & Daughters Solicitors", customers=13),
    Story(tell=departures.gone_for_a_year, lead="Laiterie de Ravenière", customers=9),
    Story(
        tell=departures.left_us, lead="Szpital Zielonogórka", customers=10, stage=_FORMER,
    ),
    Story(tell=departures.won_back, lead="Møllerup Arkitekter", customers=5),
    Story(
        tell=attention.courted_lead, lead="Hochschule Grünthal", customers=12, stage=_LEAD,
        since=(150, 900),
    ),
    Story(tell=attention.forgotten_customer, lead="Lyceum Wijkerbroek", customers=14),
    Story(
        tell=attention.never_contacted, lead="Liceo di Montesera", customers=5, stage=_LEAD,
        since=(60, 300),
    ),
    Story(tell=attention.newly_won, lead="Restauracja Łempicki", customers=10, since=(50, 220)),
)  # fmt: skip
"""Every story; told in this order, so that a seed always gives the same customers."""
