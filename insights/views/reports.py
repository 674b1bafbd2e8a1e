"""Board reports: a month on paper, made in the background, kept and mailed."""

from collections.abc import Sequence
from typing import Any

from csp.decorators import csp_exempt
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from insights import tasks
from insights.models import BoardReport, ReportMailing
from insights.report_forms import ReportForm
from insights.selectors import reports as selectors
from insights.services import reports as services
from relationships.access import check_may_see_organisation, may_administer
from relationships.signs_of_life import WORKER, is_missing
from relationships.words import day_name, moment_ahead, plural

ON_A_PAGE = 24
Status = ReportMailing.Status


@require_safe
def report(request: HttpRequest) -> HttpResponse:
    """Show all board reports, have one made, and say to whom they are mailed."""
    check_may_see_organisation(request.user)
    now = timezone.now()
    page = Paginator(selectors.board_reports(request.user), ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    mailings = selectors.mailings_of(page.object_list)
    sees_readers = may_administer(request.user)
    rows = [_row(one, mailings.get(one.pk, ()), with_names=sees_readers) for one in page]
    context = {
        "form": ReportForm(None, now),
        "rows": rows,
        "page": page,
        "newer_url": _page_url(page.previous_page_number()) if page.has_previous() else "",
        "older_url": _page_url(page.next_page_number()) if page.has_next() else "",
        "wants_reports": selectors.wants_reports(request.user),
        "has_mail_server": selectors.has_mail_server(),
        "readers": selectors.report_readers() if sees_readers else (),
        "is_worker_missing": any(row["is_being_made"] for row in rows) and is_missing(WORKER),
    }
    return render(request, "insights/report.html", context)


@require_POST
def ask_for_report(request: HttpRequest) -> HttpResponse:
    """Have a report made in the background."""
    check_may_see_organisation(request.user)
    now = timezone.now()
    form = ReportForm(request.POST, now)
    if not form.is_valid():
        messages.error(request, "Choose last month, or this one so far.")
        return redirect("report")
    wanted, is_new = services.ask_for_report(
        month=form.cleaned_data["month"], by=request.user, now=now
    )
    if is_new:
        tasks.make_report.delay_on_commit(wanted.pk)
    return redirect("report")


@require_safe
def report_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whether a report is still being made; once it is there, the page shows it."""
    check_may_see_organisation(request.user)
    one = selectors.board_reports(request.user).filter(pk=pk).first()
    if one is None or one.as_of is not None or one.problem:
        return HttpResponseClientRefresh()
    context = {"row": _row(one, (), with_names=False), "is_worker_missing": is_missing(WORKER)}
    return render(request, "insights/_report_progress.html", context)


# Browsers put a PDF into a page that they make themselves, with styles and an object that the
# policy of ours forbids.
@csp_exempt()
@require_safe
def report_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a report as PDF, as it was made."""
    check_may_see_organisation(request.user)
    made = selectors.report_file(request.user, pk)
    if made is None:
        raise Http404("There is no such report.")
    response = HttpResponse(bytes(made.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{made.file_name}.pdf"'
    response["Cache-Control"] = "private"
    return response


@require_POST
def mail_report(request: HttpRequest) -> HttpResponse:
    """Have every month's report mailed to whoever asks, or not any more."""
    is_wanted = request.POST.get("is_wanted") == "1"
    services.mail_to(person=request.user, is_wanted=is_wanted)
    said = f"Every month's report is mailed to {request.user.email}."
    messages.success(request, said if is_wanted else "No report is mailed to you any more.")
    return redirect("report")


def _page_url(number: int) -> str:
    return f"{reverse('report')}?page={number}"


def _row(
    one: BoardReport, mailings: Sequence[ReportMailing], *, with_names: bool
) -> dict[str, Any]:
    return {
        "pk": one.pk,
        "month": f"{one.month:%B %Y}{'' if one.is_whole else ' so far'}",
        "sentence": one.sentence,
        "made": _made(one),
        "is_made": one.as_of is not None,
        "is_being_made": one.as_of is None and not one.problem,
        "problem": one.problem,
        "again": moment_ahead(one.due_at, timezone.now()) if one.problem else "",
        "is_demo": one.is_demo,
        "file_name": f"{one.file_name}.pdf",
        "mailed": _mailed(mailings),
        "readers": [_reader(mailing) for mailing in mailings] if with_names else [],
    }


def _made(one: BoardReport) -> str:
    by = "By itself" if one.is_scheduled else f"By {one.asked_by or 'somebody who left'}"
    moment = timezone.localtime(one.as_of or one.asked_at)
    day = day_name(moment.date(), timezone.localdate())
    return f"{by}, {day if day[0].isdigit() else day.lower()} at {moment:%H:%M}"


def _mailed(mailings: Sequence[ReportMailing]) -> str:
    """Say to how many it was mailed, and to how many not."""
    counts = {status: sum(one.status == status for one in mailings) for status in Status}
    said = {
        Status.SENT: "mailed to {}",
        Status.WAITING: "still to be mailed to {}",
        Status.FAILED: "could not be mailed to {}",
        Status.WITHHELD: "not mailed to {} who may not see it or do not want it any more",
    }
    parts = [
        words.format(plural(counts[status], "person", "people"))
        for status, words in said.items()
        if counts[status]
    ]
    return ", ".join(parts).capitalize()


def _reader(mailing: ReportMailing) -> dict[str, str]:
    """Say what became of one mail, for administrators."""
    if mailing.status == Status.WAITING and mailing.problem:
        again = moment_ahead(mailing.due_at, timezone.now())
        return {"name": str(mailing.person), "state": f"tried again {again}: {mailing.problem}"}
    problem = f": {mailing.problem}" if mailing.problem else ""
    label = str(Status(mailing.status).label).lower()
    return {"name": str(mailing.person), "state": f"{label}{problem}"}
