"""Customers by REST, below /api/v1/."""

from django.urls import path

from insights.api.views import CustomerChanges, CustomerHealth, Customers

urlpatterns = [
    path("customers/", Customers.as_view(), name="api_customers"),
    path("customers/changes/", CustomerChanges.as_view(), name="api_customer_changes"),
    path("customers/<int:id>/health/", CustomerHealth.as_view(), name="api_customer_health"),
]
