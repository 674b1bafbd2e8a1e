"""Pages and API of this app."""

from django.urls import path

from relationships.views.keys import integrations, keys

urlpatterns = [
    path("integrations/", integrations, name="integrations"),
    path("integrations/keys/", keys, name="keys"),
]
