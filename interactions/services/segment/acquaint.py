"""Makes the people and companies of a batch known, before anything that happened is recorded."""

from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from interactions.services.segment.actors import Actor, Terms, actor_of
from interactions.services.segment.join import (
    follow_previous,
    join_companies,
    join_previous,
    join_same_address,
)
from interactions.services.segment.known import Known, Whose
from interactions.services.segment.messages import Message
from interactions.services.segment.traits import apply_traits
from relationships.models import Contact, Identity
from relationships.selectors import IdentityRef
from relationships.services.introductions import (
    Belonging,
    Newcomer,
    attach_identities,
    introduce,
)

# Whoever waits for a visitor to be known, and whoever makes them known, see each other.
_LOCK = """
    SELECT CASE WHEN is_tied THEN pg_advisory_xact_lock(4, number)
                ELSE pg_advisory_xact_lock_shared(4, number) END
    FROM (
        SELECT (hashtextextended(visitor, %s) & 255)::int AS number, bool_or(is_tied) AS is_tied
        FROM unnest(%s::text[], %s::bool[]) AS named (visitor, is_tied)
        GROUP BY 1 ORDER BY 1
    ) AS numbers
"""


def acquaint(messages: Sequence[Message], terms: Terms) -> list[IdentityRef]:
    """Make everybody known, as the messages tell; return the visitors that were nobody before."""
    known = terms.known
    known.look_up({ref for message in messages for ref in message.refs()})
    if terms.may_create_customers:
        _introduce_companies(messages, terms)
    follow_previous(messages, known)
    actors = _actors(messages, known)
    if terms.may_create_customers:
        _introduce_people(actors, terms)
        join_companies(actors, terms)
        join_same_address(actors, terms)
        join_previous(messages, terms)
        apply_traits(actors, messages, known)
    return _tie(actors, messages, terms)


def _actors(messages: Iterable[Message], known: Known) -> list[Actor]:
    actors: dict[IdentityRef, Actor] = {}
    for message in messages:
        ref = actor_of(message, known)
        if ref is None:
            continue
        actor = actors.setdefault(ref, Actor(ref))
        actor.profile = message.profile.over(actor.profile)
        if message.event.kind in ("group", "identify"):
            actor.company = message.company or actor.company
    return list(actors.values())


def _introduce_companies(messages: Iterable[Message], terms: Terms) -> None:
    known = terms.known
    names: dict[IdentityRef, str] = {}
    for message in messages:
        ref = message.company
        if ref and known.get(ref) is None and not known.is_taken(ref):
            names[ref] = message.company_name or names.get(ref, "")
    _make_known([Newcomer(ref, name or ref.value) for ref, name in names.items()], known)


def _introduce_people(actors: Iterable[Actor], terms: Terms) -> None:
    known = terms.known
    strangers = [
        actor for actor in actors
        if known.get(actor.ref) is None and not known.is_taken(actor.ref)
    ]  # fmt: skip
    colleagues, by_phone = _colleagues(strangers, known), _by_phone(strangers, known)
    found: list[Belonging] = []
    newcomers: list[Newcomer] = []
    for actor in strangers:
        at = known.get(actor.profile.email) or by_phone.get(actor.profile.phone)
        company = known.get(actor.company)
        if at is None and company:
            at = Whose(company.home_id, colleagues.get((company.home_id, _name(actor))))
        if at and at.contact_id:
            found.append(Belonging(actor.ref, *at))
        else:
            newcomers.append(_newcomer(actor, at))
    attach_identities(belongings=found)
    known.look_up({one.ref for one in found})
    _make_known(newcomers, known)


def _newcomer(actor: Actor, at: Whose | None) -> Newcomer:
    profile, name = actor.profile, _name(actor)
    home_id = at.home_id if at else None
    return Newcomer(actor.ref, profile.company or name, home_id, name, profile.job_title)


def _name(actor: Actor) -> str:
    profile = actor.profile
    return profile.name or (profile.email.value if profile.email else actor.ref.value)


