"""Touchpoints by REST, below /api/v1/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from interactions.api.by_external_id import TouchpointByExternalId, TouchpointRestore
from interactions.api.views import TouchpointBatch, Touchpoints, TouchpointTypes


class ExternalIdConverter(StringConverter):
    """Takes an external id with whatever is in it, slashes and line ends too."""

    regex = "(?s:.+)"


register_converter(ExternalIdConverter, "external_id")

urlpatterns = [
    path("touchpoints/", Touchpoints.as_view(), name="api_touchpoints"),
    path("touchpoints/batch/", TouchpointBatch.as_view(), name="api_touchpoint_batch"),
    # Not below touchpoints/ itself: an external id may be "batch", or a number like our own ids.
    path(
        "touchpoints/by-external-id/<external_id:external_id>/",
        TouchpointByExternalId.as_view(),
        name="api_touchpoint_by_external_id",
    ),
    # And this not below that: an external id may end in "/restore".
    path(
        "touchpoints/restore/<external_id:external_id>/",
        TouchpointRestore.as_view(),
        name="api_touchpoint_restore",
    ),
    path("touchpoint-types/", TouchpointTypes.as_view(), name="api_touchpoint_types"),
]
