"""How often the score was right, on this organisation's own history."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from insights import proof_tables as tables
from insights import proof_words as words
from insights.chart_files import chart_file
from insights.charts import Chart, Found, Said, calibration, lift
from insights.forms import ProofForm
from insights.models import Proof
from insights.page_address import PageAddress
from insights.scoring.proof import Month, Numbers
from insights.selectors.proof import (
    Question,
    Results,
    Standing,
    is_moving,
    proof_standing,
    segment_names,
    worst_cases,
)
from insights.services.prove import TooManyProofsError
from insights.services.prove import start_proof as start
from insights.tasks import prove
from insights.views.proof_customers import KIND_TITLES, case_row, proof_address
from insights.words import percent, thousands
from relationships.access import sees_every_customer
from relationships.models import Person
from relationships.words import day_name, plural

SHOWN = 5
"""Cases of a kind shown on the page itself."""


@require_safe
def proof(request: HttpRequest) -> HttpResponse:
    """Show how often the score was right, for a window, a horizon and a warning budget."""
    form = ProofForm(request.GET)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        question, now = form.question(), timezone.now()
        standing = proof_standing(question)
        context |= {"form": _filled(question), "question": question, **_run(standing, now)}
        if standing.proof and standing.results:
            context |= _found(request.user, question, standing.proof, standing.results)
    file = chart_file(
        request,
        [context[name] for name in ("calibration", "lift") if name in context],
        today=timezone.localdate(),
    )
    if file is not None:
        return file
    return render(request, "insights/proof.html", context)


@require_POST
def start_proof(request: HttpRequest) -> HttpResponse:
    """Have a proof worked out in the background."""
    form = ProofForm(request.POST)
    if not form.is_valid():
        return redirect(PageAddress.to_page("proof", **form.asked()))
    question = form.question()
    try:
        run, is_new = start(question=question, by=request.user, now=timezone.now())
        if is_new:
            prove.delay_on_commit(run.pk)
    except TooManyProofsError:
        messages.error(request, "Several proofs are being worked out already. Try in a minute.")
    return redirect(proof_address("proof", question))


@require_safe
def proof_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how far a proof is; once it is there, the page shows it."""
    run = Proof.objects.defer("results").filter(pk=pk, results__isnull=True).first()
    if run is None:
        return HttpResponseClientRefresh()
    return render(request, "insights/_proof_progress.html", _progress(run, timezone.now()))


def _filled(question: Question) -> ProofForm:
    return ProofForm(
        {
            "window": question.window_days,
            "horizon": question.horizon_days,
            "budget": question.budget_percent,
        }
    )


def _run(standing: Standing, now: datetime) -> dict[str, Any]:
    if standing.run is None:
        return {}
    return _progress(standing.run, now)


def _progress(run: Proof, now: datetime) -> dict[str, Any]:
    return {
        "run": run,
        "is_running": is_moving(run, now),
        "percent": int(100 * run.done_share),
    }


def _found(person: Person, question: Question, proof: Proof, results: Results) -> dict[str, Any]:
    """Return what was found, in words and charts."""
    worked_out = timezone.localtime(proof.as_of)
    day = day_name(worked_out.date(), timezone.localdate())
    context: dict[str, Any] = {"worked_out": f"{day}, {worked_out:%H:%M}"}
    numbers = results.numbers
    month = words.headline_month(numbers.months) if numbers else None
    if numbers is None or month is None:
        today = worked_out.date()
        return context | {"too_little": words.too_little(results, question, today)}
    return context | {
        "headline": words.headline(month),
        "verdict": words.verdict(month),
        "basis": words.basis(results, numbers, question),
        "coefficients": words.coefficients_sentence(results),
        "tiles": words.tiles(numbers, question),
        "months": [_month(one, question) for one in reversed(numbers.months)],
        "kinds": tables.overall_rows(numbers),
        "axes": words.axes_sentence(numbers.kinds[0]),
        "tables": [
            ("Segment", tables.kind_rows(numbers, "segment", segment_names())),
            ("Style", tables.kind_rows(numbers, "style", tables.STYLE_NAMES)),
        ],
        "lists": _lists(person, question, proof, month),
        "sees_all": sees_every_customer(person),
        **_ranked(numbers, _asked(question)),
    }


def _ranked(numbers: Numbers, asked: str) -> dict[str, Any]:
    """Return what needs enough customers who went silent, and enough who did not."""
    if not numbers.rivals:
        return {}
    return {
        "rivals": tables.rival_rows(numbers),
        "rivals_sentence": words.rivals_sentence(numbers.rivals),
        "calibration_sentence": words.calibration_sentence(numbers.kinds[0]),
        "calibration": _calibration(numbers).named("calibration", said=asked),
        "lift": _lift(numbers).named("lift", said=asked),
    }


def _asked(question: Question) -> str:
    """Say what was asked, for whoever sees a chart without its page."""
    back, silence = (plural(n, "day") for n in (question.window_days, question.horizon_days))
    return f"Looking back {back}, silence of {silence}"


def _calibration(numbers: Numbers) -> Chart:
    tenths = [
        Said(
            tenth.said,
            tenth.happened.value or 0.0,
            tenth.happened.low or 0.0,
            tenth.happened.high or 0.0,
            tenth.customers,
        )
        for tenth in numbers.tenths
    ]
    return calibration(tenths, title="Chance of silence: what we said, and what happened")


def _lift(numbers: Numbers) -> Chart:
    lines = [
        Found(words.SCORE_SHORT[rival.name], rival.gains, is_ours=rival.name == "hearth")
        for rival in numbers.rivals
    ]
    return lift(lines, title="Whom each score finds, called from the top of its list")


def _month(month: Month, question: Question) -> dict[str, Any]:
    first = words.month_of(month.month)
    key = f"{first:%Y-%m}"

    def to(kind: str) -> str:
        return proof_address("proof_customers", question, month=key, kind=kind)

    came_back = month.flagged - month.flagged_silent
    return {
        "name": f"{first:%B %Y}",
        "note": "" if month.is_whole else "part of it",
        "flagged": thousands(month.flagged),
        "foreseen": thousands(month.flagged_silent),
        "foreseen_share": "" if not month.flagged else percent(month.flagged_share.value or 0.0),
        "foreseen_url": to("foreseen") if month.flagged_silent else "",
        "came_back": thousands(came_back),
        "came_back_url": to("came_back") if came_back else "",
        "others": thousands(month.others),
        "went_silent": thousands(month.others_silent),
        "went_silent_share": "" if not month.others else percent(month.others_share.value or 0.0),
        "went_silent_url": to("went_silent") if month.others_silent else "",
    }


def _lists(person: Person, question: Question, proof: Proof, month: Month) -> list[dict[str, Any]]:
    """Return the worst mistakes of a month, both kinds, of the customers this person may see."""
    first, today = words.month_of(month.month), timezone.localdate()
    return [
        {
            "kind": kind,
            "title": KIND_TITLES[kind],
            "month": f"{first:%B %Y}",
            "rows": [
                case_row(case, today)
                for case in worst_cases(person, proof, first, kind=kind, at_most=SHOWN)
            ],
            "url": proof_address("proof_customers", question, month=f"{first:%Y-%m}", kind=kind),
        }
        for kind in ("went_silent", "came_back")
    ]
