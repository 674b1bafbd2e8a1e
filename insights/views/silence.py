"""How the score learns: versions of silence, how well each did, and which one is in use."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from insights import progress, tasks
from insights.models import SilenceChoice, SilenceVersion
from insights.selectors.lens import current_lens
from insights.selectors.silence import (
    SilenceInUse,
    awaits_reading,
    coefficients_of,
    silence_choices,
    silence_in_use,
    silence_version,
    silence_versions,
)
from insights.services.refit import (
    READING,
    REFIT,
    AnotherInUseError,
    UnreadableVersionError,
    use_silence,
)
from insights.words import percent, thousands
from relationships import access
from relationships.numbers import whole_number
from relationships.words import day_name, plural

VERSIONS_ON_A_PAGE = 20
CHOICES_SHOWN = 10
WEEKLY = "weekly refit"

MEASURES = (
    ("auc", "Pairs in order, in 100", 100, 1),
    ("average_precision", "Precision, %", 100, 1),
    ("calibration_error", "Off by, points", 100, 1),
    ("brier", "Brier score", 1, 3),
)
"""What is measured, what it is called on the proof page too, what it is shown times, its digits."""
Verdict = SilenceVersion.Verdict
VERDICTS = {
    Verdict.ADOPTED: ("As good or better", "taken into use"),
    Verdict.REJECTED: ("Worse", "not taken into use"),
    Verdict.ASIDE: ("Better, kept aside", "what it beat was replaced meanwhile"),
}


@require_safe
def silence(request: HttpRequest) -> HttpResponse:
    """Show what is in use, what was learned before and how well each version did."""
    access.check_may_see_organisation(request.user)
    before = _number(request.GET.get("before", "0"))
    versions = silence_versions(before=before, at_most=VERSIONS_ON_A_PAGE + 1)
    shown, in_use = versions[:VERSIONS_ON_A_PAGE], silence_in_use()
    older = f"{reverse('silence')}?before={shown[-1].pk}" if versions[len(shown) :] else ""
    horizon = current_lens().policy.horizon_days
    context = {
        "in_use": _version(in_use.version, in_use) if in_use.version else None,
        "in_use_pk": in_use.pk,
        "is_readable": in_use.is_readable,
        "lede": _lede(in_use.version) if in_use.version else {},
        "horizon": plural(round(horizon), "day"),
        "has_other_horizon": in_use.version and in_use.version.horizon_days != horizon,
        "versions": [_version(version, in_use) for version in shown],
        "measures": [label for _, label, _, _ in MEASURES],
        "is_first_page": not before,
        "newest_url": reverse("silence") if before else "",
        "older_url": older,
        "summary": f"Versions {shown[0].pk} to {shown[-1].pk}" if shown else "",
        "choices": [_choice(choice) for choice in silence_choices()[:CHOICES_SHOWN]],
        **_work(),
    }
    return render(request, "insights/silence.html", context)


@require_safe
def silence_work(request: HttpRequest) -> HttpResponse:
    """Say how far the work in the background is; when it is over, have the page loaded anew."""
    access.check_may_see_organisation(request.user)
    work = _work()
    response = render(request, "insights/_silence_work.html", work)
    if not work["doing"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def refit_silence(request: HttpRequest) -> HttpResponse:
    """Ask for a refit, unless one is under way."""
    access.check_may_administer(request.user)
    work = progress.work(REFIT)
    if not (work and work.is_running):
        progress.say_waiting(REFIT)
        tasks.learn_silence.delay_on_commit(by=request.user.pk)
    return redirect("silence")


@require_POST
def use_silence_version(request: HttpRequest) -> HttpResponse:
    """Take a version, or what Hearth ships, into use."""
    access.check_may_administer(request.user)
    wanted = _number(request.POST.get("version", ""))
    version = silence_version(wanted) if wanted else None
    if wanted and version is None:
        raise Http404("There is no such version.")
    instead_of = _number(request.POST.get("instead_of", ""))
    try:
        use_silence(version=version, instead_of=instead_of, by=request.user)
    except (AnotherInUseError, UnreadableVersionError) as problem:
        messages.error(request, str(problem))
    else:
        tasks.keep_silence.delay_on_commit()
        name = _name(version) if version else "What Hearth ships"
        messages.success(request, f"{name} is in use. Everyone is being read again with it.")
    return redirect("silence")


def _number(text: str) -> int:
    number = whole_number(text)
    if number is None:
        raise Http404("There is no such version.")
    return number


def _lede(version: SilenceVersion) -> dict[str, str]:
    """Say how well what is in use did, in numbers anybody can picture."""
    before, after = (version.metrics.get(side, {}) for side in ("champion", "challenger"))
    numbers = {
        "ranks": (after.get("auc"), 1000),
        "ranked": (before.get("auc"), 1000),
        "off_by": (after.get("calibration_error"), 100),
    }
    return {
        name: thousands(round(share * of, 1 if of == 100 else None))
        for name, (share, of) in numbers.items()
        if share is not None
    }


def _version(version: SilenceVersion, in_use: SilenceInUse) -> dict[str, Any]:
    metrics = version.metrics
    return {
        "pk": version.pk,
        "name": _name(version),
        "day": _day(version),
        "time": f"{timezone.localtime(version.created_at):%H:%M}",
        "by": version.created_by.name if version.created_by else WEEKLY,
        "customers": plural(version.customers, "customer"),
        "sample_of": _sample_of(metrics),
        "window": _window(version),
        "horizon": plural(round(version.horizon_days), "day"),
        "measures": [
            {
                "label": label,
                "now": _measure(metrics.get("challenger", {}).get(key), times, digits),
                "was": _measure(metrics.get("champion", {}).get(key), times, digits),
            }
            for key, label, times, digits in MEASURES
        ],
        "verdict": VERDICTS[Verdict(version.verdict)][0],
        "consequence": VERDICTS[Verdict(version.verdict)][1],
        "is_demo": version.is_demo,
        "is_in_use": version.pk == in_use.pk,
        "is_readable": coefficients_of(version) is not None,
    }


def _window(version: SilenceVersion) -> str:
    first, last = version.window_from, version.window_to
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {first:%B}{year} to {last.day} {last:%B} {last.year}"


def _sample_of(metrics: dict[str, Any]) -> str:
    sampled, everyone = metrics.get("sampled", 0), metrics.get("customers_in_all", 0)
    return thousands(everyone) if sampled < everyone else ""


def _measure(value: float | None, times: int, digits: int) -> str:
    return "" if value is None else f"{value * times:.{digits}f}"


def _choice(choice: SilenceChoice) -> dict[str, str]:
    moment = timezone.localtime(choice.chosen_at)
    return {
        "what": _name(choice.version) if choice.version else "What Hearth ships",
        "by": choice.chosen_by.name if choice.chosen_by else WEEKLY,
        "at": f"{day_name(moment.date(), timezone.localdate())}, {moment:%H:%M}",
    }


def _work() -> dict[str, Any]:
    """Say what is going on in the background, or how the last refit ended."""
    refit, reading = progress.work(REFIT), progress.work(READING)
    if refit and refit.is_running:
        return _doing(refit)
    ended = {"problem": refit.problem, "has_stopped": not refit.problem} if refit else {}
    if not awaits_reading():
        return {"doing": "", **ended}
    is_reading = reading is not None and reading.is_running
    return {
        "doing": "Everyone is about to be read again",
        **(_doing(reading) if is_reading else {}),
        **ended,
    }


def _doing(work: progress.Work) -> dict[str, Any]:
    if not work.doing:
        return {"doing": "Waiting for a free worker"}
    return {
        "doing": work.doing,
        "share": round(work.share * 100),
        "percent": percent(work.share),
    }


def _name(version: SilenceVersion) -> str:
    return f"Version {version.pk}"


def _day(version: SilenceVersion) -> str:
    return day_name(timezone.localtime(version.created_at).date(), timezone.localdate())
