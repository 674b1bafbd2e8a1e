"""Touchpoints by REST, below /api/v1/."""

from django.urls import path

from interactions.api.views import TouchpointBatch, Touchpoints, TouchpointTypes

urlpatterns = [
    path("touchpoints/", Touchpoints.as_view(), name="api_touchpoints"),
    path("touchpoints/batch/", TouchpointBatch.as_view(), name="api_touchpoint_batch"),
    path("touchpoint-types/", TouchpointTypes.as_view(), name="api_touchpoint_types"),
]
