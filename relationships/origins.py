"""Origins of web pages, written so that equal means same."""

from urllib.parse import urlsplit

LONGEST_ORIGIN = 200
DEFAULT_PORTS = {"https": 443, "http": 80}
RIGHT = "Use scheme and name without a path, such as https://shop.example.com."


class OriginFlawError(ValueError):
    """Something is no origin of a web page; the message says what would be right."""


def normal_origin(text: str) -> str:
    """Return an origin as browsers send it.

    >>> normal_origin(" HTTPS://Shop.Example.com:443/ "), normal_origin("http://localhost:5173")
    ('https://shop.example.com', 'http://localhost:5173')
    """
    try:
        parts = urlsplit(text.strip())
        name = (parts.hostname or "").encode("idna").decode()
        port = parts.port
    except ValueError:
        raise OriginFlawError(f"{text[:80]}: {RIGHT}") from None
    beyond = parts.username or parts.query or parts.fragment or parts.path not in {"", "/"}
    if parts.scheme not in DEFAULT_PORTS or not _is_name(name) or beyond:
        raise OriginFlawError(f"{text[:80]}: {RIGHT}")
    host = f"[{name}]" if ":" in name else name
    where = "" if port is None or port == DEFAULT_PORTS[parts.scheme] else f":{port}"
    origin = f"{parts.scheme}://{host}{where}"
    if len(origin) > LONGEST_ORIGIN:
        raise OriginFlawError(f"{text[:80]}…: use at most {LONGEST_ORIGIN} characters.")
    return origin


def _is_name(host: str) -> bool:
    return bool(host) and all(letter.isalnum() or letter in "-.:_" for letter in host)
