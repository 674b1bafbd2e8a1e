"""Where the columns of the Wall lead: to the touchpoints that they count."""

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from insights.charts import Listed


def columns_listed(kept: Mapping[str, object]) -> Listed:
    """Return what leads to the touchpoints of a column, narrowed by what is kept of an address."""
    query = urlencode({name: value for name, value in kept.items() if value not in ("", None)})
    start = f"{reverse('wall_behind')}?{query}{'&' if query else ''}"

    def listed(month: date, mode: str) -> str:
        return f"{start}mode={mode}&month={month:%Y-%m}"

    return listed
