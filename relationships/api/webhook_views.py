"""Endpoints of webhooks by REST: made, changed, tested, given new secrets and deleted."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http import HTTPStatus
from typing import TypeVar

import msgspec
from django.http import Http404, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from msgspec import UNSET, Struct, UnsetType
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from relationships import access
from relationships.api.bodies import Untouched, json_body, json_response
from relationships.api.described import ID, item_response, list_of, one_of_them
from relationships.api.directory import TEAMS
from relationships.api.lists import answer_list, answer_one, row_named
from relationships.api.permissions import HasScope
from relationships.api.problems import MalformedError, RefusedError
from relationships.api.schema import answer, problems, refer
from relationships.api.webhook_items import (
    EXAMPLE,
    NEW,
    SECRET,
    WEBHOOKS,
    MadeWebhook,
    NewWebhook,
    RotatedSecret,
    SentPing,
    WebhookChanges,
    WebhookItem,
)
from relationships.models import Person, Team, WebhookEndpoint
from relationships.selectors.webhooks import usable_secrets
from relationships.services import webhooks as services

JSON = "application/json"
NEEDS = "Needs the scope `webhooks:manage`."
BODY_ERRORS = (400, 413, 415, 422)
RIGHT = {
    "url": "Use the address that messages go to, such as https://example.com/hooks/hearth.",
    "kinds": "Use a list of at least one kind of event.",
    "description": "Use a string of at most 200 characters.",
    "team_id": "Use the id of a team, or null for all.",
    "is_on": "Use true or false.",
}
S = TypeVar("S", bound=Struct)

_FIELD = re.compile(r"at `\$\.(\w+)")
_NAMED = re.compile(r"field `(\w+)`")


class ManagesWebhooks(BasePermission):
    """Lets administrators and service accounts in."""

    message = "This is for administrators. Ask one of them to do it for you."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the sender may say whom Hearth tells."""
        return access.may_manage_webhooks(request.user)


