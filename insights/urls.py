"""Pages and API of this app."""

from django.urls import path

from insights.views.customers import customers

urlpatterns = [
    path("customers/", customers, name="customers"),
]
