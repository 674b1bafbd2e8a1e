"""What may stand in an address."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class ForeignTextConverter(StringConverter):
    """Takes what others made up, with whatever is in it, slashes and line ends too."""

    regex = "(?s:.+)"


class IdentityKindConverter(StringConverter):
    """Takes a kind of identity."""

    regex = "email|phone|foreign"


register_converter(ForeignTextConverter, "foreign_text")
register_converter(IdentityKindConverter, "identity_kind")
