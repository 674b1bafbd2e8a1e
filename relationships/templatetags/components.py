"""Small parts of pages, drawn once for the same values: lists show them hundreds of times."""

import functools
from collections.abc import Hashable

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

register = template.Library()

DRAWN_AT_MOST = 4096


@register.simple_tag
def component(name: str, **values: Hashable) -> SafeString:
    """Return `_components/<name>.html` with these values, and nothing else of the page.

    For what has few values, such as whole distances and bands; names of customers are many.
    """
    return _drawn(name, **values)


@functools.lru_cache(maxsize=DRAWN_AT_MOST, typed=True)
def _drawn(name: str, **values: Hashable) -> SafeString:
    return SafeString(render_to_string(f"_components/{name}.html", values).strip())
