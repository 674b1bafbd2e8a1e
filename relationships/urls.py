"""Pages and API of this app."""

from django.urls import path

from relationships.views.keys import (
    integrations,
    key,
    keys,
    new_key,
    revoke_key,
    rotate_key,
    switch_account,
)

urlpatterns = [
    path("integrations/", integrations, name="integrations"),
    path("integrations/keys/", keys, name="keys"),
    path("integrations/keys/new/", new_key, name="new_key"),
    path("integrations/keys/<int:pk>/", key, name="key"),
    path("integrations/keys/<int:pk>/rotate/", rotate_key, name="rotate_key"),
    path("integrations/keys/<int:pk>/revoke/", revoke_key, name="revoke_key"),
    path("integrations/keys/accounts/<int:pk>/", switch_account, name="switch_account"),
]
