"""The scoring policy: changing it, seeing what a change would do, and going back."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from insights.chart_files import chart_file
from insights.drafts import (
    Draft,
    forget_preview,
    keep_draft,
    kept_draft,
    kept_preview,
    preview_share,
    tell_preview,
)
from insights.models import PolicyVersion
from insights.policy_form import (
    PolicyForm,
    sections_of_everyone,
    sections_of_segments,
    types_of,
)
from insights.policy_presentation import merge_words, preview_words, version_rows
from insights.policy_words import Names, change_words
from insights.scoring.policy import WEIGHTS
from insights.selectors.policy import (
    Settings,
    changes,
    merged,
    newest_version,
    settings_of,
    version_numbered,
    versions,
)
from insights.selectors.proof import segment_names
from insights.services.policy import (
    NothingChangedError,
    PolicyMovedOnError,
    roll_back_to,
    save_policy,
)
from insights.tasks import preview_policy as work_out_preview
from insights.tasks import refold
from interactions.selectors import catalogue
from relationships import access
from relationships.numbers import whole_number


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest) -> HttpResponse:
    """Show every tunable, and take what is changed in it."""
    access.check_may_administer(request.user)
    if request.method == "POST":
        return _posted(request)
    draft = kept_draft(request.GET.get("draft", ""))
    if draft:
        initial = {"based_on": draft.based_on, "note": draft.note}
        return _editor(request, _form(settings=draft.settings, initial=initial))
    version = newest_version()
    initial = {"based_on": version.pk if version else 0}
    return _editor(request, _form(settings=settings_of(version), initial=initial))


def _form(data: QueryDict | None = None, **arguments: Any) -> PolicyForm:
    arguments.setdefault("settings", {})
    return PolicyForm(data, types=catalogue(), segments=_segments(), **arguments)


def _segments() -> dict[str, str]:
    return {str(pk): name for pk, name in segment_names().items()}


def _names() -> Names:
    return Names(_segments(), {entry.key: entry.label for entry in catalogue()})


def _editor(request: HttpRequest, form: PolicyForm, **extra: Any) -> HttpResponse:
    version, types = newest_version(), types_of(form)
    context = {
        "form": form,
        "sections": sections_of_everyone(form),
        "types": types,
        "types_changed": sum(row.is_changed for entry in types for row in entry.rows),
        "segments": sections_of_segments(form),
        "version": version,
        "has_errors": form.is_bound and bool(form.errors),
        "type_errors": any(name.startswith("type:") for name in form.errors),
    }
    return render(request, "insights/policy.html", context | extra)


def _posted(request: HttpRequest) -> HttpResponse:
    action = request.POST.get("action", "")
    if action in {"add", "reset"} or action.startswith("reset:"):
        return _editor(request, _form(initial=_edited(request.POST, action)))
    form = _form(request.POST)
    if not form.is_valid():
        return _editor(request, form)
    cleaned = form.cleaned_data
    draft = Draft(form.settings(), cleaned["based_on"] or 0, cleaned["note"])
    return _save(request, draft) if action == "save" else _start_preview(draft)


def _edited(given: QueryDict, action: str) -> dict[str, str]:
    """Return what was typed, with a number taken back or one more for a segment."""
    typed = {name: value for name, value in given.items() if name != "csrfmiddlewaretoken"}
    segment, name = typed.pop("add_segment", ""), typed.pop("add_tunable", "")
    if action.startswith("reset:"):
        typed.pop(action.removeprefix("reset:"), None)
    elif segment and name:
        # Shares of warmth only add up together.
        for one in WEIGHTS if name in WEIGHTS else (name,):
            common = typed.get(f"everyone::{one}", "")
            typed.setdefault(f"segment:{segment}:{one}", common)
    return typed


def _start_preview(draft: Draft) -> HttpResponse:
    digest = keep_draft(draft)
    forget_preview(digest)
    tell_preview(digest, 0.0)
    work_out_preview.delay(digest)
    return redirect("policy_preview", digest)


def _save(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        version = save_policy(
            settings=draft.settings, based_on=draft.based_on, note=draft.note, by=request.user
        )
    except NothingChangedError:
        messages.info(request, "Nothing was changed, so nothing was saved.")
        return redirect("policy")
    except PolicyMovedOnError as moved_on:
        return _offer_merge(request, draft, moved_on.newest)
    refold.delay_on_commit()
    messages.success(request, f"Version {version.pk} is saved. Everyone is being scored again.")
    return redirect("policy_versions")


def _offer_merge(request: HttpRequest, draft: Draft, newest: PolicyVersion) -> HttpResponse:
    """Show both people's changes, put together in the form, for the later one to save or not."""
    base = PolicyVersion.objects.filter(pk=draft.based_on).first()
    merge = merged(settings_of(base), settings_of(newest), draft.settings)
    form = _form(settings=merge.settings, initial={"based_on": newest.pk, "note": draft.note})
    words = merge_words(newest, merge, _names())
    return _editor(request, form, merge=words)


