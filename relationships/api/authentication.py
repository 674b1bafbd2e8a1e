"""Keys of service accounts: `Authorization: Bearer hearth_...`."""

import logging
from datetime import datetime, timedelta
from ipaddress import ip_address

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from relationships import selectors, services
from relationships.models import AccessKey, Person

TOLD_EVERY = timedelta(minutes=1)
ADDRESSES_REMEMBERED = 1_000

_NEXT = "Make another under Integrations."
_FLAWS = {
    AccessKey.State.REVOKED: f"This key was revoked. {_NEXT}",
    AccessKey.State.EXPIRED: f"This key has ended. {_NEXT}",
    AccessKey.State.SWITCHED_OFF: "The service account of this key is switched off. An "
    "administrator can switch it on under Integrations.",
}

logger = logging.getLogger(__name__)
_told: dict[str | None, datetime] = {}


class KeyAuthentication(BaseAuthentication):
    """Finds the service account that a key belongs to."""

    def authenticate(self, request: Request) -> tuple[Person, AccessKey] | None:
        """Return the service account and its key; None when no key was sent."""
        secret = _bearer(request)
        return None if secret is None else admitted(secret, request)

    def authenticate_header(self, request: Request) -> str:
        """Say what is asked for, as RFC 6750 has it; whoever sent a key is told it is no good."""
        flaw = "" if _bearer(request) is None else ', error="invalid_token"'
        return f'Bearer realm="Hearth"{flaw}'


def admitted(secret: str, request: Request) -> tuple[Person, AccessKey]:
    """Return the service account that a secret belongs to, and its key.

    Raises `AuthenticationFailed` when the key may not be used for this request.
    """
    now, secret, address = timezone.now(), secret.strip(), sender_address(request)
    request.roster = selectors.current_roster()
    key = selectors.key_by_digest(services.key_digest(secret), at=request.roster)
    if key is None:
        _tell_unknown(secret, address, now)
        raise AuthenticationFailed(f"Nobody made this key; is it complete? {_NEXT}")
    state = key.state(now)
    if state != AccessKey.State.WORKS:
        services.note_refusal(key=key, now=now, address=address)
        raise AuthenticationFailed(_FLAWS[state])
    if key.origins:
        _check_origin(key, request.headers.get("Origin", ""))
    services.note_use(key=key, now=now, address=address)
    return key.person, key


def sender_address(request: Request) -> str | None:
    """Return the address a request came from, beyond the proxies that are ours."""
    ident = BaseThrottle().get_ident(request) or ""
    try:
        return str(ip_address(ident.partition("%")[0]))
    except ValueError:
        return None


def _bearer(request: Request) -> str | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret if scheme.lower() == "bearer" else None


def _check_origin(key: AccessKey, origin: str) -> None:
    """Refuse what does not come from a web page the key was made for.

    Such a key can be read in the page. Without an origin it was taken out of there.
    """
    if origin not in key.origins:
        places = ", ".join(key.origins)
        came = f"this came from {origin[:200]}" if origin else "this came from no web page"
        raise AuthenticationFailed(f"This key works in web pages of {places}; {came}.")


def _tell_unknown(secret: str, address: str | None, now: datetime) -> None:
    """Log it, once a minute for each address; what is no key of ours may be another's secret."""
    if address in _told and now - _told[address] < TOLD_EVERY:
        return
    if len(_told) >= ADDRESSES_REMEMBERED:
        _told.clear()
    _told[address] = now
    start = f"{secret[:12]}…" if secret.startswith("hearth_") else "not one of Hearth's"
    logger.warning("Requests from %s have a key nobody made (%s)", address, start)
