"""Customers by REST, below /api/v1/."""

from django.urls import path

from insights.api.alerts import Alerts, AlertView
from insights.api.customer_upserts import CustomerBatch, CustomerByIdentity
from insights.api.customers import Customer, Customers
from insights.api.exports import (
    ContactsExport,
    CustomersExport,
    LoopsExport,
    ReadingsExport,
    TouchpointsExport,
)
from insights.api.history import CustomerHistory
from insights.api.policy import PolicyVersions, PolicyVersionView, SilenceVersions
from insights.api.readings import Readings
from insights.api.rollups import BandRollup, TouchpointRollup
from insights.api.views import CustomerChanges, CustomerHealth
from relationships.api import converters as _converters  # noqa: F401 - registers them

urlpatterns = [
    path("alerts/", Alerts.as_view(), name="api_alerts"),
    path("alerts/<int:id>/", AlertView.as_view(), name="api_alert"),
    path("customers/", Customers.as_view(), name="api_customers"),
    path("customers/batch/", CustomerBatch.as_view(), name="api_customer_batch"),
    path(
        "customers/by-identity/<identity_kind:kind>/<foreign_text:value>/",
        CustomerByIdentity.as_view(),
        name="api_customer_by_identity",
    ),
    path("customers/changes/", CustomerChanges.as_view(), name="api_customer_changes"),
    path("customers/<int:id>/", Customer.as_view(), name="api_customer"),
    path("customers/<int:id>/health/", CustomerHealth.as_view(), name="api_customer_health"),
    path("customers/<int:id>/history/", CustomerHistory.as_view(), name="api_customer_history"),
    path(
        "exports/contacts.<str:file_format>", ContactsExport.as_view(), name="api_contacts_export"
    ),
    path(
        "exports/customers.<str:file_format>",
        CustomersExport.as_view(),
        name="api_customers_export",
    ),
    path("exports/loops.<str:file_format>", LoopsExport.as_view(), name="api_loops_export"),
    path(
        "exports/readings.<str:file_format>", ReadingsExport.as_view(), name="api_readings_export"
    ),
    path(
        "exports/touchpoints.<str:file_format>",
        TouchpointsExport.as_view(),
        name="api_touchpoints_export",
    ),
    path("policy-versions/", PolicyVersions.as_view(), name="api_policy_versions"),
    path("policy-versions/<int:id>/", PolicyVersionView.as_view(), name="api_policy_version"),
    path("readings/", Readings.as_view(), name="api_readings"),
    path("rollups/bands/", BandRollup.as_view(), name="api_band_rollup"),
    path("rollups/touchpoints/", TouchpointRollup.as_view(), name="api_touchpoint_rollup"),
    path("silence-versions/", SilenceVersions.as_view(), name="api_silence_versions"),
]
