"""Whose score was wrong and whose was right, by name, as a list and as CSV."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from insights import proof_words as words
from insights.forms import ProofForm
from insights.models import Band, Proof, ProofCase
from insights.page_address import PageAddress
from insights.presentation import BAND_KEYS, customer_url
from insights.scoring.proof import Month
from insights.selectors.proof import CASE_KINDS, PAGE_SIZE, Question, proof_cases, proof_standing
from insights.spreadsheets import csv_file
from insights.words import percent
from relationships.access import sees_every_customer
from relationships.words import day_name, plural

KIND_TITLES = {
    "went_silent": "Not flagged, and went silent",
    "came_back": "Flagged, and came back",
    "foreseen": "Flagged, and went silent",
}
HEAD = (
    "Customer", "Owner", "Month", "As of", "Chance of silence said, %", "Distance then",
    "Flagged", "Went silent",
)  # fmt: skip


@require_safe
def proof_customers(request: HttpRequest) -> HttpResponse:
    """List the customers of a month by what was said of them and what happened."""
    form = ProofForm(request.GET)
    asked = Asked.of(request, form)
    if asked is None:
        # There it is said what is wrong with the question, or that it is not answered yet.
        return redirect(PageAddress.to_page("proof", **form.asked()))
    question = asked.question
    page = Paginator(asked.cases(request), PAGE_SIZE).get_page(request.GET.get("page"))
    today = timezone.localdate()
    context = {
        "title": KIND_TITLES[asked.kind],
        "month": f"{asked.first_day:%B %Y}",
        "kinds": [
            {"title": title, "url": asked.to(kind=kind), "is_chosen": kind == asked.kind}
            for kind, title in KIND_TITLES.items()
        ],
        "months": [
            {
                "name": f"{words.month_of(one.month):%b %Y}",
                "url": asked.to(month=f"{words.month_of(one.month):%Y-%m}"),
                "is_chosen": one.month == asked.month.month,
            }
            for one in asked.months
        ],
        "horizon": plural(question.horizon_days, "day"),
        "rows": [case_row(case, today) for case in page],
        "summary": _summary(page),
        "sees_all": sees_every_customer(request.user),
        "proof_url": proof_address("proof", question),
        "csv_url": asked.to("proof_customers_csv"),
        "previous_url": asked.to(page=page.previous_page_number()) if page.has_previous() else "",
        "next_url": asked.to(page=page.next_page_number()) if page.has_next() else "",
    }
    return render(request, "insights/proof_customers.html", context)


@require_safe
def proof_customers_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Return the same list, whole, as a file for spreadsheets."""
    asked = Asked.of(request, ProofForm(request.GET))
    if asked is None:
        raise Http404("There is no such proof, or not any more.")
    name = f"proof-{asked.first_day:%Y-%m}-{asked.kind.replace('_', '-')}.csv"
    return csv_file(name, _lines(asked.cases(request).iterator(500)))


def proof_address(page: str, question: Question, /, **place: object) -> str:
    """Return the address of a page about a question; what is as usual is left out."""
    usual = Question()
    asked = {
        "window": (question.window_days, usual.window_days),
        "horizon": (question.horizon_days, usual.horizon_days),
        "budget": (question.budget_percent, usual.budget_percent),
    }
    query = {name: value for name, (value, as_usual) in asked.items() if value != as_usual}
    return PageAddress.to_page(page, **query, **place)


def case_row(case: ProofCase, today: date) -> dict[str, Any]:
    """Write a case as a line of a list."""
    customer = case.customer
    reading = getattr(customer, "reading", None)
    band = Band(reading.band if reading else Band.UNKNOWN)
    return {
        "name": customer.name,
        "url": customer_url(customer.pk),
        "owner": customer.owner.name if customer.owner else "",
        "on": day_name(case.cut_on, today),
        "silence": percent(case.silence),
        "distance": f"{case.distance:.0f}",
        "band": BAND_KEYS[band.value],
        "band_label": band.label,
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A month and a kind of a proof, as the address asks for them."""

    question: Question
    proof: Proof
    months: Sequence[Month]
    month: Month
    kind: str

    @classmethod
    def of(cls, request: HttpRequest, form: ProofForm) -> "Asked | None":
        """Read the address; None when its question makes no sense or there is no proof of it."""
        if not form.is_valid():
            return None
        question = form.question()
        standing = proof_standing(question)
        numbers = standing.results.numbers if standing.results else None
        months = numbers.months if numbers else []
        usual = words.headline_month(months)
        if standing.proof is None or usual is None:
            return None
        wanted = request.GET.get("month", "")
        month = next((m for m in months if f"{words.month_of(m.month):%Y-%m}" == wanted), usual)
        kind = request.GET.get("kind", "")
        return cls(
            question, standing.proof, months, month, kind if kind in CASE_KINDS else "went_silent"
        )

    @property
    def first_day(self) -> date:
        """The first day of the month."""
        return words.month_of(self.month.month)

    def cases(self, request: HttpRequest) -> QuerySet[ProofCase]:
        """Return the cases the person who asks may see."""
        return proof_cases(request.user, self.proof, month=self.first_day, kind=self.kind)

    def to(self, page_name: str = "proof_customers", /, **changes: object) -> str:
        """Return the address with parts changed; a change starts over at the first page."""
        place = {"month": f"{self.first_day:%Y-%m}", "kind": self.kind} | changes
        return proof_address(page_name, self.question, **place)


def _summary(page: Page[ProofCase]) -> str:
    return plural(page.paginator.count, "customer")


def _lines(cases: Iterable[ProofCase]) -> Iterator[Sequence[Any]]:
    yield HEAD
    for case in cases:
        yield (
            case.customer.name,
            case.customer.owner.name if case.customer.owner else "",
            f"{case.month:%Y-%m}",
            case.cut_on.isoformat(),
            round(100 * case.silence, 1),
            round(case.distance),
            "yes" if case.is_flagged else "no",
            "yes" if case.is_silent else "no",
        )
