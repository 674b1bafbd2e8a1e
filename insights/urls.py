"""Pages and API of this app."""

from django.urls import path

from insights.views.customers import customers
from insights.views.distance import distance
from insights.views.health import healthz

urlpatterns = [
    path("customers/", customers, name="customers"),
    path("healthz", healthz, name="healthz"),
    path("distance/", distance, name="distance"),
]