class Webhooks(APIView):
    """Lists endpoints, and makes them."""

    permission_classes = (IsAuthenticated, HasScope, ManagesWebhooks)
    parser_classes = (Untouched,)
    scope = "webhooks:manage"

    @list_of(WEBHOOKS, "The endpoints this key may change: its team's, or all.", scope=scope)
    def get(self, request: Request) -> HttpResponse:
        """Return a page of endpoints."""
        return answer_list(WEBHOOKS, request)

    @extend_schema(
        operation_id="create_webhook",
        summary="Make a webhook",
        description=(
            "It is told of what happens from now on. The answer has the secret that messages are "
            f"signed with, which is not told again by the API. {NEEDS}"
        ),
        tags=["Webhooks"],
        request={JSON: refer(NewWebhook)},
        examples=[OpenApiExample("For the help desk", value=NEW, request_only=True)],
        responses={
            (201, JSON): answer(MadeWebhook, "Made.", {**EXAMPLE, "secret": SECRET}),
            **problems(*BODY_ERRORS),
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """Make an endpoint."""
        asked = _sent(request, NewWebhook)
        with _refusals(asked.url, asked.kinds):
            endpoint = services.create_endpoint(
                url=asked.url,
                kinds=asked.kinds,
                description=_plain(asked.description),
                team=_team(asked.team_id, request.user),
                by=request.user,
            )
        secret = usable_secrets(endpoint, now=timezone.now())[0].value
        made = MadeWebhook.with_secret(endpoint, secret)
        return _unkept(json_response(made, HTTPStatus.CREATED))


class Webhook(APIView):
    """Tells one endpoint, changes and deletes it."""

    permission_classes = (IsAuthenticated, HasScope, ManagesWebhooks)
    parser_classes = (Untouched,)
    scope = "webhooks:manage"

    @one_of_them(WEBHOOKS, "An endpoint, without its secret.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one endpoint."""
        return answer_one(WEBHOOKS, request, id)

    @extend_schema(
        operation_id="change_webhook",
        summary="Change a webhook",
        description=(
            "What is left out stays as it is. Messages that wait go to the new address too. One "
            f"that was switched off because it failed is switched on with `is_on`. {NEEDS}"
        ),
        tags=["Webhooks"],
        parameters=[ID],
        request={JSON: refer(WebhookChanges)},
        examples=[OpenApiExample("Switch it on", value={"is_on": True}, request_only=True)],
        responses={(200, JSON): item_response(WEBHOOKS), **problems(404, *BODY_ERRORS)},
    )
    def patch(self, request: Request, id: int) -> HttpResponse:
        """Change an endpoint."""
        endpoint = row_named(WEBHOOKS, request.user, id)
        _change(endpoint, _sent(request, WebhookChanges), by=request.user, now=timezone.now())
        item = WebhookItem.of(row_named(WEBHOOKS, request.user, id))
        return _unkept(json_response(item))

    @extend_schema(
        operation_id="delete_webhook",
        summary="Delete a webhook",
        description=f"It is told nothing more. {NEEDS}",
        tags=["Webhooks"],
        parameters=[ID],
        request=None,
        examples=[OpenApiExample("A webhook", value=4, parameter_only=("id", "path"))],
        responses={204: OpenApiResponse(description="Deleted."), **problems(404)},
    )
    def delete(self, request: Request, id: int) -> HttpResponse:
        """Delete an endpoint."""
        endpoint = row_named(WEBHOOKS, request.user, id)
        with _refusals():
            services.delete_endpoint(endpoint_id=endpoint.pk, now=timezone.now())
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


class Rotation(APIView):
    """Gives an endpoint a new secret."""

    permission_classes = (IsAuthenticated, HasScope, ManagesWebhooks)
    parser_classes = (Untouched,)
    scope = "webhooks:manage"

    @extend_schema(
        operation_id="rotate_webhook_secret",
        summary="Rotate the secret of a webhook",
        description=f"For 24 hours messages are signed with the old secret too. {NEEDS}",
        tags=["Webhooks"],
        parameters=[ID],
        request=None,
        responses={
            (200, JSON): answer(
                RotatedSecret,
                "The new secret.",
                {"secret": SECRET, "old_secret_ends_at": "2026-03-03T09:30:00Z"},
            ),
            **problems(404),
        },
    )
    def post(self, request: Request, id: int) -> HttpResponse:
        """Rotate, and tell the new secret."""
        endpoint, now = row_named(WEBHOOKS, request.user, id), timezone.now()
        with _refusals():
            secret = services.rotate_secret(endpoint_id=endpoint.pk, now=now)
        return _unkept(json_response(RotatedSecret(secret.value, now + services.OVERLAP)))


class TestMessage(APIView):
    """Sends a test message to an endpoint."""

    permission_classes = (IsAuthenticated, HasScope, ManagesWebhooks)
    parser_classes = (Untouched,)
    scope = "webhooks:manage"

    @extend_schema(
        operation_id="ping_webhook",
        summary="Send a test message",
        description=f"A `ping` is sent whatever the endpoint chose, also while it is off. {NEEDS}",
        tags=["Webhooks"],
        parameters=[ID],
        request=None,
        responses={
            (202, JSON): answer(SentPing, "It is on its way.", {"delivery_id": 5120}),
            **problems(404),
        },
    )
    def post(self, request: Request, id: int) -> HttpResponse:
        """Send it."""
        endpoint = row_named(WEBHOOKS, request.user, id)
        with _refusals():
            delivery_id = services.ping(
                endpoint_id=endpoint.pk, by=request.user, now=timezone.now()
            )
        return _unkept(json_response(SentPing(delivery_id), HTTPStatus.ACCEPTED))


def _change(endpoint: WebhookEndpoint, asked: WebhookChanges, *, by: Person, now: datetime) -> None:
    url = endpoint.url if asked.url is UNSET else asked.url
    kinds = endpoint.kinds if asked.kinds is UNSET else asked.kinds
    description = endpoint.description if asked.description is UNSET else asked.description
    team = endpoint.team if asked.team_id is UNSET else _team(asked.team_id, by)
    with _refusals(url, kinds):
        if (url, kinds, description, team) != (
            endpoint.url, endpoint.kinds, endpoint.description, endpoint.team
        ):  # fmt: skip
            services.change_endpoint(
                endpoint_id=endpoint.pk,
                url=url,
                kinds=kinds,
                description=_plain(description),
                team=team,
            )
        if asked.is_on is True:
            services.switch_on(endpoint_id=endpoint.pk)
        elif asked.is_on is False:
            services.switch_off(endpoint_id=endpoint.pk, now=now)


def _team(team_id: int | UnsetType | None, person: Person) -> Team | None:
    """Return whose customers shall be told of; raises `RefusedError` for what is not the key's."""
    own = None if access.sees_every_customer(person) else person.team
    if team_id is UNSET or (team_id is None and own is None):
        return own
    try:
        team: Team = row_named(TEAMS, person, team_id or 0)
    except Http404:
        right = f"Use {own.pk}, the team of this key." if own else "There is no such team."
        raise _refused("team_id", "null" if team_id is None else str(team_id), right) from None
    return team


def _sent(request: Request, kind: type[S]) -> S:
    try:
        return msgspec.json.decode(json_body(request), type=kind)
    except msgspec.ValidationError as error:
        found = _FIELD.search(str(error)) or _NAMED.search(str(error))
        name = found[1] if found else ""
        right = RIGHT.get(name) if " missing " not in str(error) else f"{name} is missing."
        raise _refused(name, "", right or f"{error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedError(f"This is no JSON that can be read: {error}.") from error


def _plain(description: str) -> str:
    if "\x00" in description:
        raise _refused("description", description, "Leave out the character NUL.")
    return description


@contextmanager
def _refusals(url: str = "", kinds: list[str] | None = None) -> Iterator[None]:
    """Say plainly what the services refuse."""
    try:
        yield
    except services.RefusedUrlError as error:
        raise _refused("url", url, str(error)) from error
    except services.UnknownKindError as error:
        raise _refused("kinds", ", ".join(kinds or []), str(error)) from error
    except services.TooManyEndpointsError as error:
        raise _refused("", "", str(error)) from error
    except services.EndpointGoneError as error:
        raise Http404(str(error)) from error


def _refused(name: str, value: str, detail: str) -> RefusedError:
    flaw = {"pointer": f"/{name}" if name else "", "detail": detail}
    return RefusedError([flaw | ({"value": value[:200]} if value else {})])


def _unkept(response: HttpResponse) -> HttpResponse:
    """Let nobody on the way keep a secret."""
    response["Cache-Control"] = "private, no-store"
    return response
