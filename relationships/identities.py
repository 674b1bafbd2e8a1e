"""How identities are written, so that equal means same."""

import functools
import re
import unicodedata

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from relationships.models import Identity
from relationships.selectors import IdentityRef

LONGEST_EMAIL = 254
LONGEST_IDENTITY = 254
LONGEST_NAMESPACE = 100
REMEMBERED = 50_000
"""Addresses and numbers whose spelling is not looked at again: the same ones come all day."""

_check_email = EmailValidator()


class IdentityFlawError(ValueError):
    """A text is no e-mail address or phone number; the message says what would be right."""


def identity_ref(kind: str, value: str, namespace: str = "") -> IdentityRef:
    """Return an identity of any kind as it is kept; a foreign id stays as it is written.

    Raises `IdentityFlawError`.

    >>> identity_ref("foreign", "C-1001", "crm"), identity_ref("email", "Zoe@Example.com").value
    (IdentityRef(kind='foreign', value='C-1001', namespace='crm'), 'zoe@example.com')
    """
    if namespace and kind != Identity.Kind.FOREIGN:
        raise IdentityFlawError("Only foreign ids have a namespace; leave it out.")
    if kind == Identity.Kind.EMAIL:
        return email_ref(value)
    if kind == Identity.Kind.PHONE:
        return phone_ref(value)
    return IdentityRef(kind, value, namespace)


@functools.lru_cache(maxsize=REMEMBERED)
def email_ref(text: str) -> IdentityRef:
    """Return the identity of an e-mail address, whatever its case and the script of its domain.

    >>> email_ref(" Zoe@Example.COM ").value
    'zoe@example.com'
    >>> email_ref("zoe@xn--bcher-kva.example").value
    'zoe@bücher.example'
    """
    name, _, domain = text.strip().lower().rpartition("@")
    try:
        if len(text) > LONGEST_EMAIL:
            raise ValidationError("too long")
        value = f"{name}@{_domain(domain)}"
        _check_email(value)
        value.encode()
    except (ValidationError, UnicodeError):
        raise IdentityFlawError("Use an e-mail address, such as zoe@example.com.") from None
    return IdentityRef("email", value)


def phone_ref(text: str) -> IdentityRef:
    """Return the identity of a phone number, however it is spaced.

    One without its country is of `PHONE_REGION`, if that is set.

    >>> phone_ref("+49 (30) 90 18 20").value
    '+4930901820'
    >>> phone_ref("0049 30 901820").value
    '+4930901820'
    """
    return _phone_ref(text, settings.PHONE_REGION)


@functools.lru_cache(maxsize=REMEMBERED)
def _phone_ref(text: str, region: str) -> IdentityRef:
    number = _possible(text, region) or _possible(_TWO_ZEROS.sub("+", text, count=1), region)
    if number is None:
        national = f" or as it is dialled in {region}" * bool(region)
        raise IdentityFlawError(
            f"Use a phone number with its country, such as +49 30 901820{national}."
        )
    return IdentityRef("phone", phonenumbers.format_number(number, _E164))


def _domain(text: str) -> str:
    """Return a domain as people write it; mail programs write Müller.de as xn--mller-kva.de."""
    labels = unicodedata.normalize("NFKC", text).split(".")
    return ".".join(_label(label) for label in labels)


def _label(text: str) -> str:
    if not text.startswith("xn--"):
        return text
    decoded = text[4:].encode("ascii").decode("punycode")
    is_plain = unicodedata.normalize("NFKC", decoded).lower() == decoded and not decoded.isascii()
    return decoded if is_plain else text


def _possible(text: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


# How most of the world dials abroad; where PHONE_REGION dials otherwise, that was tried before.
_TWO_ZEROS = re.compile(r"^[\s(]*00")
_E164 = phonenumbers.PhoneNumberFormat.E164
