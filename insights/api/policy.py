"""The versions of the policy and of silence by REST."""

from datetime import date, datetime
from typing import Any, Literal, Self

from django.http import HttpResponse
from msgspec import Struct
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from insights.models import SilenceVersion
from insights.selectors.policy import policy_versions_visible_to
from insights.selectors.silence import silence_versions_visible_to
from relationships.api.answers import Named
from relationships.api.collection import Collection, Sort
from relationships.api.described import list_of, one_of_them
from relationships.api.filters import choices, flag, since
from relationships.api.lists import answer_list, answer_one
from relationships.api.permissions import HasScope

VERDICTS = {verdict: verdict for verdict in SilenceVersion.Verdict.values}
SORTS = {"id": Sort("pk", int)}


class PolicyVersionItem(Struct):
    """All that a version says which differs from what Hearth ships.

    `values` are everyone's, `segments` by the id of a segment, `types` by the key of a touchpoint
    type.
    """

    id: int
    is_in_use: bool
    based_on: int | None
    values: dict[str, Any]
    segments: dict[str, Any]
    types: dict[str, Any]
    note: str
    created_at: datetime
    created_by: Named | None

    @classmethod
    def of(cls, version: Any) -> Self:
        """Tell a version."""
        return cls(
            id=version.pk,
            is_in_use=version.is_newest,
            based_on=version.based_on_id,
            values=version.values,
            segments=version.segments,
            types=version.types,
            note=version.note,
            created_at=version.created_at,
            created_by=Named.of(version.created_by),
        )


class SilenceVersionItem(Struct):
    """Coefficients of silence learned from the organisation's own past, and how well they did.

    Without one in use Hearth reads with the coefficients it ships.
    """

    id: int
    is_in_use: bool
    verdict: Literal["adopted", "rejected", "aside"]
    values: dict[str, Any]
    horizon_days: float
    window_from: date
    window_to: date
    customers: int
    metrics: dict[str, Any]
    created_at: datetime
    created_by: Named | None

    @classmethod
    def of(cls, version: SilenceVersion) -> Self:
        """Tell a version."""
        return cls(
            id=version.pk,
            is_in_use=version.is_in_use,
            verdict=version.verdict,  # type: ignore[arg-type]
            values=version.values,
            horizon_days=version.horizon_days,
            window_from=version.window_from,
            window_to=version.window_to,
            customers=version.customers,
            metrics=version.metrics,
            created_at=version.created_at,
            created_by=Named.of(version.created_by),
        )


POLICY_VERSIONS: Collection[Any] = Collection(
    singular="policy version",
    plural="policy versions",
    tag="Readings",
    item=PolicyVersionItem,
    rows=policy_versions_visible_to,
    example={
        "id": 4,
        "is_in_use": True,
        "based_on": 3,
        "values": {"connection_half_life": 60.0},
        "segments": {"5": {"wall_personal": 0.5}},
        "types": {"meeting.in_person": {"points": 12.0}},
        "note": "Our customers meet us in spring and autumn.",
        "created_at": "2026-02-02T08:00:00Z",
        "created_by": {"id": 7, "name": "Tom Brandt"},
    },
    filters={"updated_since": since("created_at", "Made")},
    sorts=SORTS,
    default_sort="-id",
)
SILENCE_VERSIONS: Collection[Any] = Collection(
    singular="silence version",
    plural="silence versions",
    tag="Readings",
    item=SilenceVersionItem,
    rows=silence_versions_visible_to,
    example={
        "id": 9,
        "is_in_use": True,
        "verdict": "adopted",
        "values": {"intercept": -1.2, "coefficients": {"overdue": 1.4}},
        "horizon_days": 90.0,
        "window_from": "2025-03-03",
        "window_to": "2026-03-01",
        "customers": 4120,
        "metrics": {"champion": {"auc": 0.83}, "challenger": {"auc": 0.84}},
        "created_at": "2026-03-01T03:37:00Z",
        "created_by": None,
    },
    filters={
        "verdict": choices("verdict", VERDICTS, "What became of it"),
        "is_in_use": flag("is_in_use", "Whether readings are taken with it."),
        "updated_since": since("created_at", "Made"),
    },
    sorts=SORTS,
    default_sort="-id",
)


class PolicyVersions(APIView):
    """Lists versions of the policy."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "policy:read"

    @list_of(
        POLICY_VERSIONS,
        "Every version of the scoring policy, the newest first: that one is in use. Without any, "
        "Hearth reads with what it ships.",
        scope=scope,
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of versions."""
        return answer_list(POLICY_VERSIONS, request)


class PolicyVersionView(APIView):
    """Tells one version of the policy."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "policy:read"

    @one_of_them(POLICY_VERSIONS, "A version of the scoring policy.", scope=scope)
    def get(self, request: Request, id: int) -> HttpResponse:
        """Return one version."""
        return answer_one(POLICY_VERSIONS, request, id)


class SilenceVersions(APIView):
    """Lists versions of silence."""

    permission_classes = (IsAuthenticated, HasScope)
    scope = "policy:read"

    @list_of(
        SILENCE_VERSIONS,
        "Coefficients of silence that were fitted to the organisation's own past, the newest "
        "first, also those that did worse than what was in use.",
        scope=scope,
    )
    def get(self, request: Request) -> HttpResponse:
        """Return a page of versions."""
        return answer_list(SILENCE_VERSIONS, request)
