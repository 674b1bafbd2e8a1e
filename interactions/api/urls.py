"""Touchpoints by REST, below /api/v1/."""

from django.urls import path

from interactions.api import lists
from interactions.api.by_external_id import TouchpointByExternalId, TouchpointRestore
from interactions.api.views import TouchpointBatch, Touchpoints
from relationships.api import converters as _converters  # noqa: F401 - registers them

urlpatterns = [
    path("touchpoints/", Touchpoints.as_view(), name="api_touchpoints"),
    path("touchpoints/batch/", TouchpointBatch.as_view(), name="api_touchpoint_batch"),
    # Not below touchpoints/ itself: an external id may be "batch", or a number like our own ids.
    path(
        "touchpoints/by-external-id/<foreign_text:external_id>/",
        TouchpointByExternalId.as_view(),
        name="api_touchpoint_by_external_id",
    ),
    # And this not below that: an external id may end in "/restore".
    path(
        "touchpoints/restore/<foreign_text:external_id>/",
        TouchpointRestore.as_view(),
        name="api_touchpoint_restore",
    ),
    path("touchpoints/<int:id>/", lists.Touchpoint.as_view(), name="api_touchpoint"),
    path(
        "customers/<int:id>/touchpoints/",
        lists.Timeline.as_view(),
        name="api_customer_touchpoints",
    ),
    path("touchpoint-types/", lists.TouchpointTypes.as_view(), name="api_touchpoint_types"),
    path("touchpoint-types/<str:key>/", lists.TouchpointType.as_view(), name="api_touchpoint_type"),
    path("loops/", lists.Loops.as_view(), name="api_loops"),
    path("loops/<int:id>/", lists.Loop.as_view(), name="api_loop"),
    path("sources/", lists.Sources.as_view(), name="api_sources"),
    path("sources/<int:id>/", lists.Source.as_view(), name="api_source"),
]
