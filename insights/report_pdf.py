"""A board report as PDF: text that can be searched and read aloud, and drawings that stay sharp."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.conf import settings

from insights.chart_files import FONT

TEMPLATE = Path(settings.BASE_DIR) / "templates" / "insights" / "report.typ"
ACCESSIBLE = "ua-1"
"""The standard for PDF that everybody can read: PDF/UA-1."""

logger = logging.getLogger(__name__)


def typeset(contents: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """Typeset what a report says.

    The text goes in as data and is never read as markup. Where a name has letters that no font here
    has, the file cannot promise to be readable by everybody, and does not.
    """
    try:
        return _compiled(contents, made_at, [ACCESSIBLE])
    except typst.TypstError as error:
        logger.warning("The board report is made without %s: %s", ACCESSIBLE, error)
        return _compiled(contents, made_at, [])


def _compiled(contents: Mapping[str, Any], made_at: datetime, standards: list[Any]) -> bytes:
    made: bytes = typst.compile(
        TEMPLATE.read_bytes(),
        font_paths=_fonts(),
        sys_inputs={"report": json.dumps(contents)},
        pdf_standards=standards,
        timestamp=int(made_at.timestamp()),
    )
    return made


@cache
def _fonts() -> typst.Fonts:
    """Return the fonts that come along; those of the machine help with letters they lack."""
    return typst.Fonts(font_paths=[FONT.parent])
