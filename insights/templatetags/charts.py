"""Charts on a page: up to nine with a table each, which Django's engine takes long to write."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from insights.charts import Chart
from relationships.templatetags.icons import lucide

register = template.Library()


@register.simple_tag(takes_context=True)
def chart(context: template.Context, shown: Chart, *, has_own_table: bool = False) -> SafeString:
    """Draw a chart with its numbers; one with a name is offered as files at this very address.

    Those files are made by `insights.chart_files`, filters and all.
    """
    query = context["request"].GET.copy()
    # As the last of the address, which the name of a file goes on.
    query.pop("take", None)
    query["take"] = ""
    about: dict[str, Any] = {
        "chart": shown,
        "has_own_table": has_own_table,
        "here": f"?{query.urlencode()}",
        "lucide": lucide,
    }
    return SafeString(render_to_string("insights/chart.html", about))
