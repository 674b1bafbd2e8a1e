"""What is sent as gzip, and to whom."""

import secrets
from io import BytesIO

from django.http import HttpRequest
from zlib_ng.gzip_ng import GzipNGFile

LEVEL = 5
"""Of zlib-ng's: as small as the usual sixth of zlib's, in two fifths of the time."""

MOST_PADDING_BYTES = 100


def takes_gzip(request: HttpRequest) -> bool:
    """Whether the sender takes gzip; `gzip;q=0` says no."""
    for part in request.headers.get("Accept-Encoding", "").split(","):
        name, _, weight = part.replace(" ", "").lower().partition(";q=")
        if name == "gzip":
            return weight.strip("0.") != "" or not weight
    return False


def compressed(page: bytes) -> bytes:
    """Return a page as gzip that is longer than it must be by less than `MOST_PADDING_BYTES`.

    The file name in its header is of any length, so that how long a page is tells less of what it
    shows (BREACH).
    """
    packed = BytesIO()
    name = "a" * secrets.randbelow(MOST_PADDING_BYTES)
    with GzipNGFile(name, "wb", compresslevel=LEVEL, fileobj=packed, mtime=0) as file:
        file.write(page)
    return packed.getvalue()
