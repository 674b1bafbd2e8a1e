"""Service accounts and their keys: making, changing, rotating and revoking them."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from relationships import access, services
from relationships.key_form import NewKeyForm, RightsForm, RotateForm, rights_of
from relationships.key_words import account_row, is_ending, is_unused, key_row
from relationships.models import AccessKey, Person
from relationships.numbers import LARGEST_ID, whole_number
from relationships.selectors.keys import key_with, service_account_with, service_accounts
from relationships.words import plural

ACCOUNTS_A_PAGE = 25
FIRST_SCOPES = ("touchpoints:write", "customers:write")


@require_safe
def integrations(request: HttpRequest) -> HttpResponse:
    """Lead to the first page about integrations."""
    access.check_may_administer(request.user)
    return redirect("keys")


@require_safe
def keys(request: HttpRequest) -> HttpResponse:
    """List service accounts and their keys."""
    access.check_may_administer(request.user)
    now = timezone.now()
    page = Paginator(service_accounts(), ACCOUNTS_A_PAGE).get_page(request.GET.get("page"))
    every = [key for account in page for key in account.keys.all()]
    context = {
        "accounts": [account_row(account, now) for account in page],
        "page": page,
        "ending": _count(sum(is_ending(key, now) for key in every), "ends", "end"),
        "unused": _count(sum(is_unused(key, now) for key in every), "has", "have"),
    }
    return render(request, "relationships/keys.html", context)


def _count(count: int, one: str, many: str) -> str:
    """Say how many keys do something; nothing when none does."""
    return f"{plural(count, 'key')} {one if count == 1 else many}" if count else ""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a key, with its service account or for one that is there, and show it once."""
    access.check_may_administer(request.user)
    account = _account(request.GET["account"]) if "account" in request.GET else None
    initial = {"scopes": FIRST_SCOPES, "life": "365"}
    form = NewKeyForm(
        request.POST or None, now=timezone.now(), has_account=bool(account), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        who = {"name": account.name, "team": account.team} if account else _named(form)
        made = _made(request, lambda: services.create_key(**_asked(request, form), **who))
        if made:
            return _show_once(request, made)
        return redirect("keys")
    context = {"form": form, "account": account}
    return render(request, "relationships/new_key.html", context)


def _named(form: NewKeyForm) -> dict[str, object]:
    return {name: form.cleaned_data[name] for name in ("name", "team")}


def _asked(request: HttpRequest, form: NewKeyForm) -> dict[str, object]:
    return form.rights() | {"by": request.user, "form_id": form.cleaned_data["form_id"]}


@sensitive_variables("made")
def _made(request: HttpRequest, make: Callable[[], services.NewKey]) -> services.NewKey | None:
    """Make a key, or say why there is none."""
    try:
        return make()
    except services.FormSentTwiceError:
        messages.error(
            request,
            "That key was made already, and no key is shown twice. Rotate it if it is lost.",
        )
    except (
        services.KeyEndedError, services.KeyReplacedError, services.NotAServiceAccountError,
    ) as error:  # fmt: skip
        messages.error(request, str(error))
    return None


def _show_once(request: HttpRequest, made: services.NewKey) -> HttpResponse:
    """Answer with the secret: it is in this answer, and nowhere else."""
    context = {
        "secret": made.secret,
        "key": key_row(made.key, timezone.now()),
        "account": made.key.person,
        "old": made.key.replaces and key_row(made.key.replaces, timezone.now()),
        "root": request.build_absolute_uri("/").removesuffix("/"),
        "origin": next(iter(made.key.origins), ""),
        "now": f"{timezone.now():%Y-%m-%dT%H:%M:%SZ}",
    }
    response = render(request, "relationships/key_shown.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def key(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a key, and change what it may do."""
    access.check_may_administer(request.user)
    found, now = _key(pk), timezone.now()
    row = key_row(found, now)
    form = RightsForm(request.POST or None, now=now, key=found, initial=rights_of(found))
    if request.method == "POST" and form.is_valid():
        try:
            services.change_key(key_id=pk, now=now, **form.rights())
        except services.KeyEndedError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{found} is changed, from its next request on.")
        return redirect("key", pk)
    ends = services.successor_ends(found, now)
    context = {
        "key": row,
        "account": found.person,
        "form": form,
        "rotation": RotateForm(),
        "next_ends": timezone.localtime(ends) if ends else None,
    }
    return render(request, "relationships/key.html", context)


@never_cache
@require_POST
def rotate_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace a key by a new one, which is shown once."""
    access.check_may_administer(request.user)
    form = RotateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose how long the old key shall work.")
        return redirect("key", pk)
    given = form.cleaned_data
    made = _made(
        request,
        lambda: services.rotate_key(
            key_id=pk,
            overlap=timedelta(hours=given["overlap_hours"]),
            now=timezone.now(),
            by=request.user,
            form_id=given["form_id"],
        ),
    )
    return _show_once(request, made) if made else redirect("key", pk)


@require_http_methods(["GET", "HEAD", "POST"])
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once more, then revoke a key at once."""
    access.check_may_administer(request.user)
    found = _key(pk)
    if request.method != "POST":
        context = {"key": key_row(found, timezone.now()), "account": found.person}
        return render(request, "relationships/revoke_key.html", context)
    try:
        services.revoke_key(key_id=pk, now=timezone.now(), by=request.user)
    except services.KeyEndedError:
        messages.info(request, f"{found} had ended already.")
    else:
        messages.success(
            request, f"{found} of {found.person} is revoked. Nothing works with it now."
        )
    return redirect("keys")


@require_POST
def switch_account(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a service account off, with all its keys, or on again."""
    access.check_may_administer(request.user)
    account, is_on = _account(str(pk)), request.POST.get("to") == "on"
    services.switch_account(account=account, is_on=is_on)
    said = "is on again" if is_on else "is switched off: none of its keys works"
    messages.success(request, f"{account} {said}.")
    return redirect("keys")


def _account(pk: str) -> Person:
    number = whole_number(pk)
    found = None if number is None else service_account_with(number)
    if found is None:
        raise Http404("There is no such service account.")
    return found


def _key(pk: int) -> AccessKey:
    found = key_with(pk) if pk <= LARGEST_ID else None
    if found is None:
        raise Http404("There is no such key.")
    return found
