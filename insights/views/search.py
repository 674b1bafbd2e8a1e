"""The search over everything with a name, and over pages and things to do."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from insights.palette import asked
from insights.palette_groups import first_groups, groups, summary
from insights.selectors.search import AT_MOST, lately_opened, search_results
from relationships.numbers import whole_number

LONGEST = 200


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search while somebody types, in the box over any page; without it, as a page of its own."""
    typed = " ".join(request.GET.get("q", "")[:LONGEST].replace("\x00", "").split())
    if typed:
        meant = asked(typed)
        about = meant.text if meant.deeds else ""
        results = search_results(request.user, typed, about=about)
        found = groups(request.user, meant, typed, results)
    else:
        recent = _numbers(request.GET.get("recent", ""))
        found = first_groups(request.user, lately_opened(request.user, recent))
    context = {"typed": typed, "groups": found, "summary": summary(found)}
    is_box = bool(request.htmx) and request.htmx.target == "palette-options"
    response = render(
        request, "insights/_search.html" if is_box else "insights/search.html", context
    )
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


def _numbers(text: str) -> Sequence[int]:
    """Return the ids that a browser remembers; what is no id is left out."""
    parts = text[:LONGEST].split(",")[:AT_MOST]
    return [pk for one in parts if (pk := whole_number(one)) is not None]
