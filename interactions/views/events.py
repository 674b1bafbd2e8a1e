"""Events of SDKs: the rules that make touchpoints of them, what has none, and what arrived."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from interactions.event_forms import EventRuleForm
from interactions.event_words import received_row, rule_row, status_chips, unmapped_row
from interactions.models import EventRule, ReceivedEvent
from interactions.selectors.events import (
    event_counts,
    event_rules,
    events_after,
    received_events,
    unmapped_events,
)
from interactions.services.segment.rework import (
    RuleExistsError,
    delete_rule,
    save_rule,
    try_refused_again,
)
from relationships import access
from relationships.numbers import LARGEST_ID, whole_number
from relationships.views.htmx import dialog_or_page, lead_to
from relationships.words import plural

RECEIVED_ON_A_PAGE = 25
NEWER_AT_MOST = 100
GIVEN = ("kind", "pattern", "type", "value_property")
DELETED = "deleted_event_rule"
"""In the session: what the rule said that was deleted last."""


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Show what arrives, what no rule speaks of, and the rules."""
    access.check_may_administer(request.user)
    now = timezone.now()
    status, before = (whole_number(request.GET.get(name, "")) for name in ("status", "before"))
    found = list(received_events(status=status, before=before)[: RECEIVED_ON_A_PAGE + 1])
    shown = found[:RECEIVED_ON_A_PAGE]
    counts = event_counts()
    context = {
        "host": request.build_absolute_uri("/").rstrip("/"),
        "has_events": any(counts.values()),
        "chips": status_chips(counts, status),
        "unmapped": [unmapped_row(one, now) for one in unmapped_events()],
        "received": [received_row(event, now) for event in shown],
        "older_url": _page(status, shown[-1].pk) if len(found) > len(shown) else "",
        "newest_url": _page(status, None) if before else "",
        "summary": plural(len(shown), "event"),
        "newest": shown[0].pk if shown and not before else 0,
        "may_retry": status == ReceivedEvent.Status.REFUSED and bool(shown),
        "rules": [rule_row(rule) for rule in event_rules()],
    }
    return render(request, "interactions/events.html", context)


@require_safe
def newer_events(request: HttpRequest) -> HttpResponse:
    """Say that more has arrived since a page was made."""
    access.check_may_administer(request.user)
    after = whole_number(request.GET.get("after", "")) or 0
    number = events_after(after, at_most=NEWER_AT_MOST + 1)
    many = f"More than {NEWER_AT_MOST} newer events"
    text = many if number > NEWER_AT_MOST else plural(number, "newer event")
    context = {"text": text if number else "", "newest": after}
    return render(request, "interactions/_events_newer.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_event_rule(request: HttpRequest) -> HttpResponse:
    """Add a rule, with what is known of it already filled in."""
    access.check_may_administer(request.user)
    given = {name: request.GET[name][:200] for name in GIVEN if name in request.GET}
    return _edit(request, EventRule(), given)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_event_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a rule."""
    access.check_may_administer(request.user)
    return _edit(request, _rule(pk), {})


@require_POST
def delete_event_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a rule; it can be brought back."""
    access.check_may_administer(request.user)
    rule = _rule(pk)
    request.session[DELETED] = {
        "kind": rule.kind, "pattern": rule.pattern, "type_id": rule.type_id,
        "direction": rule.direction, "value_property": rule.value_property,
    }  # fmt: skip
    delete_rule(rule=rule)
    undo = reverse("restore_event_rule")
    messages.success(request, f"The rule for “{rule.pattern}” is gone.", extra_tags=undo)
    return redirect("event_rules")


@require_POST
def restore_event_rule(request: HttpRequest) -> HttpResponse:
    """Bring back the rule that was deleted last."""
    access.check_may_administer(request.user)
    said = request.session.pop(DELETED, None)
    if said is None:
        messages.warning(request, "There is nothing to bring back.")
    else:
        _save(request, EventRule(**said), "is back")
    return lead_to(request, "event_rules")


@require_POST
def retry_events(request: HttpRequest) -> HttpResponse:
    """Have refused events tried again."""
    access.check_may_administer(request.user)
    number = try_refused_again()
    if number:
        messages.success(request, f"{plural(number, 'event')} will be tried again in a moment.")
    else:
        text = "Nothing has changed for these: what is wrong is in the messages themselves."
        messages.warning(request, text)
    return redirect("event_rules")


def _edit(request: HttpRequest, rule: EventRule, given: dict[str, str]) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = EventRuleForm(data, rule=rule, initial=given)
    if data is None or not form.is_valid() or not _is_saved(request, form):
        context = {"form": form, "rule": rule}
        return dialog_or_page(
            request, "interactions/_event_rule_form.html", "interactions/event_rule.html", context
        )
    return lead_to(request, "event_rules")


def _is_saved(request: HttpRequest, form: EventRuleForm) -> bool:
    problem = _save(request, form.filled_in(), "saved" if form.rule.pk else "added")
    if problem:
        form.add_error("pattern", problem)
    return not problem


def _save(request: HttpRequest, rule: EventRule, done: str) -> str:
    """Save a rule and say so; return what keeps it from being saved."""
    try:
        number = save_rule(rule=rule, by=request.user, now=timezone.now())
    except RuleExistsError as error:
        if not done.startswith(("saved", "added")):
            messages.error(request, str(error))
        return str(error)
    kept = f" {plural(number, 'kept event')} will be settled in a moment." if number else ""
    verb = done if done.startswith("is") else f"is {done}"
    messages.success(request, f"The rule for “{rule.pattern}” {verb}.{kept}")
    return ""


def _rule(pk: int) -> EventRule:
    rule = event_rules().filter(pk=pk).first() if pk <= LARGEST_ID else None
    if rule is None:
        raise Http404("There is no such rule.")
    return rule


def _page(status: int | None, before: int | None) -> str:
    parts = [("status", status), ("before", before)]
    query = "&".join(f"{name}={value}" for name, value in parts if value is not None)
    return f"{reverse('event_rules')}{'?' if query else ''}{query}#received"
