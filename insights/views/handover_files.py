"""A handover on paper and as a file: every customer, who takes over, what to know."""

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import handover_words as words
from insights.file_names import file_name
from insights.selectors.handovers import PRINTED_AT_MOST, all_lines
from insights.spreadsheets import csv_file
from insights.views.handovers import handover_or_404
from relationships.selectors.handovers import progress_of
from relationships.words import plural


@require_safe
def handover_print(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a whole handover on one page, to be printed."""
    found, today = handover_or_404(request.user, pk), timezone.localdate()
    lines = all_lines(request.user, found, at_most=PRINTED_AT_MOST)
    progress = progress_of(request.user, found)
    more = progress.customers - PRINTED_AT_MOST
    context = {
        "handover": found,
        "leaver": found.person,
        "leaving": words.leaving(found, today),
        "progress": progress,
        "rows": [words.row_of(line, found.person, today) for line in lines],
        "more": plural(more, "more customer") if more > 0 else "",
    }
    return render(request, "insights/handover_print.html", context)


@require_safe
def handover_csv(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Return a whole handover as comma-separated values."""
    found, today = handover_or_404(request.user, pk), timezone.localdate()
    lines = all_lines(request.user, found)
    name = file_name("handover", found.person.name, today, "csv")
    return csv_file(name, words.table(lines, found, today))