def _colleagues(strangers: Iterable[Actor], known: Known) -> dict[tuple[int, str], int]:
    """Return contacts of the companies of strangers that are called as these are.

    One that is another user's already is somebody else of the same name.
    """
    wanted = [
        (known.survivors[whose.home_id], whose.home_id, _name(actor))
        for actor in strangers
        if (whose := known.get(actor.company))
    ]
    rows = Contact.objects.filter(
        customer__in={now_id for now_id, _, _ in wanted}, name__in={name for _, _, name in wanted}
    ).exclude(
        identities__kind=Identity.Kind.FOREIGN,
        identities__namespace__in={actor.ref.namespace for actor in strangers},
    )
    by_name = {(of, name): pk for pk, of, name in rows.values_list("pk", "customer_id", "name")}
    return {
        (home_id, name): by_name[now_id, name]
        for now_id, home_id, name in wanted
        if (now_id, name) in by_name
    }


def _by_phone(strangers: Iterable[Actor], known: Known) -> dict[IdentityRef | None, Whose]:
    """Return whom the numbers of strangers mean, but none that means another user already.

    Colleagues and families share a telephone; nobody becomes somebody else by that.
    """
    found = {
        actor.profile.phone: whose
        for actor in strangers
        if (whose := known.get(actor.profile.phone))
    }
    users = Identity.objects.filter(
        kind=Identity.Kind.FOREIGN,
        namespace__in={actor.ref.namespace for actor in strangers},
        contact__in={whose.contact_id for whose in found.values() if whose.contact_id},
    )
    taken = set(users.values_list("contact_id", flat=True)) if found else set()
    return {phone: whose for phone, whose in found.items() if whose.contact_id not in taken}


def _make_known(newcomers: Sequence[Newcomer], known: Known) -> None:
    introduce(newcomers=newcomers, team_id=known.by.team_id)
    known.look_up({one.ref for one in newcomers})


def _tie(actors: Iterable[Actor], messages: Iterable[Message], terms: Terms) -> list[IdentityRef]:
    """Let visitors, addresses and numbers mean the people they turned out to be."""
    known = terms.known
    named = {one.visitor: one.person for one in messages if one.visitor and one.person}
    ties = {
        visitor: whose
        for visitor, ref in named.items()
        if (whose := known.get(ref))
        if known.get(visitor) != whose and not known.is_taken(visitor)
    }
    ties |= _aliased(messages, known)
    nobody = {
        message.visitor
        for message in messages
        if message.visitor and actor_of(message, known) is None
    }
    _lock(ties.keys(), nobody - ties.keys(), terms.source_id)
    attach_identities(belongings=[Belonging(ref, *to) for ref, to in ties.items()], is_moving=True)
    if terms.may_create_customers:
        attach_identities(belongings=_addresses(actors, known))
    known.look_up(ties.keys() | nobody)
    return list(ties)


def _aliased(messages: Iterable[Message], known: Known) -> dict[IdentityRef, Whose]:
    return {
        previous: whose
        for message in messages
        if message.previous and (whose := known.get(message.user))
        for previous in message.previous
        if known.get(previous) != whose and not known.is_taken(previous)
    }


def _addresses(actors: Iterable[Actor], known: Known) -> list[Belonging]:
    return [
        Belonging(ref, *whose)
        for actor in actors
        if (whose := known.get(actor.ref)) and whose.contact_id
        for ref in (actor.profile.email, actor.profile.phone)
        if ref and known.get(ref) is None and not known.is_taken(ref)
    ]


def _lock(tied: Collection[IdentityRef], waiting: Collection[IdentityRef], source_id: int) -> None:
    visitors = [ref.value for ref in (*tied, *waiting)]
    if visitors:
        with connection.cursor() as cursor:
            is_tied = [True] * len(tied) + [False] * len(waiting)
            cursor.execute(_LOCK, [source_id, visitors, is_tied])
