"""Icons, each drawn once: the library draws them anew each time, a tenth of what a page takes."""

import functools

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as draw

register = template.Library()

DRAWN_AT_MOST = 1024


@register.simple_tag
def lucide(name: str, *, size: int | None = 24, **attributes: object) -> SafeString:
    """Return an icon as SVG, with attributes, as the library's tag of the same name does."""
    return _drawn(name, size, tuple(attributes.items()))


@functools.lru_cache(maxsize=DRAWN_AT_MOST)
def _drawn(name: str, size: int | None, attributes: tuple[tuple[str, object], ...]) -> SafeString:
    return draw(name, size=size, **dict(attributes))
