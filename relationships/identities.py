"""How identities are written, so that equal means same."""

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from relationships.selectors import IdentityRef

_check_email = EmailValidator()


class IdentityFlawError(ValueError):
    """A text is no e-mail address or phone number; the message says what would be right."""


def email_ref(text: str) -> IdentityRef:
    """Return the identity of an e-mail address, whatever its case.

    >>> email_ref(" Zoe@Example.COM ").value
    'zoe@example.com'
    """
    value = text.strip().lower()
    try:
        _check_email(value)
        value.encode()
    except (ValidationError, UnicodeEncodeError):
        raise IdentityFlawError("Use an e-mail address, such as zoe@example.com.") from None
    return IdentityRef("email", value)


def phone_ref(text: str) -> IdentityRef:
    """Return the identity of a phone number, however it is spaced.

    >>> phone_ref("+49 (30) 90 18 20").value
    '+4930901820'
    """
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise IdentityFlawError("Use a phone number with its country, such as +49 30 901820.")
    return IdentityRef("phone", phonenumbers.format_number(number, _E164))


_E164 = phonenumbers.PhoneNumberFormat.E164