@require_http_methods(["GET", "HEAD", "POST"])
def policy_preview(request: HttpRequest, digest: str) -> HttpResponse:
    """Show what a draft would do, once it is worked out; save it, or work it out anew."""
    access.check_may_administer(request.user)
    draft = kept_draft(digest)
    if draft is None:
        messages.error(request, "This draft is no longer kept. Change what you want again.")
        return redirect("policy")
    if request.method == "POST":
        if request.POST.get("action") == "save":
            note = request.POST.get("note", "").strip()[:300]
            return _save(request, Draft(draft.settings, draft.based_on, note))
        return _start_preview(draft)
    found, share = kept_preview(digest), preview_share(digest)
    preview = found and preview_words(found, draft.settings)
    charts = [preview["chart"]] if preview else []
    file = chart_file(request, charts, today=timezone.localdate())
    if file is not None:
        return file
    context = {
        "digest": digest,
        "draft": draft,
        "preview": preview,
        "share": None if share is None else round(100 * share),
        "changes": change_words(changes(_settings_in_use(), draft.settings), _names()),
    }
    name = "insights/_policy_preview.html" if request.htmx else "insights/policy_preview.html"
    return render(request, name, context)


def _settings_in_use() -> Settings:
    return settings_of(newest_version())


@require_safe
def policy_versions(request: HttpRequest) -> HttpResponse:
    """List the versions of the policy: who changed what, when and why."""
    access.check_may_administer(request.user)
    listed = versions(whole_number(request.GET.get("before", "")))
    newest = newest_version()
    context = {
        "rows": version_rows(listed, _names()),
        "newest": newest.pk if newest else 0,
        "next": listed[-1].pk if listed and listed[-1].based_on_id else None,
    }
    return render(request, "insights/policy_versions.html", context)


@require_safe
def policy_comparison(request: HttpRequest) -> HttpResponse:
    """Show what differs between any two versions."""
    access.check_may_administer(request.user)
    known = [0, *sorted(one.pk for one in versions(limit=1000))]
    old, new = (_chosen(request.GET.get(end, ""), known) for end in ("old", "new"))
    differing = changes(settings_of(version_numbered(old)), settings_of(version_numbered(new)))
    context = {
        "known": known[::-1],
        "old": old,
        "new": new,
        "changes": change_words(differing, _names()),
    }
    return render(request, "insights/policy_comparison.html", context)


def _chosen(asked: str, known: list[int]) -> int:
    version = whole_number(asked)
    return version if version in known else known[-1]


@require_POST
def policy_roll_back(request: HttpRequest, version: int) -> HttpResponse:
    """Save a version equal to an earlier one; history is never rewritten."""
    access.check_may_administer(request.user)
    based_on = whole_number(request.POST.get("based_on", ""))
    try:
        saved = roll_back_to(
            version=version,
            based_on=-1 if based_on is None else based_on,
            by=request.user,
        )
    except PolicyVersion.DoesNotExist:
        messages.error(request, f"There is no version {version}.")
    except NothingChangedError:
        messages.info(request, "That is what is in use already.")
    except PolicyMovedOnError as moved_on:
        messages.error(
            request,
            f"Version {moved_on.newest.pk} was saved meanwhile, so nothing was rolled back. "
            "Look at it first.",
        )
    else:
        refold.delay_on_commit()
        messages.success(request, f"Version {saved.pk} is saved. Everyone is being scored again.")
    return redirect("policy_versions")
